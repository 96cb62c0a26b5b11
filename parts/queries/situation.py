"""Everything the answers to some parts' demands depend on, as of one moment."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import get_language

from parts.models import Supersession
from parts.queries.conditions import Step
from parts.queries.leadtimes import ENOUGH_SAMPLES, Learnt
from parts.queries.offers import Offered, sorted_offers
from parts.queries.situation_rows import Rows, rows_around

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
    grade: str

    @property
    def name(self) -> str:
        """In the language that is active."""
        is_ja = (get_language() or "en").startswith("ja")
        return self.name_ja if is_ja and self.name_ja else self.name_en


@dataclass(slots=True)
class Wish:
    """An open demand: as much of it as its answer depends on.

    Attributes:
        remaining: what is still to be drawn.
        owner_id: the customer whose own pieces may serve it.
    """

    pk: int
    part_id: int
    site_id: int
    subject_key: str
    group_key: str
    remaining: Decimal
    needed_on: date | None = None
    owner_id: int | None = None
    variant_id: int | None = None
    frame_number: int | None = None
    built_month: date | None = None


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
    demand: Wish
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
    demands: list[Wish] = field(default_factory=list)
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
    """Read what the answers to these parts' demands depend on, in one statement.

    Args:
        part_ids: whole groups, as `connected_parts` returns them.
        at: the moment of asking, aware.
    """
    rows = rows_around(part_ids, at, ENOUGH_SAMPLES)
    found = Situation(at=at)
    for pk, code, printed, *rest in rows["parts"]:
        found.parts[pk] = PartFact(pk, code, printed or "", *rest)
    _note_steps(found, rows)
    _note_demands(found, rows["demands"])
    shelves = _note_shelf(found, rows["shelf"])
    lines = _note_coming(found, rows["coming"])
    _note_held(found, rows["held"], shelves, lines)
    _note_offers(found, rows)
    _note_calendars(found, rows)
    return found


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _note_steps(found: Situation, rows: Rows) -> None:
    for old, new, kind, *conditions in rows["steps"]:
        for place in (1, 2, 8, 9):
            conditions[place] = _day(conditions[place])
        found.successors[old].append(Step(new, *conditions))
        if kind == Supersession.Kind.TWO_WAY:
            found.successors[new].append(Step(old, *conditions))
    for part_id, *stand_in in rows["alternates"]:
        found.alternates[part_id].append(StandIn(*stand_in))
    for kit_id, component_id, quantity in rows["kits"]:
        found.kits[kit_id].append((component_id, quantity))


def _note_demands(found: Situation, rows: Iterable[list[Any]]) -> None:
    for row in rows:
        row[6], row[10] = _day(row[6]), _day(row[10])
        found.demands.append(Wish(*row))
    found.ranks = {demand.pk: rank for rank, demand in enumerate(found.demands)}


def _note_shelf(found: Situation, rows: Iterable[list[Any]]) -> dict[int, OnShelf]:
    by_level = {}
    for pk, part_id, site_id, code, free, owner_id in rows:
        row = OnShelf(pk, code, free, owner_id)
        by_level[pk] = row
        if owner_id:
            found.owned[part_id, site_id, owner_id].append(row)
        else:
            found.shelf[part_id, site_id].append(row)
    return by_level


def _note_coming(found: Situation, rows: Iterable[list[Any]]) -> dict[int, Coming]:
    by_line = {}
    for pk, part_id, site_id, *said in rows:
        said[3] = date.fromisoformat(said[3])
        row = Coming(pk, *said)
        by_line[pk] = row
        found.coming[part_id, site_id].append(row)
    return by_line


def _note_held(
    found: Situation,
    rows: Iterable[list[Any]],
    shelves: dict[int, OnShelf],
    lines: dict[int, Coming],
) -> None:
    wanted = {demand.pk: demand for demand in found.demands}
    for demand_id, level_id, line_id, quantity, code in rows:
        held = Held(quantity, coming=lines.get(line_id or 0))
        if level_id:
            # A hold in a bin that was closed since still answers its demand.
            held.shelf = shelves.get(level_id) or OnShelf(level_id, code, Decimal(0))
            if held.shelf.owner_id is None:
                _note_latest(found, wanted[demand_id], quantity)
        found.held[demand_id].append(held)


def _note_latest(found: Situation, demand: Wish, quantity: Decimal) -> None:
    spot = (demand.part_id, demand.site_id)
    rank = found.ranks[demand.pk]
    known = found.held_latest.get(spot)
    if known is None or known.rank < rank:
        found.held_latest[spot] = HeldLater(rank, demand, quantity)


def _note_offers(found: Situation, rows: Rows) -> None:
    leads = {
        (supplier_id, part_id): Learnt(samples, median, late, part_id is not None)
        for supplier_id, part_id, samples, median, late in rows["leads"]
    }
    offers, breaks = [], {}
    for *offer, seen_on, steps in rows["offers"]:
        offers.append((*offer, date.fromisoformat(seen_on)))
        breaks[offer[0]] = [(start, price) for start, price in steps or ()]
    found.offers = sorted_offers(offers, breaks, leads)


def _note_calendars(found: Situation, rows: Rows) -> None:
    weekdays: dict[int, set[int]] = defaultdict(set)
    for site_id, weekday in rows["hours"]:
        weekdays[site_id].add(weekday)
    days: dict[str, set[date]] = defaultdict(set)
    for country, day in rows["holidays"]:
        days[country].add(date.fromisoformat(day))
    for site_id, country, time_zone in rows["sites"]:
        found.calendars[site_id] = SiteCalendar(
            site_id=site_id,
            today=found.at.astimezone(ZoneInfo(time_zone)).date(),
            # A site without hours is one whose hours nobody has entered.
            open_weekdays=frozenset(weekdays.get(site_id) or range(7)),
            holidays=frozenset(days.get(country, ())),
        )
