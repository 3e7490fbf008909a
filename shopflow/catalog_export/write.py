"""Every product of the shop into a file, a few hundred at a time."""

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TextIO

from catalog.models import Product
from shopflow.catalog_export.products import AT_A_TIME, with_parts
from shopflow.catalog_export.reading import NotSayable, read_back
from shopflow.catalog_export.rows import COLUMNS, rows_of


@dataclass
class Written:
    """What an export wrote, and the products that the format can't say, by address with why."""

    products: int = 0
    rows: int = 0
    left_out: dict[str, str] = field(default_factory=dict)


def export_catalog(stream: TextIO, *, tell: Callable[[str, int, int], None]) -> Written:
    """Write every product that isn't deleted in Shopify's CSV format, by address.

    Importing the file changes nothing. The stream must leave line ends alone (newline="").
    The memory this takes doesn't grow with the shop; `tell` hears what is being done and how
    many of how many products are.
    """
    written = Written()
    products = Product.objects.filter(deleted_at=None)
    total = products.count()
    writer = csv.DictWriter(stream, COLUMNS, restval="")
    writer.writeheader()
    chosen = with_parts().filter(deleted_at=None).order_by("slug")
    for number, product in enumerate(chosen.iterator(chunk_size=AT_A_TIME), start=1):
        try:
            # What an import would refuse isn't written.
            read_back(product)
        except NotSayable as reason:
            written.left_out[product.slug] = str(reason)
        else:
            rows = list(rows_of(product))
            writer.writerows(rows)
            written.products += 1
            written.rows += len(rows)
        tell("Writing", number, total)
    return written
