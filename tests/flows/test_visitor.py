"""The browser tests' own eyes: each kind of fault, planted in a page, is seen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Route

from tests.flows.running_shop import IN_THE_SHOP
from tests.flows.visitor import Visitor

pytestmark = [pytest.mark.browser, *IN_THE_SHOP]
STRICT = {"Content-Security-Policy": "default-src 'self'"}


def visit_with(visitor: Visitor, body: str) -> None:
    """Open a page of the shop that somebody has put this into."""

    def planted(route: Route) -> None:
        route.fulfill(body=f"<!doctype html><body>{body}", content_type="text/html", headers=STRICT)

    visitor.page.route("**/planted/", planted)
    visitor.open("/planted/")
    visitor.page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<p style='color: red'>Hello", "Content Security Policy"),
        ("<img src='/static/missing.webp'>", "/static/missing.webp: 404"),
        ("<img src='http://127.0.0.1:9/x.webp'>", "Content Security Policy"),
    ],
    ids=["inline style", "missing picture", "foreign picture"],
)
def test_notes_what_is_refused_or_missing(
    visit: Callable[..., Visitor], has_scripts: bool, body: str, words: str
) -> None:
    visitor = visit(java_script_enabled=has_scripts)

    visit_with(visitor, body)

    assert any(words in trouble for trouble in visitor.troubles), visitor.troubles


def test_notes_a_failing_script(visit: Callable[..., Visitor]) -> None:
    visitor = visit()

    visit_with(visitor, "<p>Hello")
    with visitor.page.expect_event("pageerror"):
        visitor.page.evaluate("setTimeout(() => { throw new Error('planted') })")

    assert visitor.troubles == ["planted"]
