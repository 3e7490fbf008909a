"""The hottest queries, asked through the code that pages, the API and the staff site run."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import QueryDict

from accounts.models import User
from carts.queries import Destination, find_cart, price_cart
from catalog import queries as catalog
from catalog.filters import ShelfFilter
from catalog.forms import Listing, read_listing
from inventory.models import Inventory
from orders import queries as orders
from orders.models import Order, OrderItem
from payments.queries import payments_of
from shopflow.baseline.samples import Sample
from shopflow.lib.models import AuditLog
from shopflow.lib.paging import page
from shopflow.lib.roles import Role
from shopflow.lib.transactions import reading_as

PER_PAGE = 20
STAFF_PER_PAGE = 100


@dataclass(frozen=True)
class HotQuery:
    """Something the shop asks all the time; `asks` says which code does, `rows` who wanted it."""

    title: str
    asks: str
    rows: str
    run: Callable[[Sample], object]


def _shelf(sample: Sample, **asked: str) -> Listing:
    query = QueryDict(mutable=True)
    for name, value in {"sort": "newest", **asked}.items():
        query[name] = value
    return read_listing(
        query,
        catalog.on_shelf(sample.root),
        sorts=catalog.SHELF_SORTS,
        filter_class=ShelfFilter,
        counted=catalog.stored_facets(sample.root.pk),
    )


def _shelf_in_the_middle(sample: Sample) -> Listing:
    return _shelf(sample, after=sample.middle)


def _narrowed_shelf(sample: Sample) -> Listing:
    return _shelf(
        sample,
        brand=sample.brand.slug,
        price_min=str(sample.price_from),
        price_max=str(sample.price_to),
        in_stock="true",
        sort="price_asc",
    )


def _featured_shelf(sample: Sample) -> Listing:
    return _shelf(sample, sort="featured")


def _best_rated_shelf(sample: Sample) -> Listing:
    return _shelf(sample, sort="rating")


def _shelf_of_one_material(sample: Sample) -> Listing:
    return _shelf(sample, attr_material="Lambswool", rating="4")


def _shelf_by_price_and_stock(sample: Sample) -> Listing:
    return _shelf(sample, in_stock="true", price_min="20", price_max="49.99", sort="bestselling")


def _product(sample: Sample) -> object:
    found = catalog.find_product(sample.bestseller.slug)
    return found, catalog.category_trail(found)


def _cart(sample: Sample) -> object:
    cart = find_cart(user_id=sample.cart.user_id)
    return cart and price_cart(cart_id=cart.pk, address=Destination("US", "NY", "10001"))


def _order(sample: Sample) -> object:
    number = sample.order.order_number
    with orders.opened(number=number, token="", user_id=sample.shopper_id) as order:
        return Order.objects.with_details().get(pk=order.pk), list(order.history.all())


def _orders_of_shopper(sample: Sample) -> object:
    with reading_as(user_id=sample.shopper_id):
        mine = orders.orders_of(sample.shopper_id)
        return page(mine, order=orders.BY_NEWEST, cursor=None, limit=PER_PAGE)


def _open_orders(_: Sample) -> object:
    with reading_as(role=Role.ADMIN):
        found = Order.objects.filter(status=Order.Status.CONFIRMED).order_by("-id")
        return list(found.defer("price_trace", "metadata")[:STAFF_PER_PAGE])


def _lines_of_product(sample: Sample) -> object:
    with reading_as(role=Role.ADMIN):
        lines = OrderItem.objects.filter(product=sample.bestseller).select_related("order")
        return list(lines.order_by("-id")[:STAFF_PER_PAGE])


def _payments(sample: Sample) -> object:
    with reading_as(user_id=sample.shopper_id):
        return list(payments_of(sample.order.pk))


def _search(words: str) -> Listing:
    found = catalog.search(text=words)
    return read_listing(QueryDict(), found.products, sorts={"relevance": catalog.BY_RELEVANCE})


def _two_words(sample: Sample) -> object:
    first, *_, last = sample.bestseller.name.split(" No.")[0].split()
    return _search(f"{first} {last}")


def _common_word(sample: Sample) -> object:
    return _search(sample.bestseller.name.split(" No.")[0].split()[-1])


def _misspelt_words(sample: Sample) -> object:
    first, *_, last = sample.bestseller.name.split(" No.")[0].split()
    return _search(f"{first[0]}{first[2]}{first[1]}{first[3:]} {last}{last[-1]}")


def _code(sample: Sample) -> object:
    return _search(sample.bestseller.sku.replace("-", "").lower())


def _suggestions(sample: Sample) -> object:
    return catalog.suggestions(text=sample.bestseller.name[:3])


def _history(sample: Sample) -> object:
    return list(
        AuditLog.objects.filter(entity_type="order", entity_id=str(sample.order.pk)).order_by("-id")
    )


def _done_by(sample: Sample) -> object:
    done = AuditLog.objects.filter(user_id__in=[User.objects.order_by("id")[0].pk])
    return list(done.order_by("-id")[:STAFF_PER_PAGE])


def _low_stock(_: Sample) -> object:
    low = Inventory.objects.filter(is_low=True).select_related("variant__product", "warehouse")
    return list(low.order_by("-id")[:STAFF_PER_PAGE])


HOT_QUERIES = (
    HotQuery("A root category, newest first", "catalog.views.category", "S1-55", _shelf),
    HotQuery(
        "The same, in the middle", "catalog.views.category", "S1-55, C-49", _shelf_in_the_middle
    ),
    HotQuery(
        "The same, by brand, price and stock", "catalog.views.category", "S1-55", _narrowed_shelf
    ),
    HotQuery("The same, what staff like first", "catalog.views.category", "S1-55", _featured_shelf),
    HotQuery("The same, best rated first", "catalog.views.category", "S1-55", _best_rated_shelf),
    HotQuery(
        "The same, by material and stars", "catalog.views.category", "S1-55", _shelf_of_one_material
    ),
    HotQuery(
        "The same, by price and stock", "catalog.views.category", "S1-55", _shelf_by_price_and_stock
    ),
    HotQuery("A product with everything", "catalog.views.product", "S1-56", _product),
    HotQuery("A cart and what it costs", "carts.views.detail", "S1-57, S2-29", _cart),
    HotQuery("An order with everything", "orders.views.detail", "S1-58, S2-27", _order),
    HotQuery("A shopper's orders", "orders.views.mine", "S2-26", _orders_of_shopper),
    HotQuery("Orders of one status", "orders.admin", "S2-96", _open_orders),
    HotQuery("Sales of a product", "orders.models.OrderItem", "S2-28", _lines_of_product),
    HotQuery("How an order was paid", "payments.queries.payments_of", "S2-30", _payments),
    HotQuery("Search for two words", "catalog.views.search", "C-48", _two_words),
    HotQuery("Search for one common word", "catalog.views.search", "C-48", _common_word),
    HotQuery("Search for misspelt words", "catalog.views.search", "C-48", _misspelt_words),
    HotQuery("Search for a style code", "catalog.views.search", "C-48", _code),
    HotQuery("Suggestions for three letters", "catalog.views.suggest", "C-48", _suggestions),
    HotQuery("Stock that runs low", "inventory.admin", "S2-98", _low_stock),
)
# Asked while the audit log is full.
AUDIT_QUERIES = (
    HotQuery("What was done to an order", "shopflow.lib.admin.audit", "S2-100", _history),
    HotQuery("What somebody did", "shopflow.lib.admin.audit", "S2-100", _done_by),
)
