"""What the hot queries are asked about: the big and the popular, not the lucky cases."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import cast
from uuid import UUID

from django.db.models import F

from carts.models import Cart
from catalog.models import Brand, Category, CategoryFacet, Product
from catalog.queries import SHELF_SORTS, on_shelf
from orders.models import Order
from shopflow.demo.load import OPENED
from shopflow.lib.paging import page
from shopflow.lib.roles import Role
from shopflow.lib.transactions import reading_as


class NothingToMeasure(Exception):
    """The shop has no made-up rows to look at."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One of each kind; `price_from` and `price_to` are in the shop's currency.

    `middle` is the cursor of the page in the middle of the root's list, newest first.
    """

    root: Category
    middle: str
    brand: Brand
    price_from: Decimal
    price_to: Decimal
    bestseller: Product
    cart: Cart
    order: Order
    shopper_id: UUID


def sample() -> Sample:
    """Choose what to ask about. Raises NothingToMeasure in a shop that isn't full."""
    try:
        return _chosen()
    except LookupError as error:
        raise NothingToMeasure("Fill the shop first: manage.py seed --size l") from error


def _chosen() -> Sample:
    sizes = CategoryFacet.objects.filter(facet="in_stock", value="true").order_by("-product_count")
    root = sizes.select_related("category")[0].category
    brands = CategoryFacet.objects.filter(category=root, facet="brand").order_by("-product_count")
    # Neither the biggest maker nor the smallest.
    brand = brands[len(brands) // 2].value
    bestseller = on_shelf(root).order_by("-shelves__sales_count", "-shelves__product")[0]
    cart = Cart.objects.open().exclude(user=None).select_related("user")[0]
    with reading_as(role=Role.AUDIT):
        order = _order_with_many_lines()
    return Sample(
        root=root,
        middle=_middle_of(root),
        brand=Brand.objects.get(slug=brand),
        price_from=bestseller.price * Decimal("0.8"),
        price_to=bestseller.price * Decimal("1.2"),
        bestseller=bestseller,
        cart=cart,
        order=order,
        shopper_id=cast(UUID, order.user_id),
    )


def _middle_of(root: Category) -> str:
    shelf = on_shelf(root).alias(shelved_at=F("shelves__published_at"))
    newest = shelf.order_by("-shelved_at")[0].published_at or OPENED
    older = shelf.filter(shelved_at__lt=newest - timedelta(days=365))
    return page(older, order=SHELF_SORTS["newest"], cursor=None, limit=1).next or ""


def _order_with_many_lines() -> Order:
    """Return a delivered order of somebody with an account, of the last weeks of the shop."""
    latest = Order.objects.filter(status="delivered", user__isnull=False).order_by("-id")[:200]
    orders = list(latest.prefetch_related("items"))
    return max(orders, key=lambda order: len(order.items.all()))
