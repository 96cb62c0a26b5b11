"""Where one operation fits: the same answers as ``finder.Finder``, on arrays."""

from __future__ import annotations

from workshop.planner.compiled.crews import crew_place, same_hours
from workshop.planner.compiled.jit import jit
from workshop.planner.compiled.layout import FAR, KIND, NEED, SAME_HOURS, SIZE, Ints
from workshop.planner.compiled.pairs import PAIR, pair_place
from workshop.planner.compiled.rooms import bay_opens
from workshop.planner.compiled.solo import Place, solo, unattended


@jit
def find(t: Ints, s: Ints, i: int, lo: int, hi: int, elo: int, ehi: int) -> Place:
    """The place of operation ``i`` that ends first."""
    need = t[t[NEED] + i]
    if t[t[SIZE] + need] == 0:
        return unattended(t, s, i, lo, hi, elo, ehi)
    if t[t[SIZE] + need] == 1:
        return solo(t, s, i, lo, hi, elo, ehi)
    if t[t[KIND] + i] >= 0:
        lo = bay_opens(t, s, i, lo)
        if lo >= FAR:
            return -1, -1, -1
    if t[t[SAME_HOURS] + need]:
        return same_hours(t, s, i, lo, hi, elo, ehi)
    if t[t[SIZE] + need] == PAIR:
        return pair_place(t, s, i, lo, hi, elo, ehi)
    return crew_place(t, s, i, lo, hi, elo, ehi)
