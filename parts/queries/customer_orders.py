"""Customers' parts orders as their owner reads them: where every piece is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from common.formats import grouped
from common.querysets import get_visible
from parts.models import (
    Demand,
    PartsOrder,
    PartsOrderLine,
    Reservation,
    Return,
    Shipment,
    ShipmentLine,
    UnitMove,
)
from parts.queries.order_money import (
    OrderMoney,
    line_amount,
    order_money,
    quote_digest,
)
from parts.queries.sentences import availability_sentence
from workshop.models import Viewer

Parcel = Shipment.State
LEFT = (Parcel.SHIPPED, Parcel.DELIVERED)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Some pieces of a line and where they are.

    Attributes:
        state: one of the five states.
        text: in words, with the quantity where a line is in several places.
        on: the day it is expected, or the day it was done.
        serials: of the units that have left, for parts kept by serial number.
    """

    state: str
    text: str
    on: date | datetime | None = None
    # Which units these are, where they are known by their numbers.
    serials: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class OrderLinePage:
    """One line of an order, with its amount and where its pieces are."""

    line: PartsOrderLine
    amount: Decimal
    places: Sequence[Whereabouts]


@dataclass(frozen=True, slots=True)
class PaperLink:
    """One paper that can be read: its kind, its number and its name."""

    kind: str
    number: str
    name: str


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One order with its lines, parcels, sums and papers, in the order's currency."""

    order: PartsOrder
    lines: Sequence[OrderLinePage]
    shipments: Sequence[Shipment]
    returns: Sequence[Return]
    money: OrderMoney
    papers: Sequence[PaperLink]
    digest: str
    can_accept: bool
    is_expired: bool


def customer_orders(user: Viewer) -> list[PartsOrder]:
    """Return the parts orders this person may see, newest first.

    Each carries ``lines_count`` and ``total``, tax included, in its currency.
    """
    rows = (
        PartsOrder.objects.visible_to(user)
        .select_related("customer")
        .prefetch_related("lines")
        .order_by("-created_at", "-pk")
    )
    return [_summed(order) for order in rows]


def quotes_waiting(user: Viewer, *, at: datetime) -> list[PartsOrder]:
    """Return the quotes that wait for this person's yes, the first to expire first.

    Each carries ``lines_count`` and ``total``, as those of `customer_orders`.

    Args:
        user: who asks.
        at: now, aware; a quote's last day is one of its site.

    Source: docs/domain/orders.md Q2.
    """
    rows = (
        PartsOrder.objects.visible_to(user)
        .filter(state=PartsOrder.State.QUOTE, offered_at__isnull=False)
        .select_related("site")
        .prefetch_related("lines")
        .order_by("valid_until", "pk")
    )
    return [_summed(order) for order in rows if not _is_over(order, at)]


def _is_over(order: PartsOrder, at: datetime) -> bool:
    """Whether a quote's last day is over where it was written."""
    if order.valid_until is None:
        return False
    return order.valid_until < at.astimezone(ZoneInfo(order.site.time_zone)).date()


def _summed(order: PartsOrder) -> PartsOrder:
    lines = order.lines.all()
    order.lines_count = len(lines)  # type: ignore[attr-defined]  # for the page
    order.total = order_money(order, lines).whole.total  # type: ignore[attr-defined]  # so too
    return order


def customer_order_page(user: Viewer, *, number: str) -> OrderPage:
    """Return one order as this person may see it, in a constant number of queries.

    Raises:
        NotFound: missing and foreign alike.
    """
    order = get_visible(_rows(), user, number=number)
    lines = list(order.lines.all())
    is_quote = order.state == PartsOrder.State.QUOTE
    is_expired = is_quote and _is_over(order, timezone.now())
    shipments = [row for row in order.shipments.all() if row.state in LEFT]
    returns = [row for line in lines for row in line.returns.all()]
    return OrderPage(
        order=order,
        lines=[
            OrderLinePage(line, line_amount(line), list(_places(order, line)))
            for line in lines
        ],
        shipments=shipments,
        returns=returns,
        money=order_money(order, lines),
        papers=list(_papers(order, shipments, returns)),
        digest=quote_digest(order, lines),
        can_accept=is_quote and order.offered_at is not None and not is_expired,
        is_expired=is_expired,
    )


def _rows() -> QuerySet[PartsOrder]:
    parcels = (
        ShipmentLine.objects.select_related("shipment")
        .prefetch_related(
            Prefetch("movement__unit_moves", UnitMove.objects.select_related("unit"))
        )
        .order_by("pk")
    )
    lines = PartsOrderLine.objects.select_related(
        "part", "demand__availability"
    ).prefetch_related(
        "part__numbers",
        Prefetch("shipment_lines", parcels),
        Prefetch("returns", Return.objects.order_by("pk")),
        Prefetch("demand__reservations", Reservation.objects.held()),
    )
    return PartsOrder.objects.select_related(
        "customer", "site", "deposit_invoice"
    ).prefetch_related(
        Prefetch("lines", lines.order_by("pk")),
        Prefetch("shipments", Shipment.objects.order_by("shipped_at", "pk")),
    )


