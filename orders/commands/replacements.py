"""What is sent instead of goods that came back or never came: an order of its own, already paid."""

from dataclasses import fields
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from catalog.models import ProductVariant
from inventory import commands as inventory
from orders.commands.history import record, step
from orders.commands.mails import tell_return
from orders.commands.place import Address, next_number
from orders.commands.returns import locked_return
from orders.models import (
    Order,
    OrderAddress,
    OrderDiscountLine,
    OrderItem,
    OrderReturn,
    OrderReturnItem,
)
from orders.queries import ReturnFact, guest_token
from orders.signals import return_received
from shopflow.lib.errors import InvalidTransition
from shopflow.lib.money import ZERO
from shopflow.lib.news import announce
from shopflow.lib.transactions import command

Status, Resolution = OrderReturn.Status, OrderReturn.Resolution


@command
def send_replacement(*, return_id: UUID, by: UUID | None = None) -> OrderReturn:
    """Order what a shopper gets instead, for nothing, and close the return.

    The new order stands on its own: it costs what the goods cost, less the same amount for what
    came back, so its total is 0 and its stock is committed at once. What is wanted instead never
    costs more than what it replaces did; where it costs less, payments give the difference back.
    Raises ReturnNotFound, InvalidTransition, OutOfStock.
    """
    order, row = locked_return(return_id)
    if not row.can_be_replaced:
        raise InvalidTransition(f"There is nothing to send instead for {row} now.")
    replacement = _insert_order(order, row, _wanted(row))
    record(replacement, before="", by=by)
    row.move_to(Status.CLOSED, closed_at=timezone.now(), replacement=replacement)
    if row.resolution == Resolution.REPLACEMENT:
        _settle(row)
    tell_return(
        order,
        row,
        ReturnFact.REPLACED,
        replacement=replacement.order_number,
        replacement_token=guest_token(replacement) if replacement.user_id is None else "",
    )
    announce(return_received, return_id=row.pk)
    step(
        replacement,
        Order.Status.CONFIRMED,
        by=by,
        notes=row.return_number,
        payment_status=Order.PaymentStatus.PAID,
        confirmed_at=replacement.placed_at,
    )
    _take_stock(replacement)
    return row


def _wanted(row: OrderReturn) -> list[OrderItem]:
    """Return the lines of the new order, not saved, each variant once."""
    lines: dict[UUID, OrderItem] = {}
    items: QuerySet[OrderReturnItem] = row.items.select_related(
        "order_item__variant", "wanted_variant__product"
    )
    for item in items.order_by("id"):
        is_exchange = row.resolution == Resolution.EXCHANGE
        units = item.quantity_received if is_exchange else item.quantity
        variant = item.wanted_variant or item.order_item.variant
        if not units:
            continue
        line = lines.setdefault(variant.pk, _line(item.order_item, variant))
        line.quantity += units
        line.unit_price = min(line.unit_price, item.order_item.unit_price)
    for line in lines.values():
        line.discount_amount = line.unit_price * line.quantity
    return list(lines.values())


def _line(sold: OrderItem, variant: ProductVariant) -> OrderItem:
    is_same = variant.pk == sold.variant_id
    return OrderItem(
        variant=variant,
        product_id=sold.product_id,
        quantity=0,
        unit_price=sold.unit_price if is_same else variant.price,
        unit_cost=variant.cost,
        product_name=sold.product_name,
        variant_name=sold.variant_name if is_same else variant.name,
        sku=variant.sku,
        image_url=sold.image_url,
        tax_class=sold.tax_class,
    )


def _insert_order(order: Order, row: OrderReturn, items: list[OrderItem]) -> Order:
    now = timezone.now()
    price = sum((item.discount_amount for item in items), ZERO)
    new = Order.objects.create(
        order_number=next_number(now),
        user_id=order.user_id,
        currency=order.currency,
        subtotal=price,
        discount_total=price,
        total=ZERO,
        prices_include_tax=order.prices_include_tax,
        price_trace=_trace(items, row),
        customer_email=order.customer_email,
        customer_phone=order.customer_phone,
        language=order.language,
        shipping_method_id=order.shipping_method_id,
        shipping_method_name=order.shipping_method_name,
        placed_at=now,
    )
    for item in items:
        item.order, item.user_id = new, new.user_id
    OrderItem.objects.bulk_create(items)
    OrderDiscountLine.objects.create(order=new, description=row.return_number, amount=price)
    OrderAddress.objects.bulk_create(_address(place, new) for place in order.addresses.all())
    return new


def _address(place: OrderAddress, order: Order) -> OrderAddress:
    written = {field.name: getattr(place, field.name) for field in fields(Address)}
    kind = place.address_type
    return OrderAddress(order=order, user_id=order.user_id, address_type=kind, **written)


def _trace(items: list[OrderItem], row: OrderReturn) -> list[dict[str, str]]:
    def one(rule: str, name: str, value: str, adds: Decimal) -> dict[str, str]:
        said = {"name": name, "condition": "", "value": value, "result": str(adds), "reason": ""}
        return {"rule": rule, **said, "adds": str(adds)}

    lines = [
        one(
            "line",
            f"{item.product_name} ({item.sku})",
            f"{item.quantity} × {item.unit_price}",
            item.discount_amount,
        )
        for item in items
    ]
    price = sum((item.discount_amount for item in items), ZERO)
    back = one("return", row.return_number, str(price), -price)
    return [*lines, back, one("total", "", "", ZERO)]


def _settle(row: OrderReturn) -> None:
    """What is replaced is due no more; of an exchange the difference still is."""
    for item in row.items.all():
        item.quantity_settled = item.quantity
        item.save(update_fields=["quantity_settled", "updated_at"])


def _take_stock(order: Order) -> None:
    inventory.reserve(
        order_id=order.pk,
        wanted=[
            inventory.Wanted(
                order_item_id=item.pk, variant_id=item.variant_id, quantity=item.quantity
            )
            for item in order.items.all()
        ],
        expires_at=order.placed_at,
    )
    inventory.commit(order_id=order.pk)
