"""What cars are built with: catalogue, stock ledger, purchasing, customer orders."""

from parts.models.asking import Quote, Rfq, RfqLine, RfqSupplier
from parts.models.catalogue import (
    Fitment,
    KitLine,
    LifeChange,
    Part,
    PartNumber,
)
from parts.models.counting import Count, CountLine
from parts.models.demands import (
    Availability,
    Demand,
    GroupArrival,
    Replacement,
    Reservation,
)
from parts.models.files import PartFile
from parts.models.finding import normalise_number
from parts.models.imports import Import, ImportRow
from parts.models.landing import (
    LandedCost,
    LandedReversal,
    LandedShare,
    LandedTaken,
)
from parts.models.orders import PartsOrder, PartsOrderEvent, PartsOrderLine
from parts.models.purchasing import (
    Chase,
    DueDateChange,
    LeadTime,
    OfferBreak,
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    ReorderRule,
    Supplier,
    SupplierOffer,
)
from parts.models.shipping import Return, Shipment, ShipmentLine, ShipmentUnit
from parts.models.stock import (
    Bin,
    StockCost,
    StockLevel,
    StockMovement,
    Unit,
    UnitMove,
)
from parts.models.succession import Alternate, Supersession
from parts.models.watch import Observation, Watch

__all__ = [
    "Alternate",
    "Availability",
    "Bin",
    "Chase",
    "Count",
    "CountLine",
    "Demand",
    "DueDateChange",
    "Fitment",
    "GroupArrival",
    "Import",
    "ImportRow",
    "KitLine",
    "LandedCost",
    "LandedReversal",
    "LandedShare",
    "LandedTaken",
    "LeadTime",
    "LifeChange",
    "Observation",
    "OfferBreak",
    "Part",
    "PartFile",
    "PartNumber",
    "PartsOrder",
    "PartsOrderEvent",
    "PartsOrderLine",
    "PurchaseOrder",
    "PurchaseOrderLine",
    "Quote",
    "Receipt",
    "ReorderRule",
    "Replacement",
    "Reservation",
    "Return",
    "Rfq",
    "RfqLine",
    "RfqSupplier",
    "Shipment",
    "ShipmentLine",
    "ShipmentUnit",
    "StockCost",
    "StockLevel",
    "StockMovement",
    "Supersession",
    "Supplier",
    "SupplierOffer",
    "Unit",
    "UnitMove",
    "Watch",
    "normalise_number",
]
