"""What a product file says, as values.

Two are equal when they say the same of a product: where it stood in a file doesn't count, and
neither does the stock, which changes by the hour.
"""

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class ParsedVariant:
    """A variant row. Amounts in the shop's currency, weight in grams.

    `sku` is never empty: when the file has none it is made from handle and options.
    """

    line: int = field(compare=False)
    sku: str
    is_sku_made: bool = field(compare=False)
    options: dict[str, str]
    price: Decimal
    compare_at_price: Decimal | None
    cost: Decimal | None
    weight_grams: int
    quantity: int = field(compare=False)
    backorder_policy: str
    barcode: str
    image_url: str = field(compare=False)  # its pictures say it, too


@dataclass(frozen=True, kw_only=True)
class ParsedImage:
    """A picture that stands somewhere on the web; nothing has been fetched.

    `owner` is the options of the variant it shows; of several that share it the first.
    """

    line: int = field(compare=False)
    url: str
    alt_text: str
    owner: dict[str, str] | None
    position: int = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class ParsedProduct:
    """All rows of one handle. `body` is harmless HTML; at least one variant."""

    line: int = field(compare=False)
    slug: str
    title: str
    body: str
    brand: str
    category: str
    tags: tuple[str, ...]
    is_published: bool
    seo_title: str
    seo_description: str
    variants: tuple[ParsedVariant, ...]
    images: tuple[ParsedImage, ...]
