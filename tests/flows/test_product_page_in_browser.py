import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.flows.running_shop import IN_THE_SHOP, RunningShop
from tests.flows.visitor import DESKTOP, Visitor

pytestmark = [pytest.mark.browser, *IN_THE_SHOP]


def test_the_last_choice_goes_into_the_cart_on_a_slow_network(
    running_shop: RunningShop, visit: Callable[..., Visitor]
) -> None:
    guest = visit(**DESKTOP)
    held: list[Route] = []
    guest.open("/p/harbour-tee/")
    guest.page.route("**/p/harbour-tee/?variant=*", lambda route: held.append(route))
    guest.page.get_by_label("Quantity").fill("3")

    # Two choices and the button, before an answer is there; the answers come in reverse.
    for size in ("L", "XL"):
        guest.page.get_by_role("group", name="Size").get_by_text(size, exact=True).click()
    guest.press("Add to cart")
    guest.page.wait_for_timeout(100)  # time for a wrong page to do its harm
    assert guest.page.url.endswith("/p/harbour-tee/")
    for route in reversed(held):
        route.continue_()
    guest.sees("Your cart")

    line = guest.page.get_by_role("main")
    assert len(held) == 2
    assert line.get_by_text("Ocean / XL").count() == 1
    assert line.get_by_label("Quantity").input_value() == "3"
    assert guest.troubles == []


def test_thumbnails_swipes_and_arrows_turn_the_pictures(visit: Callable[..., Visitor]) -> None:
    guest = visit(**DESKTOP)
    guest.open("/p/overnight-tent/")
    track = guest.page.locator("#gallery-track")
    thumbnails = guest.page.get_by_role("navigation", name="More pictures").get_by_role("link")
    zoom = guest.page.get_by_role("dialog", name="Large picture")

    thumbnails.nth(2).click()
    expect(thumbnails.nth(2)).to_have_attribute("aria-current", "true")
    track.evaluate("track => track.scrollTo(track.clientWidth, 0)")  # as a swipe does
    expect(thumbnails.nth(1)).to_have_attribute("aria-current", "true")
    guest.page.get_by_role("link", name="Enlarge").first.press("Enter")
    expect(zoom.get_by_role("img")).to_have_attribute("src", re.compile("overnight-tent-front"))
    guest.page.keyboard.press("ArrowRight")
    expect(zoom.get_by_role("img")).to_have_attribute("src", re.compile("overnight-tent-angle"))
    zoom.get_by_role("img").click()
    expect(zoom).to_have_class(re.compile("is-near"))
    guest.page.keyboard.press("Escape")

    expect(zoom).to_be_hidden()
    assert guest.page.url.endswith("/p/overnight-tent/")
    assert guest.troubles == []


def test_arrow_keys_choose_and_the_address_follows(visit: Callable[..., Visitor]) -> None:
    guest = visit(**DESKTOP)
    guest.open("/p/harbour-tee/")
    sizes = guest.page.get_by_role("group", name="Size")

    sizes.get_by_role("radio", name="S", exact=True).focus()
    guest.page.keyboard.press("ArrowRight")

    expect(sizes.locator("legend")).to_have_text("Size: M")
    expect(sizes.get_by_role("radio", name="M", exact=True)).to_be_focused()
    guest.page.reload()
    expect(sizes.get_by_role("radio", name="M", exact=True)).to_be_checked()
    assert "?variant=" in guest.page.url
    assert guest.troubles == []


def test_what_was_looked_at_stays_in_the_browser(visit: Callable[..., Visitor]) -> None:
    guest = visit(**DESKTOP)

    guest.open("/p/second-cup-mug/")
    expect(guest.page.get_by_role("heading", name="What you looked at")).to_be_hidden()
    guest.open("/p/kitchen-radio/")
    guest.open("/p/campfire-guitar/")
    seen = guest.page.get_by_role("region", name="What you looked at")

    expect(seen.get_by_role("heading", level=3)).to_have_text(["Kitchen Radio", "Second Cup Mug"])
    assert guest.page.context.cookies() == []
    seen.get_by_role("button", name="Forget it").click()
    expect(seen).to_be_hidden()
    guest.open("/p/ding-bell/")
    expect(seen.get_by_role("heading", level=3)).to_have_text(["Campfire Guitar"])
    assert guest.troubles == []


def test_without_scripts_every_picture_and_choice_is_there(visit: Callable[..., Visitor]) -> None:
    guest = visit(**DESKTOP, java_script_enabled=False)
    guest.open("/p/picnic-dress/")

    guest.choose(Colour="Olive", Size="L")
    assert guest.troubles == []
    # The browser's own page around a picture wants a style that our policy doesn't allow it.
    guest.page.get_by_role("link", name="Enlarge").first.click()

    assert "picnic-dress-olive-front" in guest.page.url


def test_night_is_chosen_and_kept(visit: Callable[..., Visitor]) -> None:
    guest = visit(**DESKTOP)
    guest.open("/")
    ground = "getComputedStyle(document.body).backgroundColor"

    by_day = guest.page.evaluate(ground)
    guest.page.get_by_role("radio", name="Dark").check()
    by_night = guest.page.evaluate(ground)
    guest.open("/cart/")

    assert (by_day, by_night) == ("rgb(251, 247, 240)", "rgb(23, 21, 19)")
    assert guest.page.evaluate(ground) == by_night
    expect(guest.page.get_by_role("radio", name="Dark")).to_be_checked()
    assert guest.troubles == []
