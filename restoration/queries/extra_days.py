"""Days worked besides the week's: by which hours, and which are entered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Max

from restoration.queries.shifts import Shifts
from restoration.queries.shop_changes import OpenDays, ShopChanges
from workshop.models import ExtraDay, Site

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OpenDay:
    """One day with hours of its own."""

    day: date
    # The site's, then those of people by their names.
    hours: Sequence[tuple[time, time]]
    people: Sequence[tuple[str, time, time]]
    reason: str
    entered_by: str


def usual_windows(
    site: Site, changed: OpenDays, *, on_holidays: bool = False
) -> list[tuple[date, int | None, tuple[time, time]]]:
    """Return by which hours some weekdays are worked like the working day before them.

    Each with its day, whose hours they are (None: the site's), from and to. Days that
    are worked like others already, and those with hours of their own, are left out.

    Args:
        site: which workshop.
        changed: the weekday, from when to when.
        on_holidays: whether holidays are worked as well.

    Source: docs/domain/planning.md, rules P20 and P23.
    """
    zone = ZoneInfo(site.time_zone)
    starts = datetime.combine(changed.from_on, time(), tzinfo=zone)
    # Midnight belongs to the next day.
    ends = datetime.combine(changed.to_on + DAY, time(), tzinfo=zone)
    shifts = Shifts(
        site, starts, ends - timedelta(minutes=1), ShopChanges(open_days=(changed,))
    )
    return [
        each
        for each in shifts.extra_windows(on_holidays=on_holidays)
        if each[0].weekday() == changed.weekday
    ]


def extra_days(site: Site, *, from_on: date) -> list[OpenDay]:
    """Return the days with hours of their own from a day on, in order, in one query.

    Args:
        site: which workshop.
        from_on: earlier ones are over.
    """
    rows = ExtraDay.objects.valid().filter(site=site, day__gte=from_on)
    by_day: dict[date, list[ExtraDay]] = {}
    found = rows.select_related("technician", "entered_by")
    for row in found.order_by("day", "technician__name", "opens", "pk"):
        by_day.setdefault(row.day, []).append(row)
    return [
        OpenDay(
            day=day,
            hours=[(r.opens, r.closes) for r in mine if r.technician is None],
            people=[
                (r.technician.name, r.opens, r.closes)
                for r in mine
                if r.technician is not None
            ],
            reason=mine[0].reason,
            entered_by=str(mine[0].entered_by),
        )
        for day, mine in by_day.items()
    ]


def days_of_batches(site: Site, batches: Sequence[str]) -> dict[str, int]:
    """Return how many days are worked of what was entered together, where there are.

    Args:
        site: which workshop.
        batches: keys of what was entered together.
    """
    rows = ExtraDay.objects.valid().filter(site=site, batch__in=batches)
    days = (
        rows.order_by().values_list("batch").annotate(days=Count("day", distinct=True))
    )
    return {str(batch): count for batch, count in days}


def withdrawn_last(site: Site, *, day: date) -> bool:
    """Whether hours of a day were withdrawn and nothing was entered since."""
    rows = ExtraDay.objects.filter(site=site, day=day)
    gone = rows.aggregate(at=Max("withdrawn_at"))["at"]
    return gone is not None and not rows.valid().exists()
