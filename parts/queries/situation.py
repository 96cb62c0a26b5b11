"""Everything the answers to some parts' demands depend on, read in a few statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import F, OuterRef, Subquery

from parts.models import (
    Alternate,
    Demand,
    Part,
    PartNumber,
    PurchaseOrderLine,
    Reservation,
    StockLevel,
    Supersession,
    SupplierOffer,
)
from workshop.models import Holiday, Site, WorkingHours

Spot = tuple[int, int]
LONGEST_CLOSURE_DAYS = 60


@dataclass(slots=True)
class PartFact:
    """What is said of a part itself."""

    pk: int
    code: str
    number: str
    name_en: str
    name_ja: str
    life: str


@dataclass(slots=True)
class OnShelf:
    """A usable position and what of it is nobody's yet."""

    level_id: int
    bin: str
    free: Decimal


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
class Offered:
    """A supplier's word on a part: advice with an age."""

    supplier_en: str
    supplier_ja: str
    lead_days: int
    seen_on: date


@dataclass(slots=True)
class Step:
    """A part that may stand in for another, and under which condition."""

    part_id: int
    condition: str
    starts_on: date | None = None


@dataclass(slots=True)
class Held:
    """What one demand holds: of a position or of an order line."""

    quantity: Decimal
    shelf: OnShelf | None = None
    coming: Coming | None = None


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
    held: dict[int, list[Held]] = field(default_factory=lambda: defaultdict(list))
    shelf: dict[Spot, list[OnShelf]] = field(default_factory=lambda: defaultdict(list))
    coming: dict[Spot, list[Coming]] = field(default_factory=lambda: defaultdict(list))
    offers: dict[int, list[Offered]] = field(default_factory=lambda: defaultdict(list))
    successors: dict[int, list[Step]] = field(default_factory=lambda: defaultdict(list))
    alternates: dict[int, list[Step]] = field(default_factory=lambda: defaultdict(list))
    calendars: dict[int, SiteCalendar] = field(default_factory=dict)

    def free_at(self, part_id: int, site_id: int) -> Decimal:
        """Return what of a part lies at a site and is nobody's yet."""
        rows = self.shelf.get((part_id, site_id), ())
        return sum((row.free for row in rows), Decimal(0))


def connected_parts(part_ids: Iterable[int]) -> set[int]:
    """Return the parts whose answers hang together with those of these parts.

    A successor's stock answers its predecessor's demands too, so both are answered
    together. Two statements, whatever the count.
    """
    neighbours: dict[int, set[int]] = defaultdict(set)
    edges = [
        *Supersession.objects.values_list("old_id", "new_id"),
        *Alternate.objects.values_list("part_id", "alternate_id"),
    ]
    for one, other in edges:
        neighbours[one].add(other)
        neighbours[other].add(one)
    reached = set(part_ids)
    todo = list(reached)
    while todo:
        for part_id in neighbours[todo.pop()] - reached:
            reached.add(part_id)
            todo.append(part_id)
    return reached


def read_situation(part_ids: Collection[int], at: datetime) -> Situation:
    """Read what the answers to these parts' demands depend on.

    Args:
        part_ids: whole groups, as `connected_parts` returns them.
        at: the moment of asking, aware.
    """
    found = Situation(at=at)
    _read_parts(found, part_ids)
    _read_steps(found, part_ids)
    found.demands = list(
        Demand.objects.waiting().filter(part_id__in=part_ids).in_turn()
    )
    shelves = _read_shelf(found, part_ids)
    lines = _read_coming(found, part_ids)
    _read_held(found, shelves, lines)
    _read_offers(found, part_ids)
    _read_calendars(found)
    return found


def _read_parts(found: Situation, part_ids: Collection[int]) -> None:
    number = PartNumber.objects.filter(part=OuterRef("pk")).order_by("-is_primary")
    rows = Part.objects.filter(pk__in=part_ids).annotate(
        number=Subquery(number.values("as_printed")[:1])
    )
    for pk, code, printed, name_en, name_ja, life in rows.values_list(
        "pk", "code", "number", "name_en", "name_ja", "life"
    ):
        found.parts[pk] = PartFact(pk, code, printed or "", name_en, name_ja, life)


def _read_steps(found: Situation, part_ids: Collection[int]) -> None:
    replaced = Supersession.objects.filter(old_id__in=part_ids).order_by("pk")
    for old, new, kind, condition, starts_on in replaced.values_list(
        "old_id", "new_id", "kind", "condition", "starts_on"
    ):
        found.successors[old].append(Step(new, condition, starts_on))
        if kind == Supersession.Kind.TWO_WAY:
            found.successors[new].append(Step(old, condition, starts_on))
    stand_ins = Alternate.objects.filter(part_id__in=part_ids).order_by("pk")
    for part_id, other, note in stand_ins.values_list(
        "part_id", "alternate_id", "note"
    ):
        found.alternates[part_id].append(Step(other, note))


def _read_shelf(found: Situation, part_ids: Collection[int]) -> dict[int, OnShelf]:
    levels = (
        StockLevel.objects.usable()
        .filter(part_id__in=part_ids, on_hand__gt=0)
        .order_by("pk")
    )
    by_level = {}
    for pk, part_id, site_id, code, free in levels.values_list(
        "pk", "part_id", "bin__site_id", "bin__code", "available"
    ):
        row = OnShelf(pk, code, free)
        by_level[pk] = row
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
    for (
        pk,
        part_id,
        site_id,
        number,
        name_en,
        name_ja,
        due_on,
        free,
    ) in lines.values_list(
        "pk",
        "part_id",
        "order__site_id",
        "order__number",
        "order__supplier__name_en",
        "order__supplier__name_ja",
        "due_on",
        "free",
    ):
        row = Coming(pk, number, name_en, name_ja, due_on, free)
        by_line[pk] = row
        found.coming[part_id, site_id].append(row)
    return by_line


def _read_held(
    found: Situation, shelves: dict[int, OnShelf], lines: dict[int, Coming]
) -> None:
    wanted = {demand.pk for demand in found.demands}
    rows = (
        Reservation.objects.held()
        .filter(demand__part_id__in=found.parts, demand__isnull=False)
        .order_by("pk")
        .values_list(
            "demand_id", "level_id", "order_line_id", "quantity", "level__bin__code"
        )
    )
    for demand_id, level_id, line_id, quantity, code in rows:
        if demand_id not in wanted:
            continue
        held = Held(quantity, coming=lines.get(line_id or 0))
        if level_id:
            # A hold in a bin that was closed since still answers its demand.
            held.shelf = shelves.get(level_id) or OnShelf(level_id, code, Decimal(0))
        found.held[demand_id].append(held)


def _read_offers(found: Situation, part_ids: Collection[int]) -> None:
    live = SupplierOffer.objects.filter(part_id__in=part_ids, is_withdrawn=False)
    for part_id, name_en, name_ja, lead_days, seen_on in live.order_by(
        "lead_days", "price", "pk"
    ).values_list(
        "part_id", "supplier__name_en", "supplier__name_ja", "lead_days", "seen_on"
    ):
        found.offers[part_id].append(Offered(name_en, name_ja, lead_days, seen_on))


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
