"""Somebody with a guest's order makes an account, and it and their cart come along."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from orders.models import Order
from tests.flows.running_shop import IN_THE_SHOP, RunningShop
from tests.flows.visitor import DESKTOP, PHONE, Visitor
from tests.shopflow.supervising import soon

pytestmark = [pytest.mark.browser, *IN_THE_SHOP]
Visit = Callable[..., Visitor]
PASSWORD, NEW_PASSWORD = "correct horse battery", "another horse with a battery"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PAGES = (
    "Your orders",
    "Name and phone",
    "E-mail address",
    "Password",
    "Devices",
    "Close the account",
)


def open_mailed_link(visitor: Visitor, subject: str) -> None:
    """Follow the link of the newest mail with this subject, from the developer's mailbox."""
    page = visitor.page

    def has_come() -> bool:
        visitor.open("/mailbox/")
        return page.get_by_role("main").get_by_role("link", name=subject).count() > 0

    assert soon(has_come)
    visitor.follow(subject)
    found = re.search(r"/accounts/\S+/[\w-]{43}/", page.get_by_role("main").inner_text())
    assert found
    visitor.open(found[0])


def log_in(visitor: Visitor, email: str, password: str) -> None:
    visitor.open("/accounts/login/")
    visitor.page.get_by_label("E-mail").fill(email)
    visitor.page.get_by_label("Password").fill(password)
    visitor.press("Log in")


@pytest.mark.parametrize(
    ("email", "kind"),
    [
        ("ada.phone@example.com", PHONE),
        ("ada.desk@example.com", {**DESKTOP, "java_script_enabled": False}),
    ],
    ids=["on a phone", "without scripts"],
)
def test_makes_an_account(
    running_shop: RunningShop, visit: Visit, email: str, kind: Mapping[str, Any]
) -> None:
    ada = visit(**kind)
    ada.go_to_checkout("kerbside-trainer")
    ada.page.get_by_label("E-mail").fill(email)
    ada.order_button.click()
    number = ada.number
    ada.open("/p/harbour-tee/")
    ada.press("Add to cart")

    ada.open("/accounts/register/")
    ada.page.get_by_label("First name").fill("Ada")
    ada.page.get_by_label("E-mail").fill(email)
    ada.page.get_by_label("Password").fill(PASSWORD)
    ada.press("Make my account")
    ada.sees("Please look into your mailbox")
    open_mailed_link(ada, "Confirm your e-mail address")
    ada.sees("Confirm your e-mail address")
    ada.press("Yes, confirm my address")
    ada.sees("Log in")
    ada.page.get_by_label("E-mail").fill(email)
    ada.page.get_by_label("Password").fill(PASSWORD)
    ada.press("Log in")

    ada.sees("Hello, Ada")
    for name in PAGES:
        pages = ada.page.get_by_role("navigation", name="Your account")
        pages.get_by_role("link", name=name, exact=True).click()
        ada.sees(name)
        assert ada.page.evaluate(SIDEWAYS) == 0

    def is_claimed() -> bool:
        ada.open("/account/orders/")
        return ada.page.get_by_role("link", name=number).count() == 1

    assert soon(is_claimed)
    ada.open("/cart/")
    ada.page.get_by_text("Harbour Tee").first.wait_for()
    assert ada.troubles == []
    with running_shop.books():
        assert Order.objects.get(order_number=number).user.email == email  # type: ignore[union-attr]  # claimed
    assert running_shop.broken_rules() == {}


def test_a_forgotten_password_puts_every_other_browser_out(
    running_shop: RunningShop, visit: Visit
) -> None:
    ada, thief = visit(**DESKTOP), visit(**PHONE)
    log_in(thief, "ada.desk@example.com", PASSWORD)
    thief.sees("Hello, Ada")

    ada.open("/accounts/login/")
    ada.follow("I forgot my password")
    ada.page.get_by_label("E-mail").fill("ada.desk@example.com")
    ada.press("Send me a link")
    open_mailed_link(ada, "Choose a new password")
    ada.page.get_by_label("New password").fill(NEW_PASSWORD)
    ada.press("Set my password")
    ada.sees("Log in")
    log_in(ada, "ada.desk@example.com", NEW_PASSWORD)
    ada.sees("Hello, Ada")

    thief.open("/account/")
    thief.sees("Log in")
    assert ada.troubles == thief.troubles == []
