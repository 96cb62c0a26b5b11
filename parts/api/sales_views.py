"""Customers' orders, their parcels and what comes back, over HTTP."""

from typing import Any

from django.db.models import Prefetch
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import idempotency_key
from common.errors import NotFound
from parts import commands, papers, queries
from parts.api import bodies, filters
from parts.api import serializers as shown
from parts.api.base import KEY, PartsViewSet
from parts.api.readers import hanging, listed
from parts.models import PartsOrder, PartsOrderLine, Return, Shipment, ShipmentLine

# What is shown of a line; the rows of its part and its wish have far more columns.
LINES = (
    PartsOrderLine.objects.select_related("part", "demand__availability")
    .only(
        "order", "part", "quantity", "cancelled", "unit_price", "core_charge",
        "currency", "demand", "part__code", "part__name_en", "part__name_ja",
        "demand__state", "demand__drawn", "demand__availability__demand",
        "demand__availability__kind", "demand__availability__available_on",
        "demand__availability__confidence",
    )
    .order_by("pk")
)  # fmt: skip

ORDER = {200: shown.PartsOrderSerializer}
PARCEL = {200: shown.ParcelSerializer}
PAPER = {
    200: OpenApiResponse(OpenApiTypes.BINARY, "The paper, in the caller's language.")
}
KIND = OpenApiParameter(
    "kind", str, enum=["invoice", "packing_list", "pick_list"], required=True
)


def printed(request: Request, kind: str, number: str) -> HttpResponse:
    """Return a paper as PDF."""
    paper = queries.paper(request.user, kind=kind, number=number)
    answer = HttpResponse(
        papers.press(paper.template, paper.contents), content_type="application/pdf"
    )
    answer["Content-Disposition"] = f'inline; filename="{paper.filename}"'
    return answer


def who(request: Request) -> dict[str, Any]:
    """Actor and instant, as commands name them."""
    return {"actor_id": request.user.pk, "at": timezone.now()}


def once(request: Request) -> dict[str, Any]:
    """The same with the key under which the command runs once."""
    return {**who(request), "key": idempotency_key(request)}


def sold(lines: list[dict[str, Any]]) -> list[commands.Sold]:
    return [
        commands.Sold(
            part_id=line["part"],
            quantity=line["quantity"],
            unit_price=line["unit_price"],
            core_charge=line.get("core_charge"),
        )
        for line in lines
    ]


def terms(body: dict[str, Any]) -> commands.Terms:
    return commands.Terms(**{name: body.get(name) for name in bodies.TERMS})


