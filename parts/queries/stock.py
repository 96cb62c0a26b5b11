"""Where stock stands, what is short, what is on its way, what needs a hand."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from parts.models import (
    Availability,
    Bin,
    Demand,
    PartsOrder,
    PurchaseOrder,
    PurchaseOrderLine,
    StockLevel,
    StockMovement,
    Watch,
)
from parts.models.demands import DemandQuerySet
from parts.models.orders import PartsOrderQuerySet
from parts.models.purchasing import PurchaseOrderLineQuerySet
from parts.models.stock import StockMovementQuerySet

ZERO = Decimal(0)
DATELESS = (
    Availability.Kind.NO_LONGER_MADE,
    Availability.Kind.NUMBER_UNKNOWN,
    Availability.Kind.NO_SOURCE,
)


@dataclass(frozen=True)
class Position:
    """One part's stock over all bins that may be promised, and what is to come."""

    on_hand: Decimal
    reserved: Decimal
    incoming: Decimal
    wanted: Decimal

    @property
    def available(self) -> Decimal:
        return self.on_hand - self.reserved


def stock_position(part_id: int, site_id: int | None = None) -> Position:
    """Return what of a part lies, is held, comes and is wanted.

    Args:
        part_id: the part.
        site_id: only at this site; everywhere if None.
    """
    here = Q(bin__site=site_id) if site_id else Q()
    levels = StockLevel.objects.usable().filter(here, part=part_id)
    shelf = levels.aggregate(
        on_hand=Coalesce(Sum("on_hand"), ZERO), reserved=Coalesce(Sum("reserved"), ZERO)
    )
    ordered = Q(order__site=site_id) if site_id else Q()
    lines = PurchaseOrderLine.objects.incoming().filter(ordered, part=part_id)
    wishes = Demand.objects.waiting().filter(part=part_id)
    if site_id:
        wishes = wishes.filter(site=site_id)
    return Position(
        on_hand=shelf["on_hand"],
        reserved=shelf["reserved"],
        incoming=lines.aggregate(n=Coalesce(Sum(F("quantity") - F("received")), ZERO))[
            "n"
        ],
        wanted=wishes.aggregate(n=Coalesce(Sum(F("quantity") - F("drawn")), ZERO))["n"],
    )


def part_history(part_id: int) -> StockMovementQuerySet:
    """Return a part's ledger lines over all bins, newest first."""
    rows = StockMovement.objects.filter(level__part=part_id)
    return rows.select_related("level__bin", "moved_by").order_by("-pk")


def shortages() -> DemandQuerySet:
    """Return waiting demands without a date, late, or dated after they are needed."""
    late = Q(availability__available_on__gt=F("needed_on"))
    dateless = Q(availability__kind__in=DATELESS)
    rows = Demand.objects.waiting().filter(dateless | late)
    return rows.select_related("part", "availability").order_by(
        "subject_key", "needed_on", "pk"
    )


@dataclass(frozen=True)
class SubjectShortage:
    """How many of one subject's wishes are short."""

    subject_key: str
    short: int
    dateless: int


def shortages_by_subject(limit: int = 10) -> list[SubjectShortage]:
    """Return the subjects with most shortages, such as ``project:12``."""
    rows = (
        shortages()
        .order_by()
        .values("subject_key")
        .annotate(
            short=Count("pk"),
            dateless=Count("pk", filter=Q(availability__kind__in=DATELESS)),
        )
        .order_by("-short", "subject_key")[:limit]
    )
    return [SubjectShortage(**row) for row in rows]


def incoming(until: date | None = None) -> PurchaseOrderLineQuerySet:
    """Return order lines under way, soonest first.

    Args:
        until: only those due on this day or earlier.
    """
    rows = PurchaseOrderLine.objects.incoming()
    if until is not None:
        rows = rows.filter(due_on__lte=until)
    return rows.select_related("part", "order__supplier").order_by("due_on", "pk")


@dataclass(frozen=True)
class DeskCounts:
    """What needs a hand in the store today: each number opens its list."""

    arrivals_today: int
    overdue_lines: int
    short_demands: int
    orders_to_pick: int
    parts_to_put_away: int
    watch_alerts: int
    drafts: int


def desk_counts(today: date) -> DeskCounts:
    """Count what needs a hand.

    Args:
        today: the site's own day.
    """
    coming = PurchaseOrderLine.objects.incoming()
    to_put_away = StockLevel.objects.filter(bin__kind=Bin.Kind.RECEIVING, on_hand__gt=0)
    drafts = PurchaseOrder.objects.filter(state=PurchaseOrder.State.DRAFT)
    counted: dict[str, QuerySet[Any]] = {
        "arrivals_today": coming.filter(due_on=today),
        "overdue_lines": coming.filter(due_on__lt=today),
        "short_demands": shortages(),
        "orders_to_pick": orders_to_pick(),
        "parts_to_put_away": to_put_away,
        "watch_alerts": Watch.objects.alerts(),
        "drafts": drafts,
    }
    first, *others = [
        rows.order_by()
        .annotate(what=Value(name))
        .values("what")
        .annotate(n=Count("pk", distinct=True))
        for name, rows in counted.items()
    ]
    # One statement; what is not there does not come back.
    found = {row["what"]: row["n"] for row in first.union(*others, all=True)}
    return DeskCounts(**{name: found.get(name, 0) for name in counted})


def orders_to_pick() -> PartsOrderQuerySet:
    """Return confirmed orders of customers with pieces held on hand."""
    return PartsOrder.objects.filter(
        state=PartsOrder.State.CONFIRMED,
        lines__demand__reservations__state="HELD",
        lines__demand__reservations__level__isnull=False,
    ).distinct()
