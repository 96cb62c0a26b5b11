"""When people work: hours of the site or their own, without holidays and absence."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from restoration.queries.shop_changes import ShopChanges
from workshop.models import (
    Absence,
    ExtraDay,
    Holiday,
    Site,
    Technician,
    WorkingHours,
)

Span = tuple[datetime, datetime]
Window = tuple[time, time]


class Shifts:
    """The working time of one site's people between two instants.

    Windows are kept as local times of the week and become instants day by day, so a
    change of the clocks stays here.
    """

    def __init__(
        self,
        site: Site,
        starts_at: datetime,
        ends_at: datetime,
        changes: ShopChanges | None = None,
    ) -> None:
        """Read the site's hours and holidays.

        Args:
            site: whose hours.
            starts_at: aware; spans are cut here.
            ends_at: aware; and here.
            changes: days that are worked and absences besides those of the house.
        """
        self.site = site
        self.changes = changes or ShopChanges()
        self.zone = ZoneInfo(site.time_zone)
        self.starts_at = starts_at
        self.ends_at = ends_at
        first, last = self._day(starts_at), self._day(ends_at)
        self.days = [first + timedelta(days=k) for k in range((last - first).days + 1)]
        closed = Holiday.objects.filter(
            country=site.country, day__range=(first, last)
        ).values_list("day", flat=True)
        self.holidays = set(closed)
        self.windows: dict[int | None, dict[int, list[Window]]] = {}
        for row in WorkingHours.objects.filter(site=site).order_by("weekday", "opens"):
            week = self.windows.setdefault(row.technician_id, defaultdict(list))
            week[row.weekday].append((row.opens, row.closes))
        # Hours of one date, of all or of one person: they go before the week's.
        self.dated: dict[int | None, dict[date, list[Window]]] = {}
        extra = ExtraDay.objects.valid().filter(site=site, day__range=(first, last))
        for each in extra.order_by("day", "opens"):
            dated = self.dated.setdefault(each.technician_id, defaultdict(list))
            dated[each.day].append((each.opens, each.closes))

    def of_site(self) -> list[Span]:
        """The site's own open hours."""
        return self._spans(None)

    def by_technician(self, people: Sequence[Technician]) -> dict[int, list[Span]]:
        """Return each person's working time, absence cut out, in one more query."""
        away: dict[int, list[Span]] = defaultdict(list)
        absences = Absence.objects.filter(
            technician__in=people, period__overlap=(self.starts_at, self.ends_at)
        )
        for technician_id, period in absences.values_list("technician_id", "period"):
            start = period.lower or self.starts_at
            end = period.upper or self.ends_at
            away[technician_id].append((start, end))
        for technician_id, start, end in self.changes.away:
            away[technician_id].append((start, end))
        common = self.of_site()
        have_own = {*self.windows, *self.dated}
        own = {p.pk: self._spans(p.pk) for p in people if p.pk in have_own}
        # Who has the site's hours and is never away shares one list with the others.
        return {
            p.pk: without(own.get(p.pk, common), sorted(away[p.pk]))
            if away[p.pk]
            else own.get(p.pk, common)
            for p in people
        }

    def next_opening(self, after: date) -> datetime | None:
        """Return when the site opens on its first open day after a date."""
        found = bisect_right(self._openings, after, key=lambda opening: opening[0])
        return self._openings[found][1] if found < len(self._openings) else None

    def usable_at(self, on: date) -> datetime:
        """Return when something that comes on a day can be used: the next opening.

        What comes after the last opening known here is past the end of these shifts,
        so that nothing within them counts on it.
        """
        opening = self.next_opening(on)
        if opening is not None:
            return opening
        morrow = datetime.combine(on + timedelta(days=1), time(), tzinfo=self.zone)
        return max(self.ends_at, morrow.astimezone(UTC))

    @cached_property
    def open_days(self) -> list[date]:
        """Each day on which the site opens, in order."""
        return sorted({day for day, _opening in self._openings})

    @cached_property
    def _openings(self) -> list[tuple[date, datetime]]:
        """Each opening of the site with its day, in order."""
        return [(self._day(start), start) for start, _end in self.of_site()]

    def _day(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()

    def _weekday(self, week: Mapping[int, Sequence[Window]], day: date) -> int:
        """Whose hours hold on a day: a free or a short one may be worked like others.

        The others are the last weekday before it that is worked.
        """
        weekday = day.weekday()
        is_worked = any(
            each.weekday == weekday and each.from_on <= day <= each.to_on
            for each in self.changes.open_days
        )
        if not is_worked:
            return weekday
        earlier = ((weekday - k) % 7 for k in range(1, 7))
        usual = next((k for k in earlier if k in week), weekday)
        own = open_seconds(week.get(weekday, ()))
        return usual if open_seconds(week.get(usual, ())) > own else weekday

    def _hours(
        self, technician_id: int | None, week: Mapping[int, Sequence[Window]], day: date
    ) -> Sequence[Window]:
        """What is worked on a day: by its own hours, else by the week's."""
        for whose in (technician_id, None):
            dated = self.dated.get(whose, {})
            if day in dated:
                return dated[day]
        if day in self.holidays:
            return ()
        return week.get(self._weekday(week, day), ())

    def extra_windows(
        self, *, on_holidays: bool = False
    ) -> list[tuple[date, int | None, Window]]:
        """Return the hours by which the changes' days are worked, where they differ.

        Of the site, and of each person with hours of their own. A day that has hours of
        its own already keeps them.

        Args:
            on_holidays: whether holidays are worked as well.

        Source: docs/domain/planning.md, rules P20 and P23.
        """
        found = []
        for whose, week in self.windows.items():
            for day in self.days:
                if day in self.dated.get(None, {}):
                    continue
                weekday = self._weekday(week, day)
                is_holiday = day in self.holidays
                if on_holidays if is_holiday else weekday != day.weekday():
                    found += [(day, whose, each) for each in week.get(weekday, ())]
        return found

    def _spans(self, technician_id: int | None) -> list[Span]:
        week = self.windows.get(technician_id) or self.windows.get(None, {})
        spans: list[Span] = []
        for day in self.days:
            for opens, closes in self._hours(technician_id, week, day):
                start = datetime.combine(day, opens, tzinfo=self.zone).astimezone(UTC)
                end = datetime.combine(day, closes, tzinfo=self.zone).astimezone(UTC)
                start, end = max(start, self.starts_at), min(end, self.ends_at)
                if start < end:
                    spans.append((start, end))
        return spans


def open_seconds(windows: Sequence[Window]) -> float:
    """Return for how long the windows of one day are open."""
    day = date.min
    return sum(
        (datetime.combine(day, b) - datetime.combine(day, a)).total_seconds()
        for a, b in windows
    )


def without(spans: Sequence[Span], cuts: Sequence[Span]) -> list[Span]:
    """Return spans with the cuts taken out; both in order."""
    out: list[Span] = []
    for span in spans:
        left = [span]
        for start, end in cuts:
            left = [
                piece
                for a, b in left
                for piece in ((a, min(b, start)), (max(a, end), b))
                if piece[0] < piece[1]
            ]
        out += left
    return out
