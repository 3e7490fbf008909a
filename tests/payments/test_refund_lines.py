from decimal import Decimal
from uuid import UUID

import pytest

from catalog.models import ProductVariant
from inventory.models import InventoryTransaction
from orders import commands as orders
from orders.models import Order
from payments.commands import RefundLine, refund, refund_lines, settle_refund
from payments.errors import InvalidRefund, LineRefundedAlready, RefundTooMuch
from payments.models import Payment, Refund
from payments.queries import left_of_order
from shipping.models import ShippingMethod
from shopflow.invariants import violations
from shopflow.lib.ids import new_id
from tests import factories
from tests.books import books
from tests.payments.sandbox_process import Sandbox
from tests.payments.webhooks import Till

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(order: Order, till: Till) -> Payment:
    """$114.78, captured: two shirts for 108.88 with their tax, and 5.90 for shipping."""
    return till.paid(order)


def line_of(order: Order, quantity: int = 1) -> RefundLine:
    return RefundLine(order_item_id=order.items.get().pk, quantity=quantity)


def give_back(payment: Payment, quantity: int = 1, **facts: object) -> Refund:
    return refund_lines(
        payment_id=payment.pk,
        lines=[line_of(payment.order, quantity)],
        **{"reason": "torn seam", **facts},  # type: ignore[arg-type]  # whatever the test wants
    )


def test_gives_back_what_a_unit_cost_with_its_tax(payment: Payment, order: Order) -> None:
    row = give_back(payment)

    assert (row.amount, row.shipping_amount, row.status) == (Decimal("54.44"), 0, "pending")
    item = row.items.get()
    assert (item.order_item, item.quantity, item.amount) == (order.items.get(), 1, row.amount)
    payment.refresh_from_db()
    assert (payment.status, payment.amount_refunded) == ("partially_refunded", row.amount)
    assert set(violations(instant_only=True).values()) == {0}


def test_units_given_back_one_by_one_make_the_lines_price(
    us_shipping: ShippingMethod, till: Till
) -> None:
    factories.promotion(percent=7)
    order = factories.placed_order((factories.variant_on_sale(price="33.33"), 3))
    payment = till.paid(order)
    shipping = left_of_order(order).shipping

    amounts = [give_back(payment).amount for _ in range(3)]
    last = refund_lines(payment_id=payment.pk, lines=[], shipping=shipping, reason="late")

    assert len(set(amounts)) > 1  # a third isn't whole cents
    assert sum(amounts) + last.amount == order.total
    payment.refresh_from_db()
    assert payment.status == "refunded"


def test_a_line_of_several_keeps_the_others(us_shipping: ShippingMethod, till: Till) -> None:
    shirt, hat = factories.variant_on_sale(price="50.00"), factories.variant_on_sale(price="20.00")
    order = factories.placed_order((shirt, 1), (hat, 2))
    payment = till.paid(order)
    line = order.items.get(variant=hat)

    refund_lines(
        payment_id=payment.pk,
        lines=[RefundLine(order_item_id=line.pk, quantity=2)],
        reason="too small",
    )

    left = left_of_order(order)
    assert [one.quantity for one in left.lines.values()] == [1, 0]
    assert left.lines[line.pk].amount == 0


def test_what_has_not_left_is_not_sent(
    payment: Payment, order: Order, variant: ProductVariant
) -> None:
    give_back(payment, restock=True)

    assert factories.figures(variant) == (10, 1)
    assert sorted(order.reservations.values_list("quantity", "status")) == [
        (1, "committed"),
        (1, "released"),
    ]
    assert not InventoryTransaction.objects.filter(type="return").exists()
    assert set(violations(instant_only=True).values()) == {0}


def test_what_is_not_sent_is_not_in_the_parcel(
    payment: Payment, order: Order, variant: ProductVariant
) -> None:
    give_back(payment, restock=True)

    orders.ship(order_id=order.pk, carrier="UPS", tracking_number="1Z999")

    assert order.shipments.get().items.get().quantity == 1
    assert factories.figures(variant) == (9, 0)
    assert set(violations(instant_only=True).values()) == {0}


def test_what_has_left_comes_back_to_its_shelf(
    payment: Payment, order: Order, variant: ProductVariant
) -> None:
    orders.ship(order_id=order.pk, carrier="UPS", tracking_number="1Z999")

    give_back(payment, restock=True)

    assert factories.figures(variant) == (9, 0)
    move = InventoryTransaction.objects.get(type="return")
    assert (move.quantity_change, move.quantity_after, move.order) == (1, 9, order)
    assert set(violations(instant_only=True).values()) == {0}


def test_keeps_the_stock_unless_it_is_told(payment: Payment, variant: ProductVariant) -> None:
    give_back(payment)

    assert factories.figures(variant) == (10, 2)


