"""What is late, what was delivered in part, and what a draft should heed."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max, Q
from django.utils.translation import gettext as _

from common.formats import grouped
from parts.models import (
    Chase,
    PurchaseOrderLine,
    Reservation,
)
from parts.models.purchasing import PurchaseOrderLineQuerySet
from parts.queries.offers import Offered, live_offers


@dataclass(frozen=True, slots=True)
class LateLine:
    """A line to ask a supplier about.

    Attributes:
        line: with its part, order and supplier.
        days_late: since the due date; below zero if it is still to come.
        waiting: how many wishes hold pieces of it.
        last: the newest word with the supplier, if any.
    """

    line: PurchaseOrderLine
    days_late: int
    waiting: int
    last: Chase | None

    @property
    def outstanding(self) -> Decimal:
        return self.line.quantity - self.line.received


def chase_list(today: date) -> list[LateLine]:
    """Return the lines past their date, the longest late first, in four queries.

    Args:
        today: the desk's own day.
    """
    return _to_ask(PurchaseOrderLine.objects.incoming().filter(due_on__lt=today), today)


def backorder_list(today: date) -> list[LateLine]:
    """Return the lines of which some has come and the rest is still to come.

    Args:
        today: the desk's own day.
    """
    return _to_ask(backorders(), today)


def backorders() -> PurchaseOrderLineQuerySet:
    """Return open lines that were delivered in part."""
    return PurchaseOrderLine.objects.incoming().filter(received__gt=0)


def _to_ask(rows: PurchaseOrderLineQuerySet, today: date) -> list[LateLine]:
    pegs = Q(reservations__state=Reservation.State.HELD)
    # With two annotations, of which the row's type knows nothing.
    lines: list[Any] = list(
        rows.select_related("part", "order__supplier")
        .prefetch_related("part__numbers")
        .annotate(
            waiting=Count("reservations", filter=pegs, distinct=True),
            last_chase=Max("chases"),
        )
        .order_by("due_on", "order__supplier__code", "pk")
    )
    said = Chase.objects.select_related("chased_by").in_bulk(
        [row.last_chase for row in lines if row.last_chase]
    )
    return [
        LateLine(
            line=row,
            days_late=(today - row.due_on).days,
            waiting=row.waiting,
            last=said.get(row.last_chase),
        )
        for row in lines
    ]


def order_warnings(lines: Iterable[PurchaseOrderLine]) -> list[str]:
    """Return what a draft should heed: minimum quantities, breaks, other prices.

    Args:
        lines: of one order, with part and order.
    """
    rows = list(lines)
    offers = live_offers({row.part_id for row in rows})
    found = []
    for row in rows:
        theirs = next(
            (
                offer
                for offer in offers.get(row.part_id, [])
                if offer.supplier_id == row.order.supplier_id
            ),
            None,
        )
        found += [
            _("%(part)s: %(warning)s") % {"part": row.part.name, "warning": warning}
            for warning in _line_warnings(row, theirs)
        ]
    return found


def _line_warnings(row: PurchaseOrderLine, offer: Offered | None) -> list[str]:
    if offer is None:
        return [_("this supplier has no offer of it.")]
    found = []
    if row.quantity < offer.minimum:
        found.append(
            _("the supplier sells at least %(minimum)s.")
            % {"minimum": grouped(offer.minimum)}
        )
    if offer.currency == row.currency:
        found += _price_warnings(row, offer)
    return found


def _price_warnings(row: PurchaseOrderLine, offer: Offered) -> list[str]:
    found = []
    price = offer.price_of(row.quantity)
    if price != row.unit_price:
        found.append(_("the offer says %(price)s for one.") % {"price": grouped(price)})
    further = [step for step in offer.breaks if step[0] > row.quantity]
    if further:
        found.append(
            _("from %(quantity)s on one costs %(price)s.")
            % {"quantity": grouped(further[0][0]), "price": grouped(further[0][1])}
        )
    return found


def open_lines(order_id: int) -> PurchaseOrderLineQuerySet:
    """Return what of an order is still to come."""
    return PurchaseOrderLine.objects.filter(
        order=order_id, received__lt=F("quantity"), closed_at__isnull=True
    )


def line_version(line: PurchaseOrderLine) -> int:
    """Return what stands for an order line as somebody has read it."""
    said = [f"{line.quantity:.3f}", f"{line.unit_price:.2f}", f"{line.due_on}"]
    return int(hashlib.sha256(repr(said).encode()).hexdigest()[:12], 16)
