"""Everything the answers to some parts' demands depend on, read in a few statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import get_language

from parts.models import (
    Alternate,
    Bin,
    Demand,
    KitLine,
    Part,
    PartNumber,
    PurchaseOrderLine,
    Reservation,
    StockLevel,
    Supersession,
)
from parts.queries.conditions import Step
from parts.queries.offers import Offered, live_offers
from workshop.models import Holiday, Site, WorkingHours

Spot = tuple[int, int]
LONGEST_CLOSURE_DAYS = 60
STEP_FIELDS = (
    "old_id", "new_id", "kind", "condition", "starts_on", "ends_on", "variant_id",
    "variant__name_en", "variant__name_ja", "first_frame", "last_frame", "built_from",
    "built_to", "only_with_id", "condition_ja",
)  # fmt: skip


@dataclass(slots=True)
class PartFact:
    """What is said of a part itself."""

    pk: int
    code: str
    number: str
    name_en: str
    name_ja: str
    life: str
    grade: str

    @property
    def name(self) -> str:
        """In the language that is active."""
        is_ja = (get_language() or "en").startswith("ja")
        return self.name_ja if is_ja and self.name_ja else self.name_en


@dataclass(slots=True)
class OnShelf:
    """A usable position and what of it is nobody's yet."""

    level_id: int
    bin: str
    free: Decimal
    owner_id: int | None = None


@dataclass(slots=True)
class Coming:
    """An order line under way and what of it is nobody's yet."""

    line_id: int
    order: str
    supplier_en: str
    supplier_ja: str
    due_on: date
    free: Decimal


@dataclass(slots=True)
class StandIn:
    """A part that may stand in for another."""

    part_id: int
    note: str
    needs_consent: bool


@dataclass(slots=True)
class Held:
    """What one demand holds: of a position or of an order line."""

    quantity: Decimal
    shelf: OnShelf | None = None
    coming: Coming | None = None


@dataclass(slots=True)
class HeldLater:
    """Pieces on the shelf that lie there for the last in the queue."""

    rank: int
    demand: Demand
    quantity: Decimal


@dataclass
class SiteCalendar:
    """The days on which a site takes deliveries in."""

    site_id: int
    today: date
    open_weekdays: frozenset[int]
    holidays: frozenset[date]

    def next_open(self, day: date) -> date:
        """Return the day, or the next one on which the site is open."""
        for offset in range(LONGEST_CLOSURE_DAYS):
            later = day + timedelta(days=offset)
            if later.weekday() in self.open_weekdays and later not in self.holidays:
                return later
        return day