def test_a_unit_goes_on_sale_once_whatever_became_of_its_money(
    payment: Payment, variant: ProductVariant, sandbox: Sandbox
) -> None:
    first = give_back(payment, restock=True)
    sandbox.faults(refunds_fail=1)
    settle_refund(refund_id=first.pk)
    first.refresh_from_db()
    assert first.status == "failed"

    give_back(payment, restock=True)
    between = factories.figures(variant)
    give_back(payment, restock=True)

    assert (between, factories.figures(variant)) == ((10, 1), (10, 0))
    assert set(violations(instant_only=True).values()) == {0}


def test_what_came_back_sold_out_is_on_sale_again(us_shipping: ShippingMethod, till: Till) -> None:
    last_one = factories.variant_on_sale(stock=1)
    payment = till.paid(factories.placed_order((last_one, 1)))
    last_one.product.refresh_from_db()
    assert not last_one.product.in_stock

    give_back(payment, restock=True)

    last_one.product.refresh_from_db()
    assert last_one.product.in_stock


def test_a_smaller_amount_is_spread_over_lines_and_shipping(payment: Payment) -> None:
    row = give_back(payment, 2, shipping=Decimal("5.90"), amount=Decimal("100.00"))

    assert (row.amount, row.items.get().amount) == (Decimal("100.00"), Decimal("94.86"))
    assert row.shipping_amount == Decimal("5.14")


def test_the_same_form_sent_twice_sends_money_once(payment: Payment) -> None:
    key = str(new_id())

    rows = [give_back(payment, key=key, restock=True) for _ in range(2)]

    assert rows[0] == rows[1]
    assert Refund.objects.count() == 1


def test_a_key_of_another_payment_is_refused(
    payment: Payment, variant: ProductVariant, till: Till
) -> None:
    other = till.paid(factories.placed_order((variant, 1)))
    give_back(other, key="one")
    before = books()

    with pytest.raises(InvalidRefund):
        give_back(payment, key="one")

    assert books() == before


def test_refuses_units_that_were_given_back(payment: Payment) -> None:
    give_back(payment, 2)
    before = books()

    with pytest.raises(LineRefundedAlready) as refused:
        give_back(payment)

    assert (refused.value.code, refused.value.status) == ("line_refunded_already", 409)
    assert books() == before


def test_a_refund_that_failed_leaves_its_units(payment: Payment, sandbox: Sandbox) -> None:
    sandbox.faults(refunds_fail=1)
    settle_refund(refund_id=give_back(payment, 2).pk)

    assert give_back(payment, 2).amount == Decimal("108.88")


def test_refuses_more_than_is_left_of_the_payment(payment: Payment) -> None:
    refund(payment_id=payment.pk, amount=Decimal("100.00"), reason="goodwill")
    before = books()

    with pytest.raises(RefundTooMuch):
        give_back(payment)

    assert books() == before


@pytest.mark.parametrize("shipping", ["5.91", "100"])
def test_refuses_more_shipping_than_was_paid(payment: Payment, shipping: str) -> None:
    with pytest.raises(RefundTooMuch):
        give_back(payment, shipping=Decimal(shipping))

    assert not Refund.objects.exists()


@pytest.mark.parametrize("quantity", [0, -1])
def test_refuses_no_units(payment: Payment, quantity: int) -> None:
    with pytest.raises(InvalidRefund):
        give_back(payment, quantity)

    assert not Refund.objects.exists()


@pytest.mark.parametrize("shipping", ["-0.01", "0.001", "NaN", "Infinity"])
def test_refuses_shipping_that_is_no_amount(payment: Payment, shipping: str) -> None:
    with pytest.raises(InvalidRefund):
        give_back(payment, shipping=Decimal(shipping))

    assert not Refund.objects.exists()


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "NaN"])
def test_refuses_what_is_no_amount(payment: Payment, amount: str) -> None:
    with pytest.raises(InvalidRefund):
        give_back(payment, amount=Decimal(amount))

    assert not Refund.objects.exists()


def test_refuses_more_than_the_lines_cost(payment: Payment) -> None:
    with pytest.raises(RefundTooMuch):
        give_back(payment, amount=Decimal("54.45"))

    assert not Refund.objects.exists()


def test_refuses_lines_of_another_order(
    payment: Payment, variant: ProductVariant, till: Till
) -> None:
    other = factories.placed_order((variant, 1))
    before = books()

    for lines in ([line_of(other)], [RefundLine(order_item_id=UUID(int=7), quantity=1)]):
        with pytest.raises(InvalidRefund):
            refund_lines(payment_id=payment.pk, lines=lines, reason="")

    assert books() == before


def test_refuses_a_line_named_twice(payment: Payment, order: Order) -> None:
    with pytest.raises(InvalidRefund):
        refund_lines(payment_id=payment.pk, lines=[line_of(order)] * 2, reason="")

    assert not Refund.objects.exists()
