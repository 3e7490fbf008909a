from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.models import ProductVariant
from inventory import commands as inventory
from inventory.models import InventoryReservation
from orders.models import Order
from payments.commands import close_unpaid, start_payment
from payments.gateways.base import GatewayUnavailable
from payments.models import Payment
from payments.tasks import expire_unpaid
from shopflow.invariants import violations
from shopflow.lib.mail import send_due
from tests import factories
from tests.books import books
from tests.payments.sandbox_process import Sandbox
from tests.payments.webhooks import RETURN_URL, Till

pytestmark = pytest.mark.django_db


def test_voids_at_the_provider_and_expires(
    order: Order, till: Till, variant: ProductVariant
) -> None:
    payment = till.start(order)

    close_unpaid(order_id=order.pk)

    payment.refresh_from_db()
    order.refresh_from_db()
    assert (order.status, order.cancel_reason) == ("cancelled", "expired")
    assert payment.status == "voided"
    assert till.sandbox.fetch(payment.provider_payment_id)["status"] == "voided"
    assert factories.figures(variant) == (10, 0)


def test_leaves_every_invariant_true(order: Order, till: Till, variant: ProductVariant) -> None:
    till.start(order)

    close_unpaid(order_id=order.pk)
    inventory.publish(variant_ids=[variant.pk])
    send_due()

    assert set(violations().values()) == {0}


def test_expires_an_order_nobody_tried_to_pay(order: Order) -> None:
    close_unpaid(order_id=order.pk)

    order.refresh_from_db()
    assert order.has_expired


def test_is_safe_to_repeat(order: Order, till: Till) -> None:
    till.start(order)
    close_unpaid(order_id=order.pk)
    before = books()

    close_unpaid(order_id=order.pk)

    assert books() == before


def test_confirms_when_the_provider_has_the_money_already(
    order: Order, till: Till, variant: ProductVariant
) -> None:
    payment = till.pay(order)  # and its event is still on its way

    close_unpaid(order_id=order.pk)

    order.refresh_from_db()
    payment.refresh_from_db()
    assert (order.status, payment.status) == ("confirmed", "captured")
    assert factories.figures(variant) == (10, 2)
    assert set(violations(instant_only=True).values()) == {0}


def test_waits_while_the_provider_is_down(order: Order, till: Till) -> None:
    till.start(order)
    till.sandbox.kill()
    before = books()

    with pytest.raises(GatewayUnavailable):
        close_unpaid(order_id=order.pk)

    assert books() == before


def test_finds_the_payment_whose_answer_was_lost(order: Order, sandbox: Sandbox) -> None:
    sandbox.faults(fail_after=1)
    with pytest.raises(GatewayUnavailable):
        start_payment(order_id=order.pk, return_url=RETURN_URL)

    close_unpaid(order_id=order.pk)

    payment = Payment.objects.get()
    assert payment.status == "voided"
    assert sandbox.fetch(payment.provider_payment_id)["status"] == "voided"


def test_gives_up_an_attempt_the_provider_never_heard_of(order: Order, sandbox: Sandbox) -> None:
    sandbox.faults(fail_before=1)
    with pytest.raises(GatewayUnavailable):
        start_payment(order_id=order.pk, return_url=RETURN_URL)

    close_unpaid(order_id=order.pk)

    payment = Payment.objects.get()
    order.refresh_from_db()
    assert (payment.status, payment.provider_payment_id) == ("voided", "")
    assert order.has_expired


def test_the_sweep_takes_only_what_is_past_its_time(
    order: Order, till: Till, variant: ProductVariant
) -> None:
    fresh = factories.placed_order((variant, 1))
    till.start(order)
    past = timezone.now() - timedelta(seconds=1)
    InventoryReservation.objects.filter(order=order).update(expires_at=past)

    expire_unpaid()

    order.refresh_from_db()
    fresh.refresh_from_db()
    assert (order.status, fresh.status) == ("cancelled", "pending")


def test_one_order_that_must_wait_stops_no_other(
    order: Order, till: Till, variant: ProductVariant
) -> None:
    other = factories.placed_order((variant, 1))
    till.start(order)
    till.sandbox.kill()
    past = timezone.now() - timedelta(seconds=1)
    InventoryReservation.objects.update(expires_at=past)

    expire_unpaid()

    order.refresh_from_db()
    other.refresh_from_db()
    assert (order.status, other.status) == ("pending", "cancelled")
