"""Every kind of mail: it reads in every language, uses what it is told, and asks for nothing."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as the_shops
from django.template.engine import Engine
from pytest_django import Settings

from shopflow.lib.mail.letters import NoSubject, Written, written
from shopflow.mails.samples import SAMPLES
from tests.architecture.rules.tree import PRODUCT, Tree, parsed

ROOT = Path(__file__).resolve().parents[2]
SITE = "https://shop.example"
LANGUAGES = [code for code, _ in the_shops.LANGUAGES]
# What would be fetched as soon as the mail is opened, and what would run.
REMOTE = re.compile(r"<(img|link|script|iframe|object|video|audio)\b|url\(|@import|src=", re.I)
LINK = re.compile(r"https?://[^\s\"'<>]+")
CALLED = {"write_mail", "mail.write_mail"}
UNKNOWN = "⟪nobody has told⟫"


@pytest.fixture(autouse=True)
def _site(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SITE_URL = SITE
    monkeypatch.setattr(Engine.get_default(), "string_if_invalid", UNKNOWN)


def test_each_has_both_templates_and_a_sample() -> None:
    found = {
        f"{path.parent.parent.name}/{path.stem}{path.suffix}"
        for path in ROOT.glob("templates/*/emails/*.*")
        if not path.name.startswith("_")
    }

    assert found == {f"{kind}.{suffix}" for kind in SAMPLES for suffix in ("txt", "html")}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", SAMPLES)
def test_reads_well(kind: str, language: str) -> None:
    mail = written(kind=kind, language=language, facts=SAMPLES[kind].facts)

    assert 5 < len(mail.subject) < 78
    assert f'<html lang="{language}">' in mail.html
    assert mail.subject in mail.html.replace("&#x27;", "'")
    for part in (mail.text, mail.html):
        assert UNKNOWN not in part
        assert "{%" not in part
        assert "{{" not in part
    assert "&#x27;" not in mail.text
    assert "\n\n\n" not in mail.text


@pytest.mark.parametrize("kind", SAMPLES)
def test_asks_for_nothing_and_leads_to_the_shop_only(kind: str) -> None:
    mail = written(kind=kind, language="en", facts=SAMPLES[kind].facts)

    assert REMOTE.findall(mail.html) == []
    for part in (mail.text, mail.html):
        links = LINK.findall(part)
        assert links
        assert {link[: len(SITE)] for link in links} == {SITE}
    assert set(LINK.findall(mail.text)) == set(LINK.findall(mail.html))


@pytest.mark.parametrize(
    ("kind", "fact"), [(kind, fact) for kind in SAMPLES for fact in SAMPLES[kind].facts]
)
def test_says_each_fact(kind: str, fact: str) -> None:
    marker = "zqmarker"
    mail = written(kind=kind, language="en", facts={**SAMPLES[kind].facts, fact: marker})

    assert marker in mail.text
    assert marker in mail.html


def test_leads_to_pages_in_the_readers_language() -> None:
    mail = written(kind="accounts/reset", language="de", facts=SAMPLES["accounts/reset"].facts)

    assert f"{SITE}/de/" in mail.text
    assert f"{SITE}/de/" in mail.html


def test_markup_in_a_fact_stays_text() -> None:
    facts = {**SAMPLES["accounts/new_device"].facts, "device": "<b>Ada & Co</b>"}

    mail = written(kind="accounts/new_device", language="en", facts=facts)

    assert "&lt;b&gt;Ada &amp; Co&lt;/b&gt;" in mail.html
    assert "Device: <b>Ada & Co</b>" in mail.text


def test_a_text_without_a_subject_is_refused(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "accounts" / "emails"
    folder.mkdir(parents=True)
    (folder / "bare.txt").write_text("Hello\n")
    engine = Engine([str(tmp_path)])
    monkeypatch.setattr(Engine, "get_default", lambda: engine)

    with pytest.raises(NoSubject):
        written(kind="accounts/bare", language="en", facts={})


def test_a_name_never_ends_the_subject(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "accounts" / "emails"
    folder.mkdir(parents=True)
    (folder / "named.txt").write_text("Subject: Hello {{ name }}\n\nGood day\n")
    (folder / "named.html").write_text("<p>{{ subject }}</p>")
    engine = Engine([str(tmp_path)])
    monkeypatch.setattr(Engine, "get_default", lambda: engine)

    assert written(kind="accounts/named", language="en", facts={"name": "Ada"}) == Written(
        "Hello Ada", "Good day\n", "<p>Hello Ada</p>"
    )
    with pytest.raises(NoSubject):
        written(kind="accounts/named", language="en", facts={"name": "Ada\nBcc: bob@b.example"})


def test_whoever_writes_one_tells_just_what_it_needs() -> None:
    calls = list(_calls())

    assert {kind for _, kind, _ in calls} >= {"accounts/verify", "accounts/reset"}
    for where, kind, facts in calls:
        assert facts == set(SAMPLES[kind].facts), where


def _calls() -> Iterator[tuple[str, str, set[str]]]:
    """Every `write_mail("kind", facts=…)` of the product: where, which kinds, which facts."""
    tree = Tree(ROOT)
    for path in tree.files(*PRODUCT, suffix=".py"):
        for function in ast.walk(parsed(path)):
            if not isinstance(function, ast.FunctionDef):
                continue
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in CALLED:
                    given = {keyword.arg: keyword.value for keyword in node.keywords}
                    facts = _keys(given["facts"], function)
                    for kind in _texts(node.args[0]) & set(SAMPLES):
                        yield tree.at(path, node), kind, facts


def _keys(facts: ast.expr, function: ast.FunctionDef) -> set[str]:
    """The keys of a dict that is written here, or put together under a name before."""
    if isinstance(facts, ast.Dict):
        return {ast.literal_eval(key) for key in facts.keys if key is not None}
    name, found = ast.unparse(facts), set()
    for node in ast.walk(function):
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets += [node.target] if isinstance(node, ast.AnnAssign) else []
        for target in targets:
            if ast.unparse(target) == name:
                found |= _keys(node.value, function)  # type: ignore[attr-defined]  # an assignment
            elif isinstance(target, ast.Subscript) and ast.unparse(target.value) == name:
                found.add(ast.literal_eval(target.slice))
    return found


def _texts(kind: ast.expr) -> set[str]:
    return {str(node.value) for node in ast.walk(kind) if isinstance(node, ast.Constant)}
