"""Each rule on models, templates and files finds a violation planted for it, and only that."""

import subprocess
from pathlib import Path

import pytest

from tests.architecture.planting import planted
from tests.architecture.rules import files, models, templates


def test_a_model_without_a_docstring_is_found(tmp_path: Path) -> None:
    tree = planted(
        tmp_path,
        {
            "orders/models/orders.py": '''
            class Order(Row):
                """A sale."""

            class OrderItem(Order):
                kind = 1

            class Words(QuerySet):
                kind = 1
        ''',
        },
    )

    found = list(models.models_say_what_a_row_is(tree))

    assert found == ["orders/models/orders.py:4 OrderItem has no docstring"]


def test_an_unplain_table_name_is_found(tmp_path: Path) -> None:
    tree = planted(
        tmp_path,
        {
            "catalog/models.py": """
            class Category(Row):
                class Meta:
                    db_table = "categories"
                    db_table_comment = "Shelves"

            class ProductHistory(Row):
                class Meta:
                    db_table = "product_history"
                    db_table_comment = "Changes"

            class Brand(Row):
                class Meta:
                    db_table = "catalog_brand"
                    db_table_comment = "Makers"

            class Tag(Row):
                class Meta:
                    db_table = "tags"

            class Base(Row):
                class Meta:
                    abstract = True
        """,
        },
    )

    found = list(models.tables_have_plain_names(tree))

    assert found == [
        "catalog/models.py:11 Brand has the db_table 'catalog_brand'",
        "catalog/models.py:16 Tag has no db_table_comment",
    ]


def test_a_save_with_more_behind_it_is_found(tmp_path: Path) -> None:
    tree = planted(
        tmp_path,
        {
            "carts/models.py": """
            class Cart(models.Model):
                def save(self): ...
                def close(self): ...
        """,
        },
    )

    found = list(models.rows_are_saved_plainly(tree))

    assert found == ["carts/models.py:2 Cart overrides save()"]


def test_a_signal_of_the_orm_is_found(tmp_path: Path) -> None:
    tree = planted(
        tmp_path,
        {
            "orders/receivers.py": "from django.db.models.signals import post_migrate, post_save",
            "catalog/apps.py": "signals.pre_delete.connect(forget)",
        },
    )

    found = list(models.no_signal_hides_a_write(tree))

    assert found == [
        "catalog/apps.py:1 uses pre_delete",
        "orders/receivers.py:1 uses post_save",
    ]


@pytest.mark.parametrize(
    "code",
    ["fields = '__all__'", "fields: str = '__all__'", "modelform_factory(Order, fields='__all__')"],
)
def test_a_form_of_all_fields_is_found(code: str, tmp_path: Path) -> None:
    tree = planted(tmp_path, {"orders/forms.py": code})

    assert list(models.forms_name_their_fields(tree)) == ["orders/forms.py:1 '__all__' fields"]


@pytest.mark.parametrize(
    ("markup", "what"),
    [
        ("<script>go()</script>", "inline <script>"),
        ('<script type="module">go()</script>', "inline <script>"),
        ("<style>p {}</style>", "inline <style"),
        ('<p style="color: red">', "inline style"),
        ('<p class="a"\n   style="color: red">', "inline style"),
        ('<button type="submit" onclick="go()">', "inline onclick"),
        ('<a href="javascript:go()">', '"javascript:'),
    ],
)
def test_inline_markup_is_found(markup: str, what: str, tmp_path: Path) -> None:
    tree = planted(tmp_path, {"templates/orders/detail.html": markup})

    found = list(templates.pages_keep_the_content_policy(tree))

    assert len(found) == 1
    assert found[0].endswith(what)


@pytest.mark.parametrize(
    "markup",
    [
        '<script src="/static/shop.js" defer></script>',
        '<script type="application/ld+json">{}</script>',
        "{# <style> #}{% comment %}<style>{% endcomment %}<!-- <style> -->",
        "<p>Pay on=line, in style = yours</p>",
        '<p class="style" data-onclick="no">',
        "{% if a < b %} one = two {% endif %}",
    ],
)
def test_harmless_markup_is_let_through(markup: str, tmp_path: Path) -> None:
    tree = planted(tmp_path, {"templates/orders/detail.html": markup})

    assert list(templates.pages_keep_the_content_policy(tree)) == []


def test_a_mail_may_carry_its_style(tmp_path: Path) -> None:
    tree = planted(tmp_path, {"templates/orders/emails/confirmed.html": '<p style="margin: 0">'})

    assert list(templates.pages_keep_the_content_policy(tree)) == []


def test_inline_markup_written_by_python_is_found(tmp_path: Path) -> None:
    tree = planted(
        tmp_path,
        {"orders/admin.py": """format_html('<b style="color: {}">{}</b>', colour, text)"""},
    )

    found = list(templates.code_makes_no_inline_markup(tree))

    assert found == ["orders/admin.py:1 inline style"]


def test_a_template_in_the_wrong_place_is_found(tmp_path: Path) -> None:
    tree = planted(
        tmp_path,
        {
            "templates/base.html": "",
            "templates/orders/detail.html": "",
            "templates/pages/about.html": "",
            "orders/templates/orders/detail.html": "",
        },
    )

    found = list(templates.templates_stand_under_their_app(tree))

    assert found == [
        "orders/templates/orders/detail.html belongs under templates/",
        "templates/pages/about.html stands under no app",
    ]


