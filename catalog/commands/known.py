"""What the database knows about a batch of specs, in one query per table."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from django.db.models import Q

from catalog.commands.keywords import trails
from catalog.commands.specs import ProductSpec
from catalog.errors import (
    BrandNotFound,
    CategoryNotFound,
    ProductNotFound,
    SkuTaken,
    SlugTaken,
)
from catalog.models import Brand, Product, ProductImage, ProductVariant

Part = TypeVar("Part", ProductVariant, ProductImage)


@dataclass(frozen=True)
class Known:
    """The rows a batch is about, locked, and who holds the names it wants."""

    products: Mapping[str, Product]  # by address
    variants: Mapping[UUID, list[ProductVariant]]  # by product
    images: Mapping[UUID, list[ProductImage]]
    brands: Mapping[UUID, str]
    categories: Mapping[UUID, str]  # the names from the root down
    style_codes: dict[str, UUID]  # whose they are
    skus: dict[str, UUID]
    claimed: set[str] = field(default_factory=set)  # addresses

    def product(self, spec: ProductSpec, product_id: UUID | None) -> Product:
        """Return the product a spec is about; a new one when there is none.

        Raises ProductNotFound, and SlugTaken when the address is another product's.
        """
        by_slug = self.products.get(spec.slug)
        if product_id is None:
            return by_slug or Product(slug=spec.slug)
        if by_slug is not None and by_slug.pk != product_id:
            raise SlugTaken
        for product in self.products.values():
            if product.pk == product_id:
                return product
        raise ProductNotFound

    def refuse_unknown(self, spec: ProductSpec) -> None:
        """Raise BrandNotFound or CategoryNotFound when the spec names none."""
        if spec.brand_id and spec.brand_id not in self.brands:
            raise BrandNotFound
        if spec.category_id and spec.category_id not in self.categories:
            raise CategoryNotFound

    def claim(self, spec: ProductSpec, product: Product) -> None:
        """Take the names a spec wants for its product. Raises SlugTaken and SkuTaken.

        What one spec of the batch has claimed, the next can't.
        """
        if spec.slug in self.claimed:
            raise SlugTaken
        self.claimed.add(spec.slug)
        if self.style_codes.setdefault(style_code(spec), product.pk) != product.pk:
            raise SkuTaken(f"Another product already uses the style code {style_code(spec)}.")
        for variant in spec.variants:
            if self.skus.setdefault(variant.sku, product.pk) != product.pk:
                raise SkuTaken(
                    f"The SKU {variant.sku} belongs to another product. Choose a different one."
                )


def style_code(spec: ProductSpec) -> str:
    return spec.sku or spec.slug


def look_up(specs: Sequence[ProductSpec], product_id: UUID | None = None) -> Known:
    """Read and lock what the specs are about; products before variants, rows by key."""
    found = Q(slug__in=[spec.slug for spec in specs])
    if product_id is not None:
        found |= Q(pk=product_id)
    rows = Product.objects.select_for_update(no_key=True, of=("self",)).filter(found)
    products = list(rows.order_by("pk").defer("search", "names"))
    ids = [product.pk for product in products]
    variants = ProductVariant.objects.select_for_update(no_key=True, of=("self",))
    brands = Brand.objects.filter(pk__in={spec.brand_id for spec in specs})
    styles = Product.objects.filter(sku__in=[style_code(spec) for spec in specs])
    skus = [variant.sku for spec in specs for variant in spec.variants]
    return Known(
        products={product.slug: product for product in products},
        variants=_by_product(variants.filter(product__in=ids).order_by("pk")),
        images=_by_product(ProductImage.objects.filter(product__in=ids)),
        brands=dict(brands.values_list("pk", "name")),
        categories=trails({spec.category_id for spec in specs if spec.category_id}),
        style_codes=dict(styles.values_list("sku", "pk")),
        skus=dict(ProductVariant.objects.filter(sku__in=skus).values_list("sku", "product_id")),
    )


def _by_product(parts: Iterable[Part]) -> dict[UUID, list[Part]]:
    found: dict[UUID, list[Part]] = defaultdict(list)
    for part in parts:
        found[part.product_id].append(part)
    return found
