"""What a technician sees: my cards today, one card's page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from common.querysets import get_visible
from parts import queries as parts_queries
from parts.models import PartFile, Reservation, Unit
from restoration.models import (
    Assignment,
    ChecklistItem,
    Finding,
    JobCard,
    JobCardEvent,
    JobCardLink,
    JobCardPart,
    Measurement,
    Photo,
    RemovedPart,
    TechnicianBooking,
    TimeEntry,
)
from restoration.queries.blockers import (
    Blocker,
    blockers_of,
    is_here,
    part_label,
    with_parts_state,
)
from restoration.queries.words import start_reason
from workshop.models import Technician, Viewer

COMING_DAYS = 14
State = JobCard.State


@dataclass(frozen=True, slots=True)
class FloorCard:
    """One card in a technician's list."""

    card: JobCard
    assignment: Assignment | None
    running_since: datetime | None
    blockers: Sequence[Blocker]

    @property
    def is_running(self) -> bool:
        """Whether this technician's own clock runs on it."""
        return self.running_since is not None

    @property
    def waits_for(self) -> str:
        """One line, or nothing when it can be started."""
        return self.blockers[0].sentence if self.blockers else ""

    @property
    def bay(self) -> str:
        """Where the plan puts the car, by the bay's code."""
        if self.assignment is None:
            return ""
        return ", ".join(b.bay.code for b in self.assignment.bay_bookings.all())


@dataclass(frozen=True, slots=True)
class FloorDay:
    """A technician's day: what runs, what is planned until tonight, what comes."""

    running: Sequence[FloorCard]
    today: Sequence[FloorCard]
    coming: Sequence[FloorCard]


@dataclass(frozen=True, slots=True)
class CardPart:
    """One part on a card's page."""

    row: JobCardPart
    is_here: bool
    bins: Sequence[str]
    # Which units may be drawn, where the part is kept by serial number.
    units: Sequence[Unit] = ()
    photos: Sequence[PartFile] = ()

    @property
    def label(self) -> str:
        return part_label(self.row)

    @property
    def to_draw(self) -> Decimal:
        drawn = self.row.demand.drawn if self.row.demand else Decimal(0)
        return self.row.quantity - drawn


@dataclass(frozen=True, slots=True)
class CardPage:
    """Everything on a card's page."""

    card: JobCard
    assignment: Assignment | None
    reason: str
    blockers: Sequence[Blocker]
    parts: Sequence[CardPart]
    checklist: Sequence[ChecklistItem]
    measurements: Sequence[Measurement]
    times: Sequence[TimeEntry]
    before: Sequence[JobCardLink]
    after: Sequence[JobCardLink]
    findings: Sequence[Finding]
    removed: Sequence[RemovedPart]
    photos: Sequence[Photo]
    events: Sequence[JobCardEvent]
    # This technician's own running entry, here or on another card.
    own_entry: TimeEntry | None
    clocked_minutes: int

    @property
    def runs_here(self) -> bool:
        return self.own_entry is not None and self.own_entry.card_id == self.card.pk

    @property
    def can_start(self) -> bool:
        return not self.is_over and not self.blockers and self.own_entry is None

    @property
    def can_pause(self) -> bool:
        return self.runs_here

    @property
    def can_finish(self) -> bool:
        return self.card.state in (State.RUNNING, State.PAUSED)

    @property
    def is_over(self) -> bool:
        return self.card.state in (State.DONE, State.CANCELLED)


def my_day(technician: Technician, *, at: datetime) -> FloorDay:
    """Return a technician's cards: running first, then in the order of the plan.

    Args:
        technician: whose; the day is the one of their site's zone.
        at: now, aware.
    """
    midnight = _next_midnight(technician, at)
    running = {
        e.card_id: e
        for e in TimeEntry.objects.filter(
            technician=technician, ended_at__isnull=True
        ).order_by("started_at")
    }
    planned = _planned(technician, until=midnight + timedelta(days=COMING_DAYS))
    ids = {*running, *planned}
    cards = {
        c.pk: c
        for c in JobCard.objects.filter(pk__in=ids).select_related(
            "project__vehicle__variant", "operation__phase", "bay_kind"
        )
    }
    blockers = blockers_of(ids, at=at)
    lines = [
        FloorCard(
            card=cards[pk],
            assignment=planned.get(pk),
            running_since=running[pk].started_at if pk in running else None,
            blockers=blockers.get(pk, []),
        )
        for pk in [*running, *(pk for pk in planned if pk not in running)]
    ]
    waiting = [line for line in lines if not line.is_running]
    return FloorDay(
        running=[line for line in lines if line.is_running],
        today=[line for line in waiting if _starts(line) < midnight],
        coming=[line for line in waiting if _starts(line) >= midnight],
    )


