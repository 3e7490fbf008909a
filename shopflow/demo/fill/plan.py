"""What will happen, as plain numbers, before the first row is written.

A product's row shows what was sold of it and what is left, so sales are thrown first. Arrays of
numbers hold a million products and orders in some hundred megabytes less than objects would.
"""

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from random import Random

from shopflow.demo.fill.cells import dice
from shopflow.demo.fill.families import LEAVES, Family
from shopflow.demo.fill.sizes import DAY, END, SPAN, START, Size

MINUTE = DAY // 1440
HOUR = DAY // 24
BRANDS = 400
VARIANTS = (1, 1, 1, 1, 2, 2, 2, 3, 3, 4)  # 2 on average
LINES = VARIANTS
QUANTITIES = (1, 1, 1, 1, 1, 1, 1, 1, 2, 3)
POPULAR = 50  # one product in so many gets half of all sales
HELD = 15 * MINUTE
SHIPS_AFTER = 26 * HOUR
FIRST_ORDER = 0.02  # of the two years: there must be something to buy


class Fate(IntEnum):
    """How far an order has come."""

    PENDING = 0
    CONFIRMED = 1
    PROCESSING = 2
    SHIPPED = 3
    DELIVERED = 4
    PARTLY_REFUNDED = 5
    REFUNDED = 6
    EXPIRED = 7
    CANCELLED = 8


SHIPPED = frozenset({Fate.SHIPPED, Fate.DELIVERED, Fate.PARTLY_REFUNDED, Fate.REFUNDED})
RESERVED = frozenset({Fate.PENDING, Fate.CONFIRMED, Fate.PROCESSING})
SOLD = SHIPPED | {Fate.CONFIRMED, Fate.PROCESSING}


