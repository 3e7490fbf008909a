from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog.models import ProductVariant
from orders import commands as orders
from orders.models import Order
from payments import commands
from payments.commands import add_gift_card, close_unpaid, remove_gift_card, settle_cancelled
from payments.commands.gift_holds import release
from payments.errors import (
    GiftCardEmpty,
    GiftCardNotFound,
    GiftCardNotUsable,
    NothingLeftToPay,
    OrderNotPayable,
)
from payments.models import GiftCard, GiftCardHold, GiftCardTransaction, Payment
from payments.queries import held_on, to_charge
from shopflow.invariants import violations
from tests import factories
from tests.books import books
from tests.gift_cards import given, money_on
from tests.payments.webhooks import RETURN_URL, Till

pytestmark = pytest.mark.django_db


def test_keeps_all_of_a_smaller_card(order: Order) -> None:
    card, code = given("50.00")

    hold = add_gift_card(order_id=order.pk, code=code.lower().replace("-", " "))

    assert (hold.amount, hold.status) == (Decimal("50.00"), "held")
    assert money_on(card) == (Decimal("50.00"), Decimal("50.00"))
    assert to_charge(order) == Decimal("64.78")
    order.refresh_from_db()
    assert (order.total, order.amount_paid, order.status) == (Decimal("114.78"), 0, "pending")


def test_keeps_what_the_order_costs_of_a_larger_card(order: Order) -> None:
    card, code = given("200.00")

    add_gift_card(order_id=order.pk, code=code)

    assert money_on(card) == (Decimal("200.00"), Decimal("114.78"))
    assert to_charge(order) == 0


def test_the_same_card_twice_is_held_once(order: Order) -> None:
    card, code = given("50.00")
    first = add_gift_card(order_id=order.pk, code=code)

    second = add_gift_card(order_id=order.pk, code=code)

    assert second.pk == first.pk
    assert money_on(card) == (Decimal("50.00"), Decimal("50.00"))


def test_several_cards_pay_together(order: Order) -> None:
    for amount in ("50.00", "50.00", "50.00"):
        add_gift_card(order_id=order.pk, code=given(amount)[1])

    amounts = GiftCardHold.objects.order_by("id").values_list("amount", flat=True)
    assert list(amounts) == [Decimal("50.00"), Decimal("50.00"), Decimal("14.78")]


def test_another_card_on_a_covered_order_is_refused(order: Order) -> None:
    add_gift_card(order_id=order.pk, code=given("200.00")[1])
    card, code = given("50.00")

    with pytest.raises(NothingLeftToPay):
        add_gift_card(order_id=order.pk, code=code)

    assert money_on(card) == (Decimal("50.00"), 0)


@pytest.mark.parametrize("code", ["", "ACDE", "ACDE-FGHJ-KMNP-RTUV", "\0", "ß" * 16, "A" * 5000])
def test_a_wrong_code_changes_nothing(order: Order, code: str) -> None:
    before = books()

    with pytest.raises(GiftCardNotFound):
        add_gift_card(order_id=order.pk, code=code)

    assert books() == before


def test_an_empty_card_is_refused(order: Order) -> None:
    card, code = given("50.00")
    commands.adjust_card(card_id=card.pk, change=Decimal("-50.00"), reason="test")

    with pytest.raises(GiftCardEmpty):
        add_gift_card(order_id=order.pk, code=code)

    assert held_on(order.pk) == 0


def test_a_blocked_or_ended_card_or_another_currency_is_refused(order: Order) -> None:
    blocked, ended, euros = given(), given(), given()
    commands.block_card(card_id=blocked[0].pk)
    made = timezone.now() - timedelta(days=2)
    GiftCard.objects.filter(pk=ended[0].pk).update(
        created_at=made, expires_at=made + timedelta(days=1)
    )
    GiftCard.objects.filter(pk=euros[0].pk).update(currency="EUR")

    for _, code in (blocked, ended, euros):
        with pytest.raises(GiftCardNotUsable):
            add_gift_card(order_id=order.pk, code=code)

    assert held_on(order.pk) == 0


def test_an_order_that_is_paid_or_closed_takes_none(order: Order) -> None:
    _, code = given()
    orders.cancel(order_id=order.pk, reason="by the customer")

    with pytest.raises(OrderNotPayable):
        add_gift_card(order_id=order.pk, code=code)

    assert GiftCardHold.objects.count() == 0


