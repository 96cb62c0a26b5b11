"""The plan as the timeline draws it, and the same as lines of a table."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from common.formats import instant_text
from restoration.board.words import Mark, card_mark
from restoration.queries import PlanTimeline, TimelineItem


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One booking as a line of the table."""

    owner: str
    item: TimelineItem

    @property
    def mark(self) -> Mark:
        return card_mark(self.item.assignment.card)


def table_of(shown: PlanTimeline) -> list[PlanRow]:
    """Return every booking in order of its start."""
    rows = [PlanRow(row.label, item) for row in shown.rows for item in row.items]
    return sorted(rows, key=lambda r: (r.item.starts_at, r.owner))


def drawing_of(shown: PlanTimeline) -> dict[str, Any]:
    """Return what the timeline draws: rows, bars, the clock they are read by."""
    offset = timezone.localtime(shown.starts_at).utcoffset()
    return {
        "start": shown.starts_at.isoformat(),
        "end": shown.ends_at.isoformat(),
        "offset": int(offset.total_seconds() // 60) if offset else 0,
        "language": get_language() or "en",
        "groups": [{"id": row.pk, "label": row.label} for row in shown.rows],
        "items": [
            bar(row.pk, row.label, number, item)
            for row in shown.rows
            for number, item in enumerate(row.items)
        ],
    }


def bar(group: int, owner: str, number: int, item: TimelineItem) -> dict[str, Any]:
    """Return one bar, with what is said of it when it is chosen."""
    mark = card_mark(item.assignment.card)
    return {
        "id": f"{group}-{number}",
        "group": group,
        "start": item.starts_at.isoformat(),
        "end": item.ends_at.isoformat(),
        "kind": mark.kind.lower(),
        "label": f"{item.project_number.rpartition('-')[2]} {item.title}",
        "title": item.title,
        "state": mark.word,
        "owner": owner,
        "project": item.project_number,
        "url": reverse("board:project", args=[item.project_number]),
        "when": f"{instant_text(item.starts_at)} – {instant_text(item.ends_at)}",
        "reason": item.reason,
    }
