"""Work of several people: as in ``finder.Finder``."""

from __future__ import annotations

from workshop.planner.compiled.hours import (
    before,
    clock,
    clock_end,
    unbroken,
)
from workshop.planner.compiled.jit import jit
from workshop.planner.compiled.layout import (
    ABLE,
    ABLE_AT,
    BEST,
    CALENDAR,
    CREW,
    FAR,
    FIRST_UNIT,
    HOURS_TOTAL,
    LIKELY,
    NEED,
    OWN_END,
    OWN_UNIT,
    OWNER,
    PERSON,
    PICKS,
    SEEN,
    SIZE,
    SKILLS,
    SLOT,
    SLOT_AT,
    UNIFORM,
    WHOLE,
    WORK,
    Ints,
)
from workshop.planner.compiled.lines import probe
from workshop.planner.compiled.rooms import room, span
from workshop.planner.compiled.solo import Place, candidates, first_unit
from workshop.planner.compiled.together import together
from workshop.planner.crewing import COMBINATIONS
from workshop.planner.finder import CREWS_AFTER_FIRST, CREWS_AT_MOST


@jit
def fill(s: Ints, base: int, size: int, value: int) -> None:
    """Set a few numbers to the same value."""
    for k in range(base, base + size):
        s[k] = value


@jit
def copy(s: Ints, one: int, other: int, size: int) -> None:
    """Copy a few numbers within the state."""
    for k in range(size):
        s[other + k] = s[one + k]


@jit
def _sort(s: Ints, n: int) -> None:
    """Candidates by their end; equal ones stay as they are."""
    for j in range(1, n):
        end, unit, person = s[s[OWN_END] + j], s[s[OWN_UNIT] + j], s[s[PERSON] + j]
        k = j
        while k > 0 and s[s[OWN_END] + k - 1] > end:
            s[s[OWN_END] + k], s[s[OWN_UNIT] + k], s[s[PERSON] + k] = (
                s[s[OWN_END] + k - 1],
                s[s[OWN_UNIT] + k - 1],
                s[s[PERSON] + k - 1],
            )
            k -= 1
        s[s[OWN_END] + k], s[s[OWN_UNIT] + k], s[s[PERSON] + k] = end, unit, person


@jit
def _enlist(t: Ints, s: Ints, need: int, person: int) -> bool:
    """Give the person one of the slots, moving others where that helps."""
    low = t[t[SLOT_AT] + need]
    for j in range(t[t[SIZE] + need]):
        if s[s[SEEN] + j] or not t[t[SKILLS] + person] & t[t[SLOT] + low + j]:
            continue
        s[s[SEEN] + j] = 1
        if s[s[OWNER] + j] < 0 or _enlist(t, s, need, s[s[OWNER] + j]):
            s[s[OWNER] + j] = person
            return True
    return False


@jit
def _joins(t: Ints, s: Ints, need: int, person: int) -> bool:
    fill(s, s[SEEN], t[t[SIZE] + need], 0)
    return _enlist(t, s, need, person)


@jit
def covered(t: Ints, s: Ints, need: int) -> bool:
    """Whether the crew under consideration serves every slot."""
    if t[t[UNIFORM] + need]:
        return True
    size = t[t[SIZE] + need]
    fill(s, s[OWNER], size, -1)
    for k in range(size):  # noqa: SIM110  (numba knows no all() of a generator)
        if not _joins(t, s, need, s[s[CREW] + k]):
            return False
    return True


@jit
def _sort_crew(s: Ints, base: int, size: int) -> None:
    for j in range(1, size):
        person = s[base + j]
        k = base + j
        while k > base and s[k - 1] > person:
            s[k] = s[k - 1]
            k -= 1
        s[k] = person


@jit
def _likely(t: Ints, s: Ints, need: int, n: int) -> int:
    """The crew of those who are free first: how many must be asked for it, or -1."""
    size = t[t[SIZE] + need]
    fill(s, s[OWNER], size, -1)
    joined = 0
    for k in range(n):
        if _joins(t, s, need, s[s[PERSON] + k]):
            joined += 1
            if joined == size:
                copy(s, s[OWNER], s[LIKELY], size)
                _sort_crew(s, s[LIKELY], size)
                return k
    return -1


@jit
def free_first(t: Ints, s: Ints, i: int, lo: int, elo: int) -> int:
    """Fill in who could do it alone, those first who would be done first; how many."""
    n = candidates(t, s, i, lo, elo)
    for k in range(n):
        # Together they take longer, and may begin sooner to end as late.
        unit = -1 if elo > lo else s[s[OWN_UNIT] + k]
        s[s[FIRST_UNIT] + s[s[PERSON] + k]] = unit
    _sort(s, n)
    return n


