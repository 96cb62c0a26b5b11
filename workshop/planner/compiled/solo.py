"""Work of one person or nobody: as in ``finder.Finder``.

A place is (start, end, bay), (-1, -1, -1) when there is none; its crew is ``BEST``.
"""

from __future__ import annotations

from workshop.planner.compiled.hours import (
    before,
    clock_end_near,
    clock_near,
    ending,
    unbroken,
)
from workshop.planner.compiled.jit import jit
from workshop.planner.compiled.layout import (
    ABLE,
    ABLE_AT,
    BEST,
    CALENDAR,
    FAR,
    FREE,
    HOPEFUL,
    HORIZON,
    HOURS_TOTAL,
    KIND,
    NEED,
    OWN_END,
    OWN_UNIT,
    PERSON,
    ROOMLESS,
    STAGE,
    WHOLE,
    WORK,
    Ints,
)
from workshop.planner.compiled.lines import (
    fit,
)
from workshop.planner.compiled.notes import (
    crowded_until,
    note_crowded,
)
from workshop.planner.compiled.rooms import bay_opens, least_stay, room

Place = tuple[int, int, int]

# What is no bay and none missing is less.
ROOMED = -1


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
    lo = _crowded(t, s, i, lo)
    if lo < FAR and t[t[KIND] + i] >= 0:
        lo = bay_opens(t, s, i, lo)
    n = 0 if lo >= FAR else _hopeful(t, s, i, lo, elo)
    while n:
        k = _foremost(s, n)
        end = s[s[OWN_END] + k]
        if end > ehi or end >= FAR:
            break
        start, bay = _closer(t, s, i, k, lo, hi)
        if bay >= ROOMED:
            s[s[BEST]] = s[s[PERSON] + k]
            _note(t, s, i, begin, lo, hi, elo)
            return start, end, bay
        if start < 0:
            lo = FAR
            break
        if start > lo:
            lo = _crowded(t, s, i, start)
            _fall_back(t, s, i, n, lo)
    _note(t, s, i, begin, lo, hi, elo)
    return -1, -1, -1


@jit
def _crowded(t: Ints, s: Ints, i: int, time: int) -> int:
    """``time``, or when there may be room after it, as noted; ``FAR`` if never."""
    if t[t[KIND] + i] < 0 or time < 0:
        return time
    time = crowded_until(t, s, i, time)
    return FAR if time > t[HORIZON] else time


@jit
def _note(t: Ints, s: Ints, i: int, begin: int, until: int, hi: int, elo: int) -> None:
    """Note that there was no room, if that was not for want of time."""
    if t[t[KIND] + i] >= 0 and elo <= begin and hi >= FAR:
        note_crowded(t, s, i, begin, until)


@jit
def _foremost(s: Ints, n: int) -> int:
    """Who would be done first; of equal ones the best liked."""
    k = 0
    for j in range(1, n):
        if s[s[OWN_END] + j] < s[s[OWN_END] + k]:
            k = j
    return k


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
    again, bay = room(t, s, i, start, s[s[OWN_END] + k], least_stay(t, i))
    if again != start:
        return again, ROOMED - 1
    if stage == ROOMLESS and not _is_free(t, s, i, k, since):
        return since, ROOMED - 1
    return start, bay


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
