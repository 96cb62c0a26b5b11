"""The rows a plan is made from, read in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from restoration.models import (
    Assignment,
    JobCard,
    JobCardLink,
    Pin,
    Project,
    TimeEntry,
)
from workshop.models import Site

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
            site=rows.site, job_cards__state__in=[State.OPEN, State.RUNNING, "PAUSED"]
        )
        .exclude(state=Project.State.CANCELLED)
        .select_related("vehicle", "customer")
        .distinct()
    }
    unfinished = list(
        JobCard.objects.filter(project__in=rows.projects)
        .unfinished()
        .select_related("bay_kind", "operation")
        .prefetch_related("needs__skill")
        .order_by("project_id", "number")
    )
    ids = {c.pk for c in unfinished}
    links = JobCardLink.objects.filter(after__in=ids).select_related("before")
    rows.links = list(links.order_by("pk"))
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
    rows.in_force = {
        a.card_id: a
        for a in Assignment.objects.filter(
            run__site=rows.site, run__is_in_force=True, card__in=ids
        ).prefetch_related("technician_bookings", "bay_bookings")
    }
    rows.pins = list(
        Pin.objects.active()
        .filter(card__in=ids - set(without_pins), card__state=State.OPEN)
        .prefetch_related("technicians")
        .order_by("pinned_at", "pk")
    )
    return rows


def _still_bounds(link: JobCardLink, at: datetime) -> bool:
    before = link.before
    if before.state != State.DONE or before.finished_at is None:
        return False
    if link.max_lag_minutes is None:
        return False
    last = before.finished_at + timedelta(minutes=link.max_lag_minutes)
    return last > at + LEAST_ROOM
