"""What a part that is not here costs: days of its card, days of the promised date."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parts.models import Part
from parts.queries import availability_hint, availability_sentence
from restoration.models import Assignment, JobCard, JobCardLink, Project
from restoration.queries.board import CarShortages, Shortage
from restoration.queries.promised import chips_of


@dataclass(frozen=True, slots=True)
class PartCost:
    """What the plan in force pays for waiting for one part.

    Attributes:
        starts_at: when the plan has its card; None where it has none.
        held_days: how much sooner the card could begin without the part; 0 where
            something else holds it longer.
        assumed_days: the days assumed for a part without a date, else None.
        decides: whether the promised date rests on this part.
        room_days: between the plan's end of the car and its promised day, below zero
            when the plan ends later; None where nothing is planned or promised.
    """

    starts_at: datetime | None = None
    held_days: int = 0
    assumed_days: int | None = None
    decides: bool = False
    room_days: int | None = None

    @property
    def sentence(self) -> str:
        """In the reader's language."""
        if self.starts_at is None:
            return _("Its card has no place in the plan yet.")
        if not self.held_days:
            return _("Costs no day: something else holds its card as long or longer.")
        held = ngettext(
            "Its card begins %(days)s day later for it.",
            "Its card begins %(days)s days later for it.",
            self.held_days,
        ) % {"days": self.held_days}
        return _("%(first)s %(second)s") % {"first": held, "second": self._promise()}

    def _promise(self) -> str:
        if self.decides:
            return _("The promised date rests on it.")
        return _("The promised date rests on something else.")

    @property
    def room(self) -> str:
        """How far the plan's end lies from the promised day, in words."""
        if self.room_days is None:
            return ""
        if self.room_days < 0:
            return ngettext(
                "The plan ends %(days)s day after the promised day.",
                "The plan ends %(days)s days after the promised day.",
                -self.room_days,
            ) % {"days": -self.room_days}
        return ngettext(
            "%(days)s day of reserve before the promised day.",
            "%(days)s days of reserve before the promised day.",
            self.room_days,
        ) % {"days": self.room_days}


@dataclass(frozen=True, slots=True)
class ShortageLine:
    """One part that a car waits for: since when, until when, at what cost."""

    project: Project
    shortage: Shortage
    cost: PartCost

    @property
    def since(self) -> datetime | None:
        """When the wish was raised."""
        demand = self.shortage.row.demand
        return demand.created_at if demand is not None else None

    @property
    def number(self) -> str:
        numbers = self.shortage.row.part.numbers.all()
        return next((n.as_printed for n in numbers if n.is_primary), "")

    @property
    def answer(self) -> str:
        """From where and by when, in words; empty while it is being asked."""
        found = getattr(self.shortage.row.demand, "availability", None)
        return availability_sentence(found) if found is not None else ""

    @property
    def hint(self) -> str:
        """What would bring an earlier date."""
        found = getattr(self.shortage.row.demand, "availability", None)
        return availability_hint(found) if found is not None else ""


class Lines:
    """What stands together: how much of it has no date, and when the last comes."""

    __slots__ = ()
    lines: Sequence[ShortageLine]

    @property
    def undated(self) -> int:
        return sum(line.shortage.available_on is None for line in self.lines)

    @property
    def last_on(self) -> date | None:
        """The last of the days that are known."""
        days = [line.shortage.available_on for line in self.lines]
        return max((day for day in days if day is not None), default=None)


@dataclass(frozen=True, slots=True)
class PartLines(Lines):
    """All cars that wait for one part, the one it costs most first."""

    part: Part
    lines: Sequence[ShortageLine]

    @property
    def number(self) -> str:
        return self.lines[0].number

    @property
    def days(self) -> int:
        """The days of cards that it costs, of all cars together."""
        return sum(line.cost.held_days for line in self.lines)


@dataclass(frozen=True, slots=True)
class CarLines(Lines):
    """All that one car waits for, what costs it most first."""

    project: Project
    lines: Sequence[ShortageLine]

    @property
    def days(self) -> int:
        """The days by which the dearest part holds its card."""
        return max((line.cost.held_days for line in self.lines), default=0)


