"""What an order comes to, in cents, by the shop's own rules: `carts.queries.price_cart`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from shopflow.demo.fill.cells import money
from shopflow.demo.fill.world import MILLION, Place

PERCENT_OFF = 5


@dataclass(slots=True)
class Line:
    """One line of an order; amounts in cents."""

    number: int
    id: str
    variant: int
    quantity: int
    price: int
    discount: int = 0
    tax: int = 0

    @property
    def total(self) -> int:
        return self.price * self.quantity


@dataclass(slots=True)
class Amounts:
    """The parts of an order's total, in cents."""

    subtotal: int
    discount: int
    shipping: int
    tax: int
    total: int


def work_out(lines: Sequence[Line], place: Place, *, has_coupon: bool) -> Amounts:
    """Add up an order, after setting the discount and the tax of each line."""
    subtotal = sum(line.total for line in lines)
    discount = _discount(lines, subtotal) if has_coupon else 0
    goods = subtotal - discount
    is_free = place.free_above is not None and goods >= place.free_above
    shipping = 0 if is_free else place.price
    for line in lines:
        line.tax = _tax(line.total - line.discount, place)
    tax = sum(line.tax for line in lines)
    total = goods + shipping + (0 if place.is_included else tax)
    return Amounts(subtotal, discount, shipping, tax, total)


def trace(amounts: Amounts, place: Place, skus: Sequence[str], lines: Sequence[Line]) -> str:
    """Return the steps to the total as JSON; what they add makes the total."""
    steps = [
        {
            "rule": "line",
            "name": sku,
            "value": f"{line.quantity} × {money(line.price)}",
            "adds": money(line.total),
        }
        for sku, line in zip(skus, lines, strict=True)
    ]
    if amounts.discount:
        steps.append({"rule": "coupon", "result": "applied", "adds": f"-{money(amounts.discount)}"})
    if place.method:
        steps.append({"rule": "shipping", "name": place.method, "adds": money(amounts.shipping)})
    if place.rate:
        added = 0 if place.is_included else amounts.tax
        steps.append({"rule": "tax", "name": place.tax, "adds": money(added)})
    steps.append({"rule": "total", "adds": money(amounts.total)})
    return json.dumps(steps, ensure_ascii=False)


def _discount(lines: Sequence[Line], subtotal: int) -> int:
    """Share the discount among the lines; the cents left over come off the first."""
    discount = (subtotal * PERCENT_OFF + 50) // 100
    for line in lines:
        line.discount = discount * line.total // subtotal
    lines[0].discount += discount - sum(line.discount for line in lines)
    return discount


def _tax(net: int, place: Place) -> int:
    """Return the tax in or on top of an amount, rounded half up."""
    whole = MILLION + place.rate if place.is_included else MILLION
    return (2 * net * place.rate + whole) // (2 * whole)
