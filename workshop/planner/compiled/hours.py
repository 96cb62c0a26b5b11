"""Calendar arithmetic on arrays: the same answers as ``calendars.Calendar``.

Calendar ``c`` has the windows from ``t[t[HOURS_AT] + c]`` to that of ``c + 1``; behind
its last one lie some that nobody comes to, which end every search.
"""

from __future__ import annotations

from workshop.planner.compiled.jit import half, jit, quarter
from workshop.planner.compiled.layout import (
    AHEAD,
    CALENDARS,
    CREW_WINDOW,
    DAY,
    DAY_SHARE,
    DAY_WINDOW,
    DAYS,
    END,
    FAR,
    HALF,
    HOURS,
    HOURS_AT,
    HOURS_TOTAL,
    NEVER,
    PATTERN_BITS,
    PATTERN_TIMES,
    PATTERN_UNITS,
    PATTERNS,
    SHARE_BITS,
    UNIT_HINT,
    UNIT_HINTS,
    UNIT_STEP,
    UNITS,
    Ints,
)

# Windows most days have; days looked at before a search for one begins anew.
WINDOWS, NEAR = 2, 6


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
def _start(t: Ints, k: int) -> int:
    """When window ``k`` begins."""
    return t[t[HOURS] + k] >> HALF


@jit
def _end(t: Ints, k: int) -> int:
    """When window ``k`` ends."""
    w = t[HOURS] + k
    return (t[w] >> HALF) + (t[w + 1] & UNITS) - (t[w] & UNITS)


@jit
def _window(t: Ints, c: int, time: int) -> int:
    """The last window of a calendar that does not begin after ``time``."""
    day = min(max(time, 0), t[END]) * t[DAY_SHARE] >> SHARE_BITS
    k = half(t, t[DAY_WINDOW] + day * t[CALENDARS] + c) - 1
    hours = t[HOURS] + 1
    w = hours + k
    # A sum waits for nothing: which window it is cannot be foreseen.
    for j in range(w, w + WINDOWS):
        k += t[j] >> HALF <= time
    while t[hours + k] >> HALF <= time:
        k += 1
    return k


@jit
def before(t: Ints, c: int, time: int) -> int:
    """Working units of calendar ``c`` before ``time``."""
    time = min(max(time, 0), t[END])
    day = time * t[DAY_SHARE] >> SHARE_BITS
    found = half(t, t[DAYS] + day * t[CALENDARS] + c)
    k = (found & PATTERNS) * t[DAY] + time - day * t[DAY]
    return (found >> PATTERN_BITS) + quarter(t, t[PATTERN_UNITS] + k)


@jit
def _on_day(t: Ints, day: int, found: int, unit: int) -> int:
    """When ``unit`` begins, which lies on this day."""
    k = (found & PATTERNS) * t[DAY] + unit - (found >> PATTERN_BITS)
    return day * t[DAY] + quarter(t, t[PATTERN_TIMES] + k)


@jit
def clock(t: Ints, c: int, unit: int) -> int:
    """When working unit ``unit`` begins."""
    day = half(t, t[UNIT_HINT] + c * t[UNIT_HINTS] + (unit >> UNIT_STEP))
    wide = t[CALENDARS]
    k = t[DAYS] + day * wide + c
    later = 0
    for j in range(1, AHEAD):
        later += half(t, k + j * wide) >> PATTERN_BITS <= unit
    day += later
    k += later * wide
    while half(t, k + wide) >> PATTERN_BITS <= unit:
        day += 1
        k += wide
    return _on_day(t, day, half(t, k), unit)


@jit
def clock_end(t: Ints, c: int, unit: int) -> int:
    """When the first ``unit`` working units are over."""
    return clock(t, c, unit - 1) + 1


@jit
def clock_end_near(t: Ints, c: int, unit: int, time: int) -> int:
    """As ``clock_end``, when that is likely to be soon after ``time``."""
    day = min(time, t[END]) * t[DAY_SHARE] >> SHARE_BITS
    wide = t[CALENDARS]
    k = t[DAYS] + day * wide + c
    for _ in range(NEAR):
        if half(t, k + wide) >> PATTERN_BITS >= unit:
            return _on_day(t, day, half(t, k), unit - 1) + 1
        day += 1
        k += wide
    return clock_end(t, c, unit)


@jit
def clock_near(t: Ints, c: int, unit: int, time: int) -> int:
    """As ``clock``, when that is likely to be soon after ``time``."""
    return clock_end_near(t, c, unit + 1, time) - 1


