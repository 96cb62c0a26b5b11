"""Bays, pools, and work of one person or nobody: as in ``finder.Finder``.

A place is (start, end, bay), (-1, -1, -1) when there is none; its crew is ``BEST``.
"""

from __future__ import annotations

from workshop.planner.compiled.hours import (
    before,
    clock,
    clock_end_near,
    clock_near,
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
    FREE,
    HOPEFUL,
    HORIZON,
    HOURS_TOTAL,
    HOUSE,
    KIND,
    KIND_AT,
    LEAST_SPAN,
    NEED,
    OWN_END,
    OWN_UNIT,
    PERSON,
    ROOMLESS,
    SIZE,
    SPAN,
    SPANS,
    STAGE,
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
    crowded_until,
    note_crowded,
    note_shut,
    shut_until,
)

Place = tuple[int, int, int]

# What is no bay and none missing is less.
ROOMED = -1


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
    unit, least = before(t, house, lo), t[t[WORK] + i]
    if t[t[SIZE] + t[t[NEED] + i]] == 1:
        least = _least(t, i)
    first = FAR
    for k in range(t[t[KIND_AT] + kind], t[t[KIND_AT] + kind + 1]):
        bay = t[t[BAY] + k]
        x = shut_until(s, bay, unit, least)
        if x >= 0 and t[t[SIZE] + t[t[NEED] + i]] != 1 and x < FAR:
            x = fit(s, t[BAYS] + bay, x, least)
            x = FAR if x < 0 else x
        if x < 0:
            x = fit(s, t[BAYS] + bay, unit, least)
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
def own(t: Ints, s: Ints, p: int, i: int, unit: int, time: int) -> int:
    """First unit not before ``unit`` at which technician ``p`` alone could work.

    It is likely to be soon after ``time``.
    """
    work = t[t[WORK] + i]
    unit = fit(s, p, unit, work)
    if not t[t[WHOLE] + i]:
        return unit
    while unit >= 0:
        whole = unbroken(t, t[t[CALENDAR] + p], unit, work, time)
        if whole == unit or whole < 0:
            return whole
        unit = fit(s, p, whole, work)
    return -1


@jit
def candidates(t: Ints, s: Ints, i: int, lo: int, elo: int) -> int:
    """Fill in who could do it alone and from when, best liked first; how many."""
    need, work, n = t[t[NEED] + i], t[t[WORK] + i], 0
    for k in range(t[t[ABLE_AT] + need], t[t[ABLE_AT] + need + 1]):
        p = t[t[ABLE] + k]
        c = t[t[CALENDAR] + p]
        unit = own(t, s, p, i, first_unit(t, c, i, lo, elo), lo)
        if unit >= 0:
            s[s[OWN_END] + n] = clock_end_near(t, c, unit + work, lo)
            s[s[OWN_UNIT] + n] = unit
            s[s[PERSON] + n] = p
            n += 1
    return n


@jit
def solo(t: Ints, s: Ints, i: int, lo: int, hi: int, elo: int, ehi: int) -> Place:
    """The first to be done; of equal ones the best liked.

    At first everybody is thought to be done when his hours allow it. Only who is
    foremost is looked at more closely, and may fall back by it. Where he finds no
    room, all others find none before the same time: they would be done no sooner.
    """
    begin = lo
    if t[t[KIND] + i] >= 0:
        lo = crowded_until(t, s, i, lo)
        lo = FAR if lo > t[HORIZON] else bay_opens(t, s, i, lo)
        if lo >= FAR:
            note_crowded(t, s, i, begin, FAR)
            return -1, -1, -1
    n = _hopeful(t, s, i, lo, elo)
    plain = elo <= begin and hi >= FAR and t[t[KIND] + i] >= 0
    while n:
        k = 0
        for j in range(1, n):
            if s[s[OWN_END] + j] < s[s[OWN_END] + k]:
                k = j
        end = s[s[OWN_END] + k]
        if end > ehi or end >= FAR:
            break
        start, bay = _closer(t, s, i, k, lo, hi)
        if bay >= ROOMED:
            s[s[BEST]] = s[s[PERSON] + k]
            if plain:
                note_crowded(t, s, i, begin, lo)
            return start, end, bay
        if start < 0:
            lo = FAR
            break
        if start > lo:
            lo = start
            if t[t[KIND] + i] >= 0:
                lo = crowded_until(t, s, i, lo)
            _fall_back(t, s, i, n, lo)
    if plain:
        note_crowded(t, s, i, begin, lo)
    return -1, -1, -1


