"""When bays and pools have room: as in ``finder.Finder``."""

from __future__ import annotations

from workshop.planner.compiled.hours import (
    before,
    clock,
    clock_near,
)
from workshop.planner.compiled.jit import jit
from workshop.planner.compiled.layout import (
    BAY,
    BAYS,
    CLOCKS,
    FAR,
    HOUSE,
    KIND,
    KIND_AT,
    LEAST_SPAN,
    NEED,
    SIZE,
    SPAN,
    SPANS,
    USE_AT,
    USE_LIMIT,
    USE_POOL,
    WHOLE,
    WORK,
    Ints,
)
from workshop.planner.compiled.lines import (
    fit,
    pool_probe,
    probe_shut,
)
from workshop.planner.compiled.notes import (
    note_shut,
    shut_until,
)


@jit
def span(t: Ints, c: int, i: int) -> int:
    """How many units of the house operation ``i`` takes somebody of such hours."""
    work = t[t[WORK] + i]
    if t[t[WHOLE] + i] or work >= t[SPANS]:
        return work
    return t[t[SPAN] + c * t[SPANS] + work]


@jit
def bay_opens(t: Ints, s: Ints, i: int, lo: int) -> int:
    """Skip the time in which no bay of the kind has room for the work."""
    house, kind = t[HOUSE], t[t[KIND] + i]
    unit, alone = before(t, house, lo), t[t[SIZE] + t[t[NEED] + i]] == 1
    least = least_stay(t, i) if alone else t[t[WORK] + i]
    first = FAR
    for k in range(t[t[KIND_AT] + kind], t[t[KIND_AT] + kind + 1]):
        bay = t[t[BAY] + k]
        x = shut_until(s, bay, unit, least)
        # Which crews are looked at hangs on when a bay opens: for them a note, which
        # may be older than what was placed since, is only where to begin.
        if x < 0 or (not alone and x < FAR):
            x = fit(s, t[BAYS] + bay, max(unit, x), least)
            x = FAR if x < 0 else x
            if x == unit:
                return lo
            note_shut(s, bay, unit, x, least)
        first = min(first, x)
    return first if first >= FAR else clock(t, house, first)


@jit
def _bay_by_clock(t: Ints, s: Ints, i: int, start: int, end: int) -> tuple[int, int]:
    """As ``_bay``, for what runs round the clock."""
    kind = t[t[KIND] + i]
    best, idle, opens = -1, FAR, FAR
    for k in range(t[t[KIND_AT] + kind], t[t[KIND_AT] + kind + 1]):
        x = t[CLOCKS] + t[t[BAY] + k]
        y, _, slack = probe_shut(s, x, start, end, t[t[WORK] + i])
        if y == start:
            if slack < idle:
                best, idle = t[t[BAY] + k], slack
        elif 0 <= y < opens:
            opens = y
    if best >= 0:
        return start, best
    return (-1 if opens == FAR else opens), -1


@jit
def _opening(t: Ints, s: Ints, bay: int, a: int, b: int, least: int) -> tuple[int, int]:
    """When a bay next has room, in units of the house, and how idle it lies before."""
    y = shut_until(s, bay, a, least)
    if y >= 0:
        return y, 0
    y, shut, slack = probe_shut(s, t[BAYS] + bay, a, b, least)
    y = FAR if y < 0 else y
    if y != a:
        note_shut(s, bay, shut, y, least)
    return y, slack


@jit
def _bay(t: Ints, s: Ints, i: int, start: int, end: int, least: int) -> tuple[int, int]:
    """The free bay with the least idle time before, or when one next opens."""
    house, kind = t[HOUSE], t[t[KIND] + i]
    if t[t[SIZE] + t[t[NEED] + i]] == 0:
        return _bay_by_clock(t, s, i, start, end)
    a, b = before(t, house, start), before(t, house, end)
    best, idle, opens = -1, FAR, FAR
    for k in range(t[t[KIND_AT] + kind], t[t[KIND_AT] + kind + 1]):
        bay = t[t[BAY] + k]
        y, slack = _opening(t, s, bay, a, b, least)
        if y != a:
            opens = min(opens, y)
        elif slack < idle:
            best, idle = bay, slack
            if slack == 0:
                break
    if best >= 0:
        return start, best
    return (-1, -1) if opens == FAR else (clock_near(t, house, opens, start), -1)


@jit
def room(t: Ints, s: Ints, i: int, start: int, end: int, least: int) -> tuple[int, int]:
    """(start, bay) when bay and pools are free, else (next time or -1, -1).

    ``least`` is how many units of the house it takes, wherever it is placed.
    """
    bay = -1
    if t[t[KIND] + i] >= 0:
        again, bay = _bay(t, s, i, start, end, least)
        if again != start:
            return again, -1
    for k in range(t[t[USE_AT] + i], t[t[USE_AT] + i + 1]):
        p = t[t[USE_POOL] + k]
        again = pool_probe(s, p, t[t[USE_LIMIT] + k], start, end)
        if again != start:
            return again, -1
    return start, bay


@jit
def least_stay(t: Ints, i: int) -> int:
    """How many units of the house operation ``i`` takes whoever does it."""
    work = t[t[WORK] + i]
    if t[t[WHOLE] + i] or work >= t[SPANS]:
        return work
    return t[t[LEAST_SPAN] + t[t[NEED] + i] * t[SPANS] + work]
