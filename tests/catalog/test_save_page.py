import pytest

from catalog import commands as catalog
from catalog.commands import Link
from catalog.errors import InvalidMenu, PageNotFound
from catalog.models import ContentPage, Menu, MenuItem
from shopflow.lib.ids import new_id
from tests import factories

pytestmark = pytest.mark.django_db


def save(**facts: object) -> ContentPage:
    given = {"slug": "terms", "language": "en", "title": "Terms", "body": "<p>Fair.</p>"}
    return catalog.save_page(**{**given, **facts})  # type: ignore[arg-type]  # the test's own


def test_body_keeps_simple_markup_only() -> None:
    page = save(body='<h2>One</h2><script>alert(1)</script><p onclick="x()">Two</p>')

    assert page.body == "<h2>One</h2><p>Two</p>"


def test_repeated_it_changes_the_same_page() -> None:
    first = save()
    second = save(title="Our terms")

    assert first.pk == second.pk
    assert ContentPage.objects.get().title == "Our terms"


def test_changed_by_its_id_it_may_get_another_address() -> None:
    page = save()

    save(slug="conditions", page_id=page.pk)

    assert ContentPage.objects.get().slug == "conditions"


def test_page_that_is_gone_is_refused() -> None:
    with pytest.raises(PageNotFound):
        save(page_id=new_id())

    assert not ContentPage.objects.exists()


def test_menu_is_replaced_as_a_whole() -> None:
    save()
    for links in ([Link("A", "/a/"), Link("B", "/b/")], [Link("Terms", "page:terms")]):
        menu = catalog.save_menu(code="footer", language="en", links=links)

    assert Menu.objects.get() == menu
    assert [item.label for item in MenuItem.objects.all()] == ["Terms"]


@pytest.mark.parametrize(
    "link",
    [
        Link("Nowhere", "page:nowhere"),
        Link("Nowhere", "category:nowhere"),
        Link("Script", "javascript:alert(1)"),
        Link("Elsewhere", "//evil.example/"),
        Link("Words", "just words"),
        Link("", "/a/"),
        Link("Deep", "", [Link("Deeper", "", [Link("Deepest", "/a/")])]),
    ],
)
def test_link_that_leads_nowhere_is_refused(link: Link) -> None:
    factories.category("Tops")
    catalog.save_menu(code="footer", language="en", links=[Link("A", "/a/")])

    with pytest.raises(InvalidMenu):
        catalog.save_menu(code="footer", language="en", links=[Link("B", "/b/"), link])

    assert [item.label for item in MenuItem.objects.all()] == ["A"]


def test_too_many_links_are_refused() -> None:
    with pytest.raises(InvalidMenu, match="at most 100"):
        catalog.save_menu(code="footer", language="en", links=[Link("A", "/a/")] * 101)
