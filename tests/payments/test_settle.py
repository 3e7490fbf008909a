from decimal import Decimal

import pytest

from orders import commands as orders
from orders.models import Order
from payments.commands import add_gift_card, settle, start_payment
from payments.models import Payment
from shopflow.invariants import violations
from shopflow.lib.models import OutboxMessage
from tests.gift_cards import given, money_on
from tests.payments.webhooks import RETURN_URL

pytestmark = pytest.mark.django_db


def test_a_card_that_covers_all_pays_without_a_provider(order: Order) -> None:
    card, code = given("200.00", recipient_email="eve@example.com")
    add_gift_card(order_id=order.pk, code=code)

    address = start_payment(order_id=order.pk, return_url=RETURN_URL)

    order.refresh_from_db()
    assert address == RETURN_URL
    assert (order.status, order.payment_status) == ("confirmed", "paid")
    assert order.amount_paid == Decimal("114.78")
    assert money_on(card) == (Decimal("85.22"), 0)
    assert Payment.objects.count() == 0
    assert OutboxMessage.objects.filter(topic="mail:payments/gift_card_used").count() == 1
    assert set(violations(instant_only=True).values()) == {0}


def test_pressed_twice_pays_once(order: Order) -> None:
    card, code = given("200.00")
    add_gift_card(order_id=order.pk, code=code)

    assert settle(order_id=order.pk)
    assert settle(order_id=order.pk)

    assert money_on(card) == (Decimal("85.22"), 0)


def test_leaves_an_order_that_costs_more(order: Order) -> None:
    card, code = given("50.00")
    add_gift_card(order_id=order.pk, code=code)

    assert not settle(order_id=order.pk)

    order.refresh_from_db()
    assert order.status == "pending"
    assert money_on(card) == (Decimal("50.00"), Decimal("50.00"))


def test_says_no_for_an_order_a_provider_paid(order: Order) -> None:
    orders.confirm(order_id=order.pk, amount=order.total)

    assert not settle(order_id=order.pk)
