from uuid import UUID

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.utils.text import slugify

from catalog.commands.read_models import shelve
from catalog.commands.redirects import addresses_below, keep_addresses
from catalog.errors import CategoryNotFound, InvalidProduct
from catalog.models import Brand, Category, Product
from catalog.signals import category_renamed
from shopflow.lib import cache
from shopflow.lib.fields import LtreeField
from shopflow.lib.news import announce
from shopflow.lib.transactions import command


@command
def save_category(
    *,
    name: str,
    slug: str,
    parent_id: UUID | None = None,
    sort_order: int = 0,
    is_active: bool = True,
    description: str = "",
    seo_title: str = "",
    seo_description: str = "",
    category_id: UUID | None = None,
) -> Category:
    """Make a category, or change the one with this id, else with this place and slug.

    Moving it moves everything below it in one statement; old addresses go on leading there.
    Raises CategoryNotFound, and InvalidProduct when it would stand inside itself.
    Safe to repeat.
    """
    parent = _locked(parent_id) if parent_id else None
    twin = Category.objects.select_for_update(no_key=True).filter(parent=parent, slug=slug)
    category = _locked(category_id) if category_id else twin.first() or Category(path="")
    prefix = f"{parent.path}." if parent else ""
    path = f"{prefix}{category.pk.hex}"
    if category_id and f"{path}.".startswith(f"{category.path}.") and path != category.path:
        raise InvalidProduct("A category can't stand inside itself. Choose another parent.")
    is_new_elsewhere = bool(category_id) and (path, name) != (category.path, category.name)
    if category_id and (path, slug) != (category.path, category.slug):
        keep_addresses("category", addresses_below(category.path))
    if category_id and path != category.path:
        _move_subtree(category.path, path)
    category.name, category.slug, category.parent = name, slug, parent
    category.sort_order, category.is_active = sort_order, is_active
    category.description, category.path = description, path
    category.seo_title, category.seo_description = seo_title, seo_description
    category.save()
    if is_new_elsewhere:
        announce(category_renamed, category_id=category.pk)
    cache.renew(cache.CATALOG, cache.MENU)
    return category


@command
def save_brand(
    *, name: str, slug: str | None = None, is_active: bool = True, brand_id: UUID | None = None
) -> Brand:
    """Make a brand, or change one; products keep a copy of its name for search. Safe to repeat."""
    brand = Brand.objects.select_for_update(no_key=True).get(pk=brand_id) if brand_id else None
    if brand is None:
        brand = Brand.objects.filter(name=name).first() or Brand(name=name)
    is_renamed = brand.name != name
    before = brand.slug
    brand.name, brand.is_active = name, is_active
    brand.slug = slug or brand.slug or slugify(name)[:100] or brand.pk.hex
    brand.save()
    if before and before != brand.slug:
        keep_addresses("brand", {before: brand.pk})
    if is_renamed:
        Product.objects.filter(brand=brand).update(brand_name=name)
    cache.renew(cache.CATALOG)
    return brand


def _locked(category_id: UUID) -> Category:
    category = Category.objects.select_for_update(no_key=True).filter(pk=category_id).first()
    if category is None:
        raise CategoryNotFound
    return category


def _move_subtree(old: str, new: str) -> None:
    """Rewrite the paths below a moved category and re-shelve the products there."""
    in_subtree = RawSQL("path <@ %s::ltree", (old,), output_field=BooleanField())
    moved = RawSQL(
        "CASE WHEN path = %s::ltree THEN %s::ltree"
        " ELSE %s::ltree || subpath(path, nlevel(%s::ltree)) END",
        (old, new, new, old),
        output_field=LtreeField(),
    )
    subtree = Category.objects.annotate(is_inside=in_subtree).filter(is_inside=True)
    inside = list(subtree.values_list("pk", flat=True))
    Category.objects.filter(pk__in=inside).update(path=moved)
    shelve(Product.objects.filter(category__in=inside))
