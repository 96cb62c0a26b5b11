"""How much of a card's work is left, by its plan or by who works on it."""

from collections.abc import Sequence
from datetime import datetime

from restoration.models import JobCard, TimeEntry
from restoration.queries.floor import clocked_minutes


def minutes_left(card: JobCard, times: Sequence[TimeEntry], *, at: datetime) -> int:
    """Return the minutes a card still takes, never below 0.

    What a technician has said is left counts from when it was said.

    Args:
        card: with its estimate, if there is one.
        times: everything clocked on it.
        at: now, aware.

    Source: docs/domain/planning.md, rule P15.
    """
    if card.remaining_minutes is None or card.remaining_at is None:
        return max(0, card.minutes - clocked_minutes(times, at=at))
    said_at = card.remaining_at
    since = sum(
        max(0.0, ((t.ended_at or at) - max(t.started_at, said_at)).total_seconds())
        for t in times
    )
    return max(0, card.remaining_minutes - int(since // 60))