def costed(cars: Sequence[CarShortages], *, at: datetime) -> list[CarLines]:
    """Return shortages with what each costs, in a fixed number of queries.

    Args:
        cars: as `shortages` returns them.
        at: now, aware.

    Source: docs/domain/planning.md, rule P14.
    """
    projects = [car.project for car in cars]
    costs = part_costs([s for car in cars for s in car.shortages], projects, at=at)
    return [
        CarLines(
            car.project,
            sorted(
                (ShortageLine(car.project, s, costs[s.row.pk]) for s in car.shortages),
                key=_dearest_first,
            ),
        )
        for car in cars
    ]


def by_part(cars: Sequence[CarLines]) -> list[PartLines]:
    """Return the same lines by part, those that cost most first."""
    found: dict[int, list[ShortageLine]] = defaultdict(list)
    for car in cars:
        for line in car.lines:
            found[line.shortage.row.part_id].append(line)
    parts = [
        PartLines(lines[0].shortage.row.part, sorted(lines, key=_dearest_first))
        for lines in found.values()
    ]
    return sorted(parts, key=lambda p: (-p.days, -len(p.lines), p.part.code))


def part_costs(
    shortages: Sequence[Shortage], projects: Collection[Project], *, at: datetime
) -> dict[int, PartCost]:
    """Return what each missing part costs, by its card part, in five queries."""
    card_ids = {s.card.pk for s in shortages}
    placed = {
        a.card_id: a
        for a in Assignment.objects.filter(run__is_in_force=True, card__in=card_ids)
    }
    free_at = _free_without_parts(card_ids, at)
    rooms, roots = promised_rooms(projects)
    found = {}
    for s in shortages:
        place = placed.get(s.card.pk)
        root = roots.get(s.card.project_id)
        room = rooms.get(s.card.project_id)
        found[s.row.pk] = _cost(s, place, free_at.get(s.card.pk, at), root, room)
    return found


def _cost(
    shortage: Shortage,
    place: Assignment | None,
    free_at: datetime,
    root: int | None,
    room: int | None,
) -> PartCost:
    demand_id = shortage.row.demand_id
    if place is None:
        return PartCost(decides=root == demand_id, room_days=room)
    reason = place.reason
    held = 0
    if reason.get("kind") == "PART" and reason.get("demand") == demand_id:
        held = max(0, (place.starts_at - free_at).days)
    assumed = reason.get("assumed_days") if held else None
    return PartCost(
        starts_at=place.starts_at,
        held_days=held,
        assumed_days=assumed,
        decides=root is not None and root == demand_id,
        room_days=room,
    )


def _free_without_parts(card_ids: Collection[int], at: datetime) -> dict[int, datetime]:
    """When the cards before have let go of each card; now where none is before."""
    links = (
        JobCardLink.objects.filter(after__in=card_ids)
        .exclude(before__state=JobCard.State.CANCELLED)
        .select_related("before")
    )
    befores = {link.before_id for link in links}
    ends = dict(
        Assignment.objects.filter(run__is_in_force=True, card__in=befores).values_list(
            "card_id", "ends_at"
        )
    )
    found: dict[int, datetime] = defaultdict(lambda: at)
    for link in links:
        end = link.before.finished_at or ends.get(link.before_id)
        if end is not None:
            free = end + timedelta(minutes=link.min_lag_minutes)
            found[link.after_id] = max(found[link.after_id], free)
    return found


def promised_rooms(
    projects: Collection[Project],
) -> tuple[dict[int, int], dict[int, int]]:
    """Return days between plan and promise, and the demand at the promise's root."""
    chips = chips_of(projects)
    ends = dict(
        Assignment.objects.filter(
            run__is_in_force=True,
            card__project__in=projects,
            card__is_after_hand_over=False,
        )
        .values_list("card__project")
        .annotate(end=Max("ends_at"))
        .values_list("card__project", "end")
        .order_by()
    )
    zones = {p.pk: ZoneInfo(p.site.time_zone) for p in projects}
    rooms, roots = {}, {}
    for pk, chip in chips.items():
        root = chip.promise.evidence.get("root_part") or {}
        if root.get("demand"):
            roots[pk] = int(root["demand"])
        if pk in ends:
            rooms[pk] = (chip.promised_on - _day(ends[pk], zones[pk])).days
    return rooms, roots


def _day(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()


def _dearest_first(line: ShortageLine) -> tuple[bool, int, bool, str]:
    cost = line.cost
    undated = line.shortage.available_on is None
    return (not cost.decides, -cost.held_days, not undated, line.number)
