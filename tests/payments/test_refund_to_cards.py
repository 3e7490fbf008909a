from decimal import Decimal

import pytest

from orders import commands as orders
from orders.models import Order
from payments.commands import (
    RefundLine,
    add_gift_card,
    issue_credit,
    refund,
    refund_lines,
    refund_to_cards,
    settle,
    settle_cancelled,
    settle_refund,
)
from payments.errors import InvalidGiftCard, RefundTooMuch
from payments.models import GiftCard, GiftCardTransaction, Refund
from payments.queries import card_of
from shopflow.invariants import violations
from tests.books import books
from tests.gift_cards import given, money_on
from tests.mailing import facts_of
from tests.payments.webhooks import Till

pytestmark = pytest.mark.django_db


@pytest.fixture
def mixed(order: Order, till: Till) -> tuple[Order, GiftCard]:
    """A paid order: 50.00 by a card, 64.78 by the provider."""
    card, code = given("50.00", recipient_email="eve@example.com")
    add_gift_card(order_id=order.pk, code=code)
    till.paid(order)
    order.refresh_from_db()
    return order, card


def test_the_card_gets_its_money_first(mixed: tuple[Order, GiftCard]) -> None:
    order, card = mixed

    back = refund_to_cards(order_id=order.pk, amount=Decimal("70.00"), reason="Return")

    order.refresh_from_db()
    assert back == Decimal("50.00")
    assert money_on(card) == (Decimal("50.00"), 0)
    assert (order.amount_refunded, order.payment_status) == (
        Decimal("50.00"),
        "partially_refunded",
    )
    assert [to for to, _ in facts_of("payments/gift_card_refunded")] == ["eve@example.com"]
    assert set(violations(instant_only=True).values()) == {0}


def test_lines_come_back_from_the_payment_and_then_the_card(
    mixed: tuple[Order, GiftCard],
) -> None:
    order, card = mixed
    line = RefundLine(order_item_id=order.items.get().pk, quantity=2)

    row = refund_lines(payment_id=order.payments.get().pk, lines=[line], reason="Return")

    assert (row.amount, row.items.get().amount) == (Decimal("64.78"), Decimal("64.78"))
    assert money_on(card) == (Decimal("44.10"), 0)  # of 108.88
    order.refresh_from_db()
    assert order.amount_refunded == Decimal("108.88")
    assert set(violations(instant_only=True).values()) == {0}


def test_part_by_part_is_never_more_than_the_card_paid(mixed: tuple[Order, GiftCard]) -> None:
    order, card = mixed

    amounts = [
        refund_to_cards(order_id=order.pk, amount=Decimal("30.00"), reason="Return")
        for _ in range(3)
    ]

    assert amounts == [Decimal("30.00"), Decimal("20.00"), 0]
    assert money_on(card) == (Decimal("50.00"), 0)


def test_card_and_provider_give_back_everything(mixed: tuple[Order, GiftCard]) -> None:
    order, _ = mixed
    payment = order.payments.get()

    refund_to_cards(order_id=order.pk, amount=order.total, reason="Return")
    row = refund(payment_id=payment.pk, amount=Decimal("64.78"), reason="Return")
    settle_refund(refund_id=row.pk)

    order.refresh_from_db()
    assert (order.status, order.amount_refunded) == ("refunded", Decimal("114.78"))
    assert set(violations(instant_only=True).values()) == {0}


def test_a_cancelled_order_gives_back_both(mixed: tuple[Order, GiftCard]) -> None:
    order, card = mixed
    orders.cancel(order_id=order.pk, reason="by the customer")

    settle_cancelled(order_id=order.pk)
    settle_cancelled(order_id=order.pk)

    order.refresh_from_db()
    assert money_on(card) == (Decimal("50.00"), 0)
    assert Refund.objects.get().amount == Decimal("64.78")
    assert order.amount_refunded == Decimal("114.78")
    assert GiftCardTransaction.objects.filter(type="refund").count() == 1
    assert set(violations(instant_only=True).values()) == {0}


def test_an_order_paid_by_a_card_alone_is_refunded(order: Order) -> None:
    card, code = given("200.00")
    add_gift_card(order_id=order.pk, code=code)
    settle(order_id=order.pk)

    back = refund_to_cards(order_id=order.pk, amount=order.total, reason="Return")

    order.refresh_from_db()
    assert back == Decimal("114.78")
    assert (order.status, order.payment_status) == ("refunded", "refunded")
    assert money_on(card) == (Decimal("200.00"), 0)


def test_nothing_goes_to_a_card_when_none_paid(order: Order, till: Till) -> None:
    till.paid(order)

    assert refund_to_cards(order_id=order.pk, amount=Decimal("5.00"), reason="Return") == 0

    order.refresh_from_db()
    assert order.amount_refunded == 0


def test_credit_is_a_new_card_in_the_mail(order: Order, till: Till) -> None:
    till.paid(order)

    card = issue_credit(order_id=order.pk, amount=Decimal("20.00"), reason="Return")

    [(to, facts)] = facts_of("payments/gift_card")
    assert (to, card_of(facts["code"]).pk) == (order.customer_email, card.pk)
    assert money_on(card) == (Decimal("20.00"), 0)
    order.refresh_from_db()
    assert order.amount_refunded == Decimal("20.00")
    assert Refund.objects.count() == 0
    assert set(violations(instant_only=True).values()) == {0}


def test_credit_beyond_what_was_paid_is_refused(order: Order, till: Till) -> None:
    till.paid(order)
    issue_credit(order_id=order.pk, amount=Decimal("100.00"), reason="Return")
    before = books()

    with pytest.raises(RefundTooMuch):
        issue_credit(order_id=order.pk, amount=Decimal("14.79"), reason="Return")

    assert books() == before


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "NaN", "Infinity", "10000.01"])
def test_credit_is_an_amount(order: Order, amount: str) -> None:
    with pytest.raises(InvalidGiftCard):
        issue_credit(order_id=order.pk, amount=Decimal(amount), reason="Return")

    assert GiftCard.objects.count() == 0