@dataclass
class Situation:
    """What the answers of some parts depend on, at one moment."""

    at: datetime
    parts: dict[int, PartFact] = field(default_factory=dict)
    demands: list[Demand] = field(default_factory=list)
    # Where each demand stands in the queue of all.
    ranks: dict[int, int] = field(default_factory=dict)
    held: dict[int, list[Held]] = field(default_factory=lambda: defaultdict(list))
    held_latest: dict[Spot, HeldLater] = field(default_factory=dict)
    shelf: dict[Spot, list[OnShelf]] = field(default_factory=lambda: defaultdict(list))
    # Customers' own pieces, by part, site and owner.
    owned: dict[tuple[int, int, int], list[OnShelf]] = field(
        default_factory=lambda: defaultdict(list)
    )
    coming: dict[Spot, list[Coming]] = field(default_factory=lambda: defaultdict(list))
    offers: dict[int, list[Offered]] = field(default_factory=dict)
    successors: dict[int, list[Step]] = field(default_factory=lambda: defaultdict(list))
    alternates: dict[int, list[StandIn]] = field(
        default_factory=lambda: defaultdict(list)
    )
    # What one kit is put together from: component and how many.
    kits: dict[int, list[tuple[int, Decimal]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    calendars: dict[int, SiteCalendar] = field(default_factory=dict)

    def free_at(self, part_id: int, site_id: int) -> Decimal:
        """Return what of a part lies at a site and is nobody's yet."""
        rows = self.shelf.get((part_id, site_id), ())
        return sum((row.free for row in rows), Decimal(0))


def read_situation(part_ids: Collection[int], at: datetime) -> Situation:
    """Read what the answers to these parts' demands depend on.

    Args:
        part_ids: whole groups, as `connected_parts` returns them.
        at: the moment of asking, aware.
    """
    found = Situation(at=at)
    _read_parts(found, part_ids)
    _read_steps(found, part_ids)
    demands = Demand.objects.waiting().filter(part_id__in=part_ids).in_turn()
    found.demands = list(demands)
    found.ranks = {demand.pk: rank for rank, demand in enumerate(found.demands)}
    shelves = _read_shelf(found, part_ids)
    lines = _read_coming(found, part_ids)
    _read_held(found, shelves, lines)
    found.offers = live_offers(part_ids)
    _read_calendars(found)
    return found


def _read_parts(found: Situation, part_ids: Collection[int]) -> None:
    number = PartNumber.objects.filter(part=OuterRef("pk")).order_by("-is_primary")
    rows = Part.objects.filter(pk__in=part_ids).annotate(
        number=Subquery(number.values("as_printed")[:1])
    )
    for pk, code, printed, *rest in rows.values_list(
        "pk", "code", "number", "name_en", "name_ja", "life", "grade"
    ):
        found.parts[pk] = PartFact(pk, code, printed or "", *rest)


def _read_steps(found: Situation, part_ids: Collection[int]) -> None:
    for old, new, kind, *conditions in _supersessions(part_ids):
        found.successors[old].append(Step(new, *conditions))
        if kind == Supersession.Kind.TWO_WAY:
            found.successors[new].append(Step(old, *conditions))
    stand_ins = Alternate.objects.filter(part_id__in=part_ids).order_by("pk")
    for part_id, other, note, needs_consent in stand_ins.values_list(
        "part_id", "alternate_id", "note", "needs_consent"
    ):
        found.alternates[part_id].append(StandIn(other, note, needs_consent))
    kits = KitLine.objects.filter(kit_id__in=part_ids).order_by("pk")
    for kit_id, component_id, quantity in kits.values_list(
        "kit_id", "component_id", "quantity"
    ):
        found.kits[kit_id].append((component_id, quantity))


def _supersessions(part_ids: Collection[int]) -> Iterator[tuple[Any, ...]]:
    either_way = Q(new_id__in=part_ids, kind=Supersession.Kind.TWO_WAY)
    steps = Supersession.objects.filter(Q(old_id__in=part_ids) | either_way)
    return iter(steps.order_by("pk").values_list(*STEP_FIELDS))


def _read_shelf(found: Situation, part_ids: Collection[int]) -> dict[int, OnShelf]:
    levels = StockLevel.objects.filter(
        bin__kind__in=[Bin.Kind.STORE, Bin.Kind.RECEIVING],
        part_id__in=part_ids,
        on_hand__gt=0,
    ).order_by("pk")
    by_level = {}
    rows: Iterable[tuple[Any, ...]] = levels.values_list(
        "pk", "part_id", "bin__site_id", "bin__code", "available", "owner_id"
    )
    for pk, part_id, site_id, code, free, owner_id in rows:
        row = OnShelf(pk, code, free, owner_id)
        by_level[pk] = row
        if owner_id:
            found.owned[part_id, site_id, owner_id].append(row)
        else:
            found.shelf[part_id, site_id].append(row)
    return by_level


def _read_coming(found: Situation, part_ids: Collection[int]) -> dict[int, Coming]:
    lines = (
        PurchaseOrderLine.objects.incoming()
        .filter(part_id__in=part_ids)
        .order_by("due_on", "pk")
        .annotate(free=F("quantity") - F("received") - F("reserved"))
    )
    by_line = {}
    for pk, part_id, site_id, *rest in lines.values_list(
        "pk", "part_id", "order__site_id", "order__number",
        "order__supplier__name_en", "order__supplier__name_ja", "due_on", "free",
    ):  # fmt: skip
        row = Coming(pk, *rest)
        by_line[pk] = row
        found.coming[part_id, site_id].append(row)
    return by_line


def _read_held(
    found: Situation, shelves: dict[int, OnShelf], lines: dict[int, Coming]
) -> None:
    wanted = {demand.pk: demand for demand in found.demands}
    rows = (
        Reservation.objects.held()
        .filter(demand__part_id__in=found.parts, demand__isnull=False)
        .order_by("pk")
        .values_list(
            "demand_id", "level_id", "order_line_id", "quantity", "level__bin__code"
        )
    )
    for demand_id, level_id, line_id, quantity, code in rows:
        demand = wanted.get(demand_id)
        if demand is None:
            continue
        held = Held(quantity, coming=lines.get(line_id or 0))
        if level_id:
            # A hold in a bin that was closed since still answers its demand.
            held.shelf = shelves.get(level_id) or OnShelf(level_id, code, Decimal(0))
            if held.shelf.owner_id is None:
                _note_latest(found, demand, quantity)
        found.held[demand_id].append(held)


def _note_latest(found: Situation, demand: Demand, quantity: Decimal) -> None:
    spot = (demand.part_id, demand.site_id)
    rank = found.ranks[demand.pk]
    known = found.held_latest.get(spot)
    if known is None or known.rank < rank:
        found.held_latest[spot] = HeldLater(rank, demand, quantity)


def _read_calendars(found: Situation) -> None:
    windows = WorkingHours.objects.filter(technician__isnull=True)
    weekdays: dict[int, set[int]] = defaultdict(set)
    for site_id, weekday in windows.values_list("site_id", "weekday").distinct():
        weekdays[site_id].add(weekday)
    ahead = Holiday.objects.filter(day__gte=found.at.date() - timedelta(days=1))
    days: dict[str, set[date]] = defaultdict(set)
    for country, day in ahead.values_list("country", "day"):
        days[country].add(day)
    for site in Site.objects.all():
        found.calendars[site.pk] = SiteCalendar(
            site_id=site.pk,
            today=found.at.astimezone(ZoneInfo(site.time_zone)).date(),
            # A site without hours is one whose hours nobody has entered.
            open_weekdays=frozenset(weekdays.get(site.pk) or range(7)),
            holidays=frozenset(days.get(site.country, ())),
        )
