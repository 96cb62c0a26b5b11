"""A stretch of the plan in force as light rows and bars, for drawing thousands."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from django.db.models import Q, QuerySet
from django.utils.translation import get_language

from parts.models import Availability, Demand
from restoration.models import (
    Assignment,
    BayBooking,
    JobCardNeed,
    JobCardPart,
    PlanRun,
    Project,
    TechnicianBooking,
)
from restoration.queries.board import Risk, risk_of
from restoration.queries.promised import chips_of
from restoration.queries.shifts import Shifts, Span
from workshop.models import Absence, Bay, Site, Technician

By = Literal["technician", "bay", "car"]
Booking = TechnicianBooking | BayBooking | Assignment


class WindowRow(NamedTuple):
    """One technician, bay or car."""

    pk: int
    label: str
    note: str
    # What it can do: keys of skills, or of the bay's kind.
    able: tuple[int, ...] = ()


class WindowCar(NamedTuple):
    """What a bar says of its car."""

    pk: int
    number: str
    name: str
    risk: Risk
    promised_on: date | None


class Bar(NamedTuple):
    """One card in one row."""

    assignment: int
    row: int
    starts_at: datetime
    ends_at: datetime
    card: int
    title: str
    state: str
    project: int
    is_fixed: bool
    is_pinned: bool
    # What whoever takes it must be able to do; one skill or kind of bay is enough
    # to be asked, for a crew shares the skills.
    needs: tuple[int, ...]


class PartMark(NamedTuple):
    """When a part comes that a card of the stretch waits for."""

    card: int
    on: date
    usable_at: datetime
    name: str


class Away(NamedTuple):
    """When a person is not there."""

    row: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class PlanFrame:
    """The rows of a drawing and the cars in the plan."""

    rows: Sequence[WindowRow]
    cars: Sequence[WindowCar]


@dataclass(frozen=True, slots=True)
class PlanStretch:
    """What is drawn between two instants."""

    bars: Sequence[Bar]
    parts: Sequence[PartMark]
    away: Sequence[Away]
    open_spans: Sequence[Span]


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One booking as a line of a table."""

    assignment: Assignment
    owner: str
    starts_at: datetime
    ends_at: datetime


def plan_in_force(site_id: int) -> PlanRun | None:
    """Return the plan in force of a site."""
    return PlanRun.objects.filter(site_id=site_id, is_in_force=True).first()


def plan_frame(site: Site, run: PlanRun, *, by: By) -> PlanFrame:
    """Return the rows of a plan and its cars, in few and constant queries.

    Args:
        site: the workshop.
        run: the plan.
        by: rows of technicians, of bays or of cars.
    """
    projects = list(
        Project.objects.filter(
            pk__in=Assignment.objects.filter(run=run).values("card__project")
        )
        .select_related("vehicle")
        .order_by("number", "pk")
    )
    chips = chips_of(projects)
    cars = [
        WindowCar(
            pk=p.pk,
            number=p.number,
            name=p.vehicle.frame_number,
            risk=risk_of(p, chips.get(p.pk)),
            promised_on=chips[p.pk].promised_on if p.pk in chips else None,
        )
        for p in projects
    ]
    if by == "car":
        return PlanFrame([WindowRow(c.pk, c.number, c.name) for c in cars], cars)
    return PlanFrame(_people(site) if by == "technician" else _bays(site), cars)


def _people(site: Site) -> list[WindowRow]:
    people = Technician.objects.employed().filter(site=site).order_by("name", "pk")
    return [
        WindowRow(
            pk=person.pk,
            label=person.name,
            note="",
            able=tuple(skill.pk for skill in person.skills.all()),
        )
        for person in people.prefetch_related("skills")
    ]


def _bays(site: Site) -> list[WindowRow]:
    bays = Bay.objects.filter(site=site, is_active=True).select_related("kind")
    return [
        WindowRow(bay.pk, bay.code, bay.kind.name, (bay.kind_id,))
        for bay in bays.order_by("code", "pk")
    ]


def plan_stretch(
    site: Site, run: PlanRun, *, by: By, starts_at: datetime, ends_at: datetime
) -> PlanStretch:
    """Return the bars between two instants, in few and constant queries.

    Args:
        site: the workshop.
        run: the plan.
        by: rows of technicians, of bays or of cars.
        starts_at: aware; what ends before is left out.
        ends_at: aware; what starts later is left out.
    """
    shifts = Shifts(site, starts_at, ends_at)
    bars = _bars(run, by, starts_at, ends_at)
    return PlanStretch(
        bars=bars,
        parts=_parts({bar.card for bar in bars}, shifts),
        away=_away(site, starts_at, ends_at) if by == "technician" else [],
        open_spans=shifts.of_site(),
    )


