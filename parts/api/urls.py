"""What the API's router is told of parts: prefix, viewset, the routes' first name."""

from rest_framework.viewsets import ViewSetMixin

from parts.api import asking_views as asking
from parts.api import catalogue_views as catalogue
from parts.api import count_views as counts
from parts.api import import_views as imports
from parts.api import landing_views as landing
from parts.api import order_views as orders
from parts.api import sales_views as sales
from parts.api import stock_views as stock
from parts.api import succession_views as succession
from parts.api import unit_views as units
from parts.api import watch_views as watch

ROUTES: list[tuple[str, type[ViewSetMixin], str]] = [
    ("parts", catalogue.PartViewSet, "part"),
    ("stock-levels", stock.StockLevelViewSet, "stock-level"),
    ("stock-movements", stock.StockMovementViewSet, "stock-movement"),
    ("units", units.UnitViewSet, "unit"),
    ("counts", counts.CountViewSet, "count"),
    ("demands", stock.DemandViewSet, "demand"),
    ("reservations", stock.ReservationViewSet, "reservation"),
    ("purchase-orders", orders.PurchaseOrderViewSet, "purchase-order"),
    (
        "purchase-order-lines",
        orders.PurchaseOrderLineViewSet,
        "purchase-order-line",
    ),
    ("supersessions", succession.SupersessionViewSet, "supersession"),
    ("alternates", succession.AlternateViewSet, "alternate"),
    ("watches", watch.WatchViewSet, "watch"),
    ("observations", watch.ObservationViewSet, "observation"),
    ("landed-costs", landing.LandedCostViewSet, "landed-cost"),
    ("imports", imports.ImportViewSet, "import"),
    ("rfqs", asking.RfqViewSet, "rfq"),
    ("parts-orders", sales.PartsOrderViewSet, "parts-order"),
    ("shipments", sales.ShipmentViewSet, "shipment"),
    ("returns", sales.ReturnViewSet, "return"),
]
