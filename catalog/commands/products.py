from collections.abc import Sequence
from itertools import chain
from typing import Literal
from uuid import UUID

from django.db.models import Model
from django.utils import timezone

from catalog.commands.checks import check
from catalog.commands.known import look_up
from catalog.commands.plans import Plan, plan
from catalog.commands.prices import note_prices
from catalog.commands.read_models import shelve
from catalog.commands.redirects import keep_addresses
from catalog.commands.specs import ProductSpec, SavedProduct
from catalog.errors import ProductNotFound, ProductsRefused
from catalog.models import Product, ProductImage, ProductVariant
from catalog.signals import product_deleted, products_saved
from shopflow.lib import cache
from shopflow.lib.errors import DomainError
from shopflow.lib.news import announce
from shopflow.lib.transactions import command


@command
def save_product(*, spec: ProductSpec, product_id: UUID | None = None) -> SavedProduct:
    """Make a product, or make the one with this id (else this slug) equal to the spec.

    Variants and pictures that the spec doesn't name leave the shop; orders keep what they sold.
    Raises BrandNotFound, CategoryNotFound, InvalidProduct, ProductNotFound, SkuTaken, SlugTaken.
    Safe to repeat.
    """
    try:
        return _save([spec], product_id)[0]
    except ProductsRefused as refused:
        raise refused.refusals[0] from None


@command
def save_products(*, specs: Sequence[ProductSpec]) -> list[SavedProduct]:
    """Do what `save_product` does for many products, in a few statements for all of them.

    The answers come in the order of the specs. Raises ProductsRefused, which says for each
    refused spec why; nothing is changed then. Safe to repeat.
    """
    return _save(specs)


@command
def delete_product(*, product_id: UUID) -> Product:
    """Take a product out of lists, search, carts and wish lists; orders keep it.

    Carts and wish lists follow by a worker. Raises ProductNotFound. Safe to repeat.
    """
    product = Product.objects.select_for_update(no_key=True).filter(pk=product_id).first()
    if product is None:
        raise ProductNotFound
    if product.deleted_at is None:
        product.deleted_at = timezone.now()
        product.save(update_fields=["deleted_at", "updated_at"])
        announce(product_deleted, product_id=product.pk)
        cache.renew(cache.CATALOG, cache.product_scope(product.slug))
    return product


def _save(specs: Sequence[ProductSpec], product_id: UUID | None = None) -> list[SavedProduct]:
    known = look_up(specs, product_id)
    plans: list[Plan] = []
    refusals: dict[int, DomainError] = {}
    for number, spec in enumerate(specs):
        try:
            check(spec)
            plans.append(plan(spec, known, product_id))
        except DomainError as error:
            refusals[number] = error
    if refusals:
        raise ProductsRefused(refusals)
    _write([made for made in plans if made.is_changed])
    return [SavedProduct(made.product, _change(made), made.variants) for made in plans]


def _write(plans: Sequence[Plan]) -> None:
    _insert_or_update(Product, [made.product for made in plans])
    _write_variants(plans)
    _write_images(plans)
    moved = {made.old_slug: made.product.pk for made in plans if made.old_slug}
    keep_addresses("product", moved)
    shelve([made.product for made in plans])
    if plans:
        announce(products_saved, product_ids=[made.product.pk for made in plans])
        slugs = [*moved, *(made.product.slug for made in plans)]
        cache.renew(cache.CATALOG, *map(cache.product_scope, slugs))


def _write_variants(plans: Sequence[Plan]) -> None:
    gone = list(chain.from_iterable(made.variants_gone for made in plans))
    ProductVariant.objects.filter(pk__in=gone).update(deleted_at=timezone.now())
    for variant_id in chain.from_iterable(made.variants_moving for made in plans):
        # It is known by its id until it gets its new names, or for good when it left.
        ProductVariant.objects.filter(pk=variant_id).update(
            sku=f"~{variant_id.hex}", option_values={"~": variant_id.hex}
        )
    changed = list(chain.from_iterable(made.variants_changed for made in plans))
    _insert_or_update(ProductVariant, changed)
    note_prices(changed)


def _write_images(plans: Sequence[Plan]) -> None:
    gone = list(chain.from_iterable(made.images_gone for made in plans))
    ProductImage.objects.filter(pk__in=gone).delete()
    behind = [made.product.pk for made in plans if made.has_new_front]
    ProductImage.objects.filter(product__in=behind, is_primary=True).update(is_primary=False)
    changed = chain.from_iterable(made.images_changed for made in plans)
    _insert_or_update(ProductImage, list(changed))


def _insert_or_update(model: type[Model], rows: Sequence[Model]) -> None:
    new = [row for row in rows if row._state.adding]
    old = [row for row in rows if not row._state.adding]
    model._default_manager.bulk_create(new)
    for row in old:
        row.save()


def _change(made: Plan) -> Literal["created", "updated", "unchanged"]:
    if made.is_new:
        return "created"
    return "updated" if made.is_changed else "unchanged"
