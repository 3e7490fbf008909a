import pytest
from django.core.management import CommandError, call_command
from django.utils.translation.template import templatize
from pytest_django import Settings

from shopflow.management.commands import messages


def test_everything_is_said_in_every_language() -> None:
    call_command("messages", "--check")


def test_names_what_is_missing_broken_or_stale(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("locale")
    settings.LOCALE_PATHS = [folder]
    said = [(None, "Hello %(name)s"), (None, ("one", "many")), ("month", "May")]
    monkeypatch.setattr(messages, "sentences", lambda root: iter(said))
    call_command("messages")
    po = folder / "de" / "LC_MESSAGES" / "django.po"
    hello = '"Hello %(name)s"\nmsgstr "{}"'
    po.write_text(po.read_text().replace(hello.format(""), hello.format("Hallo %(nam)s")))

    with pytest.raises(CommandError) as wrong:
        call_command("messages", "--check")

    assert "de: no translation of ('one', 'many')" in str(wrong.value)
    assert "de: no translation of 'May'" in str(wrong.value)
    assert "de: unknown named placeholder 'nam' ('Hello %(name)s')" in str(wrong.value)
    assert "de: django.mo isn't fresh: run `make messages`." in str(wrong.value)


def test_finds_what_templates_say() -> None:
    code = templatize(
        '{% translate "Hi" context "door" %}{{ name|default:_("nobody") }}'
        "{% blocktranslate count n=n %}{{ n }} thing{% plural %}{{ n }} things"
        "{% endblocktranslate %}"
        "{% translate title %}"
    )

    assert list(messages._of_template(code)) == [
        ("door", "Hi"),
        (None, "nobody"),
        (None, ("%(n)s thing", "%(n)s things")),
    ]
