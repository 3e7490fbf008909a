"""Starting to pay."""

from uuid import UUID

from django.conf import settings

from orders.errors import OrderNotFound
from orders.models import Order
from payments.commands.state import record_state
from payments.errors import OrderNotPayable
from payments.gateways import gateway
from payments.gateways.base import GatewayRefused
from payments.models import Payment
from shopflow.lib.ids import new_id
from shopflow.lib.money import Money
from shopflow.lib.transactions import command


def start_payment(*, order_id: UUID, return_url: str, provider: str | None = None) -> str:
    """Open a payment for an order and return the address of the provider's hosted page.

    Talks to the gateway, between two short transactions. A second call returns the page of the
    attempt under way. Raises OrderNotFound, OrderNotPayable, UnknownProvider, GatewayUnavailable,
    GatewayRefused. Safe to repeat.
    """
    provider = provider or settings.PAYMENT_PROVIDERS[0]
    adapter = gateway(provider)
    payment = _intend(order_id=order_id, provider=provider)
    if payment.redirect_url:
        return payment.redirect_url
    try:
        answer = adapter.create(
            key=str(payment.pk),
            amount=Money(payment.amount, payment.currency),
            reference=payment.order.order_number,
            return_url=return_url,
        )
    except GatewayRefused as error:
        _give_up(payment_id=payment.pk, reason=str(error))
        raise
    payment = record_state(payment_id=payment.pk, seen=answer)
    if not payment.redirect_url:
        raise OrderNotPayable
    return payment.redirect_url


@command
def _intend(*, order_id: UUID, provider: str) -> Payment:
    """Return the live attempt to pay an order, or write down a new one."""
    order = Order.objects.select_for_update(no_key=True).filter(pk=order_id).first()
    if order is None:
        raise OrderNotFound
    if not order.is_payable:
        raise OrderNotPayable
    live = Payment.objects.live().filter(order=order).select_related("order").first()
    if live is not None:
        return live
    payment_id = new_id()
    return Payment.objects.create(
        id=payment_id,
        order=order,
        user_id=order.user_id,
        provider=provider,
        amount=order.total,
        currency=order.currency,
        idempotency_key=str(payment_id),
    )


@command
def _give_up(*, payment_id: UUID, reason: str) -> None:
    payment = Payment.objects.select_for_update(no_key=True).get(pk=payment_id)
    if payment.status == Payment.Status.PENDING:
        payment.move_to(Payment.Status.FAILED, failure_reason=reason[:255])
