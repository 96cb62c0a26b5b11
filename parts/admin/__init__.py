"""The desk of the parts house: screens whose buttons call commands with a reason."""

from parts.admin import (
    catalogue,
    imports,
    order_lines,
    orders,
    purchasing,
    stock,
    wishes,
)

__all__ = [
    "catalogue",
    "imports",
    "order_lines",
    "orders",
    "purchasing",
    "stock",
    "wishes",
]
from parts.admin import parcels

__all__ = ["catalogue", "orders", "parcels", "purchasing", "stock", "wishes"]
