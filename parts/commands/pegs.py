"""Order lines, the pegs on them and the wishes behind the pegs, locked together."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from parts.models import Demand, PurchaseOrderLine, Reservation


@dataclass(frozen=True)
class Pegged:
    """Locked order lines, the pegs on them and the wishes behind the pegs."""

    lines: list[PurchaseOrderLine]
    pegs: list[Reservation]
    demands: list[Demand]


class _NewPeg(Exception):
    """A wish was pegged to a line between looking and locking."""


def lock_lines_and_wishes(line_ids: Sequence[int]) -> Pegged:
    """Lock the wishes pegged to some lines, then the lines, in the common order.

    A wish pegged in between is found after the lines are locked; then what was locked
    is let go, by the savepoint, and locked again with it.
    """
    while True:
        try:
            with transaction.atomic():
                return _lock_lines(line_ids)
        except _NewPeg:
            continue


def _lock_lines(line_ids: Sequence[int]) -> Pegged:
    pegs = Reservation.objects.held().filter(order_line__in=line_ids)
    demand_ids = list(pegs.values_list("demand_id", flat=True))
    demands = list(Demand.objects.filter(pk__in=demand_ids).locked())
    lines = list(
        PurchaseOrderLine.objects.filter(pk__in=line_ids)
        .select_related("order__site")
        .locked()
    )
    rows = list(pegs.order_by("pk"))
    known = {demand.pk for demand in demands}
    if any(row.demand_id is not None and row.demand_id not in known for row in rows):
        raise _NewPeg
    return Pegged(lines=lines, pegs=rows, demands=demands)
