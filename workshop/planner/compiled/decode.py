"""An order of groups becomes a schedule: the same answers as ``kernel.Kernel``."""

from __future__ import annotations

from workshop.planner.compiled.find import find
from workshop.planner.compiled.hours import before
from workshop.planner.compiled.jit import entry, jit, pointer
from workshop.planner.compiled.layout import (
    BAYS,
    BEFORE,
    BEFORE_AT,
    BEST,
    BLOCKED,
    CALENDAR,
    CAR_ENDS,
    CLOCKS,
    CREW_WIDTH,
    DEPTH,
    DONE,
    DUE,
    EHI,
    ELO,
    FAR,
    FLOOR,
    FULL,
    GROUP_AT,
    HI,
    HOUSE,
    LEAST,
    LO,
    LONGEST,
    MEMBER,
    NEED,
    REST,
    SHORT,
    SIZE,
    SLOT_BAY,
    SLOT_CREW,
    SLOT_END,
    SLOT_START,
    TOOK_A,
    TOOK_B,
    TOOK_GAP,
    TOOK_LINE,
    TOOK_PIECES,
    USE_AMOUNT,
    USE_AT,
    USE_POOL,
    VEHICLE,
    WORSE,
    Floats,
    Ints,
)
from workshop.planner.compiled.lines import pool_add, take, undo
from workshop.planner.compiled.notes import forget_shut
from workshop.planner.kernel import BACK_OFFS


@entry
def place(
    t: Ints,
    weight: Floats,
    s: Ints,
    late: Floats,
    order: Ints,
    first: int,
    until: int,
    limit: float,
) -> tuple[int, int]:
    """As ``place_groups``."""
    return place_groups(
        pointer(t),
        pointer(weight),
        pointer(s),
        pointer(late),
        pointer(order),
        first,
        until,
        limit,
    )


@jit
def place_groups(
    t: Ints,
    weight: Floats,
    s: Ints,
    late: Floats,
    order: Ints,
    first: int,
    until: int,
    limit: float,
) -> tuple[int, int]:
    """Place the groups ``order[first:until]``.

    ``late`` is one number, the weighted tardiness so far, in units. Returns how it
    ended, and at which group.
    """
    for k in range(first, until):
        g = order[k]
        low, high = t[t[GROUP_AT] + g], t[t[GROUP_AT] + g + 1]
        if high - low == 1:
            placed = _place_one(t, s, t[t[MEMBER] + low])
        else:
            placed = _place_chain(t, s, t[MEMBER] + low, high - low)
        if s[FULL]:
            return SHORT, g
        if not placed:
            return BLOCKED, g
        for m in range(low, high):
            i = t[t[MEMBER] + m]
            # What must follow is counted at once: a bad order shows early.
            _count(t, weight, s, late, i, s[s[SLOT_END] + i] + t[t[REST] + i])
        if late[0] > limit:
            return WORSE, g
    return DONE, -1


@entry
def count(t: Ints, weight: Floats, s: Ints, late: Floats, i: int, end: int) -> None:
    """As ``_count``."""
    _count(pointer(t), pointer(weight), pointer(s), pointer(late), i, end)


@jit
def _count(t: Ints, weight: Floats, s: Ints, late: Floats, i: int, end: int) -> None:
    """Let the car of operation ``i`` end at ``end`` at least."""
    v = t[t[VEHICLE] + i]
    so_far = s[s[CAR_ENDS] + v]
    if end > so_far:
        due = t[t[DUE] + v]
        if end > due:
            late[0] += weight[v] * (end - max(so_far, due))
        s[s[CAR_ENDS] + v] = end


@jit
def _room_for(t: Ints, s: Ints, i: int) -> tuple[int, int]:
    """When ``i`` may start, given what is placed."""
    lo, hi = t[t[LO] + i], t[t[HI] + i]
    for k in range(t[t[BEFORE_AT] + i], t[t[BEFORE_AT] + i + 1]):
        p = t[t[BEFORE] + k]
        if s[s[SLOT_START] + p] >= 0:
            end = s[s[SLOT_END] + p]
            lo = max(lo, end + t[t[LEAST] + k])
            hi = min(hi, end + t[t[LONGEST] + k])
    return lo, hi


@jit
def _place_one(t: Ints, s: Ints, i: int) -> bool:
    lo, hi = _room_for(t, s, i)
    s[DEPTH] = 0
    start, end, bay = find(t, s, i, lo, hi, t[t[ELO] + i], t[t[EHI] + i])
    if start < 0:
        return False
    _take(t, s, i, start, end, bay)
    return True


