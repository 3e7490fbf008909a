"""The demo shop as commands: shelves, brands, products, stock, shipping, taxes and a coupon."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.files import File
from django.core.files.storage import default_storage

from catalog import commands as catalog
from catalog.models import Brand, Category, ProductVariant
from inventory import commands as inventory
from promotions import commands as promotions
from promotions.models import Coupon
from shipping import commands as shipping
from shipping.models import ShippingZone
from shopflow.demo import texts
from shopflow.lib.transactions import command

HERE = Path(__file__).resolve().parent
REASON = "demo shop"
COUPON = "WELCOME10"
# A product a day, in the order of the file, so that “newest” shows the same on every machine.
OPENED = datetime(2025, 3, 1, 9, 0, tzinfo=UTC)


@dataclass
class Loaded:
    """How many products of the demo shop were made, changed or left alone."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0


def load_demo_shop() -> Loaded:
    """Fill the shop with the demo catalogue and copy its pictures into the media storage.

    One transaction, so a shop is never half filled. Demo products that were edited are put back,
    but stock is set for new variants only; categories, the coupon and, where there is any zone,
    shipping and taxes are left as they are. Safe to repeat.
    """
    content = json.loads((HERE / "catalogue.json").read_text(encoding="utf-8"))
    _store_pictures(content["products"])
    return _load(content)


@command
def _load(content: Mapping[str, Any]) -> Loaded:
    loaded = Loaded()
    categories = _save_categories(content["categories"])
    _save_shipping()
    _save_coupon()
    _save_synonyms()
    texts.save_attributes(content)
    known = set(ProductVariant.objects.values_list("sku", flat=True))
    days = (OPENED + timedelta(days=day) for day in range(len(content["products"])))
    specs = [_spec(product, categories, next(days)) for product in content["products"]]
    new: dict[str, ProductVariant] = {}
    for saved in catalog.save_products(specs=specs):
        setattr(loaded, saved.change, getattr(loaded, saved.change) + 1)
        new |= {sku: variant for sku, variant in saved.variants.items() if sku not in known}
    _count(new, content["products"])
    _save_earlier_prices(new.values())
    catalog.rebuild_words()
    texts.count_facets()
    texts.save_pages()
    return loaded


def _count(new: Mapping[str, ProductVariant], products: Sequence[Mapping[str, Any]]) -> None:
    rows = {row["sku"]: row for product in products for row in product["variants"]}
    units = {variant.pk: rows[sku]["stock"] for sku, variant in new.items()}
    limits = {variant.pk: rows[sku].get("backorder", 0) for sku, variant in new.items()}
    inventory.count_all(quantities=units, reason=REASON)
    inventory.allow_backorders_of(limits={pk: limit for pk, limit in limits.items() if limit})


def _save_earlier_prices(new: Iterable[ProductVariant]) -> None:
    """What is reduced today was sold at its was-price since the shop opened."""
    reduced = {variant.pk: variant.compare_at_price for variant in new if variant.compare_at_price}
    catalog.note_earlier_prices(prices=reduced, since=OPENED)


def _store_pictures(products: Sequence[Mapping[str, Any]]) -> None:
    for product in products:
        for picture in product["pictures"]:
            source = HERE / "pictures" / picture["file"]
            name = _stored_name(picture["file"])
            if default_storage.exists(name):
                if default_storage.size(name) == source.stat().st_size:
                    continue
                default_storage.delete(name)
            with source.open("rb") as stream:
                default_storage.save(name, File(stream))


def _stored_name(file: str) -> str:
    return f"products/demo/{file}"


def _save_categories(
    wanted: Sequence[Mapping[str, Any]], parent: Category | None = None, address: str = ""
) -> dict[str, UUID]:
    """Make the missing categories of one level and below; return all by address."""
    found: dict[str, UUID] = {}
    for position, item in enumerate(wanted):
        category = Category.objects.filter(parent=parent, slug=item["slug"]).first()
        category = category or catalog.save_category(
            name=item["name"],
            slug=item["slug"],
            description=item.get("description", ""),
            parent_id=parent.pk if parent else None,
            sort_order=position,
        )
        found[f"{address}{item['slug']}"] = category.pk
        found |= _save_categories(item.get("children", []), category, f"{address}{item['slug']}/")
    return found