def test_an_open_attempt_is_called_off_first(order: Order, till: Till) -> None:
    payment = till.start(order)
    _, code = given("50.00")

    add_gift_card(order_id=order.pk, code=code)

    payment.refresh_from_db()
    assert payment.status == "voided"
    commands.start_payment(order_id=order.pk, return_url=RETURN_URL)
    assert Payment.objects.live().get().amount == Decimal("64.78")


def test_card_and_provider_pay_an_order_together(order: Order, till: Till) -> None:
    card, code = given("50.00")
    add_gift_card(order_id=order.pk, code=code)

    payment = till.paid(order)

    order.refresh_from_db()
    assert payment.amount_captured == Decimal("64.78")
    assert (order.status, order.amount_paid) == ("confirmed", Decimal("114.78"))
    assert money_on(card) == (0, 0)
    move = GiftCardTransaction.objects.get(type="redeem")
    assert (move.order_id, move.amount_change, move.balance_after) == (
        order.pk,
        Decimal("-50.00"),
        0,
    )
    assert set(violations(instant_only=True).values()) == {0}


def test_removing_one_lets_the_other_pay_more(order: Order) -> None:
    small, large = given("50.00"), given("200.00")
    first = add_gift_card(order_id=order.pk, code=small[1])
    add_gift_card(order_id=order.pk, code=large[1])

    remove_gift_card(order_id=order.pk, hold_id=first.pk)
    remove_gift_card(order_id=order.pk, hold_id=first.pk)

    assert money_on(small[0]) == (Decimal("50.00"), 0)
    assert money_on(large[0]) == (Decimal("200.00"), Decimal("114.78"))
    assert set(violations(instant_only=True).values()) == {0}


def test_removing_one_of_another_order_changes_nothing(
    order: Order, variant: ProductVariant, till: Till
) -> None:
    other = factories.placed_order((variant, 1))
    elsewhere = add_gift_card(order_id=other.pk, code=given("5.00")[1])
    payment = till.start(order)

    remove_gift_card(order_id=order.pk, hold_id=elsewhere.pk)

    assert list(Payment.objects.live()) == [payment]
    assert list(GiftCardHold.objects.filter(status="held")) == [elsewhere]


def test_cancelling_lets_go_of_the_money(order: Order) -> None:
    card, code = given("50.00")
    add_gift_card(order_id=order.pk, code=code)
    orders.cancel(order_id=order.pk, reason="by the customer")

    settle_cancelled(order_id=order.pk)
    settle_cancelled(order_id=order.pk)

    assert money_on(card) == (Decimal("50.00"), 0)
    assert GiftCardTransaction.objects.filter(order=order).count() == 0
    assert violations()["gift_card_holds_are_of_unpaid_orders"] == 0
    assert set(violations(instant_only=True).values()) == {0}


def test_a_late_payment_takes_the_card_again(order: Order, till: Till) -> None:
    card, code = given("50.00")
    add_gift_card(order_id=order.pk, code=code)
    payment = till.pay(order)
    orders.expire(order_id=order.pk)
    release(order_id=order.pk)  # as settle_cancelled does
    assert money_on(card) == (Decimal("50.00"), 0)

    till.tell(payment)

    order.refresh_from_db()
    assert (order.status, order.amount_paid) == ("confirmed", Decimal("114.78"))
    assert money_on(card) == (0, 0)


def test_a_late_payment_goes_back_when_the_card_is_used_up(order: Order, till: Till) -> None:
    card, code = given("50.00")
    add_gift_card(order_id=order.pk, code=code)
    payment = till.pay(order)
    orders.expire(order_id=order.pk)
    release(order_id=order.pk)
    commands.adjust_card(card_id=card.pk, change=Decimal("-10.00"), reason="test")

    till.tell(payment)

    order.refresh_from_db()
    payment.refresh_from_db()
    assert order.status == "cancelled"
    assert (payment.amount_captured, payment.amount_refunded) == (
        Decimal("64.78"),
        Decimal("64.78"),
    )
    assert money_on(card) == (Decimal("40.00"), 0)


def test_an_expired_order_lets_go_of_the_money(order: Order) -> None:
    card, code = given("50.00")
    add_gift_card(order_id=order.pk, code=code)
    close_unpaid(order_id=order.pk)

    settle_cancelled(order_id=order.pk)

    assert money_on(card) == (Decimal("50.00"), 0)
    assert GiftCardHold.objects.get().status == "released"
