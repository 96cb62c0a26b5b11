"""Requests for quotation over HTTP: written, sent, answered, compared, decided."""

from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import idempotency_key
from parts import commands, queries
from parts.api import asking_bodies as bodies
from parts.api.base import KEY, PartsViewSet
from parts.api.bodies import NothingBody, WhyBody
from parts.api.serializers import PurchaseOrderSerializer
from parts.models import PurchaseOrder, Quote, Rfq, RfqLine, RfqSupplier

RFQ = bodies.RfqSerializer
WRITTEN = OpenApiExample(
    "Two suppliers, one part",
    {
        "site": 1,
        "suppliers": [3, 5],
        "lines": [{"part": 17, "quantity": "2"}],
        "answer_by": "2026-12-04",
        "note": "Please name the plant's lead time.",
    },
    request_only=True,
)
SAID = OpenApiExample(
    "One line answered",
    {
        "supplier": 3,
        "currency": "JPY",
        "quotes": [
            {"line": 8, "price": "12400", "lead_days": 21, "minimum_quantity": "1"}
        ],
    },
    request_only=True,
)
WHY = OpenApiExample("Given up", {"reason": "the owner waits"}, request_only=True)
CHOSEN = OpenApiExample("Two lines bought", {"quotes": [4, 9]}, request_only=True)


class RfqViewSet(PartsViewSet[Rfq]):
    """Requests for quotation, newest first."""

    queryset = Rfq.objects.prefetch_related(
        Prefetch("lines", RfqLine.objects.select_related("part").order_by("pk")),
        Prefetch(
            "suppliers", RfqSupplier.objects.select_related("supplier").order_by("pk")
        ),
    ).order_by("-pk")
    serializer_class = bodies.RfqSerializer
    filterset_fields = ["state", "site"]

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        return (
            bodies.RfqBody
            if self.action == "create"
            else super().get_serializer_class()
        )

    @extend_schema(parameters=[KEY], responses={201: RFQ}, examples=[WRITTEN])
    def create(self, request: Request) -> Response:
        """Write a request for quotation; nobody is asked before it is sent."""
        body = self.body(request)

        def work() -> Rfq:
            return commands.create_rfq(
                site_id=body["site"],
                supplier_ids=body["suppliers"],
                lines=[
                    commands.AskedFor(part_id=row["part"], quantity=row["quantity"])
                    for row in body["lines"]
                ],
                note=body.get("note", ""),
                answer_by=body.get("answer_by"),
                key=idempotency_key(request),
                **self.who(request),
            )

        return self.acted(request, "create_rfq", work, RFQ, 201)

    @extend_schema(parameters=[KEY], request=None, responses={200: RFQ})
    @action(detail=True, methods=["post"], serializer_class=NothingBody)
    def send(self, request: Request, pk: str) -> Response:
        """Ask the suppliers of a draft, each by mail in their own language."""

        def work() -> Rfq:
            commands.send_rfq(rfq_id=self.row_id(), **self.who(request))
            return self.get_object()

        return self.acted(request, "send_rfq", work, RFQ)

    @extend_schema(parameters=[KEY], responses={200: RFQ}, examples=[WHY])
    @action(detail=True, methods=["post"], serializer_class=WhyBody)
    def cancel(self, request: Request, pk: str) -> Response:
        """Give a request up that was not decided."""
        body = self.body(request)

        def work() -> Rfq:
            rfq_id = self.row_id()
            commands.cancel_rfq(rfq_id=rfq_id, **body, **self.who(request))
            return self.get_object()

        return self.acted(request, "cancel_rfq", work, RFQ)

    @extend_schema(
        parameters=[KEY],
        responses={200: bodies.QuoteSerializer(many=True)},
        examples=[SAID],
    )
    @action(
        detail=True,
        methods=["post"],
        serializer_class=bodies.AnswersBody,
        pagination_class=None,
        filter_backends=[],
    )
    def answer(self, request: Request, pk: str) -> Response:
        """Note what a supplier says, in place of earlier answers to the same lines.

        His offers follow, and wishes for the parts are answered again.
        """
        body = self.body(request)

        def work() -> list[Quote]:
            rows = commands.record_quotes(
                rfq_id=self.row_id(),
                supplier_id=body["supplier"],
                currency=body["currency"],
                quotes=[
                    commands.Quoted(
                        line_id=row["line"],
                        **{name: row[name] for name in row if name != "line"},
                    )
                    for row in body["quotes"]
                ],
                **self.who(request),
            )
            lines = [row.line_id for row in rows]
            said = Quote.objects.filter(
                line__in=lines, asked__supplier=body["supplier"]
            )
            return list(said.select_related("asked").order_by("pk"))

        return self.acted(request, "record_quotes", work, bodies.QuoteSerializer)

    @extend_schema(
        parameters=[KEY],
        responses={200: RFQ},
        examples=[OpenApiExample("Nothing to offer", {"supplier": 3})],
    )
    @action(detail=True, methods=["post"], serializer_class=bodies.DeclineBody)
    def decline(self, request: Request, pk: str) -> Response:
        """Note that a supplier who was asked has nothing to offer."""
        body = self.body(request)

        def work() -> Rfq:
            commands.decline_rfq(
                rfq_id=self.row_id(),
                supplier_id=body["supplier"],
                **self.who(request),
            )
            return self.get_object()

        return self.acted(request, "decline_rfq", work, RFQ)

    @extend_schema(responses={200: bodies.ComparedLineSerializer(many=True)})
    @action(detail=True, pagination_class=None, filter_backends=[])
    def compare(self, request: Request, pk: str) -> Response:
        """The answers beside each other: amounts at today's rates, days as learnt."""
        lines = queries.comparison(self.get_object(), timezone.localdate())
        return Response(bodies.ComparedLineSerializer(lines, many=True).data)

    @extend_schema(
        parameters=[KEY],
        responses={201: PurchaseOrderSerializer(many=True)},
        examples=[CHOSEN],
    )
    @action(
        detail=True,
        methods=["post"],
        serializer_class=bodies.ChooseBody,
        pagination_class=None,
        filter_backends=[],
    )
    def choose(self, request: Request, pk: str) -> Response:
        """Decide: the chosen quotes become draft orders, one for each supplier."""
        body = self.body(request)

        def work() -> list[PurchaseOrder]:
            return commands.choose_quotes(
                rfq_id=self.row_id(),
                quote_ids=body["quotes"],
                key=idempotency_key(request),
                **self.who(request),
            )

        return self.acted(request, "choose_quotes", work, PurchaseOrderSerializer, 201)
