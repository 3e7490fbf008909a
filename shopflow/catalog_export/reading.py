"""What an import would read in the rows that we write of a product."""

from catalog.models import Product
from shopflow.catalog_export.products import live_variants
from shopflow.catalog_export.rows import COLUMNS, rows_of
from shopflow.catalog_import.parse import OPTIONS, read_product
from shopflow.catalog_import.parsed import ParsedProduct
from shopflow.catalog_import.report import Report
from shopflow.catalog_import.rows import Row, plain


class NotSayable(Exception):
    """The format has no words for this product; the text says why."""


def read_back(product: Product) -> ParsedProduct:
    """Return a product from `with_parts` as its rows say it. Raises NotSayable."""
    variants = live_variants(product)
    if not variants:
        raise NotSayable("it has no variants")
    if len(variants[0].option_values) > len(OPTIONS):
        raise NotSayable(f"it has more than {len(OPTIONS)} options")
    report = Report()
    rows = [
        Row(0, {column: plain(row.get(column, "")) for column in COLUMNS})
        for row in rows_of(product)
    ]
    told = read_product(product.slug, rows, report)
    if report.faults:
        raise NotSayable(report.faults[0].message)
    return told