@jit
def _hopeful(t: Ints, s: Ints, i: int, lo: int, elo: int) -> int:
    """Fill in who could do it, best liked first, by his hours alone; how many."""
    need, work, n = t[t[NEED] + i], t[t[WORK] + i], 0
    for k in range(t[t[ABLE_AT] + need], t[t[ABLE_AT] + need + 1]):
        p = t[t[ABLE] + k]
        c = t[t[CALENDAR] + p]
        unit = first_unit(t, c, i, lo, elo)
        if unit + work <= t[t[HOURS_TOTAL] + c]:
            s[s[OWN_END] + n] = clock_end_near(t, c, unit + work, lo)
            s[s[OWN_UNIT] + n] = unit
            s[s[PERSON] + n] = p
            s[s[STAGE] + n] = HOPEFUL
            n += 1
    return n


@jit
def _closer(t: Ints, s: Ints, i: int, k: int, since: int, hi: int) -> tuple[int, int]:
    """(start, bay) if candidate ``k`` can do it as thought.

    Else (since when there may be room for anybody or -1, less than ``ROOMED``).
    """
    c = t[t[CALENDAR] + s[s[PERSON] + k]]
    stage = s[s[STAGE] + k]
    if stage == HOPEFUL and not _is_free(t, s, i, k, since):
        return since, ROOMED - 1
    start = clock_near(t, c, s[s[OWN_UNIT] + k], since)
    if start > hi:
        s[s[OWN_END] + k] = FAR
        return since, ROOMED - 1
    again, bay = room(t, s, i, start, s[s[OWN_END] + k], _least(t, i))
    if again != start:
        return again, ROOMED - 1
    if stage == ROOMLESS and not _is_free(t, s, i, k, since):
        return since, ROOMED - 1
    return start, bay


@jit
def _least(t: Ints, i: int) -> int:
    """How many units of the house operation ``i`` takes whoever does it."""
    work = t[t[WORK] + i]
    if t[t[WHOLE] + i] or work >= t[SPANS]:
        return work
    return t[t[LEAST_SPAN] + t[t[NEED] + i] * t[SPANS] + work]


@jit
def _is_free(t: Ints, s: Ints, i: int, k: int, since: int) -> bool:
    """Whether candidate ``k`` is free when thought to be; else he falls back."""
    p, unit, work = s[s[PERSON] + k], s[s[OWN_UNIT] + k], t[t[WORK] + i]
    y = own(t, s, p, i, unit, since)
    if y == unit and not t[t[WHOLE] + i]:
        return True
    # Hours alone do not tell when what is not to be broken off would end.
    c, end = t[t[CALENDAR] + p], s[s[OWN_END] + k]
    s[s[OWN_UNIT] + k] = y
    s[s[OWN_END] + k] = FAR if y < 0 else clock_end_near(t, c, y + work, end - 1)
    s[s[STAGE] + k] = FREE
    return y == unit and s[s[OWN_END] + k] == end


@jit
def _fall_back(t: Ints, s: Ints, i: int, n: int, since: int) -> None:
    """None of ``n`` candidates finds room before ``since``."""
    work = t[t[WORK] + i]
    # Where room is short there is no need to know who is free before there is some.
    stage = HOPEFUL if t[t[WHOLE] + i] else ROOMLESS
    for k in range(n):
        c = t[t[CALENDAR] + s[s[PERSON] + k]]
        unit = before(t, c, since)
        if unit > s[s[OWN_UNIT] + k]:
            s[s[OWN_UNIT] + k] = unit
            s[s[STAGE] + k] = stage
            s[s[OWN_END] + k] = FAR
            if unit + work <= t[t[HOURS_TOTAL] + c]:
                s[s[OWN_END] + k] = clock_end_near(t, c, unit + work, since)
