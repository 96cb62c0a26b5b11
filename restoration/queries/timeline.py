"""The load that the plan in force puts on the house, week by week."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from restoration.models import BayBooking, TechnicianBooking
from restoration.queries.shifts import Shifts
from workshop.models import Bay, Site, Skill, Technician

WEEK = timedelta(days=7)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class LoadCell:
    """One week of one skill or kind of bay, in minutes."""

    week_on: date
    planned_minutes: int
    capacity_minutes: int

    @property
    def percent(self) -> int:
        if not self.capacity_minutes:
            return 100 if self.planned_minutes else 0
        return round(self.planned_minutes * 100 / self.capacity_minutes)


@dataclass(frozen=True, slots=True)
class LoadRow:
    """One skill or kind of bay over the coming weeks."""

    label: str
    weeks: Sequence[LoadCell]


def load_by_skill(site: Site, *, from_on: date, weeks: int = 8) -> list[LoadRow]:
    """Return planned against available minutes per skill and week.

    Who has several skills counts for each of them: the rows show where it is tight,
    and do not add up.
    """
    zone = ZoneInfo(site.time_zone)
    starts = _weeks(from_on, weeks, zone)
    shifts = Shifts(site, starts[0], starts[-1])
    people = list(
        Technician.objects.employed().filter(site=site).prefetch_related("skills")
    )
    spans = shifts.by_technician(people)
    planned = _planned_by_skill(site, spans, starts)
    rows = []
    for skill in Skill.objects.order_by("code", "pk"):
        able = [p.pk for p in people if skill in p.skills.all()]
        cells = [
            LoadCell(
                week_on=a.astimezone(zone).date(),
                planned_minutes=planned[skill.pk, k],
                capacity_minutes=sum(minutes_within(spans[pk], a, b) for pk in able),
            )
            for k, (a, b) in enumerate(pairwise(starts))
        ]
        if able or any(c.planned_minutes for c in cells):
            rows.append(LoadRow(skill.name, cells))
    return rows


def load_by_bay(site: Site, *, from_on: date, weeks: int = 8) -> list[LoadRow]:
    """Return how long the bays of each kind are taken per week: elapsed time."""
    zone = ZoneInfo(site.time_zone)
    starts = _weeks(from_on, weeks, zone)
    bays = list(
        Bay.objects.filter(site=site, is_active=True)
        .select_related("kind")
        .order_by("kind__code", "pk")
    )
    taken: dict[tuple[int, int], int] = defaultdict(int)
    kind_of = {b.pk: b.kind_id for b in bays}
    bookings = BayBooking.objects.filter(
        assignment__run__site=site,
        assignment__run__is_in_force=True,
        period__overlap=(starts[0], starts[-1]),
    )
    for bay_id, period in bookings.values_list("bay_id", "period"):
        for k, (a, b) in enumerate(pairwise(starts)):
            if bay_id in kind_of:
                span = [(period.lower, period.upper)]
                taken[kind_of[bay_id], k] += minutes_within(span, a, b)
    kinds = {b.kind_id: b.kind for b in bays}
    return [
        LoadRow(
            kind.name,
            [
                LoadCell(
                    week_on=a.astimezone(zone).date(),
                    planned_minutes=taken[pk, k],
                    capacity_minutes=sum(x.kind_id == pk for x in bays)
                    * int((b - a) / MINUTE),
                )
                for k, (a, b) in enumerate(pairwise(starts))
            ],
        )
        for pk, kind in kinds.items()
    ]


def minutes_within(
    spans: Sequence[tuple[datetime, datetime]], start: datetime, end: datetime
) -> int:
    """Return how many minutes of these spans lie between two instants."""
    total = timedelta()
    for a, b in spans:
        total += max(min(b, end) - max(a, start), timedelta())
    return int(total / MINUTE)


def _weeks(from_on: date, weeks: int, zone: ZoneInfo) -> list[datetime]:
    monday = from_on - timedelta(days=from_on.weekday())
    first = datetime(monday.year, monday.month, monday.day)  # noqa: DTZ001 - local
    return [(first + WEEK * k).replace(tzinfo=zone) for k in range(weeks + 1)]


def _planned_by_skill(
    site: Site,
    spans: Mapping[int, Sequence[tuple[datetime, datetime]]],
    starts: Sequence[datetime],
) -> dict[tuple[int, int], int]:
    """Working minutes of the plan per skill and week: hours on shift, not nights."""
    planned: dict[tuple[int, int], int] = defaultdict(int)
    bookings = (
        TechnicianBooking.objects.filter(
            assignment__run__site=site,
            assignment__run__is_in_force=True,
            period__overlap=(starts[0], starts[-1]),
        )
        .select_related("assignment")
        .prefetch_related("assignment__card__needs")
    )
    for booking in bookings:
        needs = list(booking.assignment.card.needs.all())
        mine = spans.get(booking.technician_id, ())
        for k, (a, b) in enumerate(pairwise(starts)):
            start, end = max(a, booking.period.lower), min(b, booking.period.upper)
            if start < end:
                minutes = minutes_within(mine, start, end)
                for need in needs:
                    planned[need.skill_id, k] += minutes // max(1, len(needs))
    return planned