def card_page(
    user: Viewer, *, card_id: int, technician: Technician | None, at: datetime
) -> CardPage:
    """Return one card's page in a constant number of queries.

    Args:
        user: who asks.
        card_id: the card.
        technician: whose clock is shown; None for people without one.
        at: now, aware.

    Raises:
        NotFound: missing and foreign alike.
    """
    rows = JobCard.objects.select_related(
        "project__vehicle__variant",
        "project__vehicle__colour",
        "project__customer",
        "operation__phase",
        "bay_kind",
    ).prefetch_related("needs__skill")
    card = get_visible(rows, user, pk=card_id)
    assignment = (
        _assignments().filter(run__is_in_force=True, card=card).order_by("pk").first()
    )
    times = list(card.time_entries.select_related("technician").order_by("started_at"))
    return CardPage(
        card=card,
        assignment=assignment,
        reason=start_reason(card, assignment.reason) if assignment else "",
        blockers=blockers_of([card.pk], at=at).get(card.pk, []),
        parts=card_parts(card),
        checklist=list(
            card.checklist.select_related("item", "checked_by").order_by("position")
        ),
        measurements=list(
            card.measurements.select_related("item", "measured_by").order_by("pk")
        ),
        times=times,
        before=list(card.waits_for.select_related("before").order_by("before__number")),
        after=list(card.followers.select_related("after").order_by("after__number")),
        findings=list(card.findings.order_by("-raised_at", "-pk")),
        removed=list(card.removed_parts.select_related("bin", "part").order_by("tag")),
        photos=list(card.photos.select_related("attachment").order_by("-taken_at")),
        events=list(card.events.select_related("actor").order_by("-happened_at")),
        own_entry=_own_entry(technician),
        clocked_minutes=clocked_minutes(times, at=at),
    )


def card_parts(card: JobCard) -> list[CardPart]:
    """Return a card's parts with where they lie, in a constant number of queries."""
    found = with_parts_state(JobCardPart.objects.filter(card=card))
    rows = list(found.prefetch_related("required_part__numbers"))
    held = Reservation.objects.filter(
        demand__in=[r.demand_id for r in rows if r.demand_id],
        state=Reservation.State.HELD,
        level__isnull=False,
    ).values_list("demand_id", "level__bin__code")
    bins: dict[int | None, list[str]] = {}
    for demand_id, code in held.order_by("level__bin__code"):
        bins.setdefault(demand_id, []).append(code)
    units = parts_queries.units_to_draw(
        [r.demand for r in rows if r.demand and r.part.is_serialised]
    )
    photos: dict[int, list[PartFile]] = {}
    for photo in (
        PartFile.objects.photos()
        .filter(part__in={r.part_id for r in rows})
        .order_by("pk")
    ):
        photos.setdefault(photo.part_id, []).append(photo)
    return [
        CardPart(
            r,
            is_here(r),
            bins.get(r.demand_id, []),
            units.get(r.demand_id or 0, ()),
            photos.get(r.part_id, ()),
        )
        for r in rows
    ]


def clocked_minutes(times: Sequence[TimeEntry], *, at: datetime) -> int:
    """Add up clocked time; an open entry counts until now."""
    seconds = sum(
        ((t.ended_at or max(at, t.started_at)) - t.started_at).total_seconds()
        for t in times
    )
    return int(seconds // 60)


def _own_entry(technician: Technician | None) -> TimeEntry | None:
    if technician is None:
        return None
    entries = TimeEntry.objects.filter(technician=technician, ended_at__isnull=True)
    return entries.select_related("card__project").first()


def _planned(technician: Technician, *, until: datetime) -> dict[int, Assignment]:
    booked = TechnicianBooking.objects.filter(technician=technician)
    rows = (
        _assignments()
        .filter(
            run__is_in_force=True,
            pk__in=booked.values("assignment"),
            starts_at__lt=until,
            card__state__in=[State.OPEN, State.RUNNING, State.PAUSED],
        )
        .order_by("starts_at", "pk")
    )
    return {a.card_id: a for a in rows}


def _assignments() -> QuerySet[Assignment]:
    return Assignment.objects.prefetch_related(
        "bay_bookings__bay", "technician_bookings__technician"
    )


def _starts(line: FloorCard) -> datetime:
    if line.assignment is None:
        raise ValueError("a card that does not run is listed because it is planned")
    return line.assignment.starts_at


def _next_midnight(technician: Technician, at: datetime) -> datetime:
    zone = ZoneInfo(technician.site.time_zone)
    tomorrow = at.astimezone(zone).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone)
