"""When a crew that is given can do a piece of work: as in ``finder.Finder``."""

from __future__ import annotations

from workshop.planner.compiled.hours import (
    before,
    clock_near,
    common_ending,
    common_first,
    common_next,
    nights,
    shared,
)
from workshop.planner.compiled.jit import jit
from workshop.planner.compiled.layout import (
    CALENDAR,
    CALENDARS,
    COUNT,
    CREW,
    CREW_GAP,
    CREW_HOURS,
    DAY_SHARED,
    FAR,
    FIRST_UNIT,
    HORIZON,
    NEED,
    NIGHT,
    OWN_LAST,
    OWN_LEAST,
    SHARED,
    SIZE,
    WHOLE,
    WORK,
    Ints,
)
from workshop.planner.compiled.lines import (
    gap_after,
    gap_end,
    gap_later,
    gap_start,
    probe,
    row_of,
    wide_gap,
)
from workshop.planner.compiled.rooms import room, span
from workshop.planner.compiled.solo import Place


@jit
def together(t: Ints, s: Ints, i: int, lo: int, hi: int, elo: int, ehi: int) -> Place:
    """The first place for the crew under consideration."""
    size, work = t[t[SIZE] + t[t[NEED] + i]], t[t[WORK] + i]
    least = work
    for k in range(size):
        s[s[CREW_HOURS] + k] = t[t[CALENDAR] + s[s[CREW] + k]]
        s[s[CREW_GAP] + k] = -1
        least = max(least, span(t, s[s[CREW_HOURS] + k], i))
    again = _begin(t, s, i, size, lo, elo)
    if t[t[WHOLE] + i] and _shared_at_most(t, s, size) < work:
        again = -1
    _own_at_least(t, s, size, work, ehi)
    least = max(least, _both_at_least(s, size, work))
    again = _not_before(t, s, size, again)
    while again >= 0:
        again = _each_free(t, s, size, again, min(hi, ehi - work))
        if again < 0:
            break
        start, end = _stretch(t, s, size, again, work, t[t[WHOLE] + i], hi, ehi)
        if start < 0 or start > hi or end > ehi:
            break
        again = _all_free(t, s, size, start, end)
        if again == start:
            again, bay = room(t, s, i, start, end, least)
            if again == start:
                return start, end, bay
    return -1, -1, -1


@jit
def _both_at_least(s: Ints, size: int, work: int) -> int:
    """How many units of the house a crew of two is kept at the least.

    Between the hours they share they are never there both: a bay waits for the one
    and for the other.
    """
    return s[s[OWN_LEAST]] + s[s[OWN_LEAST] + 1] - work if size == 2 else work


@jit
def _not_before(t: Ints, s: Ints, size: int, time: int) -> int:
    """When each of the crew has been free once; -1 if that is too late."""
    since = time
    for m in range(size):
        unit = s[s[FIRST_UNIT] + s[s[CREW] + m]]
        if unit > s[s[OWN_LAST] + m]:
            return -1
        if unit >= 0 and time >= 0:
            time = max(time, clock_near(t, s[s[CREW_HOURS] + m], unit, since))
    return time


@jit
def _shared_at_most(t: Ints, s: Ints, size: int) -> int:
    """No stretch of hours that the crew shares is longer."""
    least, n = FAR, t[CALENDARS]
    for j in range(size):
        for k in range(j):
            a, b = s[s[CREW_HOURS] + k], s[s[CREW_HOURS] + j]
            known = s[SHARED] + min(a, b) * n + max(a, b)
            if s[known] < 0:
                s[known], _ = shared(t, a, b)
            least = min(least, s[known])
    return least


@jit
def _own_at_least(t: Ints, s: Ints, size: int, work: int, ehi: int) -> None:
    """Fill in how many units of his own each of the crew is kept at the least."""
    n = t[CALENDARS]
    for m in range(size):
        least = work
        for k in range(size):
            a, b = s[s[CREW_HOURS] + m], s[s[CREW_HOURS] + k]
            if a == b:
                continue
            if s[s[DAY_SHARED] + a * n + b] < 0:
                most, night = nights(t, a, b)
                s[s[DAY_SHARED] + a * n + b] = most
                s[s[NIGHT] + a * n + b] = min(night, t[HORIZON])
            most = s[s[DAY_SHARED] + a * n + b]
            if work > most:
                over = (work - 1) // most if most else 1
                least = max(least, work + over * s[s[NIGHT] + a * n + b])
        s[s[OWN_LEAST] + m] = least
        s[s[OWN_LAST] + m] = before(t, s[s[CREW_HOURS] + m], ehi) - least


@jit
def _begin(t: Ints, s: Ints, i: int, size: int, lo: int, elo: int) -> int:
    """From when on the crew's hours are looked at; -1 where none are late enough."""
    if elo <= lo:
        return lo
    if t[t[WHOLE] + i]:
        return max(lo, elo - t[t[WORK] + i])
    first = common_ending(t, s, s[CREW_HOURS], size, elo, t[t[WORK] + i])
    return -1 if first < 0 else max(lo, first)


@jit
def _stretch(
    t: Ints, s: Ints, size: int, at: int, work: int, whole: int, hi: int, ehi: int
) -> tuple[int, int]:
    """When ``work`` shared units from ``at`` on begin and end.

    (-1, -1) if never, or not before ``hi`` and ``ehi``.
    """
    who = s[CREW_HOURS]
    a, b = common_first(t, s, who, size, at, ehi)
    if whole:
        while a >= 0 and b - a < work and a <= hi:
            a, b = common_next(t, s, who, size, b, ehi)
        return (-1, -1) if a < 0 else (a, a + work)
    start, left = a, work
    while a >= 0 and b - a < left:
        left -= b - a
        a, b = common_next(t, s, who, size, b, ehi)
    return (-1, -1) if a < 0 else (start, a + left)


@jit
def _each_free(t: Ints, s: Ints, size: int, time: int, last: int) -> int:
    """From when on each of the crew is free for so much work of his own.

    -1 if never, or not by ``last``.
    Far cheaper to know than the hours they share; nothing fits before.
    """
    k = free = 0
    while free < size:
        p, c = s[s[CREW] + k], s[s[CREW_HOURS] + k]
        a = before(t, c, time)
        if a > s[s[OWN_LAST] + k] or time > last:
            return -1
        least, gap = s[s[OWN_LEAST] + k], s[s[CREW_GAP] + k]
        gap = gap_after(s, p, a) if gap < 0 else gap_later(s, p, gap, a)
        free += 1
        if gap == s[s[COUNT] + p]:
            return -1
        row = row_of(s, p)
        if gap_end(s, row + gap) - max(a, gap_start(s, row + gap)) < least:
            gap = wide_gap(s, p, gap + 1, least)
            if gap < 0:
                return -1
        s[s[CREW_GAP] + k] = gap
        y = gap_start(s, row + gap)
        if y > a:
            if y > s[s[OWN_LAST] + k]:
                return -1
            time, free = clock_near(t, c, y, time), 1
        k = k + 1 if k + 1 < size else 0
    return time


@jit
def _all_free(t: Ints, s: Ints, size: int, start: int, end: int) -> int:
    again = start
    for k in range(size):
        p, c = s[s[CREW] + k], s[s[CREW_HOURS] + k]
        a = before(t, c, start)
        y = probe(s, p, a, before(t, c, end), s[s[OWN_LEAST] + k])
        if y < 0:
            return -1
        if y != a:
            again = max(again, clock_near(t, c, y, start))
    return again
