"""The desk of the parts house: screens whose buttons call commands with a reason."""

from parts.admin import (
    catalogue,
    counting,
    imports,
    order_lines,
    orders,
    purchasing,
    stock,
    units,
    valuation,
    wishes,
)

__all__ = [
    "catalogue",
    "counting",
    "imports",
    "order_lines",
    "orders",
    "purchasing",
    "stock",
    "units",
    "valuation",
    "wishes",
]
from parts.admin import parcels

__all__ = ["catalogue", "orders", "parcels", "purchasing", "stock", "wishes"]