def bookings_between(
    run: PlanRun,
    *,
    by: By,
    starts_at: datetime,
    ends_at: datetime,
    project_number: str = "",
) -> QuerySet[Any]:
    """Return bookings in order of their start, to be cut into pages.

    Args:
        run: the plan.
        by: of technicians, of bays or of cars.
        starts_at: aware; what ends before is left out.
        ends_at: aware; what starts later is left out.
        project_number: only this car's; empty: of all.
    """
    rows: QuerySet[Any]
    way = (
        "card__project__number" if by == "car" else "assignment__card__project__number"
    )
    only = Q(**{way: project_number}) if project_number else Q()
    if by == "car":
        rows = Assignment.objects.filter(
            run=run, starts_at__lt=ends_at, ends_at__gt=starts_at
        ).select_related("card__project")
        return rows.filter(only).order_by("starts_at", "pk")
    span = {"assignment__run": run, "period__overlap": (starts_at, ends_at)}
    if by == "technician":
        rows = TechnicianBooking.objects.filter(**span).select_related("technician")
    else:
        rows = BayBooking.objects.filter(**span).select_related("bay")
    return (
        rows.filter(only)
        .select_related("assignment__card__project")
        .order_by("period", "pk")
    )


def items_of(bookings: Iterable[Booking]) -> list[TimelineItem]:
    """Return bookings from `bookings_between` as lines of a table."""
    return [_item(booking) for booking in bookings]


def _item(booking: Booking) -> TimelineItem:
    if isinstance(booking, Assignment):
        owner = booking.card.project.number
        return TimelineItem(booking, owner, booking.starts_at, booking.ends_at)
    if isinstance(booking, TechnicianBooking):
        owner = booking.technician.name
    else:
        owner = booking.bay.code
    period = booking.period
    return TimelineItem(booking.assignment, owner, period.lower, period.upper)


def _bars(run: PlanRun, by: By, starts_at: datetime, ends_at: datetime) -> list[Bar]:
    is_ja = (get_language() or "en").startswith("ja")
    needs = _needs(run, starts_at, ends_at) if by == "technician" else {}
    bars = []
    for row in _rows(run, by, starts_at, ends_at):
        assignment, owner, start, end, card, title_en, title_ja, *rest = row
        state, project, bay_kind, is_fixed, is_pinned = rest
        able = needs.get(card, ()) if by == "technician" else (bay_kind,)
        bars.append(
            Bar(
                assignment=assignment,
                row=owner,
                starts_at=start,
                ends_at=end,
                card=card,
                title=(title_ja if is_ja else "") or title_en,
                state=state,
                project=project,
                is_fixed=is_fixed,
                is_pinned=is_pinned,
                needs=tuple(key for key in able if key),
            )
        )
    return bars


CARD = ("pk", "title_en", "title_ja", "state", "project_id", "bay_kind_id")


def _rows(
    run: PlanRun, by: By, starts_at: datetime, ends_at: datetime
) -> Iterable[tuple[Any, ...]]:
    if by == "car":
        found = Assignment.objects.filter(
            run=run, starts_at__lt=ends_at, ends_at__gt=starts_at
        ).order_by("starts_at", "pk")
        card = (f"card__{name}" for name in CARD)
        return found.values_list(
            "pk",
            "card__project_id",
            "starts_at",
            "ends_at",
            *card,
            "is_fixed",
            "is_pinned",
        )
    bookings: QuerySet[Any]
    if by == "technician":
        bookings = TechnicianBooking.objects.all()
    else:
        bookings = BayBooking.objects.all()
    card = (f"assignment__card__{name}" for name in CARD)
    found_bookings = bookings.filter(
        assignment__run=run, period__overlap=(starts_at, ends_at)
    ).values_list(
        "assignment_id",
        f"{by}_id",
        "period",
        *card,
        "assignment__is_fixed",
        "assignment__is_pinned",
    )
    return (
        (assignment, owner, period.lower, period.upper, *rest)
        for assignment, owner, period, *rest in found_bookings.order_by("period", "pk")
    )


def _needs(
    run: PlanRun, starts_at: datetime, ends_at: datetime
) -> Mapping[int, tuple[int, ...]]:
    found: dict[int, list[int]] = defaultdict(list)
    rows = JobCardNeed.objects.filter(
        card__assignments__run=run,
        card__assignments__starts_at__lt=ends_at,
        card__assignments__ends_at__gt=starts_at,
    )
    for card, skill in rows.values_list("card_id", "skill_id").order_by("pk"):
        found[card].append(skill)
    return {card: tuple(skills) for card, skills in found.items()}


def _parts(cards: Iterable[int], shifts: Shifts) -> list[PartMark]:
    is_ja = (get_language() or "en").startswith("ja")
    rows = (
        JobCardPart.objects.filter(
            card__in=cards,
            demand__state__in=[Demand.State.OPEN, Demand.State.RESERVED],
            demand__availability__available_on__isnull=False,
        )
        .exclude(demand__availability__kind=Availability.Kind.ON_HAND)
        .order_by("demand__availability__available_on", "pk")
        .values_list(
            "card_id",
            "demand__availability__available_on",
            "part__name_en",
            "part__name_ja",
        )
    )
    return [
        PartMark(card, on, shifts.usable_at(on), (is_ja and ja) or en)
        for card, on, en, ja in rows
        if on is not None
    ]


def _away(site: Site, starts_at: datetime, ends_at: datetime) -> list[Away]:
    rows = Absence.objects.filter(
        technician__site=site, period__overlap=(starts_at, ends_at)
    )
    return [
        Away(pk, period.lower or starts_at, period.upper or ends_at)
        for pk, period in rows.order_by("pk").values_list("technician_id", "period")
    ]
