"""Work of two people: as in ``finder.Finder``."""

from __future__ import annotations

from workshop.planner.compiled.crews import covered, free_first, look
from workshop.planner.compiled.hours import shared
from workshop.planner.compiled.jit import jit
from workshop.planner.compiled.layout import (
    ALIKE,
    CALENDAR,
    CALENDARS,
    CREW,
    HOURS_TOTAL,
    NEED,
    OWN_END,
    PERSON,
    Ints,
)
from workshop.planner.compiled.solo import Place
from workshop.planner.crewing import LIKE, OF
from workshop.planner.finder import CREWS_AT_MOST, PAIRS_AFTER_FIRST

PAIR = 2


@jit
def pair_place(t: Ints, s: Ints, i: int, lo: int, hi: int, elo: int, ehi: int) -> Place:
    """The first to end of the pairs looked at: those of like hours before others."""
    n = free_first(t, s, i, lo, elo)
    best = _first_of(t, s, i, n, 1, (-1, -1, -1), lo, hi, elo, ehi)
    return _first_of(t, s, i, n, 0, best, lo, hi, elo, ehi)


@jit
def _first_of(
    t: Ints,
    s: Ints,
    i: int,
    n: int,
    like: int,
    best: Place,
    lo: int,
    hi: int,
    elo: int,
    ehi: int,
) -> Place:
    """The first to end of those of like hours (0: of others) and of ``best``."""
    need, until, left = t[t[NEED] + i], ehi, CREWS_AT_MOST
    if best[0] >= 0:
        until, left = best[1] - 1, PAIRS_AFTER_FIRST
    for last in range(1, n):
        for k in range(last):
            if s[s[OWN_END] + last] > until:
                return best
            if not _paired(t, s, need, s[s[PERSON] + k], s[s[PERSON] + last], like):
                continue
            if left <= 0:
                return best
            left -= 1
            got = look(t, s, i, last, lo, hi, elo, until)
            if got[0] >= 0:
                left = PAIRS_AFTER_FIRST if best[0] < 0 else left
                best, until = got, got[1] - 1
    return best


@jit
def _paired(t: Ints, s: Ints, need: int, p: int, q: int, like: int) -> bool:
    """Set the crew to these two; whether it is one of those that are wanted."""
    if _alike(t, s, t[t[CALENDAR] + p], t[t[CALENDAR] + q]) != like:
        return False
    s[s[CREW]], s[s[CREW] + 1] = min(p, q), max(p, q)
    return covered(t, s, need)


@jit
def _alike(t: Ints, s: Ints, one: int, other: int) -> int:
    """Whether two calendars have like hours."""
    known = s[ALIKE] + min(one, other) * t[CALENDARS] + max(one, other)
    if s[known] < 0:
        shorter = min(t[t[HOURS_TOTAL] + one], t[t[HOURS_TOTAL] + other])
        _, both = shared(t, one, other)
        s[known] = 1 if OF * both >= LIKE * shorter else 0
    return s[known]
