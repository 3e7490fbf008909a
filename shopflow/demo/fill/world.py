"""What the generated rows stand on: the plan, everybody's ids, and what the shop has already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db import connection

from catalog.models import Attribute, Category
from inventory.models import Warehouse
from shipping.models import ShippingMethod
from shipping.queries import Destination, tax_rates, zone_of
from shopflow.demo.fill.cells import RowId, numbering
from shopflow.demo.fill.families import LEAVES, Family
from shopflow.demo.fill.plan import Plan
from shopflow.demo.fill.sizes import START

MILLION = 1_000_000


class Ids:
    """The id of each row, from its time and its number among its kind."""

    def __init__(self, seed: int) -> None:
        def of(kind: str) -> RowId:
            return numbering(seed, kind)

        self.category, self.brand, self.type = of("category"), of("brand"), of("type")
        self.attribute, self.choice = of("attribute"), of("choice")
        self.product, self.variant, self.shelf = of("product"), of("variant"), of("shelf")
        self.image, self.price, self.review = of("image"), of("price"), of("review")
        self.stock, self.opening, self.sale = of("stock"), of("opening"), of("sale")
        self.user, self.address, self.cart, self.cart_item = (
            of("user"), of("address"), of("cart"), of("cart item"),
        )  # fmt: skip
        self.order, self.item, self.order_address = of("order"), of("item"), of("order address")
        self.tax, self.discount, self.step = of("tax"), of("discount"), of("step")
        self.reservation, self.parcel, self.parcel_item = (
            of("reservation"), of("parcel"), of("parcel item"),
        )  # fmt: skip
        self.payment, self.refund, self.coupon, self.use = (
            of("payment"), of("refund"), of("coupon"), of("use"),
        )  # fmt: skip


@dataclass(frozen=True)
class Leaf:
    """A generated shelf, and the ids and names from the root's down to its own."""

    name: str
    names: str
    slug: str
    parent: str
    trail: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """What an order into one country costs beside its goods; amounts in cents, rate in millionths.

    `prefix` begins its prices: a trace names the way of shipping and the tax.
    """

    country: str
    method_id: str
    method: str
    price: int
    free_above: int | None
    tax: str
    rate: int
    is_included: bool


@dataclass(frozen=True)
class World:
    plan: Plan
    ids: Ids
    currency: str
    warehouse: str
    first_order_number: int
    leaves: Sequence[Sequence[Leaf]]  # of each family
    attributes: Mapping[str, str]  # slug to id, of those the shop has already
    places: Sequence[Place]


def look_around(plan: Plan) -> World:
    """Return what the generated rows need to know of the shop, which has the demo families."""
    ids = Ids(plan.seed)
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END"
                       " FROM order_number_digits")  # fmt: skip
        (last_number,) = cursor.fetchone()
    return World(
        plan=plan,
        ids=ids,
        currency=settings.DEFAULT_CURRENCY,
        warehouse=Warehouse.objects.get(is_default=True).pk.hex,
        first_order_number=last_number + 1,
        leaves=_leaves(plan.families, ids),
        attributes={row.slug: row.pk.hex for row in Attribute.objects.all()},
        places=[_place("US"), _place("DE")],
    )


def _leaves(families: Sequence[Family], ids: Ids) -> list[list[Leaf]]:
    """Hang the same leaves under the shelf of each family; families may share a shelf."""
    shelves = _shelves()
    addresses = list(dict.fromkeys(family.shelf for family in families))
    found = {}
    for place, address in enumerate(addresses):
        shelf = shelves[address]
        above = tuple(shelf.path.split("."))
        found[address] = [
            Leaf(
                name=f"{word} {shelf.name.lower()}",
                names=f"{_names(shelf)} {word} {shelf.name.lower()}",
                slug=f"{word.lower()}-{shelf.slug}",
                parent=shelf.pk.hex,
                trail=(*above, ids.category(START, place * len(LEAVES) + number)),
            )
            for number, word in enumerate(LEAVES)
        ]
    return [found[family.shelf] for family in families]


def _names(shelf: Category) -> str:
    return f"{shelf.parent.name} {shelf.name}" if shelf.parent else shelf.name


def _shelves() -> Mapping[str, Category]:
    rows = {row.pk.hex: row for row in Category.objects.select_related("parent")}
    return {
        "/".join(rows[label].slug for label in row.path.split(".")): row for row in rows.values()
    }


def _place(country: str) -> Place:
    zone = zone_of(Destination(country, "", ""))
    method = ShippingMethod.objects.filter(zone=zone, is_active=True).order_by("price").first()
    rate = tax_rates(zone=zone).get("standard") if zone else None
    free_above = method.free_above if method else None
    return Place(
        country=country,
        method_id=method.pk.hex if method else r"\N",
        method=method.name if method else "",
        price=_cents(method.price) if method else 0,
        free_above=None if free_above is None else _cents(free_above),
        tax=rate.name if rate else "",
        rate=int(rate.rate * MILLION) if rate else 0,
        is_included=rate.included_in_price if rate else False,
    )


def _cents(amount: Decimal) -> int:
    return int(amount * 100)