class PartsOrderViewSet(PartsViewSet[PartsOrder]):
    """Orders of customers: the desk sees all, a customer their own."""

    queryset = PartsOrder.objects.prefetch_related(
        listed("lines", LINES), listed("shipments", Shipment.objects.order_by("pk"))
    ).order_by("-pk")
    serializer_class = shown.PartsOrderSerializer
    filterset_class = filters.PartsOrderFilter

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        if self.action == "create":
            return bodies.PartsOrderBody
        return super().get_serializer_class()

    def now(self, code: int = 200) -> Response:
        """Return the order as it stands after a command."""
        return self.told(shown.PartsOrderSerializer, self.get_object(), code)

    @extend_schema(parameters=[KEY], responses={201: shown.PartsOrderSerializer})
    def create(self, request: Request) -> Response:
        """Write a quote for a customer."""
        body = self.body(request)
        order = commands.place_parts_order(
            customer_id=body["customer"],
            site_id=body["site"],
            currency=body.get("currency", ""),
            lines=sold(body["lines"]),
            terms=terms(body),
            **once(request),
        )
        return self.told(shown.PartsOrderSerializer, order, 201)

    @extend_schema(parameters=[KEY], responses=ORDER)
    @action(detail=True, methods=["post"], serializer_class=bodies.ChangeQuoteBody)
    def change(self, request: Request, pk: str) -> Response:
        """Change the lines or terms of a quote; it has to be sent again."""
        body = self.body(request)
        commands.change_quote(
            order_id=self.row_id(),
            lines=sold(body["lines"]) if "lines" in body else None,
            terms=terms(body),
            **once(request),
        )
        return self.now()

    @extend_schema(responses=ORDER)
    @action(detail=True, methods=["post"], serializer_class=bodies.OfferBody)
    def offer(self, request: Request, pk: str) -> Response:
        """Send a quote to its customer, with its last day. Safe to repeat."""
        commands.offer_quote(
            order_id=self.row_id(), **self.body(request), **who(request)
        )
        return self.now()

    @extend_schema(parameters=[KEY], request=None, responses=ORDER)
    @action(detail=True, methods=["post"], serializer_class=bodies.NothingBody)
    def hold(self, request: Request, pk: str) -> Response:
        """Hold what lies free for a quote until its last day."""
        commands.hold_quote(order_id=self.row_id(), **once(request))
        return self.now()

    @extend_schema(responses=ORDER)
    @action(detail=True, methods=["post"], serializer_class=bodies.AcceptBody)
    def accept(self, request: Request, pk: str) -> Response:
        """Accept a quote as it was read: ``digest`` is on it. Safe to repeat."""
        commands.accept_quote(
            order_id=self.row_id(),
            seen=self.body(request)["digest"],
            **who(request),
        )
        return self.now()

    @extend_schema(request=None, responses=ORDER)
    @action(detail=True, methods=["post"], serializer_class=bodies.NothingBody)
    def confirm(self, request: Request, pk: str) -> Response:
        """Make a quote an order and hold its parts. Safe to repeat."""
        commands.confirm_parts_order(order_id=self.row_id(), **who(request))
        return self.now()

    @extend_schema(request=None, responses=ORDER)
    @action(
        detail=True,
        methods=["post"],
        url_path="settle-deposit",
        serializer_class=bodies.NothingBody,
    )
    def settle_deposit(self, request: Request, pk: str) -> Response:
        """Hold the parts now that the deposit is paid. Safe to repeat."""
        commands.settle_deposit(order_id=self.row_id(), **who(request))
        return self.now()

    @extend_schema(responses=ORDER)
    @action(
        detail=True,
        methods=["post"],
        url_path="waive-deposit",
        serializer_class=bodies.ReasonBody,
    )
    def waive_deposit(self, request: Request, pk: str) -> Response:
        """Hold the parts before the deposit is paid. Safe to repeat."""
        commands.waive_deposit(
            order_id=self.row_id(), **self.body(request), **who(request)
        )
        return self.now()

    @extend_schema(responses=ORDER)
    @action(detail=True, methods=["post"], serializer_class=bodies.DueBody)
    def invoice(self, request: Request, pk: str) -> Response:
        """Ask for what is left beyond the deposit. Safe to repeat."""
        commands.invoice_parts_order(
            order_id=self.row_id(), **self.body(request), **who(request)
        )
        return self.now()

    @extend_schema(responses=ORDER)
    @action(detail=True, methods=["post"], serializer_class=bodies.ReasonBody)
    def cancel(self, request: Request, pk: str) -> Response:
        """Give an order up and release what it holds. Safe to repeat."""
        commands.cancel_parts_order(
            order_id=self.row_id(), **self.body(request), **who(request)
        )
        return self.now()

    @extend_schema(responses=ORDER)
    @action(
        detail=True,
        methods=["post"],
        url_path="cancel-lines",
        serializer_class=bodies.GiveUpRestBody,
    )
    def cancel_lines(self, request: Request, pk: str) -> Response:
        """Give up what is still to come of some lines, or of all. Safe to repeat."""
        body = self.body(request)
        commands.cancel_order_lines(
            order_id=self.row_id(),
            line_ids=body.get("lines"),
            reason=body["reason"],
            **who(request),
        )
        return self.now()

    @extend_schema(parameters=[KEY], responses={201: shown.ParcelSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.PickBody)
    def pick(self, request: Request, pk: str) -> Response:
        """Write a pick list of what is held on hand."""
        shipment = commands.create_pick_list(
            order_id=self.row_id(),
            line_ids=self.body(request).get("lines"),
            **once(request),
        )
        return self.told(shown.ParcelSerializer, shipment, 201)

    @extend_schema(parameters=[KEY], responses={201: shown.PartsOrderSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.ShipBody)
    def ship(self, request: Request, pk: str) -> Response:
        """Ship every piece that lies held for the order."""
        commands.ship_parts_order(
            order_id=self.row_id(), **self.body(request), **once(request)
        )
        return self.now(201)

    @extend_schema(parameters=[KEY], responses={201: shown.ReturnSerializer})
    @action(
        detail=True,
        methods=["post"],
        url_path="agree-return",
        serializer_class=bodies.AgreeBody,
    )
    def agree_return(self, request: Request, pk: str) -> Response:
        """Agree that pieces of a line come back, or old ones in exchange."""
        body, order = self.body(request), self.get_object()
        line_id = body.pop("line")
        if line_id not in {line.pk for line in hanging(order, "lines")}:
            raise NotFound(field="line")
        row = commands.agree_return(line_id=line_id, **body, **once(request))
        return self.told(shown.ReturnSerializer, row, 201)

    @extend_schema(responses=PAPER)
    @action(detail=True, methods=["get"])
    def paper(self, request: Request, pk: str) -> HttpResponse:
        """Return the quote or order confirmation as PDF."""
        return printed(request, "quote", self.get_object().number)


class ShipmentViewSet(PartsViewSet[Shipment]):
    """Parcels, newest first: the desk sees all, a customer their own."""

    queryset = (
        Shipment.objects.select_related("order")
        .prefetch_related(
            Prefetch(
                "lines", ShipmentLine.objects.select_related("line").order_by("pk")
            )
        )
        .order_by("-pk")
    )
    serializer_class = shown.ParcelSerializer
    filterset_class = filters.ShipmentFilter

    def now(self) -> Response:
        return self.told(shown.ParcelSerializer, self.get_object(), 200)

    @extend_schema(responses=PARCEL)
    @action(detail=True, methods=["post"], serializer_class=bodies.TickBody)
    def tick(self, request: Request, pk: str) -> Response:
        """Tick a line by its key, or by the part number scanned. Safe to repeat.

        Where more units lie than are picked, ``serials`` says which; a scanned serial
        number does, too.
        """
        body, shipment = self.body(request), self.get_object()
        if "line" in body:
            commands.pick_line(
                shipment_id=shipment.pk,
                line_id=body["line"],
                is_picked=body["is_picked"],
                serials=body.get("serials", ()),
                **who(request),
            )
        else:
            commands.pick_by_scan(
                shipment_id=shipment.pk, code=body.get("code", ""), **who(request)
            )
        return self.now()

    @extend_schema(responses=PARCEL)
    @action(detail=True, methods=["post"], serializer_class=bodies.PackBody)
    def pack(self, request: Request, pk: str) -> Response:
        """Close the boxes. Safe to repeat."""
        commands.pack_shipment(
            shipment_id=self.row_id(), **self.body(request), **who(request)
        )
        return self.now()

    @extend_schema(parameters=[KEY], responses=PARCEL)
    @action(detail=True, methods=["post"], serializer_class=bodies.ShipBody)
    def ship(self, request: Request, pk: str) -> Response:
        """Hand a packed parcel to its carrier."""
        commands.ship_shipment(
            shipment_id=self.row_id(), **self.body(request), **once(request)
        )
        return self.now()

    @extend_schema(request=None, responses=PARCEL)
    @action(detail=True, methods=["post"], serializer_class=bodies.NothingBody)
    def deliver(self, request: Request, pk: str) -> Response:
        """Write down that it has arrived. Safe to repeat."""
        commands.deliver_shipment(shipment_id=self.row_id(), **who(request))
        return self.now()

    @extend_schema(responses=PARCEL)
    @action(detail=True, methods=["post"], serializer_class=bodies.ReasonBody)
    def cancel(self, request: Request, pk: str) -> Response:
        """Give a pick list up; its pieces stay held. Safe to repeat."""
        commands.cancel_pick_list(
            shipment_id=self.row_id(), **self.body(request), **who(request)
        )
        return self.now()

    @extend_schema(parameters=[KIND], responses=PAPER)
    @action(detail=True, methods=["get"])
    def paper(self, request: Request, pk: str) -> HttpResponse:
        """Return the commercial invoice, packing list or pick list as PDF."""
        kind = request.query_params.get("kind", "packing_list")
        return printed(request, kind, self.get_object().number)


class ReturnViewSet(PartsViewSet[Return]):
    """What comes back, newest first: the desk sees all, a customer their own."""

    queryset = Return.objects.select_related("line").order_by("-pk")
    serializer_class = shown.ReturnSerializer

    @extend_schema(parameters=[KEY], responses={200: shown.ReturnSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.ReceiveReturnBody)
    def receive(self, request: Request, pk: str) -> Response:
        """Take in what came back."""
        body = self.body(request)
        row = commands.receive_return(
            return_id=self.row_id(),
            bin_id=body.pop("bin"),
            part_id=body.pop("part", None),
            **body,
            **once(request),
        )
        return self.told(shown.ReturnSerializer, row, 200)

    @extend_schema(responses={200: shown.ReturnSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.RefundBody)
    def refund(self, request: Request, pk: str) -> Response:
        """Credit the customer. Safe to repeat."""
        row = commands.refund_return(
            return_id=self.row_id(), **self.body(request), **who(request)
        )
        return self.told(shown.ReturnSerializer, row, 200)

    @extend_schema(responses={200: shown.ReturnSerializer})
    @action(detail=True, methods=["post"], serializer_class=bodies.ReasonBody)
    def refuse(self, request: Request, pk: str) -> Response:
        """Refuse a return. Safe to repeat."""
        row = commands.refuse_return(
            return_id=self.row_id(), **self.body(request), **who(request)
        )
        return self.told(shown.ReturnSerializer, row, 200)

    @extend_schema(responses=PAPER)
    @action(detail=True, methods=["get"])
    def paper(self, request: Request, pk: str) -> HttpResponse:
        """Return the return note as PDF."""
        return printed(request, "return_note", self.get_object().number)
