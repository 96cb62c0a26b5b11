"""The desk of the parts house: screens whose buttons call commands with a reason."""

from parts.admin import (
    asking,
    catalogue,
    counting,
    imports,
    offers,
    order_lines,
    orders,
    parcels,
    purchasing,
    reordering,
    stock,
    units,
    valuation,
    watch,
    wishes,
)

__all__ = [
    "asking",
    "catalogue",
    "counting",
    "imports",
    "offers",
    "order_lines",
    "orders",
    "parcels",
    "purchasing",
    "reordering",
    "stock",
    "units",
    "valuation",
    "watch",
    "wishes",
]
