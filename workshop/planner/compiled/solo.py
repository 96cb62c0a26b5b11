"""Bays, pools, and work of one person or nobody: as in ``finder.Finder``.

A place is (start, end, bay), (-1, -1, -1) when there is none; its crew is ``BEST``.
"""

from __future__ import annotations

from workshop.planner.compiled.hours import (
    before,
    clock,
    clock_end_near,
    ending,
    unbroken,
)
from workshop.planner.compiled.jit import jit
from workshop.planner.compiled.layout import (
    ABLE,
    ABLE_AT,
    BAY,
    BAYS,
    BEST,
    CALENDAR,
    CLOCKS,
    FAR,
    HORIZON,
    HOUSE,
    KIND,
    KIND_AT,
    NEED,
    OWN_END,
    OWN_UNIT,
    PERSON,
    SHUT_FROM,
    SHUT_LEAST,
    SHUT_TO,
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

Place = tuple[int, int, int]


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
    unit = before(t, house, lo)
    first = FAR
    for k in range(t[t[KIND_AT] + kind], t[t[KIND_AT] + kind + 1]):
        bay = t[t[BAY] + k]
        if first == unit:
            # One has room at once: of the others nothing need be known yet.
            s[s[SHUT_TO] + bay] = -1
            continue
        x = fit(s, t[BAYS] + bay, unit, t[t[WORK] + i])
        x = FAR if x < 0 else x
        s[s[SHUT_FROM] + bay], s[s[SHUT_TO] + bay] = unit, x
        s[s[SHUT_LEAST] + bay] = t[t[WORK] + i]
        first = min(first, x)
    if first == unit:
        return lo
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
    # As long as one place is looked for nothing changes: what was shut stays so.
    y = s[s[SHUT_TO] + bay]
    if s[s[SHUT_FROM] + bay] <= a < y and least >= s[s[SHUT_LEAST] + bay]:
        return y, 0
    y, shut, slack = probe_shut(s, t[BAYS] + bay, a, b, least)
    y = FAR if y < 0 else y
    if y != a:
        s[s[SHUT_FROM] + bay], s[s[SHUT_TO] + bay] = shut, y
        s[s[SHUT_LEAST] + bay] = least
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
    return (-1, -1) if opens == FAR else (clock(t, house, opens), -1)


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
def unattended(t: Ints, s: Ints, i: int, lo: int, hi: int, elo: int, ehi: int) -> Place:
    work = t[t[WORK] + i]
    start = max(lo, elo - work)
    last = min(hi, min(ehi, t[HORIZON]) - work)
    while start <= last:
        again, bay = room(t, s, i, start, start + work, work)
        if again == start:
            return start, start + work, bay
        if again < 0:
            break
        start = again
    return -1, -1, -1


@jit
def first_unit(t: Ints, c: int, i: int, lo: int, elo: int) -> int:
    unit = before(t, c, lo)
    if elo > lo:
        work = t[t[WORK] + i]
        if t[t[WHOLE] + i]:
            return max(unit, before(t, c, elo - work))
        return max(unit, ending(t, c, elo, work))
    return unit


@jit
def own(t: Ints, s: Ints, p: int, i: int, unit: int) -> int:
    """First unit not before ``unit`` at which technician ``p`` alone could work."""
    work = t[t[WORK] + i]
    unit = fit(s, p, unit, work)
    if not t[t[WHOLE] + i]:
        return unit
    while unit >= 0:
        whole = unbroken(t, t[t[CALENDAR] + p], unit, work)
        if whole == unit or whole < 0:
            return whole
        unit = fit(s, p, whole, work)
    return -1


@jit
def _candidate(t: Ints, s: Ints, i: int, p: int, lo: int, elo: int, n: int) -> int:
    """Fill in as number ``n`` from when technician ``p`` could do it; how many now."""
    work, c = t[t[WORK] + i], t[t[CALENDAR] + p]
    unit = own(t, s, p, i, first_unit(t, c, i, lo, elo))
    if unit < 0:
        return n
    s[s[OWN_END] + n] = clock_end_near(t, c, unit + work, lo)
    s[s[OWN_UNIT] + n] = unit
    s[s[PERSON] + n] = p
    return n + 1


@jit
def candidates(t: Ints, s: Ints, i: int, lo: int, elo: int) -> int:
    """Fill in who could do it alone and from when, best liked first; how many."""
    need, n = t[t[NEED] + i], 0
    for k in range(t[t[ABLE_AT] + need], t[t[ABLE_AT] + need + 1]):
        n = _candidate(t, s, i, t[t[ABLE] + k], lo, elo, n)
    return n


@jit
def _soonest(t: Ints, i: int, lo: int, elo: int) -> int:
    """When somebody who works whenever the house does would be done."""
    house, work = t[HOUSE], t[t[WORK] + i]
    return max(clock_end_near(t, house, before(t, house, lo) + work, lo), elo)


@jit
def _at_once(
    t: Ints, s: Ints, i: int, lo: int, hi: int, elo: int, ehi: int
) -> tuple[int, int, int, int]:
    """Fill in candidates until one has the soonest place there can be.

    How many, and that place; none where nobody has it.
    """
    need, n = t[t[NEED] + i], 0
    soonest = _soonest(t, i, lo, elo)
    if soonest > ehi:
        soonest = -1
    for k in range(t[t[ABLE_AT] + need], t[t[ABLE_AT] + need + 1]):
        last, n = n, _candidate(t, s, i, t[t[ABLE] + k], lo, elo, n)
        if n > last and s[s[OWN_END] + last] == soonest:
            p, unit = s[s[PERSON] + last], s[s[OWN_UNIT] + last]
            start, end, bay = _alone(t, s, i, p, unit, hi, soonest)
            if start >= 0:
                s[s[BEST]] = p
                return n, start, end, bay
            # It is the bay that is missing: for the others too.
            soonest = -1
    return n, -1, -1, -1


@jit
def solo(t: Ints, s: Ints, i: int, lo: int, hi: int, elo: int, ehi: int) -> Place:
    """The first to be done; of equal ones the best liked."""
    n, start, end, bay = _at_once(t, s, i, lo, hi, elo, ehi)
    best = (start, end, bay)
    if start >= 0:
        return best
    while True:
        # The earliest that is left; of equal ones the best liked.
        k = 0
        for j in range(1, n):
            if s[s[OWN_END] + j] < s[s[OWN_END] + k]:
                k = j
        if n == 0 or s[s[OWN_END] + k] > ehi or s[s[OWN_END] + k] >= FAR:
            return best
        got = _alone(t, s, i, s[s[PERSON] + k], s[s[OWN_UNIT] + k], hi, ehi)
        s[s[OWN_END] + k] = FAR
        if got[0] >= 0:
            best = got
            s[s[BEST]] = s[s[PERSON] + k]
            ehi = got[1] - 1


@jit
def _alone(t: Ints, s: Ints, i: int, p: int, unit: int, hi: int, ehi: int) -> Place:
    c, work = t[t[CALENDAR] + p], t[t[WORK] + i]
    least, last = span(t, c, i), min(hi, ehi - work)
    while unit >= 0:
        start = clock(t, c, unit)
        end = clock_end_near(t, c, unit + work, start)
        if start > hi or end > ehi:
            break
        again, bay = room(t, s, i, start, end, least)
        if again == start:
            return start, end, bay
        if again < 0 or again > last:
            break
        unit = own(t, s, p, i, before(t, c, again))
    return -1, -1, -1
