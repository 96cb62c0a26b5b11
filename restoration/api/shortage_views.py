"""Which cars wait for which parts, over HTTP."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from restoration import queries
from restoration.api.claim_views import asked_key


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


class FactorSerializer(serializers.Serializer[Any]):
    value = serializers.DecimalField(max_digits=12, decimal_places=3)
    text = serializers.CharField()
    working = serializers.ListField(child=serializers.CharField())


class BuyNowSerializer(serializers.Serializer[Any]):
    """One part that nobody has ordered, and how its rank came about."""

    part = serializers.IntegerField(source="part.pk")
    part_number = serializers.CharField(source="number")
    part_name = serializers.CharField(source="part.name")
    quantity = serializers.DecimalField(max_digits=12, decimal_places=3)
    projects = serializers.SerializerMethodField()
    risk = FactorSerializer()
    delay = FactorSerializer()
    drift = FactorSerializer()
    score = serializers.DecimalField(max_digits=12, decimal_places=1)
    has_source = serializers.BooleanField()

    def get_projects(self, row: queries.BuyNow) -> list[int]:
        return [project.pk for project in row.projects]


class BuyNowView(APIView):
    """Parts to buy before they vanish, the most urgent first."""

    @extend_schema(
        parameters=[OpenApiParameter("site", int, required=True)],
        responses=BuyNowSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Return what open cards of a site need and nobody has ordered."""
        site = queries.site_of(asked_key(request, "site"))
        found = queries.buy_now(request.user, site=site, at=timezone.now())
        return Response(BuyNowSerializer(found, many=True).data)
