"""Work that runs on the clock of somebody who is away, and who could take it over."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from restoration.models import TechnicianBooking, TimeEntry
from restoration.queries.remaining import minutes_left
from restoration.queries.shifts import Shifts, Span, without
from workshop.models import Absence, Site, Technician, Viewer

# How far ahead somebody free is looked for, and what counts as free.
AHEAD = timedelta(days=14)
LEAST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Stranded:
    """One clock that runs although its technician is away."""

    absence: Absence
    entry: TimeEntry
    minutes_left: int
    # Who has a skill for it and is free first by the plan in force, and from when.
    heir: Technician | None
    free_at: datetime | None


def stranded_work(user: Viewer, site: Site, *, at: datetime) -> list[Stranded]:
    """Return the running work of people who are away, in constant queries.

    Args:
        user: who asks.
        site: the workshop.
        at: now, aware.

    Source: docs/domain/planning.md, rule P25.
    """
    people = Technician.objects.visible_to(user).employed().filter(site=site)
    away = {
        row.technician_id: row
        for row in Absence.objects.filter(technician__in=people, period__contains=at)
    }
    running = TimeEntry.objects.filter(technician__in=away, ended_at__isnull=True)
    entries = list(
        running.select_related("card__project", "technician")
        .prefetch_related("card__needs", "card__time_entries")
        .order_by("pk")
    )
    if not entries:
        return []
    others = list(people.exclude(pk__in=away).prefetch_related("skills").order_by("pk"))
    free = _free_from(site, others, at)
    found = []
    for entry in entries:
        wanted = {need.skill_id for need in entry.card.needs.all()}
        able = [
            (free[each.pk], each.pk, each)
            for each in others
            if each.pk in free and wanted & {skill.pk for skill in each.skills.all()}
        ]
        free_at, _pk, heir = min(able, default=(None, 0, None))
        left = minutes_left(entry.card, list(entry.card.time_entries.all()), at=at)
        absence = away[entry.technician_id]
        found.append(Stranded(absence, entry, left, heir, free_at))
    return found


def _free_from(
    site: Site, people: Sequence[Technician], at: datetime
) -> dict[int, datetime]:
    """When each has an hour that no clock and no card of the plan takes."""
    busy: dict[int, list[Span]] = defaultdict(list)
    bookings = TechnicianBooking.objects.filter(
        technician__in=people,
        assignment__run__is_in_force=True,
        period__overlap=(at, at + AHEAD),
    )
    for pk, period in bookings.values_list("technician_id", "period"):
        busy[pk].append((period.lower, period.upper))
    found = {}
    for pk, spans in Shifts(site, at, at + AHEAD).by_technician(people).items():
        pieces = without(spans, sorted(busy[pk]))
        free = next((a for a, b in pieces if b - a >= LEAST), None)
        if free is not None:
            found[pk] = free
    return found
