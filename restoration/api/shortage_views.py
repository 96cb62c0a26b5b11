"""Which cars wait for which parts, over HTTP."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from restoration import queries


class ShortageSerializer(serializers.Serializer[Any]):
    """One part that a car waits for, and what the plan in force pays for it."""

    project = serializers.IntegerField(source="project.pk")
    project_number = serializers.CharField(source="project.number")
    card = serializers.IntegerField(source="shortage.card.pk")
    card_title = serializers.CharField(source="shortage.card.title")
    part = serializers.IntegerField(source="shortage.row.part_id")
    part_number = serializers.CharField(source="number")
    part_name = serializers.CharField(source="shortage.row.part.name")
    demand = serializers.IntegerField(source="shortage.row.demand_id")
    quantity = serializers.DecimalField(
        source="shortage.row.quantity", max_digits=12, decimal_places=3
    )
    wanted_since = serializers.DateTimeField(source="since")
    expected_on = serializers.DateField(source="shortage.available_on", allow_null=True)
    answer = serializers.CharField()
    held_days = serializers.IntegerField(source="cost.held_days")
    decides = serializers.BooleanField(source="cost.decides")
    room_days = serializers.IntegerField(source="cost.room_days", allow_null=True)
    sentence = serializers.CharField(source="cost.sentence")


class ShortagesView(APIView):
    """Parts that cars in work wait for, the dearest of each car first."""

    @extend_schema(responses=ShortageSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Return every shortage; the list is as long as what is missing."""
        cars = queries.costed(queries.shortages(request.user), at=timezone.now())
        lines = [line for car in cars for line in car.lines]
        return Response(ShortageSerializer(lines, many=True).data)
