"""Between instants and the planner's whole units of a quarter of an hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from restoration.queries.shifts import Span

UNIT_MINUTES = 15
UNIT = timedelta(minutes=UNIT_MINUTES)
UNITS_A_DAY = 24 * 60 // UNIT_MINUTES
# Work that began longer ago than this begins at the edge of the plan's time.
LOOK_BACK = timedelta(weeks=4)


@dataclass(frozen=True, slots=True)
class Slots:
    """Counts units from a Monday, 00:00 in the site's zone, in elapsed time.

    Units are steps of UTC: where clocks change, local hours move against them, and
    the calendars are built from instants, so that is all the planner has to know.
    """

    epoch: datetime
    zone: ZoneInfo

    @classmethod
    def around(cls, at: datetime, time_zone: str) -> "Slots":
        """Begin some weeks before an instant."""
        zone = ZoneInfo(time_zone)
        day = (at - LOOK_BACK).astimezone(zone).date()
        monday = day - timedelta(days=day.weekday())
        start = datetime.combine(monday, time(), tzinfo=zone)
        return cls(start.astimezone(UTC), zone)

    def floor(self, instant: datetime) -> int:
        return max(0, (instant - self.epoch) // UNIT)

    def ceil(self, instant: datetime) -> int:
        return max(0, -((self.epoch - instant) // UNIT))

    def instant(self, unit: int) -> datetime:
        return self.epoch + unit * UNIT

    def day(self, unit: int) -> date:
        """The site's calendar day in which a unit that is just over lies."""
        return (self.instant(unit) - UNIT).astimezone(self.zone).date()

    def day_end(self, day: date) -> int:
        after = datetime.combine(day + timedelta(days=1), time(), tzinfo=self.zone)
        return self.floor(after)

    def windows(self, spans: Sequence[Span]) -> tuple[tuple[int, int], ...]:
        """Whole units inside spans; spans that touch become one window."""
        out: list[tuple[int, int]] = []
        for start, end in spans:
            a, b = self.ceil(start), self.floor(end)
            if out and a <= out[-1][1]:
                out[-1] = (out[-1][0], max(b, out[-1][1]))
            elif a < b:
                out.append((a, b))
        return tuple(out)


def units(minutes: int) -> int:
    """Return minutes as whole units, rounded up."""
    return -(-minutes // UNIT_MINUTES)


def work_ends(problem_windows: Sequence[tuple[int, int]], start: int, work: int) -> int:
    """Return when so much work is done by one who begins at ``start``."""
    left = work
    for a, b in problem_windows:
        begin = max(a, start)
        if begin < b:
            if b - begin >= left:
                return begin + left
            left -= b - begin
    return start + work
