"""Orders to suppliers over HTTP."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import expected_version, idempotency_key
from parts import commands
from parts.api import bodies, filters
from parts.api import serializers as shown
from parts.api.base import KEY, VERSION, PartsViewSet
from parts.api.readers import listed
from parts.models import PurchaseOrder, PurchaseOrderLine

# What is shown of a line; a part's row has three times as many columns.
LINES = (
    PurchaseOrderLine.objects.select_related("part")
    .only(
        "order", "part", "quantity", "received", "reserved", "unit_price", "currency",
        "due_on", "closed_at", "closed_reason", "part__code",
    )
    .order_by("pk")
)  # fmt: skip


class PurchaseOrderViewSet(PartsViewSet[PurchaseOrder]):
    """Orders to suppliers, newest first."""

    queryset = PurchaseOrder.objects.prefetch_related(listed("lines", LINES)).order_by(
        "-pk"
    )
    serializer_class = shown.PurchaseOrderSerializer
    filterset_class = filters.PurchaseOrderFilter

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        if self.action == "create":
            return bodies.PurchaseOrderBody
        return super().get_serializer_class()

    @extend_schema(parameters=[KEY], responses={201: shown.PurchaseOrderSerializer})
    def create(self, request: Request) -> Response:
        """Write an order as a draft."""
        body = self.body(request)
        order = commands.create_purchase_order(
            supplier_id=body["supplier"],
            site_id=body["site"],
            currency=body.get("currency", ""),
            lines=[
                commands.Ordered(
                    part_id=line["part"],
                    quantity=line["quantity"],
                    unit_price=line["unit_price"],
                    due_on=line["due_on"],
                )
                for line in body["lines"]
            ],
            key=idempotency_key(request),
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return self.told(shown.PurchaseOrderSerializer, order, 201)

    @extend_schema(
        parameters=[KEY],
        responses={201: shown.PurchaseOrderSerializer(many=True)},
        examples=[
            OpenApiExample(
                "Two parts", {"site": 1, "parts": [17, 52]}, request_only=True
            )
        ],
    )
    @action(
        detail=False,
        methods=["post"],
        serializer_class=bodies.ProposalsBody,
        pagination_class=None,
        filter_backends=[],
    )
    def propose(self, request: Request) -> Response:
        """Make drafts of what is proposed for some parts, one for each supplier."""
        body = self.body(request)

        def work() -> list[PurchaseOrder]:
            return commands.order_proposals(
                site_id=body["site"],
                part_ids=body["parts"],
                key=idempotency_key(request),
                **self.who(request),
            )

        shape = shown.PurchaseOrderSerializer
        return self.acted(request, "order_proposals", work, shape, 201)

    @extend_schema(request=None, responses={200: shown.PurchaseOrderSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.NothingBody)
    def send(self, request: Request, pk: str) -> Response:
        """Send a draft. Safe to repeat."""
        order = commands.send_purchase_order(
            order_id=self.row_id(), actor_id=request.user.pk, at=timezone.now()
        )
        return self.told(shown.PurchaseOrderSerializer, order, status.HTTP_200_OK)

    @extend_schema(responses={200: shown.PurchaseOrderSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.ReasonBody)
    def cancel(self, request: Request, pk: str) -> Response:
        """Give an order up on which nothing has arrived. Safe to repeat."""
        body = self.body(request)
        commands.cancel_purchase_order(
            order_id=self.row_id(),
            reason=body["reason"],
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return self.told(shown.PurchaseOrderSerializer, self.get_object(), 200)

    @extend_schema(parameters=[KEY], responses={201: shown.PurchaseOrderLineSerializer})
    @action(
        detail=True,
        methods=["post"],
        url_path="lines",
        serializer_class=bodies.OrderedBody,
    )
    def add_line(self, request: Request, pk: str) -> Response:
        """Add a line to a draft."""
        body = self.body(request)
        line = commands.add_order_line(
            order_id=self.row_id(),
            line=commands.Ordered(
                part_id=body["part"],
                quantity=body["quantity"],
                unit_price=body["unit_price"],
                due_on=body["due_on"],
            ),
            key=idempotency_key(request),
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return self.told(shown.PurchaseOrderLineSerializer, line, 201)

    @extend_schema(responses={200: shown.PurchaseOrderSerializer})
    @action(
        detail=True,
        methods=["post"],
        url_path="cancel-rest",
        serializer_class=bodies.ReasonBody,
    )
    def cancel_rest(self, request: Request, pk: str) -> Response:
        """Give up what has not come yet of a sent order. Safe to repeat."""
        body = self.body(request)
        commands.cancel_order_rest(
            order_id=self.row_id(),
            reason=body["reason"],
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return self.told(shown.PurchaseOrderSerializer, self.get_object(), 200)


class PurchaseOrderLineViewSet(PartsViewSet[PurchaseOrderLine]):
    """Order lines under way, soonest first."""

    queryset = PurchaseOrderLine.objects.select_related("part").order_by("due_on", "pk")
    serializer_class = shown.PurchaseOrderLineSerializer

    @extend_schema(parameters=[KEY], responses={201: shown.StockMovementSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.ReceiveLineBody)
    def receive(self, request: Request, pk: str) -> Response:
        """Take in what arrived, whole or in part."""
        body = self.body(request)
        movement = commands.receive_order_line(
            line_id=self.row_id(),
            quantity=body["quantity"],
            bin_id=body["bin"],
            unit_cost=body.get("unit_cost"),
            accept_surplus=body["accept_surplus"],
            reason=body.get("reason", ""),
            serials=body.get("serials", ()),
            key=idempotency_key(request),
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return self.told(shown.StockMovementSerializer, movement, 201)

    @extend_schema(responses={200: shown.PurchaseOrderLineSerializer})
    @action(
        detail=True,
        methods=["post"],
        url_path="due-date",
        serializer_class=bodies.DueDateBody,
    )
    def due_date(self, request: Request, pk: str) -> Response:
        """Move the due date, with its cause. Safe to repeat."""
        body = self.body(request)
        line = commands.change_due_date(
            line_id=self.row_id(),
            due_on=body["due_on"],
            reason=body["reason"],
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return self.told(shown.PurchaseOrderLineSerializer, line, 200)

    @extend_schema(responses={200: shown.PurchaseOrderLineSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.ReasonBody)
    def close(self, request: Request, pk: str) -> Response:
        """Agree that what is missing of a line does not come. Safe to repeat."""
        body = self.body(request)
        commands.close_order_line(
            line_id=self.row_id(),
            reason=body["reason"],
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return self.told(shown.PurchaseOrderLineSerializer, self.get_object(), 200)

    @extend_schema(parameters=[KEY], responses={200: shown.PurchaseOrderLineSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.ChaseBody)
    def chase(self, request: Request, pk: str) -> Response:
        """Note what the supplier said of a line, and the new date if he said one."""
        body = self.body(request)
        commands.chase_order_line(
            line_id=self.row_id(),
            said=body["said"],
            due_on=body.get("due_on"),
            key=idempotency_key(request),
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        return self.told(shown.PurchaseOrderLineSerializer, self.get_object(), 200)

    @extend_schema(
        parameters=[KEY, VERSION],
        responses={200: shown.PurchaseOrderLineSerializer},
        examples=[
            OpenApiExample(
                "Six in place of four",
                {"quantity": "6", "reason": "a second engine"},
                request_only=True,
            )
        ],
    )
    @action(detail=True, methods=["post"], serializer_class=bodies.ChangeLineBody)
    def change(self, request: Request, pk: str) -> Response:
        """Change a line of a draft; 412 if it is not any more what was read."""
        body, version = self.body(request), expected_version(request)

        def work() -> PurchaseOrderLine:
            return commands.change_order_line(
                line_id=self.row_id(),
                version=version,
                **body,
                **self.who(request),
            )

        shape = shown.PurchaseOrderLineSerializer
        return self.acted(request, "change_order_line", work, shape, version=version)

    @extend_schema(
        parameters=[KEY, VERSION],
        responses={200: shown.PurchaseOrderSerializer},
        examples=[
            OpenApiExample(
                "Taken off", {"reason": "found in the stores"}, request_only=True
            )
        ],
    )
    @action(detail=True, methods=["post"], serializer_class=bodies.WhyBody)
    def remove(self, request: Request, pk: str) -> Response:
        """Take a line off a draft; 412 if it is not any more what was read.

        Answers with the order without it.
        """
        body, version = self.body(request), expected_version(request)

        def work() -> PurchaseOrder:
            line = self.get_object()
            commands.remove_order_line(
                line_id=line.pk,
                version=version,
                **body,
                **self.who(request),
            )
            orders = PurchaseOrder.objects.prefetch_related(listed("lines", LINES))
            return orders.get(pk=line.order_id)

        shape = shown.PurchaseOrderSerializer
        return self.acted(request, "remove_order_line", work, shape, version=version)