@jit
def _take(t: Ints, s: Ints, i: int, start: int, end: int, bay: int) -> None:
    """Occupy a place that was found free, and remember what was taken."""
    s[s[SLOT_START] + i] = start
    s[s[SLOT_END] + i] = end
    s[s[SLOT_BAY] + i] = bay
    for k in range(t[t[SIZE] + t[t[NEED] + i]]):
        p = s[s[BEST] + k]
        s[s[SLOT_CREW] + i * s[CREW_WIDTH] + k] = p
        c = t[t[CALENDAR] + p]
        _take_line(s, p, before(t, c, start), before(t, c, end))
    if bay >= 0:
        a, b = before(t, t[HOUSE], start), before(t, t[HOUSE], end)
        _take_line(s, t[BAYS] + bay, a, b)
        _take_line(s, t[CLOCKS] + bay, start, end)
    for k in range(t[t[USE_AT] + i], t[t[USE_AT] + i + 1]):
        pool_add(s, t[t[USE_POOL] + k], start, end, t[t[USE_AMOUNT] + k])


@jit
def _take_line(s: Ints, x: int, start: int, end: int) -> None:
    gap, a, b, pieces = take(s, x, start, end)
    k = s[DEPTH]
    s[s[TOOK_LINE] + k] = x
    s[s[TOOK_GAP] + k] = gap
    s[s[TOOK_A] + k] = a
    s[s[TOOK_B] + k] = b
    s[s[TOOK_PIECES] + k] = pieces
    s[DEPTH] = k + 1


@jit
def _give_back(t: Ints, s: Ints, i: int) -> None:
    """Undo the last ``_take``, which was that of operation ``i``."""
    taken = t[t[SIZE] + t[t[NEED] + i]] + (2 if s[s[SLOT_BAY] + i] >= 0 else 0)
    for _ in range(taken):
        k = s[DEPTH] - 1
        a, b = s[s[TOOK_A] + k], s[s[TOOK_B] + k]
        undo(s, s[s[TOOK_LINE] + k], s[s[TOOK_GAP] + k], a, b, s[s[TOOK_PIECES] + k])
        s[DEPTH] = k
    if s[s[SLOT_BAY] + i] >= 0:
        forget_shut(s, s[s[SLOT_BAY] + i])
    start, end = s[s[SLOT_START] + i], s[s[SLOT_END] + i]
    for k in range(t[t[USE_AT] + i], t[t[USE_AT] + i + 1]):
        pool_add(s, t[t[USE_POOL] + k], start, end, -t[t[USE_AMOUNT] + k])
    s[s[SLOT_START] + i] = -1


@jit
def _place_chain(t: Ints, s: Ints, first: int, size: int) -> bool:
    """Place members in turn; where a maximum lag breaks, back off its first."""
    for k in range(size):
        s[s[FLOOR] + t[first + k]] = 0
    s[DEPTH] = 0
    tries = k = 0
    while k < size:
        i = t[first + k]
        lo, hi = _room_for(t, s, i)
        elo, ehi = max(t[t[ELO] + i], s[s[FLOOR] + i]), t[t[EHI] + i]
        start, end, bay = find(t, s, i, lo, hi, elo, ehi)
        if start >= 0:
            _take(t, s, i, start, end, bay)
            if s[FULL]:
                return False
            k += 1
            continue
        tries += 1
        p = _culprit(t, s, i, lo, elo, ehi) if tries < BACK_OFFS else -1
        to = 0
        while p >= 0 and t[first + to] != p:
            to += 1
        while k > to:
            k -= 1
            _give_back(t, s, t[first + k])
        if p < 0:
            return False
    return True


@jit
def _culprit(t: Ints, s: Ints, i: int, lo: int, elo: int, ehi: int) -> int:
    """The predecessor whose maximum lag binds, its floor set; -1 if there is none."""
    start, _, _ = find(t, s, i, lo, FAR, elo, ehi)
    if start < 0:
        return -1
    for k in range(t[t[BEFORE_AT] + i], t[t[BEFORE_AT] + i + 1]):
        p, longest = t[t[BEFORE] + k], t[t[LONGEST] + k]
        if s[s[SLOT_START] + p] < 0 or longest >= FAR:
            continue
        if s[s[SLOT_END] + p] + longest < start:
            s[s[FLOOR] + p] = start - longest
            return p
    return -1
