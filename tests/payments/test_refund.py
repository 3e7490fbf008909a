from decimal import Decimal
from uuid import UUID

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from catalog.models import ProductVariant
from orders import commands as orders
from orders.errors import OrderNotShippable
from orders.models import Order
from payments.commands import refund, settle_refund
from payments.errors import InvalidRefund, PaymentNotFound, RefundTooMuch
from payments.models import Payment, Refund
from payments.queries import payments_of, waiting_refunds
from payments.signals import refund_asked
from shopflow.invariants import violations
from shopflow.lib.ids import new_id
from tests import factories
from tests.books import books
from tests.ledger import ledger
from tests.payments.sandbox_process import Sandbox
from tests.payments.webhooks import Till

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(order: Order, till: Till) -> Payment:
    """$114.78, captured."""
    return till.paid(order)


@ledger("S1-20")
def test_writes_down_what_goes_back(payment: Payment, order: Order) -> None:
    staff = factories.UserFactory.create(role="manager")

    row = refund(payment_id=payment.pk, amount=Decimal("14.78"), reason="torn seam", by=staff.pk)

    row = Refund.objects.get(pk=row.pk)
    assert (row.payment, row.amount, row.currency) == (payment, Decimal("14.78"), "USD")
    assert (row.status, row.reason, row.created_by) == ("pending", "torn seam", staff)
    assert row.idempotency_key == str(row.pk)
    payment.refresh_from_db()
    assert (payment.status, payment.amount_refunded) == ("partially_refunded", Decimal("14.78"))
    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("confirmed", "partially_refunded")
    assert order.amount_refunded == Decimal("14.78")
    assert set(violations(instant_only=True).values()) == {0}


def test_all_of_it_ends_the_order_once_it_has_gone(
    payment: Payment, order: Order, variant: ProductVariant
) -> None:
    first = refund(payment_id=payment.pk, amount=Decimal("14.78"), reason="torn seam")
    second = refund(payment_id=payment.pk, amount=Decimal("100.00"), reason="the rest")
    payment.refresh_from_db()
    assert (payment.status, payment.amount_refunded) == ("refunded", order.total)

    statuses = []
    for row in (second, first):
        statuses.append(Order.objects.get(pk=order.pk).status)
        settle_refund(refund_id=row.pk)

    order.refresh_from_db()
    assert statuses == ["confirmed", "confirmed"]
    assert (order.status, order.payment_status) == ("refunded", "refunded")
    assert factories.figures(variant) == (10, 0)
    assert set(violations(instant_only=True).values()) == {0}


def test_what_the_provider_refuses_leaves_the_order_as_it_was(
    payment: Payment, order: Order, variant: ProductVariant, sandbox: Sandbox
) -> None:
    row = refund(payment_id=payment.pk, amount=order.total, reason="torn seam")
    sandbox.faults(refunds_fail=1)

    settle_refund(refund_id=row.pk)

    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("confirmed", "paid")
    assert factories.figures(variant) == (10, 2)
    assert set(violations(instant_only=True).values()) == {0}


def test_what_is_on_its_way_back_does_not_ship(payment: Payment, order: Order) -> None:
    refund(payment_id=payment.pk, amount=order.total, reason="torn seam")
    before = books()

    with pytest.raises(OrderNotShippable):
        orders.ship(order_id=order.pk, carrier="UPS", tracking_number="1Z999")

    assert books() == before


def test_rings_for_the_worker_once_it_is_committed(
    payment: Payment, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    heard: list[UUID] = []

    def listen(refund_id: UUID, **_: object) -> None:
        heard.append(refund_id)

    refund_asked.connect(listen)

    with django_capture_on_commit_callbacks(execute=True):
        row = refund(payment_id=payment.pk, amount=Decimal("1.00"), reason="")
        heard_before = list(heard)

    assert (heard_before, heard) == ([], [row.pk])


def test_refuses_more_than_was_paid(payment: Payment) -> None:
    before = books()

    with pytest.raises(RefundTooMuch) as refused:
        refund(payment_id=payment.pk, amount=Decimal("114.79"), reason="")

    assert (refused.value.code, refused.value.status) == ("refund_too_much", 409)
    assert books() == before


def test_refuses_more_than_is_left(payment: Payment) -> None:
    refund(payment_id=payment.pk, amount=Decimal("60.00"), reason="")
    before = books()

    with pytest.raises(RefundTooMuch):
        refund(payment_id=payment.pk, amount=Decimal("60.00"), reason="")

    assert books() == before


@pytest.mark.parametrize(
    "amount", ["0", "-1", "-0.01", "0.001", "1.005", "NaN", "sNaN", "Infinity", "-Infinity", "1e30"]
)
def test_refuses_what_is_no_amount(payment: Payment, amount: str) -> None:
    before = books()

    with pytest.raises(InvalidRefund) as refused:
        refund(payment_id=payment.pk, amount=Decimal(amount), reason="")

    assert (refused.value.code, refused.value.status) == ("invalid_refund", 400)
    assert books() == before


def test_refuses_money_that_never_came(order: Order, till: Till) -> None:
    payment = till.start(order)

    with pytest.raises(RefundTooMuch):
        refund(payment_id=payment.pk, amount=Decimal("1.00"), reason="")

    assert not Refund.objects.exists()


def test_refuses_an_unknown_payment() -> None:
    with pytest.raises(PaymentNotFound):
        refund(payment_id=new_id(), amount=Decimal("1.00"), reason="")


def test_waiting_refunds_lists_what_is_due(payment: Payment) -> None:
    first, second = (
        refund(payment_id=payment.pk, amount=Decimal("1.00"), reason="") for _ in range(2)
    )

    assert waiting_refunds(10) == [first.pk, second.pk]
    assert waiting_refunds(1) == [first.pk]


@ledger("S2-30")
def test_payments_of_lists_the_newest_first(payment: Payment, order: Order) -> None:
    refund(payment_id=payment.pk, amount=Decimal("1.00"), reason="")

    [found] = payments_of(order.pk)

    assert found == payment
    assert [r.amount for r in found.refunds.all()] == [Decimal("1.00")]
