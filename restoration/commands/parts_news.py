"""What the parts house says of parts that jobs wait for, noted where people look."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from common import outbox
from parts.models import Demand, Observation, Part
from restoration.models import JobCardPart, Project, ProjectEvent

SEEN = "PART_SEEN"
REPLACED = "PART_REPLACED"


@transaction.atomic
def note_part_seen(
    *, observation_id: int, demand_ids: Sequence[int], at: datetime
) -> list[int]:
    """Note on each project whose open wishes need a part what was seen of it.

    Managers are mailed once for each project. A project hears of an observation once.

    Args:
        observation_id: what was seen.
        demand_ids: the wishes that it could serve.
        at: now, aware.

    Returns:
        The projects on which it was noted.

    Source: docs/domain/catalogue.md C19.
    """
    seen = Observation.objects.select_related("part", "supplier").get(pk=observation_id)
    wanted = _wanted(demand_ids)
    heard = ProjectEvent.objects.filter(kind=SEEN, detail__observation=observation_id)
    told = set(heard.values_list("project_id", flat=True))
    projects = Project.objects.filter(pk__in=wanted.keys() - told).order_by("pk")
    fresh = list(projects.select_for_update(no_key=True))
    events = ProjectEvent.objects.bulk_create(
        ProjectEvent(
            project=project,
            kind=SEEN,
            detail={"observation": seen.pk, **_named(seen.part), "seen": seen.kind},
            is_for_customer=False,
            happened_at=at,
        )
        for project in fresh
    )
    for event in events:
        outbox.write(
            "restoration.mail_part_seen",
            subject=f"project:{event.project_id}",
            event_id=event.pk,
        )
    return [project.pk for project in fresh]


@transaction.atomic
def note_parts_replaced(
    *, demand_ids: Sequence[int], old_id: int, new_id: int, at: datetime
) -> list[int]:
    """Show on cards the part that is to be fitted now; what was agreed to stays.

    Idempotent: a card that shows it already is left alone.

    Args:
        demand_ids: the wishes that were moved.
        old_id: the part they were for.
        new_id: the part they are for now.
        at: now, aware.

    Returns:
        The projects on which it was noted.

    Source: docs/domain/catalogue.md C13.
    """
    rows = list(
        JobCardPart.objects.filter(demand__in=demand_ids)
        .select_related("demand", "card")
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    moved = [row for row in rows if row.demand and row.part_id != row.demand.part_id]
    for row in moved:
        row.part_id = row.demand.part_id  # type: ignore[union-attr]  # filtered above
    JobCardPart.objects.bulk_update(moved, ["part"])
    parts = Part.objects.prefetch_related("numbers").in_bulk([old_id, new_id])
    if not moved or len(parts) != 2:
        return []
    detail = _named(parts[new_id]) | {
        f"old_{name}": text for name, text in _named(parts[old_id]).items()
    }
    projects = sorted({row.card.project_id for row in moved})
    ProjectEvent.objects.bulk_create(
        ProjectEvent(
            project_id=project_id,
            kind=REPLACED,
            detail=detail,
            is_for_customer=False,
            happened_at=at,
        )
        for project_id in projects
    )
    return projects


def _wanted(demand_ids: Sequence[int]) -> dict[int, list[Demand]]:
    """Return open wishes by the project they are for; others have none."""
    by_project: dict[int, list[Demand]] = {}
    for demand in Demand.objects.waiting().filter(pk__in=demand_ids).order_by("pk"):
        kind, _colon, pk = demand.subject_key.partition(":")
        if kind == "project" and pk.isdecimal():
            by_project.setdefault(int(pk), []).append(demand)
    return by_project


def _named(part: Part) -> dict[str, str]:
    numbers = sorted(part.numbers.all(), key=lambda row: (not row.is_primary, row.pk))
    return {
        "number": numbers[0].as_printed if numbers else "",
        "part_en": part.name_en,
        "part_ja": part.name_ja,
    }