def test_a_partial_named_like_a_page_is_found(tmp_path: Path) -> None:
    tree = planted(
        tmp_path,
        {
            "templates/carts/detail.html": '{% include "carts/_line.html" %}\n'
            '{% include "carts/line.html" %}',
        },
    )

    found = list(templates.partials_begin_with_an_underscore(tree))

    assert found == ["templates/carts/detail.html:2 includes carts/line.html"]


def test_a_package_beside_the_apps_is_found(tmp_path: Path) -> None:
    tree = planted(tmp_path, {"reviews/__init__.py": "", "orders/__init__.py": "", "docs/a.md": ""})

    assert list(files.the_top_level_is_fixed(tree)) == ["reviews is no app of the shop"]


def test_a_long_file_is_found(tmp_path: Path) -> None:
    tree = planted(
        tmp_path,
        {
            "orders/commands.py": "a = 1\n" * 301,
            "orders/models.py": "a = 1\n" * 300,
            "orders/migrations/0001_initial.py": "a = 1\n" * 900,
        },
    )

    assert list(files.files_are_short(tree)) == ["orders/commands.py has 301 lines"]


def test_a_name_that_says_nothing_is_found(tmp_path: Path) -> None:
    tree = planted(tmp_path, {"shopflow/lib/utils.py": "", "orders/services/placing.py": ""})

    assert list(files.file_names_say_something(tree)) == [
        "orders/services/placing.py needs a name that says its job",
        "shopflow/lib/utils.py needs a name that says its job",
    ]


def test_an_eager_task_is_found_wherever_it_is_switched_on(tmp_path: Path) -> None:
    eager = "ALWAYS" + "_EAGER"
    tree = planted(
        tmp_path,
        {
            "tests/conftest.py": f"settings.CELERY_TASK_{eager} = True",
            "shopflow/celery.py": f"task_{eager.lower()}=True",
        },
    )

    assert list(files.tasks_run_in_workers(tree)) == [
        "shopflow/celery.py:1 runs tasks eagerly",
        "tests/conftest.py:1 runs tasks eagerly",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "https://files.python" + "hosted.org/packages/a.whl",
        "--index" + "-url https" + "://mirror.example",
        '"resolved": "https://registry.npmjs' + '.org/a.tgz"',
        "https://mirror.example/" + "simple/django/",
    ],
)
def test_a_registry_is_found(line: str, tmp_path: Path) -> None:
    tree = planted(tmp_path, {"requirements/base.txt": f"# pinned\n{line}"})

    assert list(files.no_registry_is_named(tree)) == ["requirements/base.txt:2 names a registry"]


@pytest.mark.parametrize("folder", ["home/ann", "root/shop", "Users/ann", "work/main"])
def test_a_path_of_one_machine_is_found(folder: str, tmp_path: Path) -> None:
    tree = planted(
        tmp_path, {"docs/a.txt": f"see `/{folder}`", "docs/b.txt": f"x/{folder} </{folder}"}
    )

    found = list(files.no_machine_is_named(tree))

    assert found == ["docs/a.txt:1 names a path of one machine"]


def test_a_file_git_ignores_is_nobodys_business(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    tree = planted(tmp_path, {"notes.txt": "/" + "home/ann", "secret.txt": "/" + "home/ann"})
    (tmp_path / ".gitignore").write_text("secret.txt\n")

    found = list(files.no_machine_is_named(tree))

    assert found == ["notes.txt:1 names a path of one machine"]


def test_a_document_that_names_a_missing_file_is_found(tmp_path: Path) -> None:
    tree = planted(
        tmp_path,
        {
            "orders/views.py": "",
            "README.md": "See `orders/views.py`, `orders/`, `models.py`, `utils/`, `tests/<app>/`.",
            "docs/a.md": "Paths.\nSee `orders/gone.py` and `orders/gone/`.",
        },
    )

    assert list(files.documents_name_real_files(tree)) == [
        "docs/a.md:2 names orders/gone.py, which isn't there",
        "docs/a.md:2 names orders/gone/, which isn't there",
    ]


def test_a_test_class_and_a_skip_are_found(tmp_path: Path) -> None:
    tree = planted(
        tmp_path,
        {
            "tests/orders/test_place_order.py": """
            class TestPlaceOrder: ...

            class Tester: ...

            @pytest.mark.skipif(True, reason="later")
            def test_later(): ...
        """,
        },
    )

    assert list(files.tests_are_functions(tree)) == [
        "tests/orders/test_place_order.py:1 test class TestPlaceOrder",
        "tests/orders/test_place_order.py:5 pytest.mark.skipif",
    ]


def test_a_sandbox_with_a_dependency_is_found(tmp_path: Path) -> None:
    tree = planted(
        tmp_path,
        {
            "payments/sandbox/server.py": """
            import json
            from payments.sandbox.ledger import Ledger
            from payments.sandboxes import other
            import django.http
            from shopflow.lib.money import Money
        """,
        },
    )

    assert list(files.the_sandbox_needs_only_python(tree)) == [
        "payments/sandbox/server.py imports payments.sandboxes",
        "payments/sandbox/server.py imports django.http",
        "payments/sandbox/server.py imports shopflow.lib.money",
    ]