@jit
def unbroken(t: Ints, c: int, unit: int, work: int, time: int) -> int:
    """First unit from ``unit`` on that begins ``work`` units in one window, or -1.

    It is likely to be soon after ``time``.
    """
    if unit >= t[t[HOURS_TOTAL] + c]:
        return -1
    hours = t[HOURS]
    first = hours + _window(t, c, clock_near(t, c, unit, time))
    if (t[first + 1] & UNITS) - unit >= work:
        return unit
    for w in range(first + 1, hours + t[t[HOURS_AT] + c + 1] - AHEAD):
        if (t[w + 1] & UNITS) - (t[w] & UNITS) >= work:
            return t[w] & UNITS
    return -1


@jit
def ending(t: Ints, c: int, time: int, work: int) -> int:
    """First unit of the earliest ``work`` units that end at or after ``time``."""
    last = before(t, c, time)
    if last == 0 or clock_end(t, c, last) < time:
        last += 1
    return max(0, last - work)


@jit
def common_first(
    t: Ints, s: Ints, who: int, size: int, time: int, until: int
) -> tuple[int, int]:
    """The first stretch from ``time`` on that calendars share; (-1, -1) if none.

    Also where there is none before ``until``.
    The calendars are ``s[who : who + size]``. The stretch is cut at ``time``: what lies
    before in the same window is not in it.
    """
    for m in range(size):
        c = s[who + m]
        s[s[CREW_WINDOW] + m] = max(_window(t, c, time), t[t[HOURS_AT] + c])
    return common_next(t, s, who, size, time, until)


@jit
def common_next(
    t: Ints, s: Ints, who: int, size: int, time: int, until: int
) -> tuple[int, int]:
    """As ``common_first``, from where the search before it ended."""
    while True:
        end, begin = FAR, time
        for m in range(size):
            k = s[s[CREW_WINDOW] + m]
            while _end(t, k) <= time:
                k += 1
            s[s[CREW_WINDOW] + m] = k
            begin = max(begin, _start(t, k))
            end = min(end, _end(t, k))
        if begin == time:
            return time, end
        if begin >= until or begin >= NEVER:
            return -1, -1
        time = begin


@jit
def shared(t: Ints, one: int, other: int) -> tuple[int, int]:
    """How many units two calendars share: in their longest stretch, and in all."""
    j, k, longest, total = t[t[HOURS_AT] + one], t[t[HOURS_AT] + other], 0, 0
    last = t[t[HOURS_AT] + one + 1] - AHEAD
    end = t[t[HOURS_AT] + other + 1] - AHEAD
    while j < last and k < end:
        a, b = _end(t, j), _end(t, k)
        both = max(0, min(a, b) - max(_start(t, j), _start(t, k)))
        longest = max(longest, both)
        total += both
        if a < b:
            j += 1
        else:
            k += 1
    return longest, total


@jit
def nights(t: Ints, one: int, other: int) -> tuple[int, int]:
    """What crews of two calendars share of a day at most, and what the nights cost.

    That is how many units of calendar ``one`` lie between days at the least. A pause
    longer than the stretch before it is a night.
    """
    j, k = t[t[HOURS_AT] + one], t[t[HOURS_AT] + other]
    last = t[t[HOURS_AT] + one + 1] - AHEAD
    stop = t[t[HOURS_AT] + other + 1] - AHEAD
    most, least, shared, until, unit = 0, FAR, 0, -FAR, 0
    while j < last and k < stop:
        a, b = _end(t, j), _end(t, k)
        start, end = max(_start(t, j), _start(t, k)), min(a, b)
        if start < end:
            begins = (t[t[HOURS] + j] & UNITS) + start - _start(t, j)
            if start - until > shared:
                if shared:
                    least = min(least, begins - unit)
                shared = 0
            shared += end - start
            most = max(most, shared)
            until, unit = end, begins + end - start
        if a < b:
            j += 1
        else:
            k += 1
    return most, least


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
            end = min(end, _end(t, k))
            begin = max(begin, _start(t, k))
        if end == time:
            return begin, time
        time = end


@jit
def common_ending(t: Ints, s: Ints, who: int, size: int, time: int, work: int) -> int:
    """When the earliest ``work`` shared units that end at or after ``time`` begin.

    -1 when no shared unit ends then; the first shared unit when there are fewer.
    """
    first, _ = common_first(t, s, who, size, time - 1, FAR)
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
