"""Scarce parts over HTTP: claims, what each winner would do, decisions."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import CommandSerializer, idempotency_key
from common.errors import InvalidInput
from common.row_keys import row_key
from restoration import commands, queries
from restoration.api.base import KEY, HouseViewSet, caller
from restoration.api.bodies import RowField
from restoration.models import Arbitration, ArbitrationClaim


class ArbitrationClaimSerializer(serializers.ModelSerializer[ArbitrationClaim]):
    class Meta:
        model = ArbitrationClaim
        fields = [
            "rank", "demand", "was_priority", "priority", "quantity", "was_on",
            "now_on", "finish_days", "cost",
        ]  # fmt: skip


class ArbitrationSerializer(serializers.ModelSerializer[Arbitration]):
    """Who gets a scarce part first, proposed or decided, and why."""

    claims = ArbitrationClaimSerializer(many=True)

    class Meta:
        model = Arbitration
        fields = [
            "id", "kind", "part", "site", "reason", "ground", "pieces", "day_rate",
            "currency", "decided_by", "decided_at", "claims",
        ]  # fmt: skip


class EffectSerializer(serializers.Serializer[Any]):
    """What one way of deciding does to one claimant; money is an estimate."""

    demand = serializers.IntegerField(source="claim.demand.pk")
    name = serializers.CharField(source="claim.name")
    was_on = serializers.DateField(source="was.on", allow_null=True)
    now_on = serializers.DateField(source="now.on", allow_null=True)
    part_days = serializers.IntegerField()
    finish_on = serializers.DateField(allow_null=True)
    finish_days = serializers.IntegerField(allow_null=True)
    price = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    delay = serializers.DecimalField(max_digits=14, decimal_places=2)
    cost = serializers.DecimalField(max_digits=14, decimal_places=2)
    currency = serializers.CharField()


class OptionSerializer(serializers.Serializer[Any]):
    order = serializers.ListField(child=serializers.IntegerField())
    days = serializers.IntegerField()
    cost = serializers.DecimalField(max_digits=14, decimal_places=2)
    effects = EffectSerializer(many=True)


class WeighingSerializer(serializers.Serializer[Any]):
    """The claims in their turn and one option for each possible winner."""

    part = serializers.IntegerField(source="part.pk")
    site = serializers.IntegerField(source="site.pk")
    order = serializers.ListField(child=serializers.IntegerField())
    here = serializers.DecimalField(
        source="pieces.here", max_digits=12, decimal_places=3
    )
    coming = serializers.DecimalField(
        source="pieces.coming", max_digits=12, decimal_places=3
    )
    day_rate = serializers.DecimalField(max_digits=14, decimal_places=2)
    is_whole = serializers.BooleanField()
    options = OptionSerializer(many=True)


class ArbitrateBody(CommandSerializer):
    part = RowField()
    site = RowField()
    order = serializers.ListField(
        child=RowField(), min_length=1, max_length=queries.MOST_CLAIMS
    )
    reason = serializers.CharField(max_length=200)


class DecideClaimsBody(ArbitrateBody):
    """``ground`` is what the customers who wait are told."""

    ground = serializers.ChoiceField(
        Arbitration.Ground.choices, allow_blank=True, default=""
    )


class ArbitrationViewSet(HouseViewSet[Arbitration]):
    """Decisions on scarce parts, the newest first."""

    queryset = Arbitration.objects.prefetch_related("claims").order_by(
        "-decided_at", "-pk"
    )
    serializer_class = ArbitrationSerializer
    filterset_fields = ["part", "site", "kind"]

    @extend_schema(
        parameters=[
            OpenApiParameter("part", int, required=True),
            OpenApiParameter("site", int, required=True),
        ],
        responses=WeighingSerializer,
    )
    @action(detail=False, pagination_class=None, filter_backends=[])
    def weigh(self, request: Request) -> Response:
        """Say what each winner would mean for every claimant; nothing is written."""
        weighed = queries.weigh(
            request.user,
            part_id=asked_key(request, "part"),
            site_id=asked_key(request, "site"),
            at=timezone.now(),
        )
        return self.told(WeighingSerializer, weighed)

    @extend_schema(parameters=[KEY], responses={201: ArbitrationSerializer})
    @action(detail=False, methods=["post"], serializer_class=DecideClaimsBody)
    def decide(self, request: Request) -> Response:
        """Serve the claims in this order: holds, dates and the plan follow."""
        return self._write(request, commands.arbitrate)

    @extend_schema(parameters=[KEY], responses={201: ArbitrationSerializer})
    @action(detail=False, methods=["post"], serializer_class=ArbitrateBody)
    def propose(self, request: Request) -> Response:
        """Write a proposal down; nothing moves."""
        return self._write(request, commands.propose_arbitration)

    def _write(self, request: Request, command: Callable[..., Arbitration]) -> Response:
        body = self.body(request)
        row = command(
            part_id=body.pop("part"),
            site_id=body.pop("site"),
            **body,
            user_id=caller(request),
            key=idempotency_key(request),
            at=timezone.now(),
        )
        return self.told(ArbitrationSerializer, row, 201)


def asked_key(request: Request, name: str) -> int:
    """Return the key of a row that a query names.

    Raises:
        InvalidInput: it is no number.
    """
    key = row_key(request.query_params.get(name))
    if not key:
        raise InvalidInput(field=name)
    return key
