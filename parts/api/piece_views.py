"""Kits put together and taken apart, pieces numbered: acts of parts and positions."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import CommandSerializer, idempotency_key
from parts import commands
from parts.api import serializers as shown
from parts.api.base import KEY, PartsViewSet
from parts.api.bodies import QuantityField, RowField, WhyBody
from parts.models import Part, StockLevel, StockMovement

MADE = {201: shown.StockMovementSerializer}
MOST_POSITIONS = 1000
MOST_PIECES = 10_000
TOGETHER = OpenApiExample(
    "Two kits into bin 12",
    {"bin": 12, "quantity": "2", "reason": "for the next two engines"},
    request_only=True,
)
APART = OpenApiExample(
    "One kit, its components into bin 12",
    {"bin": 12, "quantity": "1", "reason": "only the gasket is wanted"},
    request_only=True,
)
NUMBERS = OpenApiExample(
    "Two pieces in one position",
    {
        "positions": [{"level": 7, "serials": ["A-101", "A-102"]}],
        "reason": "warranty goes by number",
    },
    request_only=True,
)
NO_NUMBERS = OpenApiExample(
    "Told apart no more",
    {"reason": "the maker numbers them no more"},
    request_only=True,
)


class SerialField(serializers.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=60, **kwargs)


class KitWorkBody(CommandSerializer):
    """How many kits, which bin, and which units where that is not certain."""

    bin = RowField()
    quantity = QuantityField()
    reason = serializers.CharField(max_length=200)
    whole_tree = serializers.BooleanField(required=False, default=False)
    serials = serializers.ListField(
        child=SerialField(), required=False, max_length=1000
    )
    component_serials = serializers.ListField(
        child=SerialField(), required=False, max_length=1000
    )


class AssembleBody(KitWorkBody):
    lot = serializers.CharField(max_length=40, required=False, allow_blank=True)


class NumberedBody(serializers.Serializer[Any]):
    """A position and one number for each of its pieces."""

    level = RowField()
    serials = serializers.ListField(
        child=serializers.CharField(max_length=200), max_length=MOST_PIECES
    )


class NumberPiecesBody(CommandSerializer):
    """Every position in which pieces lie, each once; none where nothing lies."""

    positions = NumberedBody(  # type: ignore[call-arg]  # the length is the list's
        many=True, max_length=MOST_POSITIONS
    )
    reason = serializers.CharField(max_length=200)

    def validate_positions(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({row["level"] for row in rows}) < len(rows):
            raise serializers.ValidationError(_("A position stands twice."))
        return rows


class PieceActs(PartsViewSet[Part]):
    """What is done to a part's pieces."""

    @extend_schema(parameters=[KEY], responses=MADE, examples=[TOGETHER])
    @action(detail=True, methods=["post"], serializer_class=AssembleBody)
    def assemble(self, request: Request, pk: str) -> Response:
        """Put kits together from free components at the bin's site."""
        body = self.body(request)
        bin_id = body.pop("bin")

        def work() -> StockMovement:
            return commands.assemble_kit(
                kit_id=self.row_id(),
                bin_id=bin_id,
                key=idempotency_key(request),
                **body,
                **self.who(request),
            )

        shape = shown.StockMovementSerializer
        return self.acted(request, "assemble_kit", work, shape, 201)

    @extend_schema(
        parameters=[KEY], responses={200: shown.PartSerializer}, examples=[NUMBERS]
    )
    @action(
        detail=True,
        methods=["post"],
        url_path="number-pieces",
        serializer_class=NumberPiecesBody,
    )
    def number_pieces(self, request: Request, pk: str) -> Response:
        """Keep a part by serial number and number every piece that lies here."""
        body = self.body(request)

        def work() -> Part:
            commands.number_pieces(
                part_id=self.row_id(),
                serials={row["level"]: row["serials"] for row in body["positions"]},
                reason=body["reason"],
                key=idempotency_key(request),
                **self.who(request),
            )
            return self.get_object()

        return self.acted(request, "number_pieces", work, shown.PartSerializer)

    @extend_schema(
        parameters=[KEY], responses={200: shown.PartSerializer}, examples=[NO_NUMBERS]
    )
    @action(
        detail=True,
        methods=["post"],
        url_path="end-numbers",
        serializer_class=WhyBody,
    )
    def end_numbers(self, request: Request, pk: str) -> Response:
        """Keep a part by serial number no longer; the units' stories stay."""
        body = self.body(request)

        def work() -> Part:
            commands.end_numbers(
                part_id=self.row_id(),
                key=idempotency_key(request),
                **body,
                **self.who(request),
            )
            return self.get_object()

        return self.acted(request, "end_numbers", work, shown.PartSerializer)


class ApartActs(PartsViewSet[StockLevel]):
    """What is done to the kits in a position."""

    @extend_schema(parameters=[KEY], responses=MADE, examples=[APART])
    @action(
        detail=True,
        methods=["post"],
        url_path="take-apart",
        serializer_class=KitWorkBody,
    )
    def take_apart(self, request: Request, pk: str) -> Response:
        """Take free kits apart and put their components into a bin of the site."""
        body = self.body(request)
        bin_id = body.pop("bin")

        def work() -> StockMovement:
            return commands.take_kit_apart(
                level_id=self.row_id(),
                bin_id=bin_id,
                key=idempotency_key(request),
                **body,
                **self.who(request),
            )

        shape = shown.StockMovementSerializer
        return self.acted(request, "take_kit_apart", work, shape, 201)
