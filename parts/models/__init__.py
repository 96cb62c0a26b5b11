"""What cars are built with: catalogue, stock ledger, purchasing, customer orders."""

from parts.models.catalogue import (
    Alternate,
    Fitment,
    KitLine,
    Part,
    PartNumber,
    Supersession,
    Watch,
    normalise_number,
)
from parts.models.demands import Availability, Demand, Reservation
from parts.models.orders import PartsOrder, PartsOrderLine, Return, Shipment
from parts.models.purchasing import (
    DueDateChange,
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    Supplier,
    SupplierOffer,
)
from parts.models.stock import (
    Bin,
    StockCost,
    StockLevel,
    StockMovement,
    Unit,
)

__all__ = [
    "Alternate",
    "Availability",
    "Bin",
    "Demand",
    "DueDateChange",
    "Fitment",
    "KitLine",
    "Part",
    "PartNumber",
    "PartsOrder",
    "PartsOrderLine",
    "PurchaseOrder",
    "PurchaseOrderLine",
    "Receipt",
    "Reservation",
    "Return",
    "Shipment",
    "StockCost",
    "StockLevel",
    "StockMovement",
    "Supersession",
    "Supplier",
    "SupplierOffer",
    "Unit",
    "Watch",
    "normalise_number",
]