def _spec(
    product: Mapping[str, Any], categories: Mapping[str, UUID], published_at: datetime
) -> catalog.ProductSpec:
    return catalog.ProductSpec(
        slug=product["slug"],
        name=product["name"],
        sku=product["sku"],
        description=product["description"],
        brand_id=_brand(product["brand"]).pk,
        category_id=categories[product["category"]],
        tags=product["tags"],
        attributes=texts.by_slug(product["attributes"]),
        is_featured=product["featured"],
        is_gift_card=product.get("gift_card", False),
        # A card is taxed when it is spent (directive 2006/112/EC, article 30b): no rate is for it.
        tax_class="gift_card" if product.get("gift_card") else "standard",
        published_at=published_at,
        variants=[_variant_spec(variant) for variant in product["variants"]],
        images=[_image_spec(picture, product["variants"]) for picture in product["pictures"]],
    )


def _brand(name: str) -> Brand:
    return Brand.objects.filter(name=name).first() or catalog.save_brand(name=name)


def _variant_spec(variant: Mapping[str, Any]) -> catalog.VariantSpec:
    before = variant.get("compare_at")
    return catalog.VariantSpec(
        sku=variant["sku"],
        price=Decimal(variant["price"]),
        compare_at_price=Decimal(before) if before else None,
        option_values=variant["options"],
        barcode=variant["barcode"],
        weight_grams=variant["grams"],
        backorder_policy=(
            ProductVariant.Backorder.CONTINUE
            if variant.get("backorder")
            else ProductVariant.Backorder.DENY
        ),
    )


def _image_spec(
    picture: Mapping[str, Any], variants: Sequence[Mapping[str, Any]]
) -> catalog.ImageSpec:
    """A picture of one colour belongs to the first variant of that colour."""
    shown = picture.get("options", {}).items()
    owners = [v["sku"] for v in variants if shown and shown <= v["options"].items()]
    return catalog.ImageSpec(
        file=_stored_name(picture["file"]),
        alt_text=picture["alt"],
        variant_sku=owners[0] if owners else "",
    )


def _save_shipping() -> None:
    """Make the two zones of the demo shop: US (tax on top) and Germany (tax inside)."""
    if ShippingZone.objects.exists():
        return
    states = shipping.save_zone(name="United States", countries=["US"])
    _save_methods(states.pk, standard="5.90", free_above="75.00", express="14.90")
    shipping.save_tax_rate(
        zone_id=states.pk,
        tax_class="standard",
        name="Sales tax",
        rate=Decimal("0.08"),
        included_in_price=False,
    )
    germany = shipping.save_zone(name="Germany", countries=["DE"])
    _save_methods(germany.pk, standard="6.90", free_above="90.00", express="17.90")
    shipping.save_tax_rate(
        zone_id=germany.pk,
        tax_class="standard",
        name="VAT",
        rate=Decimal("0.19"),
        included_in_price=True,
    )


def _save_methods(zone_id: UUID, *, standard: str, free_above: str, express: str) -> None:
    shipping.save_method(
        zone_id=zone_id,
        name="Standard",
        price=Decimal(standard),
        free_above=Decimal(free_above),
        estimated_days_min=3,
        estimated_days_max=5,
    )
    shipping.save_method(
        zone_id=zone_id,
        name="Express",
        price=Decimal(express),
        estimated_days_min=1,
        estimated_days_max=2,
    )


def _save_synonyms() -> None:
    written = json.loads((HERE / "synonyms.json").read_text(encoding="utf-8"))
    for language, words in written.items():
        for word, synonyms in words.items():
            for synonym in synonyms:
                catalog.save_synonym(language=language, word=word, synonym=synonym)


def _save_coupon() -> None:
    if not Coupon.objects.filter(code__iexact=COUPON).exists():
        promotions.save_coupon(
            code=COUPON,
            discount_value=Decimal(10),
            usage_limit=1000,
            description="10 % off a first order",
        )
