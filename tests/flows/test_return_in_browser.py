from collections.abc import Callable, Mapping
from typing import Any

import pytest

from orders import commands
from orders.models import Order, OrderReturn
from payments.models import Refund
from tests.factories import figures
from tests.flows.mobile import Mobile
from tests.flows.running_shop import IN_THE_SHOP, RunningShop
from tests.flows.visitor import DESKTOP, PHONE, Visitor
from tests.shopflow.supervising import soon

pytestmark = [pytest.mark.browser, *IN_THE_SHOP]
Visit = Callable[..., Visitor]
KINDS = pytest.mark.parametrize(
    "kind",
    [DESKTOP, {**PHONE, "java_script_enabled": False}],
    ids=["desktop", "phone without JavaScript"],
)


def arrived_order(shop: RunningShop, buyer: Mobile, product: str) -> str:
    """Order one unit on a phone, pay it, and let it arrive; return its number."""
    number = buyer.buy(product)
    assert soon(lambda: buyer.see(number)["status"] == "confirmed")
    with shop.books():
        order = Order.objects.get(order_number=number)
        commands.ship(order_id=order.pk, carrier="UPS", tracking_number=f"1Z {number}")
        commands.deliver(order_id=order.pk)
    return number


@KINDS
def test_guest_sends_something_back_and_gets_the_money(
    running_shop: RunningShop, visit: Visit, kind: Mapping[str, Any]
) -> None:
    buyer, guest, owner = Mobile(running_shop), visit(**kind), visit(**DESKTOP)
    number = arrived_order(running_shop, buyer, "kerbside-trainer")
    with running_shop.books():
        order = Order.objects.get(order_number=number)
        variant = order.items.get().variant
        on_hand, reserved = figures(variant)

    guest.open(f"/orders/{number}/?token={buyer.order}")
    guest.follow("Send something back")
    guest.page.get_by_label("How many").select_option("1")
    guest.page.get_by_label("Why").select_option("Too small")
    guest.page.get_by_label("What would you like?").select_option("My money back, the way I paid")
    guest.picture("returns")
    guest.press("Ask for the return")
    guest.page.get_by_text("We have your wish").wait_for()
    with running_shop.books():
        row = OrderReturn.objects.get(order=order)
    owner.sign_in_as_owner()
    owner.open(f"/admin/orders/orderreturn/{row.pk}/change/")
    owner.page.get_by_role("form", name="Accept").get_by_role("button").click()
    owner.page.get_by_text(f"{row} is accepted").wait_for()
    guest.page.reload()
    guest.picture("return")
    guest.follow("Print the label")
    guest.sees(row.return_number)
    guest.picture("return-label")
    owner.page.get_by_role("form", name="Receive").get_by_role("button").click()
    owner.page.get_by_text(f"{row} is here. The money is on its way back.").wait_for()

    assert guest.troubles == owner.troubles == []
    with running_shop.books():
        assert soon(lambda: Refund.objects.filter(order=order, status="succeeded").exists())
        row.refresh_from_db()
        order.refresh_from_db()
        refund = Refund.objects.get(order=order)
        assert (row.status, refund.order_return, order.fulfilment_status) == (
            "closed",
            row,
            "returned",
        )
        assert figures(variant) == (on_hand + 1, reserved)
    assert running_shop.broken_rules() == {}


@KINDS
def test_guest_withdraws_without_a_login(
    running_shop: RunningShop, visit: Visit, kind: Mapping[str, Any]
) -> None:
    buyer, guest = Mobile(running_shop), visit(**kind)
    number = arrived_order(running_shop, buyer, "daytrip-backpack")
    with running_shop.books():
        email = Order.objects.get(order_number=number).customer_email

    guest.open("/")
    guest.page.get_by_role("contentinfo").get_by_text("Withdraw from contract here").click()
    guest.page.get_by_label("Your name").fill("Ada Byron")
    guest.page.get_by_label("Order number").fill(number)
    guest.page.get_by_label("E-mail you ordered with").fill(email)
    guest.picture("withdrawal")
    guest.press("Continue")
    guest.sees("Please confirm")
    guest.press("Confirm withdrawal")
    guest.sees("We have your statement")

    assert guest.troubles == []
    with running_shop.books():
        row = OrderReturn.objects.get(order__order_number=number)
        assert (row.kind, row.status) == ("withdrawal", "approved")
    assert running_shop.broken_rules() == {}
