"""Exact calendar arithmetic: between clock time and working units.

A calendar numbers its working units 0, 1, 2 … through all windows. Unit ``x`` lies
at clock time ``clock(x)``; ``before(t)`` counts the units before ``t`` and therefore
is the number of the first unit at or after ``t``. Nights do not exist in this
numbering, which is what makes gaps between jobs comparable with hours of work.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

from workshop.planner.problem import Window

# Common calendars of crews held at once: some 0.2 MB each in a long horizon.
CREWS_REMEMBERED = 500


def merged(windows: Iterable[Window]) -> list[Window]:
    """Sort windows and join those that touch or overlap; drop empty ones."""
    out: list[Window] = []
    first, last = 0, -(1 << 60)
    for start, end in sorted(windows):
        if start >= end:
            continue
        if start <= last:
            last = max(last, end)
            continue
        if first < last:
            out.append((first, last))
        first, last = start, end
    if first < last:
        out.append((first, last))
    return out


def clipped(windows: Sequence[Window], start: int, end: int) -> list[Window]:
    """The parts of the windows inside ``[start, end)``."""
    inside = [w for w in windows if start <= w[0] < w[1] <= end]
    if len(inside) == len(windows):
        return inside
    return [
        (max(a, start), min(b, end)) for a, b in windows if max(a, start) < min(b, end)
    ]


def intersection(one: Sequence[Window], other: Sequence[Window]) -> list[Window]:
    """Time that lies in a window of both (each sorted and disjoint)."""
    out: list[Window] = []
    i = j = 0
    while i < len(one) and j < len(other):
        start = max(one[i][0], other[j][0])
        end = min(one[i][1], other[j][1])
        if start < end:
            out.append((start, end))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return out


class Calendar:
    """Sorted, disjoint, non-touching working windows with prefix sums."""

    __slots__ = ("ends", "longest", "prefix", "starts", "total")

    def __init__(self, windows: Iterable[Window]) -> None:
        joined = merged(windows)
        self.starts = [a for a, _ in joined]
        self.ends = [b for _, b in joined]
        self.prefix = [0]
        for a, b in joined:
            self.prefix.append(self.prefix[-1] + b - a)
        self.total = self.prefix.pop()
        self.longest = max((b - a for a, b in joined), default=0)

    def windows(self) -> list[Window]:
        """The windows as pairs."""
        return list(zip(self.starts, self.ends, strict=True))

    def before(self, time: int) -> int:
        """Working units before ``time``: the number of the first one not before it."""
        i = bisect_right(self.starts, time) - 1
        if i < 0:
            return 0
        end = self.ends[i]
        return self.prefix[i] + (time if time < end else end) - self.starts[i]

    def clock(self, unit: int) -> int:
        """When working unit ``unit`` begins. ``0 <= unit < total``."""
        i = bisect_right(self.prefix, unit) - 1
        return self.starts[i] + unit - self.prefix[i]

    def clock_end(self, unit: int) -> int:
        """When the first ``unit`` working units are over. ``1 <= unit <= total``."""
        i = bisect_left(self.prefix, unit) - 1
        return self.starts[i] + unit - self.prefix[i]

    def unbroken(self, unit: int, work: int) -> int:
        """First unit at or after ``unit`` that begins ``work`` units in one window.

        -1 when there is none.
        """
        prefix = self.prefix
        if unit >= self.total:
            return -1
        i = bisect_right(prefix, unit) - 1
        for k in range(i, len(prefix)):
            first = unit if k == i else prefix[k]
            if self.ends[k] - self.starts[k] - (first - prefix[k]) >= work:
                return first
        return -1

    def earliest(
        self, time: int, work: int, *, no_split: bool = False
    ) -> Window | None:
        """Earliest ``(start, end)`` of ``work`` units not before ``time``."""
        starts, ends = self.starts, self.ends
        i = bisect_right(starts, time) - 1
        if i < 0 or time >= ends[i]:
            i += 1
            if i == len(starts):
                return None
            time = starts[i]
        if time + work <= ends[i]:
            return time, time + work
        if no_split:
            for k in range(i + 1, len(starts)):
                if ends[k] - starts[k] >= work:
                    return starts[k], starts[k] + work
            return None
        unit = self.prefix[i] + time - starts[i] + work
        if unit > self.total:
            return None
        i = bisect_left(self.prefix, unit, i) - 1
        return time, starts[i] + unit - self.prefix[i]

    def ending(self, time: int, work: int) -> int:
        """First unit of the earliest ``work`` units that end at or after ``time``.

        0 when the calendar begins later; may leave too few units behind it.
        """
        last = self.before(time)
        if last == 0 or self.clock_end(last) < time:
            last += 1
        return max(0, last - work)


class Crews:
    """Common calendars of several technicians, built when first asked for."""

    def __init__(self, calendars: Sequence[Calendar], names: Sequence[str]) -> None:
        self._by_name = dict(zip(names, calendars, strict=True))
        self._names = names
        self._cache: dict[tuple[str, ...], Calendar] = {}

    def of(self, technicians: Iterable[int]) -> Calendar:
        """The hours all of these technicians (by number) share."""
        key = tuple(sorted({self._names[t] for t in technicians}))
        if len(key) == 1:
            return self._by_name[key[0]]
        found = self._cache.get(key)
        if found is None:
            if len(self._cache) >= CREWS_REMEMBERED:
                self._cache.clear()
            windows = self._by_name[key[0]].windows()
            for name in key[1:]:
                windows = intersection(windows, self._by_name[name].windows())
            found = self._cache[key] = Calendar(windows)
        return found


def disjoint(windows: Sequence[Window]) -> bool:
    """Whether no two windows overlap and none is empty."""
    ordered = sorted(windows)
    return all(a < b for a, b in ordered) and all(
        one[1] <= other[0] for one, other in pairwise(ordered)
    )
