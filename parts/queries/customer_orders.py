"""Customers' parts orders as their owner reads them: where each line is."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Prefetch, Sum

from common.querysets import get_visible
from parts.models import Demand, PartsOrder, PartsOrderLine, Shipment
from parts.queries.sentences import availability_sentence
from workshop.models import Viewer


@dataclass(frozen=True, slots=True)
class OrderLinePage:
    """One line of an order, with its amount and where it is in words."""

    line: PartsOrderLine
    amount: Decimal
    state: str
    answer: str


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One order with its lines, parcels and sum, all in the order's currency."""

    order: PartsOrder
    lines: Sequence[OrderLinePage]
    shipments: Sequence[Shipment]
    total: Decimal


def customer_orders(user: Viewer) -> list[PartsOrder]:
    """Return the parts orders this person may see, newest first.

    Each carries ``lines_count`` and ``total`` in its currency.
    """
    return list(
        PartsOrder.objects.visible_to(user)
        .select_related("customer")
        .annotate(
            lines_count=Count("lines"),
            total=Sum(
                F("lines__unit_price") * F("lines__quantity"), default=Decimal(0)
            ),
        )
        .order_by("-created_at", "-pk")
    )


def customer_order_page(user: Viewer, *, number: str) -> OrderPage:
    """Return one order as this person may see it, in a constant number of queries.

    Raises:
        NotFound: missing and foreign alike.
    """
    lines = PartsOrderLine.objects.select_related(
        "part", "demand__availability"
    ).prefetch_related("part__numbers")
    rows = PartsOrder.objects.select_related("customer").prefetch_related(
        Prefetch("lines", queryset=lines.order_by("pk")),
        Prefetch("shipments", queryset=Shipment.objects.order_by("shipped_at", "pk")),
    )
    order = get_visible(rows, user, number=number)
    pages = [_line_page(line) for line in order.lines.all()]
    return OrderPage(
        order=order,
        lines=pages,
        shipments=list(order.shipments.all()),
        total=sum((page.amount for page in pages), Decimal(0)),
    )


def _line_page(line: PartsOrderLine) -> OrderLinePage:
    state, answer = _whereabouts(line.demand)
    return OrderLinePage(
        line=line, amount=line.unit_price * line.quantity, state=state, answer=answer
    )


def _whereabouts(demand: Demand | None) -> tuple[str, str]:
    """Return one of the five states and the availability answer in words."""
    if demand is None:
        return "WAITING", ""
    if demand.state == Demand.State.FULFILLED:
        return "DONE", ""
    availability = getattr(demand, "availability", None)
    if availability is None:
        return "WAITING", ""
    is_here = availability.kind == availability.Kind.ON_HAND
    is_nowhere = availability.available_on is None
    state = "READY" if is_here else "BLOCKED" if is_nowhere else "WAITING"
    return state, availability_sentence(availability)
