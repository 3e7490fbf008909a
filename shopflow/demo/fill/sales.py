"""What was ordered: an order with all amounts worked out, and the rows written at checkout."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from shopflow.demo.fill.amounts import Amounts, Line, trace, work_out
from shopflow.demo.fill.cells import NULL, Rows, dice, moment, money
from shopflow.demo.fill.families import product_name
from shopflow.demo.fill.plan import HELD, HOUR, MINUTE, SHIPPED, SHIPS_AFTER, Fate
from shopflow.demo.fill.shoppers import city_of, country_of, email_of, name_of, street_of
from shopflow.demo.fill.sizes import DAY
from shopflow.demo.fill.world import Place, World

COLUMNS = {
    "orders":
        "id created_at updated_at user_id order_number status payment_status fulfilment_status"
        " currency subtotal discount_total shipping_cost tax total amount_paid amount_refunded"
        " prices_include_tax price_trace customer_email coupon_code shipping_method_id"
        " shipping_method_name placed_at confirmed_at shipped_at delivered_at cancelled_at"
        " cancel_reason",
    "order_items":
        "id created_at updated_at order_id user_id variant_id product_id quantity unit_price"
        " discount_amount tax_amount unit_cost product_name variant_name sku image_url",
    "order_addresses":
        "id created_at updated_at order_id user_id address_type first_name last_name address_line_1"
        " city state postal_code country_code",
    "order_tax_lines":
        "id created_at updated_at order_id name tax_class rate taxable amount",
    "order_discount_lines": "id created_at updated_at order_id code description amount",
}  # fmt: skip
CODE, DESCRIPTION = "THANKYOU5", "5 % off for everybody who came back"
STATUS = {
    Fate.PENDING: ("pending", "unpaid"),
    Fate.CONFIRMED: ("confirmed", "paid"),
    Fate.PROCESSING: ("processing", "paid"),
    Fate.SHIPPED: ("shipped", "paid"),
    Fate.DELIVERED: ("delivered", "paid"),
    Fate.PARTLY_REFUNDED: ("delivered", "partially_refunded"),
    Fate.REFUNDED: ("refunded", "refunded"),
    Fate.EXPIRED: ("cancelled", "unpaid"),
    Fate.CANCELLED: ("cancelled", "refunded"),
}
REASON = {Fate.EXPIRED: "expired", Fate.CANCELLED: "by the customer"}
FATES = list(Fate)
UNPAID = frozenset({Fate.PENDING, Fate.EXPIRED})


@dataclass(slots=True)
class Times:
    """When an order came to where it is; None: not yet, or never. In milliseconds."""

    placed: int
    confirmed: int | None
    shipped: int | None
    delivered: int | None
    cancelled: int | None
    refunded: int | None


@dataclass(slots=True)
class Sale:
    """One order as all of its rows show it."""

    number: int
    id: str
    user_id: str
    shopper: int
    fate: Fate
    times: Times
    place: Place
    lines: Sequence[Line]
    amounts: Amounts
    now: str
    has_coupon: bool


def sales(world: World, orders: Iterable[int]) -> Iterator[Sale]:
    """Work out the orders, in the order they were placed."""
    plan, ids = world.plan, world.ids
    throw = dice(plan.seed, "buyers").random
    for number in orders:
        placed, fate = plan.placed[number], FATES[plan.fate[number]]
        is_guest = throw() < 0.4
        shopper = _shopper(world, number, placed, throw())
        place = world.places[1 if country_of(shopper) == "DE" else 0]
        lines = list(_lines(world, number, placed))
        has_coupon = number % 37 == 11
        yield Sale(
            number=number,
            id=ids.order(placed, number),
            user_id=NULL if is_guest else ids.user(plan.joined(shopper), shopper),
            shopper=shopper,
            fate=fate,
            times=_times(number, placed, fate),
            place=place,
            lines=lines,
            amounts=work_out(lines, place, has_coupon=has_coupon),
            now=moment(placed),
            has_coupon=has_coupon,
        )


def placing_rows(world: World, sale: Sale) -> Rows:
    """Make what checkout writes."""
    yield _order(world, sale)
    for line in sale.lines:
        yield _item(world, sale, line)
    first, last = name_of(sale.shopper)
    country = sale.place.country
    city, state, code = city_of(sale.shopper, country)
    for place, kind in enumerate(("shipping", "billing")):
        address_id = world.ids.order_address(sale.times.placed, sale.number * 2 + place)
        yield (
            "order_addresses",
            f"{address_id}\t{sale.now}\t{sale.now}\t{sale.id}\t{sale.user_id}\t{kind}\t{first}"
            f"\t{last}\t{street_of(sale.shopper)}\t{city}\t{state}\t{code}\t{country}",
        )
    yield from _amount_lines(world, sale)


def optional(ms: int | None) -> str:
    """Return a time that may not have come."""
    return NULL if ms is None else moment(ms)


def _shopper(world: World, number: int, placed: int, throw: float) -> int:
    """Return somebody who had signed up by then."""
    plan = world.plan
    so_far = (placed - plan.joined(0)) * plan.size.shoppers // (plan.joined(1) - plan.joined(0))
    return int(throw * max(min(so_far // plan.size.shoppers, plan.size.shoppers), 1))


def _times(number: int, placed: int, fate: Fate) -> Times:
    confirmed = None if fate in UNPAID else placed + 2 * MINUTE + number % 600 * 1000
    # The same delay for all, so that the ledger of a variant goes by the order of its sales.
    shipped = placed + SHIPS_AFTER if fate in SHIPPED else None
    arrived = placed + SHIPS_AFTER + DAY + number % 1440 * MINUTE
    cancelled = {Fate.EXPIRED: placed + HELD, Fate.CANCELLED: placed + 2 * HOUR}.get(fate)
    is_refunded = fate in (Fate.REFUNDED, Fate.PARTLY_REFUNDED)
    return Times(
        placed=placed,
        confirmed=confirmed,
        shipped=shipped,
        delivered=arrived if shipped and fate != Fate.SHIPPED else None,
        cancelled=cancelled,
        refunded=arrived + 10 * DAY if is_refunded else cancelled if confirmed else None,
    )


def _lines(world: World, number: int, placed: int) -> Iterator[Line]:
    plan = world.plan
    for line in range(plan.first_line[number], plan.first_line[number + 1]):
        variant = plan.line_variant[line]
        yield Line(
            number=line,
            id=world.ids.item(placed, line),
            variant=variant,
            quantity=plan.line_quantity[line],
            price=plan.variant_price(variant),
        )


def _order(world: World, sale: Sale) -> tuple[str, str]:
    amounts, times, place = sale.amounts, sale.times, sale.place
    status, payment_status = STATUS[sale.fate]
    paid = 0 if times.confirmed is None else amounts.total
    year = datetime.fromtimestamp(times.placed // 1000, UTC).year
    return (
        "orders",
        f"{sale.id}\t{sale.now}\t{sale.now}\t{sale.user_id}"
        f"\tORD-{year}-{world.first_order_number + sale.number:06}\t{status}\t{payment_status}"
        f"\t{'fulfilled' if times.shipped else 'unfulfilled'}\t{world.currency}"
        f"\t{money(amounts.subtotal)}\t{money(amounts.discount)}\t{money(amounts.shipping)}"
        f"\t{money(amounts.tax)}\t{money(amounts.total)}\t{money(paid)}"
        f"\t{money(refunded_of(sale))}\t{'t' if place.is_included else 'f'}"
        f"\t{trace(amounts, place, [_sku(world, line) for line in sale.lines], sale.lines)}"
        f"\t{email_of(sale.shopper)}\t{CODE if sale.has_coupon else ''}\t{place.method_id}"
        f"\t{place.method}\t{sale.now}\t{optional(times.confirmed)}\t{optional(times.shipped)}"
        f"\t{optional(times.delivered)}\t{optional(times.cancelled)}\t{REASON.get(sale.fate, '')}",
    )


def refunded_of(sale: Sale) -> int:
    """Return what went back of an order, in cents."""
    if sale.times.refunded is None:
        return 0
    total = sale.amounts.total
    return total // 2 if sale.fate == Fate.PARTLY_REFUNDED else total


def _sku(world: World, line: Line) -> str:
    plan = world.plan
    product = plan.product_of[line.variant]
    family = plan.families[plan.family[product]]
    return f"{family.code}-{product:07}-{line.variant - plan.first_variant[product]}"


def _item(world: World, sale: Sale, line: Line) -> tuple[str, str]:
    plan, ids = world.plan, world.ids
    product = plan.product_of[line.variant]
    created, family = plan.created[product], plan.families[plan.family[product]]
    pictures = family.pictures
    image = f"/media/products/demo/{pictures[product % len(pictures)][0]}" if pictures else ""
    place = line.variant - plan.first_variant[product]
    name, _ = family.options[(product * 7 + place) % len(family.options)]
    return (
        "order_items",
        f"{line.id}\t{sale.now}\t{sale.now}\t{sale.id}\t{sale.user_id}"
        f"\t{ids.variant(created, line.variant)}\t{ids.product(created, product)}\t{line.quantity}"
        f"\t{money(line.price)}\t{money(line.discount)}\t{money(line.tax)}"
        f"\t{money(line.price * 11 // 20)}\t{product_name(family, product)}\t{name}"
        f"\t{_sku(world, line)}\t{image}",
    )


def _amount_lines(world: World, sale: Sale) -> Rows:
    amounts, place, placed = sale.amounts, sale.place, sale.times.placed
    if place.rate:
        yield (
            "order_tax_lines",
            f"{world.ids.tax(placed, sale.number)}\t{sale.now}\t{sale.now}\t{sale.id}\t{place.tax}"
            f"\tstandard\t{place.rate / 1e6:.6f}\t{money(amounts.subtotal - amounts.discount)}"
            f"\t{money(amounts.tax)}",
        )
    if amounts.discount:
        yield (
            "order_discount_lines",
            f"{world.ids.discount(placed, sale.number)}\t{sale.now}\t{sale.now}\t{sale.id}\t{CODE}"
            f"\t{DESCRIPTION}\t{money(amounts.discount)}",
        )
