from collections.abc import Mapping
from uuid import UUID

from catalog.commands.read_models import copy_sort_keys, copy_stock
from catalog.models import Product, ProductVariant
from shopflow.lib import cache
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
    for product in products:
        variants = list(product.variants.all())
        stale = [v for v in variants if figures.get(v.pk, v.stock_quantity) != v.stock_quantity]
        for variant in stale:
            variant.stock_quantity = max(figures[variant.pk], 0)
        if not stale:
            continue
        ProductVariant.objects.bulk_update(stale, ["stock_quantity"])
        was_in_stock = product.in_stock
        copy_stock(product, variants)
        product.save(update_fields=["stock_quantity", "in_stock", "updated_at"])
        cache.renew(cache.product_scope(product.slug))
        if product.in_stock != was_in_stock:
            copy_sort_keys(product)
            cache.renew(cache.CATALOG)
