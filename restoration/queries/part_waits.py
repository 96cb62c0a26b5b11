"""Until when cards wait for parts, and how sure that is."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from parts.models import Availability
from restoration.models import JobCardPart
from restoration.queries.blockers import answer_of, is_here, with_parts_state
from restoration.queries.shifts import Shifts

# A part without a date is planned as if it came after so many days; the promise that
# rests on it is rough and says so.
ASSUMED_DAYS = 60
Kind = Availability.Kind
DATED_BY_ORDER = (Kind.ON_HAND, Kind.INCOMING)


@dataclass(frozen=True, slots=True)
class PartWait:
    """One part that is not here yet. ``on`` is None where nobody knows a date."""

    row: JobCardPart
    kind: str
    on: date | None
    opens_at: datetime

    @property
    def is_ordered(self) -> bool:
        return self.kind in DATED_BY_ORDER

    def as_detail(self) -> dict[str, Any]:
        """What a reason or a cause keeps of it: names in both languages, the date."""
        part = self.row.part
        number = next((n.as_printed for n in part.numbers.all() if n.is_primary), "")
        detail: dict[str, Any] = {
            "part": part.pk,
            "part_number": number,
            "part_name_en": part.name_en,
            "part_name_ja": part.name_ja,
            "part_kind": self.kind,
            "part_on": self.on.isoformat() if self.on else None,
            "demand": self.row.demand_id,
        }
        if self.on is None:
            detail["assumed_days"] = ASSUMED_DAYS
        return detail


def part_waits(
    card_ids: Collection[int] | QuerySet[Any, Any],
    *,
    shifts: Shifts,
    at: datetime,
    zone: ZoneInfo,
    dates: Mapping[int, date] | None = None,
) -> dict[int, list[PartWait]]:
    """Return what each card waits for, the latest last, in two queries.

    Args:
        card_ids: unfinished cards: their keys, or a query for them.
        shifts: of the site; a part counts from the next opening after its date.
        at: now, aware.
        zone: of the site.
        dates: wishes that come on another day than their answer says.

    Source: docs/domain/planning.md, rule P6; availability.md, rules A9 and A10.
    """
    today = at.astimezone(zone).date()
    found: dict[int, list[PartWait]] = defaultdict(list)
    for row in with_parts_state(JobCardPart.objects.filter(card__in=card_ids)):
        if is_here(row):
            continue
        answer = answer_of(row)
        on = answer.available_on if answer is not None else None
        on = (dates or {}).get(row.demand_id or 0, on)
        if on is not None and on < today:
            # Overdue: its old date is no date.
            on = None
        counted = on or today + timedelta(days=ASSUMED_DAYS)
        opens = shifts.usable_at(counted)
        kind = answer.kind if answer is not None else Kind.NO_SOURCE.value
        found[row.card_id].append(PartWait(row, kind, on, opens))
    for waits in found.values():
        waits.sort(key=lambda w: (w.opens_at, w.row.pk))
    return found
