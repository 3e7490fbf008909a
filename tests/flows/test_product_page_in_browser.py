from collections.abc import Callable

import pytest
from playwright.sync_api import Route

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
