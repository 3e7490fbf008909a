from collections.abc import Callable
from decimal import Decimal

import pytest

from orders.models import Order
from payments.models import Payment
from tests.factories import figures
from tests.flows.mobile import Mobile
from tests.flows.running_shop import IN_THE_SHOP, RunningShop
from tests.flows.visitor import DESKTOP, Visitor
from tests.shopflow.supervising import soon

pytestmark = [pytest.mark.browser, *IN_THE_SHOP]
Visit = Callable[..., Visitor]


def paid_order(shop: RunningShop, buyer: Mobile, product: str) -> str:
    """Order one unit on a phone, pay it and wait until the shop knows; return its number."""
    number = buyer.buy(product)
    assert soon(lambda: buyer.see(number)["status"] == "confirmed")
    return number


def test_owner_ships_an_order_and_its_buyer_sees_the_parcel(
    running_shop: RunningShop, visit: Visit
) -> None:
    buyer, owner = Mobile(running_shop), visit(**DESKTOP)
    number = paid_order(running_shop, buyer, "kerbside-trainer")
    with running_shop.books():
        order = Order.objects.get(order_number=number)
        variant = order.items.get().variant
        on_hand, reserved = figures(variant)

    owner.find_order(number)
    owner.picture("admin-order")
    owner.page.get_by_label("Carrier").fill("UPS")
    owner.page.get_by_label("Tracking number").fill("1Z 999 AA1")
    owner.press("Pack and ship")
    owner.page.get_by_text(f"{number} has shipped with UPS 1Z 999 AA1.").wait_for()
    guest = visit(**DESKTOP)
    guest.open(f"/orders/{number}/?token={buyer.order}")
    guest.page.get_by_text("Handed to the carrier").wait_for()
    guest.page.get_by_text("1Z 999 AA1").wait_for()

    assert owner.troubles == guest.troubles == []
    with running_shop.books():
        order.refresh_from_db()
        [left] = order.stock_moves.values_list("type", "quantity_change")
        assert (order.status, order.fulfilment_status) == ("shipped", "fulfilled")
        assert left == ("sale", -1)
        assert figures(variant) == (on_hand - 1, reserved - 1)
        assert order.history.filter(
            to_status="shipped", created_by__email=running_shop.owner[0]
        ).exists()
    assert running_shop.broken_rules() == {}


def test_owner_cancels_an_order_and_the_money_goes_back(
    running_shop: RunningShop, visit: Visit
) -> None:
    buyer, owner = Mobile(running_shop), visit(**DESKTOP)
    number = paid_order(running_shop, buyer, "daytrip-backpack")
    with running_shop.books():
        order = Order.objects.get(order_number=number)
        payment = Payment.objects.get(order=order)
        variant = order.items.get().variant
        on_hand, reserved = figures(variant)

    owner.find_order(number)
    owner.page.locator("summary", has_text="Cancel and refund").click()
    owner.page.locator("#cancel-reason").fill("The buyer asked for it")
    owner.press("Cancel and refund")
    owner.page.get_by_text(f"{number} is cancelled.").wait_for()

    assert owner.troubles == []
    assert running_shop.broken_rules() == {}
    seen = running_shop.sandbox.fetch(payment.provider_payment_id)
    assert seen["refunded"] == seen["captured"] == 8582
    with running_shop.books():
        order.refresh_from_db()
        assert (order.status, order.payment_status) == ("cancelled", "refunded")
        assert order.amount_refunded == order.amount_paid == Decimal("85.82")
        assert figures(variant) == (on_hand, reserved - 1)
