"""The load that the plan in force puts on the house, week by week."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, F, Func

from restoration.models import BayBooking, JobCardNeed, TechnicianBooking
from restoration.queries.shifts import Shifts
from workshop.models import Bay, Site, Skill, Technician

WEEK = timedelta(days=7)
# Ends of bookings in minutes since 1970: a house of hundreds has thousands of them, and
# numbers are read, cut and added in a third of the time that ranges take.
FROM, TO = (
    Func(
        F("period"),
        function=end,
        template="(extract(epoch FROM %(function)s(%(expressions)s)) / 60)::bigint",
        output_field=BigIntegerField(),
    )
    for end in ("lower", "upper")
)


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
    worked = {pk: _Worked(mine) for pk, mine in spans.items()}
    planned = _planned_by_skill(site, worked, starts)
    capacity = {
        (pk, k): mine.between(a, b)
        for pk, mine in worked.items()
        for k, (a, b) in enumerate(pairwise(map(_minute, starts)))
    }
    rows = []
    for skill in Skill.objects.order_by("code", "pk"):
        able = [p.pk for p in people if skill in p.skills.all()]
        cells = [
            LoadCell(
                week_on=a.astimezone(zone).date(),
                planned_minutes=planned[skill.pk, k],
                capacity_minutes=sum(capacity[pk, k] for pk in able),
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
    cut = _cutter(starts)
    for bay_id, begins, ends in bookings.values_list("bay_id", FROM, TO):
        if bay_id in kind_of:
            for k, a, b in cut(begins, ends):
                taken[kind_of[bay_id], k] += b - a
    kinds = {b.kind_id: b.kind for b in bays}
    return [
        LoadRow(
            kind.name,
            [
                LoadCell(
                    week_on=a.astimezone(zone).date(),
                    planned_minutes=taken[pk, k],
                    capacity_minutes=sum(x.kind_id == pk for x in bays)
                    * (_minute(b) - _minute(a)),
                )
                for k, (a, b) in enumerate(pairwise(starts))
            ],
        )
        for pk, kind in kinds.items()
    ]


def _weeks(from_on: date, weeks: int, zone: ZoneInfo) -> list[datetime]:
    monday = from_on - timedelta(days=from_on.weekday())
    first = datetime(monday.year, monday.month, monday.day)  # noqa: DTZ001 - local
    return [(first + WEEK * k).replace(tzinfo=zone) for k in range(weeks + 1)]


def _planned_by_skill(
    site: Site,
    worked: Mapping[int, "_Worked"],
    starts: Sequence[datetime],
) -> dict[tuple[int, int], int]:
    """Working minutes of the plan per skill and week: hours on shift, not nights."""
    planned: dict[tuple[int, int], int] = defaultdict(int)
    found = TechnicianBooking.objects.filter(
        assignment__run__site=site,
        assignment__run__is_in_force=True,
        period__overlap=(starts[0], starts[-1]),
    )
    needs: dict[int, list[int]] = defaultdict(list)
    rows = JobCardNeed.objects.filter(card__in=found.values("assignment__card"))
    for card, skill in rows.values_list("card_id", "skill_id"):
        needs[card].append(skill)
    cut = _cutter(starts)
    bookings = found.values_list("technician_id", "assignment__card_id", FROM, TO)
    for person, card, begins, ends in bookings:
        if person not in worked or not needs[card]:
            continue
        for k, start, end in cut(begins, ends):
            minutes = worked[person].between(start, end)
            for skill in needs[card]:
                planned[skill, k] += minutes // len(needs[card])
    return planned


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60


def _cutter(
    starts: Sequence[datetime],
) -> Callable[[int, int], Iterator[tuple[int, int, int]]]:
    """Return what cuts a stretch by weeks: the number of each, its part of it."""
    weeks = [_minute(at) for at in starts]

    def cut(start: int, end: int) -> Iterator[tuple[int, int, int]]:
        k = max(0, bisect_right(weeks, start) - 1)
        while k + 1 < len(weeks) and weeks[k] < end:
            yield k, max(start, weeks[k]), min(end, weeks[k + 1])
            k += 1

    return cut


class _Worked:
    """One person's working time, to be asked for thousands of stretches."""

    def __init__(self, spans: Sequence[tuple[datetime, datetime]]) -> None:
        self.spans = [(_minute(a), _minute(b)) for a, b in spans]
        self.begins = [a for a, _b in self.spans]
        self.before = [0]
        for a, b in self.spans:
            self.before.append(self.before[-1] + (b - a))

    def between(self, start: int, end: int) -> int:
        """Return how many minutes of work lie between two minutes."""
        return self._until(end) - self._until(start)

    def _until(self, at: int) -> int:
        k = bisect_right(self.begins, at)
        if not k:
            return 0
        a, b = self.spans[k - 1]
        return self.before[k - 1] + (min(at, b) - a)
