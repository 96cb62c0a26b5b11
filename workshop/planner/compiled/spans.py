"""How long somebody's work keeps a bay, at the least, in working units of the house."""

from __future__ import annotations

import numpy as np

from workshop.planner.calendars import Calendar
from workshop.planner.compiled.layout import Ints

# Work over more windows than this is held to keep its bay for no longer than it takes.
WINDOWS_AT_MOST = 40


def spans(calendar: Calendar, house: Calendar, size: int) -> Ints:
    """For each amount of work below ``size``: the fewest units it spreads over.

    Work that is moved within its first and last window keeps its span: so it is
    enough to look where it begins a window, and where it ends one.
    """
    out = np.arange(size, dtype=np.int64)
    count = len(calendar.starts)
    if not count:
        return out
    starts, ends = np.array(calendar.starts), np.array(calendar.ends)
    lengths, until = ends - starts, np.cumsum(ends - starts)
    first, last = _before(house, starts), _before(house, ends)
    best = np.full(size, np.iinfo(np.int64).max)
    known = size
    for m in range(min(count, size)):
        k = count - m
        inner = until[m:] - until[:k]  # units of the windows after the first
        outer = inner + lengths[:k] - lengths[m:]  # of those before the last
        if m == WINDOWS_AT_MOST:
            known = int(min(inner.min(), outer.min()))
            break
        if outer.min() >= size and inner.min() >= size:
            break
        _lower(best, outer, lengths[m:], first[m:] - first[:k] - outer)
        _lower(best, inner, lengths[:k], last[m:] - last[:k] - inner)
    found = best[:known] < np.iinfo(np.int64).max
    out[:known][found] = best[:known][found]
    return out


def _before(house: Calendar, times: Ints) -> Ints:
    """Working units of the house before each of the times."""
    starts = np.array(house.starts)
    k = np.searchsorted(starts, times, side="right") - 1
    worked = np.minimum(times, np.array(house.ends)[k]) - starts[k]
    return np.array(house.prefix)[k] + worked


def _lower(best: Ints, low: Ints, length: Ints, idle: Ints) -> None:
    """Work of ``low`` to ``low + length`` units has ``idle`` ones in between."""
    size = len(best)
    key = np.minimum(low, size) << 32 | np.minimum(length, size)
    keys, which = np.unique(key, return_inverse=True)
    least = np.full(len(keys), np.iinfo(np.int64).max)
    np.minimum.at(least, which, idle)
    for each, free in zip(keys.tolist(), least.tolist(), strict=True):
        a, b = (each >> 32) + 1, min(size, (each >> 32) + (each & 0xFFFFFFFF) + 1)
        if a < b:
            best[a:b] = np.minimum(best[a:b], np.arange(a, b) + free)
