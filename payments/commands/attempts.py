"""Starting to pay."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings

from orders import commands as orders
from orders.errors import OrderNotFound
from orders.models import Order
from payments.commands.state import record_state
from payments.errors import OrderNotPayable
from payments.gateways import gateway
from payments.gateways.base import Gateway, GatewayRefused, ProviderPayment
from payments.models import Payment
from shopflow.lib.ids import new_id
from shopflow.lib.limits import Limit
from shopflow.lib.money import Money
from shopflow.lib.transactions import command

CLOSED = frozenset({Payment.Status.FAILED, Payment.Status.VOIDED})
# For whoever calls `start_payment` for somebody: stolen cards are tried out with many small orders.
# How often a card may be tried within an attempt is the provider's to say: only its page sees it.
TRIES_OF_ORDER = Limit(name="payments-of-order", tries=20, per=timedelta(hours=1))
TRIES_FROM_NETWORK = Limit(name="payments-from-network", tries=60, per=timedelta(hours=1))


def start_payment(*, order_id: UUID, return_url: str, provider: str | None = None) -> str:
    """Open a payment for an order and return the address of the provider's hosted page.

    Talks to the gateway, between two short transactions. A second call returns the page of the
    attempt under way. Raises OrderNotFound, OrderNotPayable, UnknownProvider, GatewayUnavailable,
    GatewayRefused. Safe to repeat.
    """
    provider = provider or settings.PAYMENT_PROVIDERS[0]
    adapter = gateway(provider)
    payment, is_new = _intend(order_id=order_id, provider=provider)
    if payment.redirect_url:
        return payment.redirect_url
    try:
        # An older attempt may have been opened and its answer lost; asking for it once more with
        # another return address would be refused as a different request.
        found = None if is_new else adapter.find(key=str(payment.pk))
        seen = found or _open(adapter, payment, return_url)
        payment = record_state(payment_id=payment.pk, seen=seen)
    except GatewayRefused as error:
        _give_up(payment_id=payment.pk, reason=str(error))
        raise
    if payment.status in CLOSED:
        # The order was closed while the provider answered: nobody may pay there any more.
        adapter.void(payment_id=seen.id, key=f"void-{payment.pk}")
        raise OrderNotPayable
    if not payment.redirect_url:
        raise OrderNotPayable
    return payment.redirect_url


def _open(adapter: Gateway, payment: Payment, return_url: str) -> ProviderPayment:
    return adapter.create(
        key=str(payment.pk),
        amount=Money(payment.amount, payment.currency),
        reference=payment.order.order_number,
        return_url=return_url,
    )


@command
def _intend(*, order_id: UUID, provider: str) -> tuple[Payment, bool]:
    """Return the live attempt to pay an order, or write down a new one (True)."""
    order = Order.objects.select_for_update(no_key=True).filter(pk=order_id).first()
    if order is None:
        raise OrderNotFound
    if not order.is_payable:
        raise OrderNotPayable
    orders.extend_hold(order_id=order_id)
    live = Payment.objects.live().filter(order=order).select_related("order").first()
    if live is not None:
        return live, False
    payment_id = new_id()
    payment = Payment.objects.create(
        id=payment_id,
        order=order,
        user_id=order.user_id,
        provider=provider,
        amount=order.total,
        currency=order.currency,
        idempotency_key=str(payment_id),
    )
    return payment, True


@command
def _give_up(*, payment_id: UUID, reason: str) -> None:
    payment = Payment.objects.select_for_update(no_key=True).get(pk=payment_id)
    if payment.status == Payment.Status.PENDING and not payment.provider_payment_id:
        payment.move_to(Payment.Status.FAILED, failure_reason=reason[:255])
