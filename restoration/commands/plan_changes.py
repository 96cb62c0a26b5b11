"""What a new plan changes, written down before it takes the old one's place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from restoration.models import Assignment, JobCard, PlanChange, PlanRun

BATCH = 1000
Kind = PlanChange.Kind


@dataclass(frozen=True, slots=True)
class Place:
    """When, by whom and where a card is planned."""

    starts_at: datetime
    ends_at: datetime
    technicians: tuple[int, ...]
    bay: int | None
    is_fixed: bool


def write_changes(
    run: PlanRun, before: PlanRun | None, places: Mapping[int, Place]
) -> int:
    """Write each card's change against the plan before; return how many there are.

    Args:
        run: the new plan; its assignments are written already.
        before: the plan in force; None where there is none: then all cards are new.
        places: card → where the new plan has it.
    """
    old = places_of(before) if before is not None else {}
    gone = set(old) - set(places)
    over = JobCard.objects.filter(pk__in=gone, state=JobCard.State.DONE)
    finished = set(over.values_list("pk", flat=True))
    rows = []
    for card in sorted(set(old) | set(places)):
        kind = _kind(old.get(card), places.get(card), card in finished)
        if kind is not None:
            rows.append(_change(run, card, kind, old.get(card), places.get(card)))
    PlanChange.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


def places_of(run: PlanRun) -> dict[int, Place]:
    """Return where a plan has each of its cards."""
    rows = Assignment.objects.filter(run=run).prefetch_related(
        "technician_bookings", "bay_bookings"
    )
    return {row.card_id: _place(row) for row in rows.order_by("card_id")}


def _place(row: Assignment) -> Place:
    people = sorted(b.technician_id for b in row.technician_bookings.all())
    bay = next((b.bay_id for b in row.bay_bookings.all()), None)
    return Place(row.starts_at, row.ends_at, tuple(people), bay, row.is_fixed)


def _kind(was: Place | None, now: Place | None, is_finished: bool) -> Kind | None:
    """What became of a card; None: it stays as it was."""
    if now is None:
        return Kind.FINISHED if is_finished else Kind.DROPPED
    if was is None:
        return Kind.ADDED
    if now.is_fixed and not was.is_fixed:
        return Kind.STARTED
    if (now.starts_at, now.ends_at) != (was.starts_at, was.ends_at):
        return Kind.MOVED
    is_same = (now.technicians, now.bay) == (was.technicians, was.bay)
    return None if is_same else Kind.REASSIGNED


def _change(
    run: PlanRun, card: int, kind: Kind, was: Place | None, now: Place | None
) -> PlanChange:
    row = PlanChange(run=run, card_id=card, kind=kind)
    if was is not None:
        row.was_starts_at, row.was_ends_at = was.starts_at, was.ends_at
        row.was_technicians, row.was_bay_id = list(was.technicians), was.bay
    if now is not None:
        row.starts_at, row.ends_at = now.starts_at, now.ends_at
        row.technicians, row.bay_id = list(now.technicians), now.bay
    return row
