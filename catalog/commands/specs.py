"""What `save_product` is told and what it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.core.files import File

from catalog.models import Product, ProductVariant


@dataclass(frozen=True, kw_only=True)
class VariantSpec:
    """A variant as it should be. Matched by `variant_id`, else by its option values.

    Amounts are in the shop's currency; `option_values` maps option name to value.
    """

    sku: str
    price: Decimal
    option_values: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    compare_at_price: Decimal | None = None
    cost: Decimal | None = None
    barcode: str = ""
    weight_grams: int = 0
    backorder_policy: str = ProductVariant.Backorder.DENY
    is_active: bool = True
    variant_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ImageSpec:
    """A picture as it should be: a stored file's name, an upload, or an imported address."""

    file: str | File[Any] = ""
    source_url: str = ""
    alt_text: str = ""
    variant_sku: str = ""
    image_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ProductSpec:
    """A product as it should be, variants and pictures in the order they are shown.

    `description` is HTML the caller has sanitised. `sku` is the style code (the slug if empty).
    """

    slug: str
    name: str
    variants: Sequence[VariantSpec]
    images: Sequence[ImageSpec] = ()
    description: str = ""
    sku: str = ""
    brand_id: UUID | None = None
    category_id: UUID | None = None
    tags: Sequence[str] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    tax_class: str = "standard"
    is_active: bool = True
    is_featured: bool = False
    is_gift_card: bool = False
    published_at: datetime | None = None
    seo_title: str = ""
    seo_description: str = ""


@dataclass(frozen=True)
class SavedProduct:
    """What `save_product` did; `variants` are the live ones by SKU."""

    product: Product
    change: Literal["created", "updated", "unchanged"]
    variants: dict[str, ProductVariant]
