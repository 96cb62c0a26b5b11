"""What one person or bay has to do, day by day, for paper and for calendars."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Prefetch

from restoration.models import (
    Assignment,
    BayBooking,
    CalendarFeed,
    JobCard,
    PlanRun,
    TechnicianBooking,
)
from restoration.queries.parts_badges import PartsBadge, parts_badges
from restoration.queries.shifts import Shifts, Span
from restoration.queries.words import BEGUN
from workshop.models import Bay, Site, Technician, Viewer

# A break in the day parts nothing; a night does.
BREAK = timedelta(hours=4)
MINUTE = timedelta(minutes=1)
Owner = Technician | Bay
Booking = TechnicianBooking | BayBooking


@dataclass(frozen=True, slots=True)
class Stretch:
    """One card on one day: from when to when, and how long is worked on it."""

    assignment: Assignment
    starts_at: datetime
    ends_at: datetime
    minutes: int
    is_first: bool
    is_last: bool

    @property
    def card(self) -> JobCard:
        return self.assignment.card

    @property
    def people(self) -> list[str]:
        """Everybody who works on it."""
        bookings = self.assignment.technician_bookings.all()
        return [booking.technician.name for booking in bookings]

    @property
    def bays(self) -> list[str]:
        """Where."""
        return [booking.bay.code for booking in self.assignment.bay_bookings.all()]


@dataclass(frozen=True, slots=True)
class SheetDay:
    """One day of a week's sheet."""

    on: date
    stretches: Sequence[Stretch]
    # How long the person is there.
    open_minutes: int

    @property
    def minutes(self) -> int:
        return sum(stretch.minutes for stretch in self.stretches)


@dataclass(frozen=True, slots=True)
class WeekSheet:
    """A person's week."""

    technician: Technician
    run: PlanRun | None
    days: Sequence[SheetDay]
    badges: dict[int, PartsBadge]


def week_sheets(
    site: Site, people: Sequence[Technician], *, monday: date
) -> list[WeekSheet]:
    """Return seven days of everybody's plan, in few and constant queries.

    Args:
        site: where they work.
        people: whose.
        monday: the first day.
    """
    zone = ZoneInfo(site.time_zone)
    starts = [
        datetime.combine(monday + timedelta(days=k), datetime.min.time(), zone)
        for k in range(8)
    ]
    spans = Shifts(site, starts[0], starts[-1]).by_technician(people)
    booked = _bookings(people, starts[0], starts[-1])
    found = {p.pk: _stretches(booked[p.pk], spans[p.pk]) for p in people}
    run = PlanRun.objects.filter(site=site, is_in_force=True).first()
    badges = parts_badges({s.card.pk for mine in found.values() for s in mine})
    return [
        WeekSheet(p, run, _sheet_days(starts, spans[p.pk], found[p.pk], zone), badges)
        for p in people
    ]


def _sheet_days(
    starts: Sequence[datetime],
    spans: Sequence[Span],
    stretches: Sequence[Stretch],
    zone: ZoneInfo,
) -> list[SheetDay]:
    by_day: dict[date, list[Stretch]] = defaultdict(list)
    for stretch in stretches:
        by_day[stretch.starts_at.astimezone(zone).date()].append(stretch)
    return [
        SheetDay(
            start.date(), by_day[start.date()], _minutes(_within(spans, start, end))
        )
        for start, end in pairwise(starts)
    ]


def booked_stretches(
    owner: Owner, *, starts_at: datetime, ends_at: datetime
) -> list[Stretch]:
    """Return what the plan in force books, in order of time.

    A person's work is parted by nights, as it is worked; a bay is taken throughout.

    Args:
        owner: a technician or a bay, with its site.
        starts_at: aware; what ends before is left out.
        ends_at: aware; what starts later is left out.
    """
    spans: Sequence[Span] = [(starts_at, ends_at)]
    if isinstance(owner, Technician):
        shifts = Shifts(owner.site, starts_at, ends_at)
        spans = shifts.by_technician([owner])[owner.pk]
    return _stretches(_bookings([owner], starts_at, ends_at)[owner.pk], spans)


