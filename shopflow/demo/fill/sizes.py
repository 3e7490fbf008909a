"""How big a generated shop is, and the two years it has been open."""

from dataclasses import dataclass
from datetime import timedelta

from shopflow.demo.load import OPENED

DAY = 86_400_000  # milliseconds, as every time in this package
# The hand-written families are the newest; all that is generated happened in the two years before.
END = int(OPENED.timestamp() * 1000)
SPAN = int(timedelta(days=730).total_seconds() * 1000)
START = END - SPAN


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many rows of the main tables there will be; the others follow from them."""

    products: int
    orders: int
    shoppers: int


SIZES = {
    "m": Size(products=10_000, orders=10_000, shoppers=5_000),
    "l": Size(products=100_000, orders=100_000, shoppers=20_000),
    "xl": Size(products=1_000_000, orders=1_000_000, shoppers=50_000),
}
