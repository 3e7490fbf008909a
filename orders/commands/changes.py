"""Editing a paid order before it ships: units are taken out, and their money goes back.

The lines stay as they were sold, and so do the order's amounts and its invoice: the edit is a row
of its own, the money a refund with its credit note. What is to be added is a further order
(`drafts.py`): nobody can be charged for it without paying again.
"""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from inventory import commands as inventory
from orders.commands.history import locked, step
from orders.commands.mails import tell_changed
from orders.commands.tracking import arrive
from orders.errors import ChangeNotFound, ChangeOutdated, InvalidChange, OrderNotEditable
from orders.models import Order, OrderChange
from orders.queries import back_of, left_to_ship, taken_by, units_of
from orders.signals import order_lessened
from shopflow.lib.news import announce
from shopflow.lib.transactions import command

LONGEST_REASON = 255
Status = OrderChange.Status


@command
def propose_change(
    *, order_id: UUID, units: Mapping[UUID, int], reason: str = "", by: UUID | None = None
) -> OrderChange:
    """Write down that so many units of lines are to be taken out, and what that gives back.

    Nothing is taken out yet; a proposal made before is dropped. Raises OrderNotFound,
    OrderNotEditable, InvalidChange.
    """
    order = locked(order_id)
    if not order.is_shippable:
        raise OrderNotEditable
    taken = {item_id: quantity for item_id, quantity in units.items() if quantity}
    inside, left = units_of(order.pk), left_to_ship(order.pk)
    _check(taken, inside, left)
    for old in order.changes.filter(status=Status.PROPOSED):
        old.move_to(Status.DISCARDED)
    return OrderChange.objects.create(
        order=order,
        user_id=order.user_id,
        what=OrderChange.Subject.LINES,
        old_values={"quantities": {str(item_id): inside[item_id] for item_id in taken}},
        new_values={"quantities": {str(i): inside[i] - taken[i] for i in taken}},
        difference=-back_of(order=order, taken=taken, units=inside),
        reason=reason[:LONGEST_REASON],
        created_by_id=by,
    )


@command
def apply_change(
    *, change_id: UUID, expected_difference: Decimal, by: UUID | None = None
) -> OrderChange:
    """Take the units of a proposal out of its order: they are sold again, their money goes back.

    Exactly what was agreed to (`expected_difference`, in the order's currency) or nothing. Raises
    ChangeNotFound, OrderNotEditable, ChangeOutdated.
    """
    order, change = _locked(change_id)
    if not order.is_shippable:
        raise OrderNotEditable
    taken, inside, left = taken_by(change), units_of(order.pk), left_to_ship(order.pk)
    is_as_proposed = all(
        inside.get(UUID(line)) == units
        for line, units in change.old_values.get("quantities", {}).items()
    )
    if not is_as_proposed or change.difference != expected_difference:
        raise ChangeOutdated
    if any(quantity > left.get(item_id, 0) for item_id, quantity in taken.items()):
        raise ChangeOutdated
    change.move_to(Status.APPLIED, applied_at=timezone.now())
    _finish(order, is_all=left == taken, by=by)
    tell_changed(order, change)
    announce(order_lessened, order_id=order.pk)
    inventory.give_up(order_id=order.pk, units=taken)
    return change


@command
def discard_change(*, change_id: UUID) -> OrderChange:
    """Drop a proposal. Raises ChangeNotFound."""
    _, change = _locked(change_id)
    change.move_to(Status.DISCARDED)
    return change


@command
def note_settled(*, change_id: UUID) -> None:
    """Note that an edit's money is on its way back. Safe to repeat."""
    waiting = OrderChange.objects.filter(pk=change_id, status=Status.APPLIED, settled_at=None)
    waiting.update(settled_at=timezone.now(), updated_at=timezone.now())


def _check(taken: Mapping[UUID, int], inside: Mapping[UUID, int], left: Mapping[UUID, int]) -> None:
    if not taken or any(quantity < 0 for quantity in taken.values()):
        raise InvalidChange
    if any(quantity > left.get(item_id, 0) for item_id, quantity in taken.items()):
        raise InvalidChange("Some of these units have left already, or aren't in this order.")
    if taken == inside:
        raise InvalidChange("Nothing would be left: cancel the order instead.")


def _locked(change_id: UUID) -> tuple[Order, OrderChange]:
    """Lock the order, which guards its edits too."""
    changes = OrderChange.objects.filter(pk=change_id, status=Status.PROPOSED)
    order_id = changes.values_list("order_id", flat=True).first()
    if order_id is None:
        raise ChangeNotFound
    order = locked(order_id)
    change = changes.first()
    if change is None:
        raise ChangeNotFound
    return order, change


def _finish(order: Order, *, is_all: bool, by: UUID | None) -> None:
    """When all that was left is taken out, what has left was the whole order."""
    if is_all:
        step(
            order,
            Order.Status.SHIPPED,
            by=by,
            notes="The rest was taken out",
            shipped_at=max(timezone.now(), order.placed_at),
            fulfilment_status=Order.FulfilmentStatus.FULFILLED,
        )
        arrive(order, by=by)
