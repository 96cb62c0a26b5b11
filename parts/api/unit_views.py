"""Pieces with a number of their own, over HTTP: where each is and comes from.

What is known of a piece is written on the desk.
"""

import django_filters
from django_filters import FilterSet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from parts import queries
from parts.api.base import PartsViewSet
from parts.api.readers import QuickSerializer
from parts.api.serializers import StockMovementSerializer
from parts.models import Unit


class UnitSerializer(QuickSerializer, serializers.ModelSerializer[Unit]):
    """One piece; ``level`` is null once it has left the store."""

    part_code = serializers.CharField(source="part.code", read_only=True)

    class Meta:
        model = Unit
        fields = [
            "id", "part", "part_code", "serial", "level", "fitted_key", "provenance",
        ]  # fmt: skip


class UnitFilter(FilterSet):  # type: ignore[misc]  # untyped
    part = django_filters.NumberFilter(field_name="part_id")
    level = django_filters.NumberFilter(field_name="level_id")

    class Meta:
        model = Unit
        fields = ["serial", "fitted_key"]


class UnitViewSet(PartsViewSet[Unit]):
    """Pieces kept by serial number."""

    queryset = Unit.objects.select_related("part").order_by("pk")
    serializer_class = UnitSerializer
    filterset_class = UnitFilter

    @extend_schema(responses=StockMovementSerializer(many=True))
    @action(detail=True, pagination_class=None, filter_backends=[])
    def story(self, request: Request, pk: str) -> Response:
        """The lines of the ledger that a piece went with, newest first."""
        lines = [move.movement for move in queries.unit_story(self.row_id())]
        context = self.get_serializer_context()
        return Response(StockMovementSerializer(lines, many=True, context=context).data)
