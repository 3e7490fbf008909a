"""What we hold: stock per variant and place, promises on it, and the ledger of its moves."""

from inventory.models.alerts import StockAlert
from inventory.models.counts import StockCount, StockCountLine
from inventory.models.ledger import InventoryTransaction
from inventory.models.purchases import PurchaseOrder, PurchaseOrderLine
from inventory.models.reservations import InventoryReservation
from inventory.models.stock import Inventory, Warehouse
from inventory.models.transfers import StockTransfer, StockTransferLine

__all__ = [
    "Inventory",
    "InventoryReservation",
    "InventoryTransaction",
    "PurchaseOrder",
    "PurchaseOrderLine",
    "StockAlert",
    "StockCount",
    "StockCountLine",
    "StockTransfer",
    "StockTransferLine",
    "Warehouse",
]
