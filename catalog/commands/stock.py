from collections.abc import Mapping
from uuid import UUID

from catalog.commands.read_models import copy_sort_keys, copy_stock
from catalog.models import Product, ProductVariant
from catalog.signals import stock_turned
from shopflow.lib import cache
from shopflow.lib.news import announce
from shopflow.lib.postgres.many import update_many
from shopflow.lib.transactions import command


@command
def set_stock(*, figures: Mapping[UUID, int]) -> None:
    """Show how many units of variants can be bought; inventory tells us. Safe to repeat.

    Cached answers are renewed only for products that changed: lists when one sells out or comes
    back, the product's own page at every new figure.
    """
    touched = ProductVariant.objects.filter(pk__in=figures).values("product")
    # Products before variants, rows by pk: the order every command of the catalogue locks in.
    products = Product.objects.select_for_update(no_key=True).filter(pk__in=touched).order_by("pk")
    stale: list[ProductVariant] = []
    changed: list[Product] = []
    flipped: list[Product] = []
    scopes: set[str] = set()
    for product in products.defer("search", "names").prefetch_related("variants"):
        if updated := _updated(product, figures):
            was_in_stock = product.in_stock
            copy_stock(product, product.variants.all())
            stale += updated
            changed.append(product)
            scopes.add(cache.product_scope(product.slug))
            if product.in_stock != was_in_stock:
                flipped.append(product)
                scopes.add(cache.CATALOG)
    update_many(stale, ["stock_quantity"])
    update_many(changed, ["stock_quantity", "in_stock"])
    copy_sort_keys(flipped)
    if flipped:
        announce(stock_turned, product_ids=[product.pk for product in flipped])
    if scopes:
        cache.renew(*scopes)


def _updated(product: Product, figures: Mapping[UUID, int]) -> list[ProductVariant]:
    """Set (not save) the figures of a product's variants and return those that changed."""
    updated = []
    for variant in product.variants.all():
        figure = max(figures.get(variant.pk, variant.stock_quantity), 0)
        if figure != variant.stock_quantity:
            variant.stock_quantity = figure
            updated.append(variant)
    return updated
