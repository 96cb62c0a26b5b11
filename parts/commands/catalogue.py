"""What follows when somebody edits the catalogue."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from common import audit, outbox


@transaction.atomic
def note_part_edited(
    *, part_id: int, fields: Sequence[str], at: datetime, actor_id: int | None = None
) -> None:
    """Write an edit of a part's page down and have its wishes answered again.

    A new offer, number or successor can move an answer.

    Args:
        part_id: the part.
        fields: what was changed, by name.
        at: when, aware.
        actor_id: who edited it.

    Source: docs/domain/availability.md A1.
    """
    if not fields:
        return
    outbox.write(
        "parts.check_availability", subject=f"part:{part_id}", part_ids=[part_id]
    )
    audit.record(
        subject=f"part:{part_id}",
        command="edit_part",
        actor_id=actor_id,
        at=at,
        detail={"fields": sorted(set(fields))},
    )