@jit
def crew_place(  # noqa: C901  (compiled code has no generators to take turns with)
    t: Ints, s: Ints, i: int, lo: int, hi: int, elo: int, ehi: int
) -> Place:
    """The first to end of the crews looked at, slowest members free first."""
    need = t[t[NEED] + i]
    n = free_first(t, s, i, lo, elo)
    first = _likely(t, s, need, n)
    if first < 0:
        return -1, -1, -1
    size = t[t[SIZE] + need]
    copy(s, s[LIKELY], s[CREW], size)
    best = look(t, s, i, first, lo, hi, elo, ehi)
    left = CREWS_AT_MOST - 1 if best[0] < 0 else CREWS_AFTER_FIRST
    for last in range(first, n):
        if s[s[OWN_END] + last] > (ehi if best[0] < 0 else best[1] - 1):
            return best
        for k in range(size - 1):
            s[s[PICKS] + k] = k
        for _ in range(COMBINATIONS):
            if _picked(t, s, need, last):
                until = ehi if best[0] < 0 else best[1] - 1
                if s[s[OWN_END] + last] > until or left <= 0:
                    return best
                left -= 1
                got = look(t, s, i, last, lo, hi, elo, until)
                if got[0] >= 0:
                    left = CREWS_AFTER_FIRST if best[0] < 0 else left
                    best = got
            if not _next_picks(s, size - 1, last):
                break
    return best


@jit
def look(
    t: Ints, s: Ints, i: int, last: int, lo: int, hi: int, elo: int, ehi: int
) -> Place:
    """The place of the crew under consideration, which becomes the best one."""
    if s[s[OWN_END] + last] > ehi:
        return -1, -1, -1
    got = together(t, s, i, lo, hi, elo, ehi)
    if got[0] >= 0:
        copy(s, s[CREW], s[BEST], t[t[SIZE] + t[t[NEED] + i]])
    return got


@jit
def _picked(t: Ints, s: Ints, need: int, last: int) -> bool:
    """Set the crew of the present picks; whether it is to be looked at."""
    size = t[t[SIZE] + need]
    for k in range(size - 1):
        s[s[CREW] + k] = s[s[PERSON] + s[s[PICKS] + k]]
    s[s[CREW] + size - 1] = s[s[PERSON] + last]
    _sort_crew(s, s[CREW], size)
    same = True
    for k in range(size):
        same = same and s[s[CREW] + k] == s[s[LIKELY] + k]
    return not same and covered(t, s, need)


@jit
def _next_picks(s: Ints, size: int, n: int) -> bool:
    """The next ``size`` of ``n`` in lexicographic order; False after the last."""
    k = size - 1
    while k >= 0 and s[s[PICKS] + k] == n - size + k:
        k -= 1
    if k < 0:
        return False
    s[s[PICKS] + k] += 1
    for j in range(k + 1, size):
        s[s[PICKS] + j] = s[s[PICKS] + j - 1] + 1
    return True


@jit
def same_hours(t: Ints, s: Ints, i: int, lo: int, hi: int, elo: int, ehi: int) -> Place:
    """Exact earliest crew when everybody keeps the same hours."""
    need, work = t[t[NEED] + i], t[t[WORK] + i]
    c = t[t[CALENDAR] + t[t[ABLE] + t[t[ABLE_AT] + need]]]
    unit = first_unit(t, c, i, lo, elo)
    while unit >= 0:
        if t[t[WHOLE] + i]:
            unit = unbroken(t, c, unit, work, lo)
        if unit < 0 or unit + work > t[t[HOURS_TOTAL] + c]:
            break
        start = clock(t, c, unit)
        end = clock_end(t, c, unit + work)
        if start > hi or end > ehi:
            break
        opens = _free_at(t, s, need, unit, work)
        if opens != unit:
            unit = opens
            continue
        again, bay = room(t, s, i, start, end, span(t, c, i))
        if again == start:
            size = t[t[SIZE] + need]
            copy(s, s[LIKELY], s[BEST], size)
            return start, end, bay
        unit = -1 if again < 0 else before(t, c, again)
    return -1, -1, -1


@jit
def _free_at(t: Ints, s: Ints, need: int, unit: int, work: int) -> int:
    """``unit`` if a crew is free for the work (``LIKELY``), else where to look."""
    n, opens = 0, FAR
    for k in range(t[t[ABLE_AT] + need], t[t[ABLE_AT] + need + 1]):
        p = t[t[ABLE] + k]
        y = probe(s, p, unit, unit + work, work)
        if y == unit:
            s[s[PERSON] + n] = p
            n += 1
        elif y >= 0:
            opens = min(opens, y)
    if _likely(t, s, need, n) >= 0:
        return unit
    return -1 if opens == FAR else opens
