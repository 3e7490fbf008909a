from collections.abc import Callable

import pytest

from tests.flows.running_shop import IN_THE_SHOP, RunningShop
from tests.flows.visitor import DESKTOP, Visitor

pytestmark = [pytest.mark.browser, *IN_THE_SHOP]
Visit = Callable[..., Visitor]
# A key in the computer, whose owner has just touched it: https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn/
TOUCH_ID = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}


def with_a_key(visitor: Visitor) -> Visitor:
    session = visitor.page.context.new_cdp_session(visitor.page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": TOUCH_ID})
    return visitor


def log_in(shopper: Visitor) -> None:
    email, password = shopper.shop.shopper
    shopper.open("/accounts/login/?next=/account/second-factor/")
    shopper.page.get_by_label("E-mail").fill(email)
    shopper.page.get_by_label("Password").fill(password)
    shopper.page.get_by_role("main").get_by_role("button", name="Log in").click()


def test_a_shopper_adds_a_passkey_and_logs_in_with_it(
    running_shop: RunningShop, visit: Visit
) -> None:
    shopper = with_a_key(visit(**DESKTOP))

    log_in(shopper)
    shopper.sees("Second factor")
    shopper.page.get_by_label("Name").fill("This computer")
    shopper.press("Add a passkey")
    shopper.sees("Your recovery codes")
    shopper.follow("I have kept them")
    shopper.page.get_by_text("This computer").first.wait_for()
    shopper.press("Log out")
    log_in(shopper)
    shopper.sees("One more step")
    shopper.press("Use a passkey")
    shopper.sees("Second factor")
    # Other tests log in as this shopper too.
    shopper.press("Remove This computer")
    shopper.page.get_by_text("It is removed.").wait_for()

    assert shopper.troubles == []
    assert running_shop.broken_rules() == {}


def test_without_scripts_nothing_is_offered_that_needs_them(
    running_shop: RunningShop, visit: Visit
) -> None:
    shopper = visit(**DESKTOP, java_script_enabled=False)

    log_in(shopper)
    shopper.sees("Second factor")

    assert shopper.page.get_by_role("button", name="Add a passkey").count() == 0
    assert shopper.page.get_by_role("button", name="Set up an app").count() == 1
    assert shopper.troubles == []
