"""Calendar arithmetic on arrays: the same answers as ``calendars.Calendar``.

Calendar ``c`` has the windows from ``t[t[HOURS_AT] + c]`` to that of ``c + 1``.
"""

from __future__ import annotations

from workshop.planner.compiled.jit import jit
from workshop.planner.compiled.layout import (
    FAR,
    HOURS_AT,
    HOURS_END,
    HOURS_PREFIX,
    HOURS_START,
    HOURS_TOTAL,
    TIME_HINT,
    TIME_HINTS,
    TIME_STEP,
    UNIT_HINT,
    UNIT_HINTS,
    UNIT_STEP,
    Ints,
)


@jit
def last_not_after(x: Ints, low: int, high: int, value: int) -> int:
    """Index of the last of the sorted ``x[low:high]`` that is not above ``value``.

    ``low - 1`` when all are.
    """
    while low < high:
        middle = (low + high) >> 1
        if x[middle] <= value:
            low = middle + 1
        else:
            high = middle
    return low - 1


@jit
def _window(t: Ints, c: int, time: int) -> int:
    """The last window of a calendar that does not begin after ``time``."""
    step = min(max(time, 0) >> TIME_STEP, t[TIME_HINTS] - 1)
    k = t[t[TIME_HINT] + c * t[TIME_HINTS] + step]
    last = t[t[HOURS_AT] + c + 1] - 1
    while k < last and t[t[HOURS_START] + k + 1] <= time:
        k += 1
    return k


@jit
def _window_of(t: Ints, c: int, unit: int) -> int:
    """The window of a calendar in which working unit ``unit`` lies."""
    k = t[t[UNIT_HINT] + c * t[UNIT_HINTS] + (unit >> UNIT_STEP)]
    last = t[t[HOURS_AT] + c + 1] - 1
    while k < last and t[t[HOURS_PREFIX] + k + 1] <= unit:
        k += 1
    return k


@jit
def before(t: Ints, c: int, time: int) -> int:
    """Working units of calendar ``c`` before ``time``."""
    k = _window(t, c, time)
    if k < t[t[HOURS_AT] + c]:
        return 0
    until = min(time, t[t[HOURS_END] + k])
    return t[t[HOURS_PREFIX] + k] + until - t[t[HOURS_START] + k]


@jit
def clock(t: Ints, c: int, unit: int) -> int:
    """When working unit ``unit`` begins."""
    k = _window_of(t, c, unit)
    return t[t[HOURS_START] + k] + unit - t[t[HOURS_PREFIX] + k]


@jit
def clock_end(t: Ints, c: int, unit: int) -> int:
    """When the first ``unit`` working units are over."""
    k = _window_of(t, c, unit - 1)
    return t[t[HOURS_START] + k] + unit - t[t[HOURS_PREFIX] + k]


@jit
def unbroken(t: Ints, c: int, unit: int, work: int) -> int:
    """First unit from ``unit`` on that begins ``work`` units in one window, or -1."""
    if unit >= t[t[HOURS_TOTAL] + c]:
        return -1
    starts, ends, prefix = t[HOURS_START], t[HOURS_END], t[HOURS_PREFIX]
    k = _window_of(t, c, unit)
    if t[ends + k] - t[starts + k] - (unit - t[prefix + k]) >= work:
        return unit
    for j in range(k + 1, t[t[HOURS_AT] + c + 1]):
        if t[ends + j] - t[starts + j] >= work:
            return t[prefix + j]
    return -1


@jit
def ending(t: Ints, c: int, time: int, work: int) -> int:
    """First unit of the earliest ``work`` units that end at or after ``time``."""
    last = before(t, c, time)
    if last == 0 or clock_end(t, c, last) < time:
        last += 1
    return max(0, last - work)


@jit
def common_from(t: Ints, s: Ints, who: int, size: int, time: int) -> tuple[int, int]:
    """The first stretch from ``time`` on that calendars share; (-1, -1) if none.

    The calendars are ``s[who : who + size]``. The stretch is cut at ``time``: what lies
    before in the same window is not in it.
    """
    while True:
        end, begin = FAR, time
        for m in range(size):
            c = s[who + m]
            k = _window(t, c, time)
            if k < t[t[HOURS_AT] + c] or t[t[HOURS_END] + k] <= time:
                k += 1
                if k >= t[t[HOURS_AT] + c + 1]:
                    return -1, -1
                begin = max(begin, t[t[HOURS_START] + k])
            end = min(end, t[t[HOURS_END] + k])
        if begin == time:
            return time, end
        time = begin


@jit
def common_to(t: Ints, s: Ints, who: int, size: int, time: int) -> tuple[int, int]:
    """The last stretch up to ``time`` that calendars share; (-1, -1) if none."""
    while True:
        begin, end = -1, time
        for m in range(size):
            c = s[who + m]
            k = _window(t, c, time - 1)
            if k < t[t[HOURS_AT] + c]:
                return -1, -1
            end = min(end, t[t[HOURS_END] + k])
            begin = max(begin, t[t[HOURS_START] + k])
        if end == time:
            return begin, time
        time = end


@jit
def common_ending(t: Ints, s: Ints, who: int, size: int, time: int, work: int) -> int:
    """When the earliest ``work`` shared units that end at or after ``time`` begin.

    -1 when no shared unit ends then; the first shared unit when there are fewer.
    """
    first, _ = common_from(t, s, who, size, time - 1)
    if first < 0:
        return -1
    left, stop = work, first + 1
    while left > 0:
        a, b = common_to(t, s, who, size, stop)
        if a < 0:
            return first
        if b - a >= left:
            return b - left
        left -= b - a
        first, stop = a, a
    return first
