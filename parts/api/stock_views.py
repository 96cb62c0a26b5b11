"""Stock and wishes over HTTP. Reads are scoped once; writes are named actions."""

from collections.abc import Callable

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import idempotency_key
from parts import commands
from parts.api import bodies, filters
from parts.api import serializers as shown
from parts.api.base import KEY, PartsViewSet
from parts.api.piece_views import ApartActs
from parts.models import Demand, Reservation, StockLevel, StockMovement

SET_ASIDE = OpenApiExample(
    "One piece, into another bin",
    {"bin": 12, "quantity": "1", "reason": "scratched in the box"},
    request_only=True,
)
NOT_WANTED = OpenApiExample(
    "Not wanted any more", {"reason": "the owner keeps the old one"}, request_only=True
)


class StockLevelViewSet(ApartActs):
    """Positions: one part in one bin."""

    queryset = StockLevel.objects.select_related("part", "bin").order_by("pk")
    serializer_class = shown.StockLevelSerializer
    filterset_class = filters.StockLevelFilter

    @extend_schema(parameters=[KEY], responses={201: shown.ReservationSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.ReserveBody)
    def reserve(self, request: Request, pk: str) -> Response:
        """Hold free pieces for a wish; 409 ``insufficient_stock`` when too few are."""
        body = self.body(request)
        hold = commands.reserve_stock(
            level_id=self.row_id(),
            quantity=body["quantity"],
            demand_key=body["demand_key"],
            held_until=body.get("held_until"),
            key=idempotency_key(request),
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return self.told(shown.ReservationSerializer, hold, status.HTTP_201_CREATED)

    @extend_schema(parameters=[KEY], responses={201: shown.StockMovementSerializer})
    @action(detail=False, methods=["post"], serializer_class=bodies.ReceiveStockBody)
    def receive(self, request: Request) -> Response:
        """Take pieces in without an order."""
        body = self.body(request)
        movement = commands.receive_stock(
            part_id=body["part"],
            bin_id=body["bin"],
            quantity=body["quantity"],
            unit_cost=body["unit_cost"],
            lot=body.get("lot", ""),
            serials=body.get("serials", ()),
            reason=body["reason"],
            key=idempotency_key(request),
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return self.told(shown.StockMovementSerializer, movement, 201)

    @extend_schema(parameters=[KEY], responses={201: shown.StockMovementSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.MoveBody)
    def move(self, request: Request, pk: str) -> Response:
        """Move free pieces to another bin."""
        body = self.body(request)
        movement = commands.move_stock(
            level_id=self.row_id(),
            bin_id=body["bin"],
            quantity=body["quantity"],
            reason=body["reason"],
            serials=body.get("serials", ()),
            key=idempotency_key(request),
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return self.told(shown.StockMovementSerializer, movement, 201)

    @extend_schema(
        parameters=[KEY],
        responses={200: shown.StockLevelSerializer},
    )
    @action(detail=True, methods=["post"], serializer_class=bodies.AdjustBody)
    def adjust(self, request: Request, pk: str) -> Response:
        """Write what was counted; the difference becomes a line of the ledger."""
        body = self.body(request)
        level = self.get_object()
        commands.adjust_stock(
            level_id=level.pk,
            counted=body["counted"],
            reason=body["reason"],
            serials=body.get("serials", ()),
            key=idempotency_key(request),
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return self.told(shown.StockLevelSerializer, self.get_object(), 200)

    @extend_schema(parameters=[KEY], responses={201: shown.StockMovementSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.QuantityReasonBody)
    def scrap(self, request: Request, pk: str) -> Response:
        """Throw free pieces away."""
        body = self.body(request)
        movement = commands.scrap_stock(
            level_id=self.row_id(),
            quantity=body["quantity"],
            reason=body["reason"],
            serials=body.get("serials", ()),
            key=idempotency_key(request),
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return self.told(shown.StockMovementSerializer, movement, 201)

    @extend_schema(
        parameters=[KEY],
        responses={201: shown.StockMovementSerializer},
        examples=[SET_ASIDE],
    )
    @action(detail=True, methods=["post"], serializer_class=bodies.MoveBody)
    def quarantine(self, request: Request, pk: str) -> Response:
        """Set free pieces aside in a quarantine bin: nothing there is promised."""
        return self._set_aside(request, "quarantine_stock", commands.quarantine_stock)

    @extend_schema(
        parameters=[KEY],
        responses={201: shown.StockMovementSerializer},
        examples=[SET_ASIDE],
    )
    @action(
        detail=True,
        methods=["post"],
        url_path="release-quarantine",
        serializer_class=bodies.MoveBody,
    )
    def release_quarantine(self, request: Request, pk: str) -> Response:
        """Put pieces out of quarantine into a bin from which they may be promised."""
        command = commands.release_quarantine
        return self._set_aside(request, "release_quarantine", command)

    def _set_aside(
        self, request: Request, name: str, command: Callable[..., StockMovement]
    ) -> Response:
        body = self.body(request)

        def work() -> StockMovement:
            return command(
                level_id=self.row_id(),
                bin_id=body["bin"],
                quantity=body["quantity"],
                reason=body["reason"],
                serials=body.get("serials", ()),
                key=idempotency_key(request),
                **self.who(request),
            )

        return self.acted(request, name, work, shown.StockMovementSerializer, 201)

    @extend_schema(parameters=[KEY], responses={201: shown.StockMovementSerializer})
    @action(
        detail=False,
        methods=["post"],
        url_path="receive-owned",
        serializer_class=bodies.ReceiveOwnedBody,
    )
    def receive_owned(self, request: Request) -> Response:
        """Take a customer's own pieces in, to be kept apart."""
        body = self.body(request)
        movement = commands.receive_owned(
            owner_id=body["owner"],
            part_id=body["part"],
            bin_id=body["bin"],
            quantity=body["quantity"],
            lot=body.get("lot", ""),
            serials=body.get("serials", ()),
            reason=body["reason"],
            key=idempotency_key(request),
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return self.told(shown.StockMovementSerializer, movement, 201)

    @extend_schema(parameters=[KEY], responses={201: shown.StockMovementSerializer})
    @action(
        detail=True,
        methods=["post"],
        url_path="hand-back",
        serializer_class=bodies.QuantityReasonBody,
    )
    def hand_back(self, request: Request, pk: str) -> Response:
        """Give pieces back to the customer they belong to."""
        body = self.body(request)
        movement = commands.hand_back_owned(
            level_id=self.row_id(),
            quantity=body["quantity"],
            serials=body.get("serials", ()),
            reason=body["reason"],
            key=idempotency_key(request),
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return self.told(shown.StockMovementSerializer, movement, 201)

    @extend_schema(parameters=[KEY], responses={204: None})
    @action(
        detail=False,
        methods=["post"],
        url_path="put-away",
        serializer_class=bodies.PutAwayBody,
    )
    def put_away(self, request: Request) -> Response:
        """Move pieces from receiving bins to shelves, all or none."""
        body = self.body(request)
        commands.put_away(
            moves=[
                commands.PutAway(
                    level_id=move["level"],
                    bin_id=move["bin"],
                    quantity=move["quantity"],
                    serials=move.get("serials", ()),
                )
                for move in body["moves"]
            ],
            reason=body["reason"],
            key=idempotency_key(request),
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class StockMovementViewSet(PartsViewSet[StockMovement]):
    """The ledger, newest first."""

    queryset = StockMovement.objects.select_related("level__bin").order_by("-pk")
    serializer_class = shown.StockMovementSerializer
    filterset_class = filters.StockMovementFilter

    @extend_schema(parameters=[KEY], responses={201: shown.StockMovementSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.ReasonBody)
    def reverse(self, request: Request, pk: str) -> Response:
        """Undo a line by a line that names it."""
        body = self.body(request)
        movement = commands.reverse_movement(
            movement_id=self.row_id(),
            reason=body["reason"],
            key=idempotency_key(request),
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return self.told(shown.StockMovementSerializer, movement, 201)


class DemandViewSet(PartsViewSet[Demand]):
    """Wishes and their answers, first come, first served."""

    queryset = Demand.objects.select_related("part", "availability").in_turn()
    serializer_class = shown.DemandSerializer
    filterset_class = filters.DemandFilter

    @extend_schema(
        parameters=[KEY],
        responses={200: shown.DemandSerializer},
        examples=[NOT_WANTED],
    )
    @action(detail=True, methods=["post"], serializer_class=bodies.WhyBody)
    def cancel(self, request: Request, pk: str) -> Response:
        """Give a wish up that is not wholly drawn; what it held is free again."""
        body = self.body(request)

        def work() -> Demand:
            demand_id = self.row_id()
            commands.cancel_demand(demand_id=demand_id, **body, **self.who(request))
            return self.get_object()

        return self.acted(request, "cancel_demand", work, shown.DemandSerializer)

    @extend_schema(
        request=None, responses={200: shown.ReservationSerializer(many=True)}
    )
    @action(
        detail=True,
        methods=["post"],
        serializer_class=bodies.NothingBody,
        pagination_class=None,
        filter_backends=[],
    )
    def reserve(self, request: Request, pk: str) -> Response:
        """Hold what lies at the wish's site, then what is on order. Safe to repeat."""
        holds = commands.reserve_for_demand(
            demand_id=self.row_id(),
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return Response(shown.ReservationSerializer(holds, many=True).data)

    @extend_schema(parameters=[KEY], responses={200: shown.DemandSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.IssueBody)
    def issue(self, request: Request, pk: str) -> Response:
        """Draw parts to the card that wants them."""
        body = self.body(request)
        demand = commands.issue_parts(
            demand_id=self.row_id(),
            quantity=body["quantity"],
            reason=body.get("reason", ""),
            serials=body.get("serials", ()),
            key=idempotency_key(request),
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return self.told(shown.DemandSerializer, demand, status.HTTP_200_OK)

    @extend_schema(parameters=[KEY], responses={200: shown.DemandSerializer})
    @action(
        detail=True,
        methods=["post"],
        url_path="return",
        serializer_class=bodies.ReturnBody,
    )
    def give_back(self, request: Request, pk: str) -> Response:
        """Put drawn parts back into a bin."""
        body = self.body(request)
        demand = commands.return_parts(
            demand_id=self.row_id(),
            quantity=body["quantity"],
            bin_id=body["bin"],
            reason=body["reason"],
            still_wanted=body["still_wanted"],
            serials=body.get("serials", ()),
            key=idempotency_key(request),
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return self.told(shown.DemandSerializer, demand, status.HTTP_200_OK)


class ReservationViewSet(PartsViewSet[Reservation]):
    """What is held, newest first."""

    queryset = Reservation.objects.order_by("-pk")
    serializer_class = shown.ReservationSerializer
    filterset_class = filters.ReservationFilter

    @extend_schema(responses={200: shown.ReservationSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.ReasonBody)
    def release(self, request: Request, pk: str) -> Response:
        """Give a hold back. Safe to repeat."""
        body = self.body(request)
        commands.release_hold(
            reservation_id=self.row_id(),
            reason=body["reason"],
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return self.told(shown.ReservationSerializer, self.get_object(), 200)
