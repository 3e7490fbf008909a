"""Giving back lines of an order: what the units cost, and whether they are sold again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from inventory import commands as inventory
from payments.commands.gift_refunds import refund_to_cards
from payments.commands.refunds import MOST, locked, refund, refund_of
from payments.errors import InvalidRefund, LineRefundedAlready, RefundTooMuch
from payments.models import Payment, Refund, RefundItem
from payments.queries import OrderLeft, left_of_order
from shopflow.lib.money import ZERO, allocate, round_money
from shopflow.lib.transactions import command


@dataclass(frozen=True, kw_only=True)
class RefundLine:
    """So many units of an order's line."""

    order_item_id: UUID
    quantity: int


@command
def refund_lines(
    *,
    payment_id: UUID,
    lines: Sequence[RefundLine],
    reason: str,
    shipping: Decimal = ZERO,
    amount: Decimal | None = None,
    restock: bool = False,
    by: UUID | None = None,
    key: str = "",
    order_return_id: UUID | None = None,
) -> Refund:
    """Give back units of an order's lines, and so much of its shipping (in its currency).

    Without an `amount` it is exactly what they cost, discounts off and taxes in; a smaller one
    is spread over them. What the payment doesn't cover goes onto the order's gift cards, as far as
    they paid. `restock` sells the units again: what hasn't left isn't sent any more,
    what has comes back to its shelf. A `key` that was used before returns its refund. Raises
    PaymentNotFound, InvalidRefund, LineRefundedAlready, PaymentDisputed, RefundTooMuch.
    """
    payment = locked(payment_id)
    if (earlier := refund_of(payment, key)) is not None:
        return earlier
    left = left_of_order(payment.order)
    wanted = _checked(lines, shipping, left)
    parts = [*(left.lines[item_id].amount_of(units) for item_id, units in wanted.items()), shipping]
    if amount is not None:
        parts = _spread(amount, parts)
    parts = _less_cards(payment, parts, reason, by)
    row = refund(
        payment_id=payment_id,
        amount=sum(parts, ZERO),
        reason=reason,
        by=by,
        key=key,
        shipping=parts[-1],
        restock=restock,
        order_return_id=order_return_id,
    )
    again = {
        item_id: left.lines[item_id].to_restock(units) if restock else 0
        for item_id, units in wanted.items()
    }
    _write_items(row, wanted, again, parts[:-1])
    if restock:
        inventory.take_back(order_id=row.order_id, units=again, reason="refund", by=by)
    return row


def _less_cards(
    payment: Payment, parts: list[Decimal], reason: str, by: UUID | None
) -> list[Decimal]:
    """Return what the payment gives back of these amounts; the order's gift cards get the rest.

    Raises RefundTooMuch when they paid less than that.
    """
    whole, left = sum(parts, ZERO), payment.amount_captured - payment.amount_refunded
    if whole <= left or left == 0:  # of nothing, nothing is given back: `refund` says so
        return parts
    back = refund_to_cards(order_id=payment.order_id, amount=whole - left, reason=reason, by=by)
    if back < whole - left:
        raise RefundTooMuch
    return allocate(left, parts)


def _checked(lines: Sequence[RefundLine], shipping: Decimal, left: OrderLeft) -> Mapping[UUID, int]:
    """Return the units by line; raises InvalidRefund, LineRefundedAlready, RefundTooMuch."""
    wanted = {line.order_item_id: line.quantity for line in lines}
    is_odd = len(wanted) != len(lines) or not wanted.keys() <= left.lines.keys()
    if is_odd or any(units < 1 for units in wanted.values()) or not _is_amount(shipping):
        raise InvalidRefund
    if any(units > left.lines[item_id].quantity for item_id, units in wanted.items()):
        raise LineRefundedAlready
    if shipping > left.shipping:
        raise RefundTooMuch
    return wanted


def _spread(amount: Decimal, parts: Sequence[Decimal]) -> list[Decimal]:
    """Share a smaller amount among lines and shipping as they would have had it."""
    if not _is_amount(amount):
        raise InvalidRefund
    if amount > sum(parts, ZERO):
        raise RefundTooMuch
    return allocate(amount, parts)


def _write_items(
    row: Refund, wanted: Mapping[UUID, int], again: Mapping[UUID, int], parts: Sequence[Decimal]
) -> None:
    RefundItem.objects.bulk_create(
        RefundItem(
            refund=row,
            order_item_id=item_id,
            quantity=units,
            restocked=again[item_id],
            amount=part,
        )
        for (item_id, units), part in zip(wanted.items(), parts, strict=True)
    )


def _is_amount(amount: Decimal) -> bool:
    return amount.is_finite() and 0 <= amount < MOST and amount == round_money(amount)
