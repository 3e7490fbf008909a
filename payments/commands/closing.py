"""Closing unpaid and cancelled orders: the provider is asked before we give up on money."""

from uuid import UUID

from django.conf import settings

from orders import commands as orders
from orders.queries import is_overdue
from payments.commands.gift_holds import release
from payments.commands.gift_refunds import return_all
from payments.commands.refunds import refund
from payments.commands.state import record_state
from payments.gateways import gateway
from payments.gateways.base import GatewayRefused
from payments.models import Payment, Refund
from shopflow.lib.providers import AT_ONCE
from shopflow.lib.transactions import command


def close_unpaid(*, order_id: UUID, only_overdue: bool = False) -> None:
    """Expire an order whose payment window has passed, unless the provider has its money.

    With `only_overdue` an order stays whose window was extended since it was looked for.
    Talks to the gateway: the open attempt is voided there first, and its answer decides.
    Raises GatewayUnavailable (the order then waits for the next sweep). Safe to repeat.
    """
    if only_overdue and not is_overdue(order_id):
        return
    for payment in _live(order_id=order_id):
        if not _is_promised(payment):
            _void(payment)
    orders.expire(order_id=order_id, only_overdue=only_overdue)


def settle_cancelled(*, order_id: UUID) -> None:
    """Void what is still open of a cancelled order and send back what was taken.

    Talks to the gateway. Raises GatewayUnavailable. Safe to repeat.
    """
    void_open(order_id=order_id)
    release(order_id=order_id)
    return_all(order_id=order_id)
    for payment in Payment.objects.filter(order=order_id, amount_captured__gt=0):
        _refund_rest(payment_id=payment.pk)


def void_open(*, order_id: UUID) -> None:
    """Call off every attempt to pay an order that may still bring money.

    Talks to the gateway, whose answer decides: money that came meanwhile stays. Raises
    GatewayUnavailable. Safe to repeat.
    """
    for payment in _live(order_id=order_id):
        _void(payment)


@command
def _live(*, order_id: UUID) -> list[Payment]:
    return list(Payment.objects.live().filter(order=order_id))


def _is_promised(payment: Payment) -> bool:
    """Whether the bank has promised the money, be it that we hear of it only now."""
    if settings.PAYMENT_CAPTURE == AT_ONCE or not payment.provider_payment_id:
        return payment.status == Payment.Status.AUTHORIZED
    seen = gateway(payment.provider).fetch(payment_id=payment.provider_payment_id)
    if seen.status == "authorized":
        record_state(payment_id=payment.pk, seen=seen)
    return seen.status == "authorized"


def _void(payment: Payment) -> None:
    adapter = gateway(payment.provider)
    provider_id = payment.provider_payment_id
    if not provider_id:
        # The answer to our first call was lost: the provider knows the payment by our key.
        found = adapter.find(key=str(payment.pk))
        provider_id = found.id if found else ""
    if not provider_id:
        _never_opened(payment_id=payment.pk)
        return
    try:
        seen = adapter.void(payment_id=provider_id, key=f"void-{payment.pk}")
    except GatewayRefused:
        seen = adapter.fetch(payment_id=provider_id)
    record_state(payment_id=payment.pk, seen=seen)


@command
def _never_opened(*, payment_id: UUID) -> None:
    payment = Payment.objects.select_for_update(no_key=True).get(pk=payment_id)
    if payment.status == Payment.Status.PENDING and not payment.provider_payment_id:
        payment.move_to(Payment.Status.VOIDED)


@command
def _refund_rest(*, payment_id: UUID) -> None:
    """Refund what is left of a payment once; a refund that failed is for staff to look at.

    Of money that the bank holds nothing is sent: a dispute that is won is found by the sweep.
    """
    payment = Payment.objects.select_related("order").get(pk=payment_id)
    left = payment.amount_captured - payment.amount_refunded
    has_failed = Refund.objects.filter(payment=payment, status=Refund.Status.FAILED).exists()
    is_held = payment.status == Payment.Status.DISPUTED
    if left > 0 and not has_failed and not is_held and payment.order.cancelled_at is not None:
        refund(payment_id=payment_id, amount=left, reason="Order cancelled")