def _places(order: PartsOrder, line: PartsOrderLine) -> Iterator[Whereabouts]:
    """Yield where a line's pieces are, from the nearest to the customer on."""
    yield from _come_back(line)
    yield from _in_parcels(line)
    demand = line.demand
    if demand is None:
        if order.state == PartsOrder.State.ACCEPTED:
            yield Whereabouts("WAITING", _("Waits for the deposit"))
        elif order.state == PartsOrder.State.CANCELLED:
            yield Whereabouts("BLOCKED", _("Given up"))
        return
    if line.cancelled:
        yield Whereabouts("BLOCKED", _part_of(line, line.cancelled, _("Given up")))
    if demand.state in (Demand.State.OPEN, Demand.State.RESERVED):
        yield from _still_here(line, demand)


def _come_back(line: PartsOrderLine) -> Iterator[Whereabouts]:
    words = {
        Return.State.EXPECTED: ("WAITING", _("Return expected")),
        Return.State.RECEIVED: ("RUNNING", _("Returned, being looked at")),
        Return.State.REFUNDED: ("DONE", _("Returned and refunded")),
        Return.State.REFUSED: ("BLOCKED", _("Return refused")),
    }
    for row in line.returns.all():
        state, text = words[Return.State(row.state)]
        on = row.settled_at or row.received_at
        yield Whereabouts(state, _part_of(line, row.quantity, text), on)


def _in_parcels(line: PartsOrderLine) -> Iterator[Whereabouts]:
    for row in line.shipment_lines.all():
        parcel = row.shipment
        if parcel.state not in LEFT:
            continue
        text = _("In parcel %(number)s") % {"number": parcel.number}
        if parcel.state == Parcel.DELIVERED:
            text = _("Delivered in parcel %(number)s") % {"number": parcel.number}
        is_there = parcel.state == Parcel.DELIVERED
        yield Whereabouts(
            "DONE" if is_there else "RUNNING",
            _part_of(line, row.quantity, text),
            parcel.delivered_at if is_there else parcel.shipped_at,
            serials_of(row),
        )


def serials_of(row: ShipmentLine) -> list[str]:
    """Return the units that left with a line; what went with it was read before."""
    if row.movement is None:
        return []
    return sorted(move.unit.serial for move in row.movement.unit_moves.all())


def _still_here(line: PartsOrderLine, demand: Demand) -> Iterator[Whereabouts]:
    """Yield what is being picked, what is held, and what is still to come."""
    picked = sum(
        (
            row.quantity
            for row in line.shipment_lines.all()
            if row.shipment.state in (Parcel.PICKING, Parcel.PACKED)
        ),
        Decimal(0),
    )
    held = sum(
        (row.quantity for row in demand.reservations.all() if row.level_id), Decimal(0)
    )
    if picked:
        yield Whereabouts("READY", _part_of(line, picked, _("Being packed")))
    if held > picked:
        yield Whereabouts("READY", _part_of(line, held - picked, _("Held for you")))
    rest = demand.remaining - held
    if rest > 0:
        yield _to_come(line, demand, rest)


def _to_come(line: PartsOrderLine, demand: Demand, rest: Decimal) -> Whereabouts:
    answer = getattr(demand, "availability", None)
    if answer is None:
        return Whereabouts("WAITING", _part_of(line, rest, _("A date is being found")))
    if answer.kind == answer.Kind.ON_HAND:
        return Whereabouts("READY", _part_of(line, rest, _("On the shelf")))
    if answer.available_on is None:
        return Whereabouts("BLOCKED", _part_of(line, rest, _words(answer)))
    return Whereabouts(
        "WAITING", _part_of(line, rest, _("Expected")), answer.available_on
    )


def _words(answer: object) -> str:
    return str(availability_sentence(answer))  # type: ignore[arg-type]


def _part_of(line: PartsOrderLine, quantity: Decimal, text: str) -> str:
    """Say of how many pieces a sentence speaks, unless it is all of them."""
    if quantity == line.quantity:
        return text
    return _("%(quantity)s of %(whole)s: %(text)s") % {
        "quantity": grouped(quantity),
        "whole": grouped(line.quantity),
        "text": text,
    }


def _papers(
    order: PartsOrder, shipments: Sequence[Shipment], returns: Sequence[Return]
) -> Iterator[PaperLink]:
    if order.accepted_at is not None:
        yield PaperLink("quote", order.number, _("Order confirmation"))
    elif order.offered_at is not None:
        yield PaperLink("quote", order.number, _("Quote"))
    for parcel in shipments:
        yield PaperLink("invoice", parcel.number, _("Commercial invoice"))
        yield PaperLink("packing_list", parcel.number, _("Packing list"))
    for row in returns:
        yield PaperLink("return_note", row.number, _("Return note"))
