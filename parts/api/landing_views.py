"""Landed costs over HTTP: freight, duty and the like, spread over what came."""

from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import CommandSerializer, idempotency_key
from parts import commands
from parts.api.base import KEY, PartsViewSet
from parts.api.bodies import RowField
from parts.models import LandedCost, LandedShare

BILL = OpenApiExample(
    "A freight bill over two receipts",
    {
        "receipts": [204, 205],
        "kind": "FREIGHT",
        "spread_by": "WEIGHT",
        "amount": "18000",
        "reason": "bill 4711",
    },
    request_only=True,
)


class LandedShareSerializer(serializers.ModelSerializer[LandedShare]):
    """What one receipt bears; ``into_stock`` is borne by what still lay there."""

    part = serializers.IntegerField(source="movement.level.part_id", read_only=True)

    class Meta:
        model = LandedShare
        fields = [
            "movement", "part", "amount", "into_stock", "unit_cost_before",
            "unit_cost_after",
        ]  # fmt: skip


class LandedCostSerializer(serializers.ModelSerializer[LandedCost]):
    """A cost and what each receipt bears of it."""

    shares = LandedShareSerializer(many=True, read_only=True)

    class Meta:
        model = LandedCost
        fields = [
            "id", "kind", "spread_by", "amount", "currency", "reason", "added_by",
            "added_at", "shares",
        ]  # fmt: skip


class LandedCostBody(CommandSerializer):
    """A bill, and the receipts (lines of the ledger) that bear it."""

    receipts = serializers.ListField(
        child=RowField(), allow_empty=False, max_length=commands.MOST_RECEIPTS
    )
    kind = serializers.ChoiceField(LandedCost.Kind.choices)
    spread_by = serializers.ChoiceField(LandedCost.SpreadBy.choices)
    amount = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0)
    reason = serializers.CharField(max_length=200)


class LandedCostViewSet(PartsViewSet[LandedCost]):
    """Costs that were spread over receipts, newest first."""

    queryset = LandedCost.objects.prefetch_related(
        Prefetch(
            "shares",
            LandedShare.objects.select_related("movement__level").order_by("pk"),
        )
    ).order_by("-pk")
    serializer_class = LandedCostSerializer
    filterset_fields = ["kind", "spread_by"]

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        own = super().get_serializer_class()
        return LandedCostBody if self.action == "create" else own

    @extend_schema(
        parameters=[KEY], responses={201: LandedCostSerializer}, examples=[BILL]
    )
    def create(self, request: Request) -> Response:
        """Spread a cost over receipts; what still lies there becomes dearer."""
        body = self.body(request)

        def work() -> LandedCost:
            return commands.add_landed_cost(
                movement_ids=body["receipts"],
                kind=body["kind"],
                spread_by=body["spread_by"],
                amount=body["amount"],
                reason=body["reason"],
                key=idempotency_key(request),
                **self.who(request),
            )

        return self.acted(request, "add_landed_cost", work, LandedCostSerializer, 201)
