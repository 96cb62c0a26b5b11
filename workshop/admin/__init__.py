"""The house's desks: people, places, families, money, promises."""

from workshop.admin import families, money, people, places, promises

__all__ = ["families", "money", "people", "places", "promises"]
