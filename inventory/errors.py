"""How the stock says no."""

from collections.abc import Mapping
from uuid import UUID

from shopflow.lib.errors import DomainError, InvalidInput, NotFound


class OutOfStock(DomainError):
    """Fewer units can be promised than are wanted; `extra["lines"]` names the variants."""

    code = "out_of_stock"
    status = 409
    message = "We don't have enough of this any more. Please lower the quantity."


class NothingToCount(InvalidInput):
    code = "invalid_quantity"
    message = "A counted quantity is a whole number from 0 to 1,000,000."


class StockPromised(DomainError):
    """The change would take units that are already promised to orders."""

    code = "stock_promised"
    status = 409
    message = "Some of these units are promised to orders. Cancel those first."


class UnknownWarehouse(NotFound):
    code = "unknown_warehouse"
    message = "There is no such warehouse."


class UnitsNotHere(DomainError):
    """Units that were sold ahead can't ship before they arrive."""

    code = "units_not_here"
    status = 409
    message = "Some of these units haven't arrived yet. Count the stock once they are here."


class UnitsNotCommitted(DomainError):
    """Fewer units of an order line wait for their parcel than are to be moved."""

    code = "units_not_committed"
    status = 409
    message = "Fewer units of this are left to ship. Please look at the order again."


class CountsRefused(DomainError):
    """Some of many figures can't be set; `refusals` says why, by variant."""

    code = "counts_refused"
    status = 409
    message = "Some of these figures can't be set."

    def __init__(self, refusals: Mapping[UUID, DomainError]) -> None:
        super().__init__()
        self.refusals = refusals
