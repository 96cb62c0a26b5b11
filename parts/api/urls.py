"""What the API's router is told of parts: prefix, viewset, the routes' first name."""

from rest_framework.viewsets import ViewSetMixin

from parts.api import asking_views as asking
from parts.api import catalogue_views as catalogue
from parts.api import count_views as counts
from parts.api import import_views as imports
from parts.api import order_views as orders
from parts.api import sales_views as sales
from parts.api import stock_views as stock

ROUTES: list[tuple[str, type[ViewSetMixin], str]] = [
    ("parts", catalogue.PartViewSet, "part"),
    ("stock-levels", stock.StockLevelViewSet, "stock-level"),
    ("stock-movements", stock.StockMovementViewSet, "stock-movement"),
    ("counts", counts.CountViewSet, "count"),
    ("demands", stock.DemandViewSet, "demand"),
    ("reservations", stock.ReservationViewSet, "reservation"),
    ("purchase-orders", orders.PurchaseOrderViewSet, "purchase-order"),
    (
        "purchase-order-lines",
        orders.PurchaseOrderLineViewSet,
        "purchase-order-line",
    ),
    ("imports", imports.ImportViewSet, "import"),
    ("rfqs", asking.RfqViewSet, "rfq"),
    ("parts-orders", sales.PartsOrderViewSet, "parts-order"),
    ("shipments", sales.ShipmentViewSet, "shipment"),
    ("returns", sales.ReturnViewSet, "return"),
]
