"""The desk of the parts house: screens whose buttons call commands with a reason."""

from parts.admin import catalogue, order_lines, orders, purchasing, stock, wishes

__all__ = ["catalogue", "order_lines", "orders", "purchasing", "stock", "wishes"]
