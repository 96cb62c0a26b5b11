"""How the API's lists are narrowed. Every filter is named; there are no others."""

import django_filters
from django_filters import FilterSet

from parts.models import (
    Demand,
    Part,
    PartsOrder,
    PurchaseOrder,
    Reservation,
    Shipment,
    StockLevel,
    StockMovement,
)
from parts.models.finding import PartQuerySet


class PartFilter(FilterSet):  # type: ignore[misc]  # untyped
    """``search`` finds any spelling of a number, a name or a reading."""

    search = django_filters.CharFilter(method="search_parts", max_length=100)
    generation = django_filters.CharFilter(
        field_name="generations", lookup_expr="contains", max_length=10
    )

    class Meta:
        model = Part
        fields = ["category", "grade", "life"]

    def search_parts(self, rows: PartQuerySet, _name: str, text: str) -> PartQuerySet:
        return rows.found(text)


class StockLevelFilter(FilterSet):  # type: ignore[misc]  # untyped
    part = django_filters.NumberFilter(field_name="part_id")
    bin = django_filters.NumberFilter(field_name="bin_id")
    site = django_filters.NumberFilter(field_name="bin__site_id")
    available_from = django_filters.NumberFilter(
        field_name="available", lookup_expr="gte"
    )

    class Meta:
        model = StockLevel
        fields: list[str] = []


class StockMovementFilter(FilterSet):  # type: ignore[misc]  # untyped
    part = django_filters.NumberFilter(field_name="level__part_id")
    level = django_filters.NumberFilter(field_name="level_id")

    class Meta:
        model = StockMovement
        fields = ["kind", "subject_key"]


class DemandFilter(FilterSet):  # type: ignore[misc]  # untyped
    part = django_filters.NumberFilter(field_name="part_id")
    kind = django_filters.CharFilter(field_name="availability__kind", max_length=20)

    class Meta:
        model = Demand
        fields = ["state", "subject_key", "demand_key"]


class ReservationFilter(FilterSet):  # type: ignore[misc]  # untyped
    level = django_filters.NumberFilter(field_name="level_id")
    order_line = django_filters.NumberFilter(field_name="order_line_id")

    class Meta:
        model = Reservation
        fields = ["state", "demand_key"]


class PurchaseOrderFilter(FilterSet):  # type: ignore[misc]  # untyped
    supplier = django_filters.NumberFilter(field_name="supplier_id")
    part = django_filters.NumberFilter(field_name="lines__part_id", distinct=True)

    class Meta:
        model = PurchaseOrder
        fields = ["state", "number"]


class PartsOrderFilter(FilterSet):  # type: ignore[misc]  # untyped
    class Meta:
        model = PartsOrder
        fields = ["state", "number"]


class ShipmentFilter(FilterSet):  # type: ignore[misc]  # untyped
    class Meta:
        model = Shipment
        fields = ["state", "order", "number"]
