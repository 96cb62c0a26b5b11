"""What is still free: gaps of one technician or bay, and levels of a pool.

A line lives in the coordinate that suits its owner (working units of a technician,
staffed hours of the house, clock time). Taking returns a record with which the last
taking is undone; records must be undone in reverse order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

Undo = tuple[int, int, int, int]


class Line:
    """Sorted free gaps ``[starts[i], ends[i])``."""

    __slots__ = ("ends", "starts")

    def __init__(self, starts: list[int], ends: list[int]) -> None:
        self.starts = starts
        self.ends = ends

    def copy(self) -> Line:
        """An independent line with the same gaps."""
        return Line(self.starts[:], self.ends[:])

    def fit(self, at: int, length: int) -> int:
        """First position not before ``at`` with ``length`` free after it, or -1."""
        starts, ends = self.starts, self.ends
        i = bisect_right(ends, at)
        if i == len(ends):
            return -1
        first = starts[i]
        if first < at:
            if ends[i] - at >= length:
                return at
            i += 1
        for k in range(i, len(ends)):
            if ends[k] - starts[k] >= length:
                return starts[k]
        return -1

    def probe(self, start: int, end: int, least: int) -> int:
        """``start`` if ``[start, end)`` is free, else where to look next, or -1.

        Gaps shorter than ``least`` are passed over.
        """
        starts, ends = self.starts, self.ends
        i = bisect_right(ends, start)
        if i == len(ends):
            return -1
        if starts[i] <= start:
            if ends[i] >= end:
                return start
            i += 1
        for k in range(i, len(ends)):
            if ends[k] - starts[k] >= least:
                return starts[k]
        return -1

    def slack_before(self, start: int) -> int:
        """How much of the gap that holds ``start`` lies before it."""
        i = bisect_right(self.ends, start)
        return start - self.starts[i] if i < len(self.ends) else 0

    def take(self, start: int, end: int) -> Undo | None:
        """Occupy a free stretch. An empty one splits the gap it lies inside."""
        starts, ends = self.starts, self.ends
        i = bisect_right(ends, start)
        if i == len(ends) or (start == end and start <= starts[i]):
            return None
        a, b = starts[i], ends[i]
        if a == start:
            if b == end:
                del starts[i], ends[i]
                return (i, a, b, 0)
            starts[i] = end
            return (i, a, b, 1)
        ends[i] = start
        if b == end:
            return (i, a, b, 1)
        starts.insert(i + 1, end)
        ends.insert(i + 1, b)
        return (i, a, b, 2)

    def undo(self, record: Undo | None) -> None:
        """Give back what the matching ``take`` took."""
        if record is None:
            return
        i, a, b, pieces = record
        self.starts[i : i + pieces] = [a]
        self.ends[i : i + pieces] = [b]

    def block(self, start: int, end: int) -> None:
        """Occupy a stretch whatever was there (fixed work may overlap itself)."""
        if start == end:
            self.take(start, end)
            return
        i = bisect_right(self.ends, start)
        while i < len(self.ends) and self.starts[i] < end:
            a, b = max(self.starts[i], start), min(self.ends[i], end)
            self.take(a, b)
            i = bisect_right(self.ends, b)


class Levels:
    """The amount in use of one pool as a step function of clock time."""

    __slots__ = ("amounts", "capacity", "times")

    def __init__(self, capacity: int, times: list[int], amounts: list[int]) -> None:
        self.capacity = capacity
        self.times = times
        self.amounts = amounts

    def copy(self) -> Levels:
        """An independent copy."""
        return Levels(self.capacity, self.times[:], self.amounts[:])

    def probe(self, start: int, end: int, amount: int) -> int:
        """``start`` if ``amount`` is left all through, else when to try again."""
        times, amounts = self.times, self.amounts
        limit = self.capacity - amount
        low = bisect_right(times, start) - 1
        for k in range(bisect_left(times, end) - 1, low - 1, -1):
            if amounts[k] > limit:
                return times[k + 1] if k + 1 < len(times) else -1
        return start

    def add(self, start: int, end: int, amount: int) -> None:
        """Raise the amount in use in ``[start, end)``; negative gives it back."""
        low = self._cut(start)
        for k in range(low, self._cut(end)):
            self.amounts[k] += amount

    def _cut(self, time: int) -> int:
        i = bisect_left(self.times, time)
        if i == len(self.times) or self.times[i] != time:
            self.times.insert(i, time)
            self.amounts.insert(i, self.amounts[i - 1])
        return i
