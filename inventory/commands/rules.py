"""What every figure of a stock row must keep to, whoever sets it."""

from inventory.errors import NothingToCount, StockPromised
from inventory.models import Inventory

MOST_UNITS = 1_000_000


def check_count(stock: Inventory, quantity: int) -> None:
    """Raise NothingToCount, or StockPromised when fewer were counted than are promised."""
    if not 0 <= quantity <= MOST_UNITS:
        raise NothingToCount
    refuse_promised(stock, quantity)


def check_limit(stock: Inventory, limit: int) -> None:
    """Raise NothingToCount, or StockPromised when more units are sold ahead already."""
    if not 0 <= limit <= MOST_UNITS:
        raise NothingToCount("How many units may be sold ahead is a number from 0 to 1,000,000.")
    if stock.quantity_reserved > stock.quantity_on_hand + limit:
        raise StockPromised("More units than that are sold ahead already.")


def refuse_promised(stock: Inventory, after: int) -> None:
    """Raise StockPromised when fewer units would be on hand than are promised to orders."""
    if after + stock.backorder_limit < stock.quantity_reserved:
        raise StockPromised(
            f"{stock.quantity_reserved} units are promised to orders, so at least as many must"
            " stay. Cancel those orders first."
        )
