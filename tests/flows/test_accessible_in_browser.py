"""No rule of axe is broken: on each state of a page, by day and by night, on phone and desktop."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.chromium import KIT
from tests.flows.running_shop import IN_THE_SHOP
from tests.flows.visitor import DESKTOP, Visitor

pytestmark = [pytest.mark.browser, *IN_THE_SHOP]
Visit = Callable[..., Visitor]
AXE = KIT / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => {
    const { violations } = await axe.run({ resultTypes: ["violations"] });
    return violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map((node) => node.html)]);
}"""
WIDTHS = (320, 1440)
OPEN_PAGES = {
    "home": "/",
    "category": "/c/clothing/",
    "nothing fits": "/c/home/kitchen/?price_max=1",
    "search": "/search/?q=tee",
    "nothing found": "/search/?q=xyzzy",
    "product": "/p/harbour-tee/",
    "many choices": "/p/everyday-jeans/",
    "sold out": "/p/snow-day-gloves/",
    "right to left": "/p/fanoos-lantern/",
    "long name": "/p/unhurried-notebook/",
    "no picture": "/p/pocket-mending-kit/",
    "empty cart": "/cart/",
    "log in": "/accounts/login/",
    "register": "/accounts/register/",
    "track": "/orders/track/",
    "not found": "/nowhere/",
}


def test_pages_open_to_everybody(visit: Visit) -> None:
    guest = visit(**DESKTOP)

    for name, address in OPEN_PAGES.items():
        guest.open(address)
        assert broken(guest.page) == {}, name


def test_pages_on_the_way_to_an_order(visit: Visit) -> None:
    guest = visit(**DESKTOP)
    found: dict[str, Any] = {}

    guest.open("/p/daytrip-backpack/")
    guest.page.get_by_role("link", name="Enlarge").first.click()
    found["large picture"] = broken(guest.page)
    guest.page.keyboard.press("Escape")
    guest.press("Add to cart")
    guest.sees("Your cart")
    found["cart"] = broken(guest.page)
    guest.follow("Go to checkout")
    found["checkout"] = broken(guest.page)
    guest.fill_in_checkout()
    guest.page.get_by_label("E-mail").fill("nobody")
    guest.page.locator("form.checkout").evaluate("form => { form.noValidate = true; }")
    guest.order_button.click()
    guest.page.locator("[aria-invalid=true]").first.wait_for()
    found["checkout with a mistake"] = broken(guest.page)
    guest.page.get_by_label("E-mail").fill("ada@example.com")
    guest.order_button.click()
    guest.sees("One step left")
    found["payment"] = broken(guest.page)

    assert {state: wrong for state, wrong in found.items() if wrong} == {}


def test_every_component(visit: Visit) -> None:
    owner = visit(**DESKTOP)

    owner.sign_in_as_owner()
    owner.open("/admin/components/")

    assert broken(owner.page) == {}
    assert owner.troubles == []


def broken(page: Page) -> Mapping[str, Any]:
    """Return the broken rules and where, by width and colours; and what scrolls sideways."""
    found: dict[str, Any] = {}
    usual = page.viewport_size
    page.evaluate(AXE.read_text())
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for colours in ("light", "dark"):
            page.emulate_media(color_scheme=colours, reduced_motion="reduce")
            for rule, parts in page.evaluate(RUN):
                found[f"{width} {colours} {rule}"] = json.dumps(parts)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found[f"{width}"] = "scrolls sideways"
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(usual or DESKTOP["viewport"])
    return found
