"""Every move of stock.

Inventory rows are always touched last in a transaction and in the order of their keys, so that
two orders can wait for each other but never in a circle.
"""

from inventory.commands.coming_back import take_back
from inventory.commands.counts import allow_backorders_of, count_all
from inventory.commands.figures import (
    MAIN,
    adjust,
    allow_backorders,
    count,
    ensure_main_warehouse,
    ensure_stock_row,
    publish,
)
from inventory.commands.reservations import (
    Wanted,
    commit,
    extend,
    fulfil,
    give_up,
    release,
    reserve,
)
from inventory.commands.rules import MOST_UNITS

__all__ = [
    "MAIN",
    "MOST_UNITS",
    "Wanted",
    "adjust",
    "allow_backorders",
    "allow_backorders_of",
    "commit",
    "count",
    "count_all",
    "ensure_main_warehouse",
    "ensure_stock_row",
    "extend",
    "fulfil",
    "give_up",
    "publish",
    "release",
    "reserve",
    "take_back",
]
