"""A product of the shop in the words of a file."""

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from catalog.models import Product, ProductImage, ProductVariant
from shopflow.catalog_export.products import live_variants
from shopflow.catalog_export.reading import NotSayable, read_back
from shopflow.catalog_export.rows import address_of
from shopflow.catalog_import.parsed import ParsedImage, ParsedProduct, ParsedVariant


@dataclass(frozen=True)
class Present:
    """A product from `with_parts`, and what a file would say of it as it is now.

    Where a file says just that, the shop keeps what it has: a category that shares its name with
    another, a name with two blanks in a row, pictures of a variant that has several. `told` is
    None where the format has no words for the product.
    """

    product: Product
    told: ParsedProduct | None

    @classmethod
    def of(cls, product: Product) -> "Present":
        """Return a product of the shop with what a file would say of it."""
        try:
            return cls(product, read_back(product))
        except NotSayable:
            return cls(product, None)

    def says(self, parsed: ParsedProduct) -> bool:
        """Say whether a file says just what is there already."""
        return self.product.deleted_at is None and self.with_known_skus(parsed) == self.told

    def with_known_skus(self, parsed: ParsedProduct) -> ParsedProduct:
        """Return what a file says, where SKUs that were made give way to those there are."""
        variants = tuple(self._with_known_sku(variant) for variant in parsed.variants)
        return replace(parsed, variants=variants)

    def variant(self, parsed: ParsedVariant) -> tuple[ProductVariant, ParsedVariant] | None:
        """Return the variant with these options, and what a file would say of it."""
        told = self.told.variants if self.told else ()
        pairs = zip(live_variants(self.product), told, strict=False)
        return next(((row, said) for row, said in pairs if said.options == parsed.options), None)

    def image(self, url: str) -> tuple[ProductImage, ParsedImage] | None:
        """Return the picture of this address, and what a file would say of it.

        The shop may have moved since the file was written, so of an uploaded picture only the
        path counts.
        """
        told = {image.url: image for image in self.told.images} if self.told else {}
        for row in self.product.images.all():
            address = address_of(row)
            is_here = not row.source_url and urlsplit(url).path == urlsplit(address).path
            if address in told and (is_here or url == address):
                return row, told[address]
        return None

    def _with_known_sku(self, parsed: ParsedVariant) -> ParsedVariant:
        found = self.variant(parsed) if parsed.is_sku_made else None
        return replace(parsed, sku=found[1].sku) if found else parsed
