"""Calendar arithmetic for hundreds of runs at once."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from workshop.planner.calendars import Calendar

Floats = NDArray[np.float64]
# How often work that is not to be torn may be put off to another stretch.
STEPS = 40


class ManyClocks:
    """A calendar for many clocks at once; past its end it goes on at its usual pace.

    One number per unit of time and per unit of work: looking up is cheaper than
    searching, and that is most of what a simulation does.
    """

    def __init__(self, calendar: Calendar, now: int, horizon: int) -> None:
        self.now, self.horizon = now, horizon
        open_at = np.zeros(horizon - now + 1, dtype=np.int32)
        for a, b in calendar.windows():
            open_at[a - now : b - now] = 1
        # Units of work before each unit of time, and the time each unit of work begins.
        self.worked = np.concatenate([[0], np.cumsum(open_at, dtype=np.int32)])
        self.clock = np.flatnonzero(open_at).astype(np.int32)
        self.total = len(self.clock)
        self.pace = max(1.0, (horizon - now) / max(1, self.total))
        self.longest = float(calendar.longest)

    def before(self, time: Floats) -> Floats:
        """Working units before each clock."""
        since = np.minimum(time, self.horizon) - self.now
        whole = since.astype(np.int32)
        done = self.worked[whole]
        inside = (since - whole) * (self.worked[whole + 1] - done)
        past = np.maximum(time - self.horizon, 0.0) / self.pace
        return np.asarray(done + inside + past)

    def end(self, unit: Floats) -> Floats:
        """When so many working units are over."""
        return self._at(unit, np.ceil(unit).astype(np.int32) - 1)

    def start(self, unit: Floats) -> Floats:
        """When the working unit begins."""
        return self._at(unit, unit.astype(np.int32))

    def _at(self, unit: Floats, whole: NDArray[np.int32]) -> Floats:
        past = self.horizon + (unit - self.total) * self.pace
        if not self.total:
            return np.asarray(past)
        known = np.clip(whole, 0, self.total - 1)
        inside = self.now + self.clock[known] + (unit - known)
        return np.where(whole >= self.total, past, inside)

    def whole(self, time: Floats, work: Floats) -> tuple[Floats, Floats]:
        """Start and end of work that fits one stretch, or the longest there is."""
        work = np.minimum(work, self.longest)
        for _ in range(STEPS):
            unit = self.before(time)
            start, end = self.start(unit), self.end(unit + work)
            torn = (end - start > work + 1e-6) & (end < self.horizon)
            if not torn.any():
                break
            # The first unit of the stretch in which the work would have ended.
            time = np.where(torn, self._stretch_of(end), start)
        return start, start + work

    def _stretch_of(self, end: Floats) -> Floats:
        last = self.horizon - self.now - 1
        since = np.minimum(np.ceil(end).astype(np.int32) - self.now - 1, last)
        return np.asarray(self.now + self.began[since], dtype=np.float64)

    @cached_property
    def began(self) -> NDArray[np.int32]:
        """When the stretch began in which each unit of time lies."""
        opens = np.diff(self.worked)
        first = np.flatnonzero(np.diff(np.concatenate([[0], opens])) == 1)
        marks = np.zeros(len(opens), dtype=np.int32)
        marks[first] = first
        return np.maximum.accumulate(marks)
