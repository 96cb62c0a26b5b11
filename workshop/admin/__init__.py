"""The house's desks: customers, people, places, families, money, promises."""

from workshop.admin import customers, families, money, people, places, promises, rates

__all__ = ["customers", "families", "money", "people", "places", "promises", "rates"]