@dataclass
class Plan:
    """The shop to come. Products and orders are counted in the order they came to be."""

    size: Size
    seed: int
    families: Sequence[Family]
    # of products; times in milliseconds, prices in cents
    created: "array[int]" = field(default_factory=lambda: array("q"))
    family: bytearray = field(default_factory=bytearray)
    leaf: bytearray = field(default_factory=bytearray)
    brand: "array[int]" = field(default_factory=lambda: array("H"))
    price: "array[int]" = field(default_factory=lambda: array("I"))
    first_variant: "array[int]" = field(default_factory=lambda: array("I", [0]))
    ratings: bytearray = field(default_factory=bytearray)
    sold: "array[int]" = field(default_factory=lambda: array("I"))
    # of variants
    product_of: "array[int]" = field(default_factory=lambda: array("I"))
    shipped: "array[int]" = field(default_factory=lambda: array("I"))
    reserved: "array[int]" = field(default_factory=lambda: array("I"))
    left: "array[int]" = field(default_factory=lambda: array("H"))
    # of orders
    placed: "array[int]" = field(default_factory=lambda: array("q"))
    fate: bytearray = field(default_factory=bytearray)
    first_line: "array[int]" = field(default_factory=lambda: array("I", [0]))
    line_variant: "array[int]" = field(default_factory=lambda: array("I"))
    line_quantity: bytearray = field(default_factory=bytearray)

    def variants(self, product: int) -> range:
        """Return the numbers of a product's variants."""
        return range(self.first_variant[product], self.first_variant[product + 1])

    def variant_price(self, variant: int) -> int:
        """Return what a variant costs, in cents; the first is the cheapest."""
        product = self.product_of[variant]
        place = variant - self.first_variant[product]
        # Half of the products cost the same in every form.
        return self.price[product] + (self.price[product] // 200 * 10 * place if product & 1 else 0)

    def joined(self, shopper: int) -> int:
        """Return when a shopper signed up."""
        return START + SPAN * shopper // self.size.shoppers


def plan(*, size: Size, seed: int, families: Sequence[Family]) -> Plan:
    """Throw the dice for a shop; the same ones for the same seed."""
    planned = Plan(size, seed, families)
    _throw_products(planned, dice(seed, "products"))
    _throw_orders(planned, dice(seed, "orders"))
    return planned


def is_listed(product: int) -> bool:
    """Whether shoppers see a product: a few are hidden or have left the shop."""
    return not is_hidden(product) and not is_deleted(product)


def is_hidden(product: int) -> bool:
    return product % 211 == 3


def is_deleted(product: int) -> bool:
    return product % 199 == 5


def _throw_products(planned: Plan, thrown: Random) -> None:
    throw, count = thrown.random, planned.size.products
    apart = (SPAN - DAY) / count
    for number in range(count):
        family = int(throw() * len(planned.families))
        planned.created.append(START + int((number + throw()) * apart))
        planned.family.append(family)
        # Squared: some shelves and makers have far more than others.
        planned.leaf.append(int(throw() ** 2 * len(LEAVES)))
        planned.brand.append(int(throw() ** 2 * BRANDS))
        planned.price.append(int(planned.families[family].price * (0.5 + 1.5 * throw())) // 10 * 10)
        planned.ratings.append(1 + int(throw() * 4) if throw() < 0.15 else 0)
        variants = VARIANTS[int(throw() * len(VARIANTS))]
        planned.first_variant.append(planned.first_variant[-1] + variants)
        for _ in range(variants):
            planned.product_of.append(number)
            planned.left.append(int(throw() * 120) if throw() > 0.08 else 0)
    variants = planned.first_variant[-1]
    planned.sold.frombytes(bytes(4 * count))
    planned.shipped.frombytes(bytes(4 * variants))
    planned.reserved.frombytes(bytes(4 * variants))


def _throw_orders(planned: Plan, thrown: Random) -> None:
    throw, count = thrown.random, planned.size.orders
    for number in range(count):
        # More and more every month.
        share = FIRST_ORDER + (1 - FIRST_ORDER) * ((number + throw()) / count) ** 0.7
        placed = START + int(share * SPAN) - 1
        fate = _fate(END - placed, throw())
        planned.placed.append(placed)
        planned.fate.append(fate)
        on_sale = max(bisect_right(planned.created, placed), 1)
        for variant in _basket(planned, thrown, on_sale):
            quantity = QUANTITIES[int(throw() * len(QUANTITIES))]
            planned.line_variant.append(variant)
            planned.line_quantity.append(quantity)
            _count_units(planned, fate, variant, quantity)
        planned.first_line.append(len(planned.line_variant))


def _fate(age: int, throw: float) -> Fate:
    if age < HELD:
        return Fate.PENDING
    if age > DAY and throw < 0.05:
        return Fate.EXPIRED if throw < 0.03 else Fate.CANCELLED
    if age < SHIPS_AFTER:
        return Fate.CONFIRMED if throw < 0.7 else Fate.PROCESSING
    if age < SHIPS_AFTER + 3 * DAY:
        return Fate.SHIPPED
    if throw > 0.98 and age > 20 * DAY:
        return Fate.REFUNDED if throw > 0.99 else Fate.PARTLY_REFUNDED
    return Fate.DELIVERED


def _basket(planned: Plan, thrown: Random, on_sale: int) -> list[int]:
    """Return the variants of one order: all different, half of them popular."""
    throw, chosen = thrown.random, []
    for _ in range(LINES[int(throw() * len(LINES))]):
        product = on_sale
        if throw() < 0.5:
            product = int(throw() ** 2 * planned.size.products / POPULAR) * POPULAR
        if product >= on_sale:
            product = int(throw() * on_sale)
        variants = planned.variants(product)
        variant = variants[int(throw() * len(variants))]
        if variant not in chosen:
            chosen.append(variant)
    return chosen


def _count_units(planned: Plan, fate: Fate, variant: int, quantity: int) -> None:
    if fate in SOLD:
        planned.sold[planned.product_of[variant]] += quantity
    if fate in SHIPPED:
        planned.shipped[variant] += quantity
    elif fate in RESERVED:
        planned.reserved[variant] += quantity