def begun_of(owner: Owner) -> tuple[int, datetime | None]:
    """Return how many of the cards booked by the plan have begun, and when the last.

    Args:
        owner: a technician or a bay.
    """
    whose = "bay" if isinstance(owner, Bay) else "technician"
    found = JobCard.objects.filter(
        **{f"assignments__{whose}_bookings__{whose}": owner},
        assignments__run__is_in_force=True,
        state__in=BEGUN,
    ).aggregate(cards=Count("pk"), last=Max("started_at"))
    return found["cards"], found["last"]


def feed_owners(
    user: Viewer, *, site_id: int
) -> list[tuple[Owner, list[CalendarFeed]]]:
    """Return people and bays of a site with their feeds, in four queries.

    Args:
        user: who asks.
        site_id: the workshop.
    """
    feeds = Prefetch(
        "feeds", CalendarFeed.objects.active().order_by("-issued_at"), "open_feeds"
    )
    people = (
        Technician.objects.visible_to(user)
        .employed()
        .filter(site=site_id)
        .prefetch_related(feeds)
        .order_by("name", "pk")
    )
    bays = (
        Bay.objects.filter(site=site_id, is_active=True)
        .prefetch_related(feeds)
        .order_by("code", "pk")
    )
    owners: list[Any] = [*people, *bays]
    return [(owner, owner.open_feeds) for owner in owners]


def _bookings(
    owners: Sequence[Owner], starts_at: datetime, ends_at: datetime
) -> dict[int, list[Booking]]:
    """Return what is booked for people, or for bays, by their keys."""
    is_bays = bool(owners) and isinstance(owners[0], Bay)
    model: Any = BayBooking if is_bays else TechnicianBooking
    whose = "bay" if is_bays else "technician"
    rows = (
        model.objects.filter(
            assignment__run__is_in_force=True, period__overlap=(starts_at, ends_at)
        )
        .filter(**{f"{whose}__in": owners})
        .select_related("assignment__card__project__vehicle")
        .prefetch_related(
            Prefetch(
                "assignment__technician_bookings",
                TechnicianBooking.objects.select_related("technician").order_by("pk"),
            ),
            Prefetch(
                "assignment__bay_bookings", BayBooking.objects.select_related("bay")
            ),
        )
        .order_by("period", "pk")
    )
    found: dict[int, list[Booking]] = defaultdict(list)
    for row in rows:
        found[getattr(row, f"{whose}_id")].append(row)
    return found


def _stretches(bookings: Iterable[Booking], spans: Sequence[Span]) -> list[Stretch]:
    found = []
    for booking in bookings:
        period = booking.period
        inside = _within(spans, period.lower, period.upper)
        # Somebody helps out of hours: as it was clocked.
        for pieces in _days(inside or [(period.lower, period.upper)]):
            start, end = pieces[0][0], pieces[-1][1]
            found.append(
                Stretch(
                    assignment=booking.assignment,
                    starts_at=start,
                    ends_at=end,
                    minutes=_minutes(pieces),
                    is_first=start == period.lower,
                    is_last=end == period.upper,
                )
            )
    return sorted(found, key=lambda s: (s.starts_at, s.assignment.pk))


def _within(spans: Sequence[Span], start: datetime, end: datetime) -> list[Span]:
    cut = ((max(a, start), min(b, end)) for a, b in spans)
    return [(a, b) for a, b in cut if a < b]


def _days(spans: Sequence[Span]) -> list[list[Span]]:
    """Part spans where a night lies between them."""
    days: list[list[Span]] = []
    for span in spans:
        if days and span[0] - days[-1][-1][1] < BREAK:
            days[-1].append(span)
        else:
            days.append([span])
    return days


def _minutes(spans: Sequence[Span]) -> int:
    return sum(int((b - a) / MINUTE) for a, b in spans)
