"""The rows a plan is made from, read in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model

from restoration.models import (
    Assignment,
    BayBooking,
    JobCard,
    JobCardLink,
    JobCardNeed,
    Pin,
    Project,
    TechnicianBooking,
    TimeEntry,
)
from workshop.models import Site, Skill

# A finished card's most waiting time is kept while there is still room to meet it.
LEAST_ROOM = timedelta(days=2)
State = JobCard.State


@dataclass(slots=True)
class PlanRows:
    """Everything the problem is built from."""

    site: Site
    at: datetime
    horizon_days: int
    keep_lags_of_done: bool
    projects: dict[int, Project] = field(default_factory=dict)
    cards: list[JobCard] = field(default_factory=list)
    links: list[JobCardLink] = field(default_factory=list)
    times: dict[int, list[TimeEntry]] = field(default_factory=dict)
    in_force: dict[int, Assignment] = field(default_factory=dict)
    # The oldest first: of two that cannot stand together the older one does.
    pins: list[Pin] = field(default_factory=list)


def read_rows(rows: PlanRows, *, without_pins: Collection[int] = ()) -> PlanRows:
    """Fill in the rows of a site.

    Args:
        rows: whose, when, how far.
        without_pins: cards whose pins are left out.
    """
    rows.projects = {
        p.pk: p
        for p in Project.objects.filter(
            site=rows.site,
            job_cards__state__in=[State.OPEN, State.RUNNING, State.PAUSED],
        )
        .exclude(state=Project.State.CANCELLED)
        .select_related("vehicle", "customer")
        .distinct()
    }
    unfinished = list(
        JobCard.objects.filter(project__in=rows.projects)
        .unfinished()
        .select_related("bay_kind", "operation")
        .order_by("project_id", "number")
    )
    ids = {c.pk for c in unfinished}
    _read_needs(unfinished)
    _read_links(rows, {c.pk: c for c in unfinished})
    done = {
        link.before_id: link.before
        for link in rows.links
        if rows.keep_lags_of_done and _still_bounds(link, rows.at)
    }
    rows.cards = [*unfinished, *done.values()]
    times: dict[int, list[TimeEntry]] = defaultdict(list)
    for entry in TimeEntry.objects.filter(card__in=ids).order_by("started_at"):
        times[entry.card_id].append(entry)
    rows.times = times
    _read_in_force(rows, ids)
    rows.pins = list(
        Pin.objects.active()
        .filter(card__in=ids - set(without_pins), card__state=State.OPEN)
        .prefetch_related("technicians")
        .order_by("pinned_at", "pk")
    )
    return rows


def _keep(rows: Iterable[Model], name: str, found: Mapping[int, list[Any]]) -> None:
    """What a query would have fetched beside each row: at thousands it takes seconds.

    Readers find it as they find what `prefetch_related` has brought.
    """
    for row in rows:
        row._prefetched_objects_cache = {  # type: ignore[attr-defined]
            **getattr(row, "_prefetched_objects_cache", {}),
            name: found.get(row.pk, []),
        }


def _read_needs(cards: Sequence[JobCard]) -> None:
    skills = {skill.pk: skill for skill in Skill.objects.all()}
    found: dict[int, list[JobCardNeed]] = defaultdict(list)
    for need in JobCardNeed.objects.filter(card__in=[c.pk for c in cards]):
        need.skill = skills[need.skill_id]
        found[need.card_id].append(need)
    _keep(cards, "needs", found)


def _read_links(rows: PlanRows, cards: Mapping[int, JobCard]) -> None:
    """Links with both their ends; most are among the cards at hand."""
    rows.links = list(JobCardLink.objects.filter(after__in=cards).order_by("pk"))
    far = {link.before_id for link in rows.links} - set(cards)
    known = {**JobCard.objects.in_bulk(far), **cards}
    for link in rows.links:
        link.before = known[link.before_id]


def _read_in_force(rows: PlanRows, ids: Collection[int]) -> None:
    """Where the plan in force has the cards, with whom and in which bay."""
    assignments = list(
        Assignment.objects.filter(
            run__site=rows.site, run__is_in_force=True, card__in=ids
        )
    )
    people: dict[int, list[TechnicianBooking]] = defaultdict(list)
    bays: dict[int, list[BayBooking]] = defaultdict(list)
    keys = [a.pk for a in assignments]
    booked = TechnicianBooking.objects.filter(assignment__in=keys).order_by("pk")
    for booking in booked:
        people[booking.assignment_id].append(booking)
    for place in BayBooking.objects.filter(assignment__in=keys).order_by("pk"):
        bays[place.assignment_id].append(place)
    _keep(assignments, "technician_bookings", people)
    _keep(assignments, "bay_bookings", bays)
    rows.in_force = {a.card_id: a for a in assignments}


def _still_bounds(link: JobCardLink, at: datetime) -> bool:
    before = link.before
    if before.state != State.DONE or before.finished_at is None:
        return False
    if link.max_lag_minutes is None:
        return False
    last = before.finished_at + timedelta(minutes=link.max_lag_minutes)
    return last > at + LEAST_ROOM
