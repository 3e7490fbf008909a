from collections.abc import Callable, Mapping
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.flows.running_shop import IN_THE_SHOP
from tests.flows.visitor import DESKTOP, PHONE, Visitor
from tests.shopflow.supervising import soon

pytestmark = [pytest.mark.browser, *IN_THE_SHOP]
PASSWORD = "plenty of words for one door"


@pytest.mark.parametrize(
    ("window", "name"),
    [(DESKTOP, "wide"), ({**PHONE, "java_script_enabled": False}, "narrow")],
    ids=["desktop", "phone without JavaScript"],
)
def test_somebody_registers_and_finds_the_mail_in_the_mailbox(
    visit: Callable[..., Visitor], window: Mapping[str, Any], name: str
) -> None:
    visitor = visit(**window)
    page, address = visitor.page, f"{name}@example.com"

    visitor.open("/accounts/register/")
    page.get_by_label("E-mail").fill(address)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").locator("button[type=submit]").click()
    row = page.get_by_role("listitem").filter(has_text=address)

    def has_come() -> bool:
        visitor.open("/mailbox/")
        return row.count() == 1

    assert soon(has_come)
    row.get_by_role("link", name="Confirm your e-mail address").click()
    mail = page.frame_locator("iframe")
    expect(mail.get_by_role("heading", name="Confirm your e-mail address")).to_be_visible()
    mail.get_by_role("link", name="Confirm my address").click()
    page.wait_for_url("**/accounts/verify/**")
    page.get_by_role("main").locator("button[type=submit]").click()
    page.wait_for_url(lambda url: "/verify/" not in url)
    visitor.open("/accounts/login/")
    page.get_by_label("E-mail").fill(address)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").locator("button[type=submit]").click()
    page.wait_for_url("**/account/")

    visitor.open("/account/addresses/new/")
    page.get_by_label("Country").select_option("Germany")
    if not visitor.has_scripts:
        visitor.press("Go on")
    page.get_by_label("First name").fill("Ada")
    page.get_by_label("Last name").fill("Byron")
    page.get_by_label("Street and number").fill("Lindenstraße 1")
    page.get_by_label("Postcode").fill("10115")
    page.get_by_label("City").fill("Berlin")
    page.get_by_label("City").press("Enter")
    page.get_by_text("First choice").wait_for()

    assert visitor.troubles == []
