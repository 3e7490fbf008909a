"""What staff can do with an order: a form each, with the command behind it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from orders import commands, queries
from orders.admin.forms import (
    CancelForm,
    MailForm,
    NoteForm,
    ProposalForm,
    ShipForm,
    TakeOutForm,
    TrackForm,
)
from orders.admin.returns import START_RETURN
from orders.models import Order, OrderChange
from shopflow.lib.admin import Act
from shopflow.lib.money import Money

ChangeStatus = OrderChange.Status


def ship(
    order: Order,
    *,
    by: UUID | None,
    carrier: str,
    tracking_number: str,
    units: dict[UUID, int] | None,
    estimated_delivery: date | None,
) -> str:
    shipped = commands.ship(
        order_id=order.pk,
        carrier=carrier,
        tracking_number=tracking_number,
        units=units,
        estimated_delivery=estimated_delivery,
        by=by,
    )
    what = "Part of " if shipped.is_partly_shipped else ""
    return f"{what}{order} has shipped with {carrier} {tracking_number}."


def track(
    order: Order,
    *,
    by: UUID | None,
    shipment_id: str,
    status: str,
    location: str,
    description: str,
    occurred_at: datetime | None,
) -> str:
    shipment = commands.track(
        shipment_id=UUID(shipment_id),
        status=status,
        location=location,
        description=description,
        occurred_at=occurred_at,
        by=by,
    )
    return f"{shipment} is {shipment.get_status_display().lower()}."


def deliver(order: Order, *, by: UUID | None) -> str:
    commands.deliver(order_id=order.pk, by=by)
    return f"{order} is marked as delivered."


def cancel(order: Order, *, by: UUID | None, reason: str) -> str:
    cancelled = commands.cancel(order_id=order.pk, reason=reason, by=by)
    return f"{order} is cancelled.{_money_back(cancelled)}"


def resend_mail(order: Order, *, by: UUID | None, fact: str) -> str:
    commands.resend_mail(order_id=order.pk, fact=queries.Fact(fact), by=by)
    return f"The mail “{fact.replace('_', ' ')}” goes to {order.customer_email} again."


def add_note(order: Order, *, by: UUID | None, text: str, is_shown_to_shopper: bool) -> str:
    commands.add_note(order_id=order.pk, text=text, is_shown_to_shopper=is_shown_to_shopper, by=by)
    return "Noted, and on its way to the shopper." if is_shown_to_shopper else "Noted."


def take_out(order: Order, *, by: UUID | None, units: dict[UUID, int] | None, reason: str) -> str:
    change = commands.propose_change(order_id=order.pk, units=units or {}, reason=reason, by=by)
    back = Money(-change.difference, order.currency)
    return f"This would give back {back}. Nothing is done yet: look at it, then apply it."


def apply(order: Order, *, by: UUID | None, change_id: UUID, expected_difference: Decimal) -> str:
    change = commands.apply_change(
        change_id=change_id, expected_difference=expected_difference, by=by
    )
    back = Money(-change.difference, order.currency)
    return f"The units are out of {order}. The refund of {back} is on its way."


def discard(order: Order, *, by: UUID | None, change_id: UUID, expected_difference: Decimal) -> str:
    commands.discard_change(change_id=change_id)
    return "The proposal is dropped."


def lines_left(order: Order) -> list[tuple[UUID, str, int]]:
    """Return the lines that have units to ship: id, words, units."""
    left = queries.left_to_ship(order.pk)
    return [
        (item.pk, f"{item.product_name} {item.variant_name} ({item.sku})", left[item.pk])
        for item in order.items.all()
        if item.pk in left
    ]


def _proposal(order: Order) -> dict[str, Any]:
    found = [change for change in order.changes.all() if change.status == ChangeStatus.PROPOSED]
    return {
        "change_id": found[0].pk if found else None,
        "expected_difference": found[0].difference if found else None,
    }


def _is_proposed(order: Order) -> bool:
    return order.is_shippable and _proposal(order)["change_id"] is not None


def _parcels(order: Order) -> dict[str, Any]:
    return {
        "parcels": [
            (str(parcel.pk), str(parcel))
            for parcel in order.shipments.all()
            if not parcel.has_ended
        ]
    }


def _money_back(order: Order) -> str:
    left = order.amount_paid - order.amount_refunded
    return f" The refund of {Money(left, order.currency)} is on its way." if left else ""


ACTS = (
    Act(
        name="ship",
        title="Pack and ship",
        permission="orders.ship_order",
        hint="What goes into this parcel leaves the stock, and the shopper gets a mail. Lower the"
        " numbers to send the rest in another parcel.",
        form=ShipForm,
        initial=lambda order: {"lines": lines_left(order)},
        run=ship,
        is_possible=lambda order: order.is_shippable,
    ),
    Act(
        name="track",
        title="Where a parcel is",
        permission="orders.ship_order",
        hint="The shopper sees it on the order's page; a delivered parcel is told by mail.",
        form=TrackForm,
        initial=_parcels,
        run=track,
        is_possible=lambda order: bool(_parcels(order)["parcels"]),
    ),
    Act(
        name="deliver",
        title="Mark as delivered",
        permission="orders.ship_order",
        hint="All parcels of the order have arrived.",
        run=deliver,
        is_possible=lambda order: order.status == Order.Status.SHIPPED,
    ),
    Act(
        name="apply",
        title="Apply the proposed change",
        permission="orders.edit_order",
        hint="The units are sold again at once, and their money goes back.",
        form=ProposalForm,
        initial=_proposal,
        run=apply,
        is_possible=_is_proposed,
        is_grave=True,
    ),
    Act(
        name="discard",
        title="Drop the proposed change",
        permission="orders.edit_order",
        form=ProposalForm,
        initial=_proposal,
        run=discard,
        is_possible=_is_proposed,
    ),
    Act(
        name="take-out",
        title="Take units out",
        permission="orders.edit_order",
        hint="Before they ship. First you see what it gives back. To add something, write a"
        " further order for the customer.",
        form=TakeOutForm,
        initial=lambda order: {"lines": lines_left(order)},
        run=take_out,
        is_possible=lambda order: order.is_shippable,
    ),
    Act(
        name="cancel",
        title="Cancel and refund",
        permission="orders.cancel_order",
        hint="Stock and coupon go back at once, money by the payment provider.",
        form=CancelForm,
        run=cancel,
        is_possible=lambda order: order.is_cancellable,
        is_grave=True,
    ),
    Act(
        name="note",
        title="Write a note",
        permission="orders.note_order",
        form=NoteForm,
        run=add_note,
    ),
    Act(
        name="mail",
        title="Send a mail again",
        permission="orders.mail_order",
        hint="It says what is so now; what isn't so is refused.",
        form=MailForm,
        initial=lambda order: {"fact": str(queries.facts_of(order)[-1])},
        run=resend_mail,
    ),
    START_RETURN,
)
