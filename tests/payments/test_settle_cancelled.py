import pytest

from catalog.models import ProductVariant
from inventory import commands as inventory
from orders import commands as orders
from orders.models import Order
from payments.commands import settle_cancelled, settle_refund
from payments.gateways.base import GatewayUnavailable
from payments.models import Payment, Refund
from payments.queries import unsettled_orders
from payments.tasks import settle_cancelled as settle_cancelled_sweep
from payments.tasks import settle_cancelled_order
from shopflow.invariants import violations
from shopflow.lib.mail import send_due
from tests import factories
from tests.books import books
from tests.payments.sandbox_process import Sandbox
from tests.payments.webhooks import Till

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(order: Order, till: Till) -> Payment:
    return till.paid(order)


def cancel(order: Order) -> None:
    orders.cancel(order_id=order.pk, reason="changed my mind")


def test_voids_what_is_still_open(order: Order, till: Till) -> None:
    payment = till.start(order)
    cancel(order)

    settle_cancelled(order_id=order.pk)

    payment.refresh_from_db()
    assert payment.status == "voided"
    assert till.sandbox.fetch(payment.provider_payment_id)["status"] == "voided"
    assert not Refund.objects.exists()


def test_refunds_what_was_taken(order: Order, paid: Payment) -> None:
    cancel(order)

    settle_cancelled(order_id=order.pk)

    refund = Refund.objects.get()
    assert (refund.payment, refund.amount, refund.status) == (paid, order.total, "pending")
    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("cancelled", "refunded")


def test_refunds_what_was_paid_just_before_it_could_be_voided(order: Order, till: Till) -> None:
    till.pay(order)
    cancel(order)

    settle_cancelled(order_id=order.pk)

    order.refresh_from_db()
    assert (order.amount_paid, order.amount_refunded) == (order.total, order.total)
    assert Refund.objects.get().amount == order.total


def test_leaves_every_invariant_true(order: Order, paid: Payment, variant: ProductVariant) -> None:
    cancel(order)

    settle_cancelled(order_id=order.pk)
    settle_refund(refund_id=Refund.objects.get().pk)
    inventory.publish(variant_ids=[variant.pk])
    send_due()

    assert set(violations().values()) == {0}


def test_is_safe_to_repeat(order: Order, paid: Payment) -> None:
    cancel(order)
    settle_cancelled(order_id=order.pk)
    before = books()

    settle_cancelled(order_id=order.pk)

    assert books() == before


def test_leaves_an_open_order_alone(order: Order, paid: Payment) -> None:
    before = books()

    settle_cancelled(order_id=order.pk)

    assert books() == before


def test_a_refund_that_failed_is_for_staff(order: Order, paid: Payment, sandbox: Sandbox) -> None:
    sandbox.faults(refunds_fail=1)
    cancel(order)
    settle_cancelled(order_id=order.pk)
    settle_refund(refund_id=Refund.objects.get().pk)

    settle_cancelled(order_id=order.pk)

    assert Refund.objects.get().status == "failed"
    assert unsettled_orders(10) == []


def test_waits_while_the_provider_is_down(order: Order, till: Till) -> None:
    till.start(order)
    cancel(order)
    till.sandbox.kill()
    before = books()

    with pytest.raises(GatewayUnavailable):
        settle_cancelled(order_id=order.pk)
    settle_cancelled_order(str(order.pk))  # the task waits for the sweep instead

    assert books() == before
    assert unsettled_orders(10) == [order.pk]


def test_the_sweep_finds_what_nobody_rang_for(
    order: Order, paid: Payment, till: Till, variant: ProductVariant
) -> None:
    other = factories.placed_order((variant, 1))
    till.start(other)
    for cancelled in (order, other):
        cancel(cancelled)

    settle_cancelled_sweep()

    assert unsettled_orders(10) == []
    statuses = set(Payment.objects.values_list("order", "status"))
    assert statuses == {(order.pk, "refunded"), (other.pk, "voided")}
