"""Landed costs over HTTP: freight, duty and the like, spread over what came."""

from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import CommandSerializer, idempotency_key
from parts import commands
from parts.api.base import KEY, PartsViewSet
from parts.api.bodies import RowField, WhyBody
from parts.models import LandedCost, LandedReversal, LandedShare, LandedTaken

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

WRONG_BILL = OpenApiExample(
    "The bill was another house's", {"reason": "not our bill"}, request_only=True
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


class LandedTakenSerializer(serializers.ModelSerializer[LandedTaken]):
    """What was taken back from the pieces that one line had brought."""

    class Meta:
        model = LandedTaken
        fields = ["movement", "amount", "unit_cost_before", "unit_cost_after"]


class LandedReversalSerializer(serializers.ModelSerializer[LandedReversal]):
    """How a cost was undone; the rest of it left with the pieces."""

    taken = LandedTakenSerializer(many=True, read_only=True)

    class Meta:
        model = LandedReversal
        fields = ["amount", "reason", "undone_by", "undone_at", "taken"]


class LandedCostSerializer(serializers.ModelSerializer[LandedCost]):
    """A cost, what each receipt bears of it, and how it was undone, if it was."""

    shares = LandedShareSerializer(many=True, read_only=True)
    reversal = serializers.SerializerMethodField()

    @extend_schema_field(LandedReversalSerializer(allow_null=True))
    def get_reversal(self, row: LandedCost) -> Any:
        done = getattr(row, "reversal", None)
        return None if done is None else LandedReversalSerializer(done).data

    class Meta:
        model = LandedCost
        fields = [
            "id", "kind", "spread_by", "amount", "currency", "reason", "added_by",
            "added_at", "shares", "reversal",
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
        ),
        Prefetch("reversal__taken", LandedTaken.objects.order_by("pk")),
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

    @extend_schema(
        parameters=[KEY], responses={200: LandedCostSerializer}, examples=[WRONG_BILL]
    )
    @action(detail=True, methods=["post"], serializer_class=WhyBody)
    def undo(self, request: Request, pk: str) -> Response:
        """Undo a cost, once: what still lies there is as cheap as without it."""
        body = self.body(request)

        def work() -> LandedCost:
            cost_id = self.row_id()
            commands.undo_landed_cost(
                cost_id=cost_id,
                key=idempotency_key(request),
                **body,
                **self.who(request),
            )
            return self.get_object()

        return self.acted(request, "undo_landed_cost", work, LandedCostSerializer)
