"""Starting to pay: on the provider's page, or with a card it keeps."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings

from orders import commands as orders
from orders.errors import OrderNotFound
from orders.models import Order
from payments.commands.closing import void_open
from payments.commands.gift_holds import settle
from payments.commands.state import record_state
from payments.errors import OrderNotPayable, PaymentDeclined, PaymentMethodNotFound
from payments.gateways import gateway
from payments.gateways.base import Gateway, GatewayRefused, ProviderPayment
from payments.models import Payment, UserPaymentMethod
from payments.queries import to_charge
from shopflow.lib.ids import new_id
from shopflow.lib.limits import Limit
from shopflow.lib.money import Money
from shopflow.lib.providers import AT_ONCE
from shopflow.lib.transactions import command

Status = Payment.Status
# For whoever calls `start_payment` for somebody: stolen cards are tried out with many small orders.
# How often a card may be tried within an attempt is the provider's to say: only its page sees it.
TRIES_OF_ORDER = Limit(name="payments-of-order", tries=20, per=timedelta(hours=1))
TRIES_FROM_NETWORK = Limit(name="payments-from-network", tries=60, per=timedelta(hours=1))


@dataclass(frozen=True, kw_only=True)
class WayToPay:
    """How a shopper wants to pay: with a kept card, or on the page of a provider ("": the first).

    `keeps_card`: the card typed there is to be kept for the next time.
    """

    provider: str = ""
    keeps_card: bool = False
    card: UserPaymentMethod | None = None

    @property
    def code(self) -> str:
        first = self.provider or settings.PAYMENT_PROVIDERS[0]
        return self.card.provider if self.card else first

    def is_of(self, payment: Payment) -> bool:
        """Whether an attempt goes this way."""
        card_id = self.card.pk if self.card else None
        keeps = self.keeps_card and payment.user_id is not None
        wanted = (self.code, keeps, card_id)
        return wanted == (payment.provider, payment.keeps_card, payment.payment_method_id)


def start_payment(*, order_id: UUID, return_url: str, way: WayToPay | None = None) -> str:
    """Open a payment for an order and return where the shopper goes on.

    That is the provider's page, also where a bank asks its card holder, or `return_url` when
    nothing more is to be done there; an order that gift cards cover is paid at once. Talks to the
    gateway, between two short transactions. A second call returns the page of the attempt under
    way; another way to pay calls that one off first. Raises OrderNotFound, OrderNotPayable,
    PaymentMethodNotFound, PaymentDeclined, UnknownProvider, GatewayUnavailable, GatewayRefused.
    Safe to repeat.
    """
    if settle(order_id=order_id):
        return return_url
    way = way or WayToPay()
    adapter = gateway(way.code)
    payment, is_new = _intend(order_id=order_id, way=way)
    if not is_new and not way.is_of(payment):
        void_open(order_id=order_id)
        payment, is_new = _intend(order_id=order_id, way=way)
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
    return _next(adapter, payment, seen, return_url)


def _next(adapter: Gateway, payment: Payment, seen: ProviderPayment, return_url: str) -> str:
    if payment.status == Status.FAILED and seen.status == "failed":
        raise PaymentDeclined
    if payment.status in {Status.FAILED, Status.VOIDED}:
        # The order was closed while the provider answered: nobody may pay there any more.
        adapter.void(payment_id=seen.id, key=f"void-{payment.pk}")
        raise OrderNotPayable
    if payment.status in {Status.PENDING, Status.REQUIRES_ACTION} and payment.redirect_url:
        return payment.redirect_url
    return return_url


def _open(adapter: Gateway, payment: Payment, return_url: str) -> ProviderPayment:
    card = payment.payment_method
    return adapter.create(
        key=str(payment.pk),
        amount=Money(payment.amount, payment.currency),
        reference=payment.order.order_number,
        return_url=return_url,
        captures=settings.PAYMENT_CAPTURE == AT_ONCE,
        keeps_card=payment.keeps_card,
        token=card.provider_payment_method_id if card else "",
    )


@command
def _intend(*, order_id: UUID, way: WayToPay) -> tuple[Payment, bool]:
    """Return the live attempt to pay an order, or write down a new one (True)."""
    order = Order.objects.select_for_update(no_key=True).filter(pk=order_id).first()
    if order is None:
        raise OrderNotFound
    if not order.is_payable:
        raise OrderNotPayable
    orders.extend_hold(order_id=order_id)
    live = Payment.objects.live().filter(order=order).select_related("order").first()
    if live is not None:
        if way.is_of(live):
            # Known already: a guest's link, by which this may run, opens nobody's cards.
            live.payment_method = way.card
        return live, False
    if way.card is not None and way.card.user_id != order.user_id:
        raise PaymentMethodNotFound
    payment_id = new_id()
    payment = Payment.objects.create(
        id=payment_id,
        order=order,
        user_id=order.user_id,
        provider=way.code,
        payment_method=way.card,
        keeps_card=way.keeps_card and order.user_id is not None,
        amount=to_charge(order),
        currency=order.currency,
        idempotency_key=str(payment_id),
    )
    return payment, True


@command
def _give_up(*, payment_id: UUID, reason: str) -> None:
    payment = Payment.objects.select_for_update(no_key=True).get(pk=payment_id)
    if payment.status == Status.PENDING and not payment.provider_payment_id:
        payment.move_to(Status.FAILED, failure_reason=reason[:255])
