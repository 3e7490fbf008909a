"""The mails that say what has become of an order.

Each is written by the command that makes it true, once: a repeated webhook or a second try finds
it written. It holds the order's number, and its guest's token; lines and amounts are read when it
is sent.
"""

import logging
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.utils import translation

from orders.commands.history import locked
from orders.errors import NothingToTell
from orders.models import Order, OrderChange, OrderReturn, OrderShipment
from orders.queries import Fact, ReturnFact, facts_of, guest_token
from shopflow.lib import audit
from shopflow.lib.audit.entities import entity_type
from shopflow.lib.errors import InvalidInput
from shopflow.lib.ids import new_id
from shopflow.lib.mail import write_mail
from shopflow.lib.models.audit import AuditAction
from shopflow.lib.money import Money, as_read
from shopflow.lib.transactions import command

log = logging.getLogger(__name__)


def tell(order: Order, fact: Fact | ReturnFact, *, reference: str = "", **facts: str) -> None:
    """Write the mail that tells a fact of an order, once for each reference (the order itself).

    In the shopper's language. An order without an address to write to (erased, or come over from
    an older shop) goes on without: no mail is worth a sale that can't be refunded.
    """
    with translation.override(_language(order)):
        try:
            write_mail(
                f"orders/{fact}",
                to=order.customer_email,
                facts={"number": order.order_number, "token": _token(order), **facts},
                reference=reference or str(order.pk),
            )
        except InvalidInput:
            log.warning("%s has no address for the mail %s", order.pk, fact)


def tell_shipped(order: Order, shipment: OrderShipment, *, reference: str = "") -> None:
    """Write the mail that a parcel is on its way, once for each parcel."""
    tell(
        order,
        Fact.SHIPPED,
        reference=reference or str(shipment.pk),
        carrier=shipment.carrier,
        tracking_number=shipment.tracking_number,
    )


def tell_return(
    order: Order, order_return: OrderReturn, fact: ReturnFact, *, step: str = "", **facts: str
) -> None:
    """Write the mail that tells a fact of a return, once for each `step` of it."""
    tell(
        order,
        fact,
        reference=f"{order_return.pk} {step}".strip(),
        return_number=order_return.return_number,
        **facts,
    )


def tell_changed(order: Order, change: OrderChange) -> None:
    """Write the mail that units were taken out of an order, once for each edit."""
    tell(order, Fact.CHANGED, reference=str(change.pk), back=_read(order, -change.difference))


@command
def tell_refund(*, order_id: UUID, refund_id: UUID, amount: Decimal) -> None:
    """Write the mail that money (in the order's currency) went back. Safe to repeat."""
    order = locked(order_id)
    tell(order, Fact.REFUNDED, reference=str(refund_id), amount=_read(order, amount))


@command
def tell_failed_payment(*, order_id: UUID, payment_id: UUID) -> None:
    """Write the mail that an attempt to pay failed, if the order still waits. Safe to repeat."""
    order = locked(order_id)
    if order.is_payable:
        tell(order, Fact.PAYMENT_FAILED, reference=str(payment_id))


@command
def resend_mail(*, order_id: UUID, fact: Fact, by: UUID | None = None) -> Order:
    """Write a mail about an order again, saying what is so now; the audit log notes it.

    Raises OrderNotFound, NothingToTell.
    """
    order = locked(order_id)
    again = str(new_id())
    if fact not in facts_of(order):
        raise NothingToTell
    if fact == Fact.SHIPPED:
        for shipment in order.shipments.exclude(shipped_at=None):
            tell_shipped(order, shipment, reference=f"{again} {shipment.pk}")
    elif fact == Fact.REFUNDED:
        tell(order, fact, reference=again, amount=_read(order, order.amount_refunded))
    else:
        tell(order, fact, reference=again)
    audit.record(
        action=AuditAction.CREATE,
        entity_type=entity_type(Order),
        entity_id=order.pk,
        user_id=by,
        new_values={"mail": str(fact)},
    )
    return order


def _language(order: Order) -> str:
    known = dict(settings.LANGUAGES)
    return order.language if order.language in known else translation.get_language() or ""


def _token(order: Order) -> str:
    # Who has an account signs in; an address alone shouldn't open what it bought.
    return guest_token(order) if order.user_id is None else ""


def _read(order: Order, amount: Decimal) -> str:
    language = _language(order) or settings.LANGUAGE_CODE
    return as_read(Money(amount, order.currency), language)
