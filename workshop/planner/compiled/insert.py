"""Taking operations out of a schedule and placing them anew, all others as they are."""

from __future__ import annotations

import numpy as np

from workshop.planner.compiled.decode import place_groups
from workshop.planner.compiled.hours import before, last_not_after
from workshop.planner.compiled.jit import entry, jit, pointer
from workshop.planner.compiled.layout import (
    AFTER,
    AFTER_AT,
    AMOUNTS,
    BAYS,
    CALENDAR,
    CAR_ENDS,
    CARS,
    CLOCKS,
    COUNT,
    CREW_WIDTH,
    DUE,
    GROUP_AT,
    HOUSE,
    MEMBER,
    NEED,
    POOL_WIDTH,
    REST,
    SHIFT,
    SIZE,
    SLOT_BAY,
    SLOT_CREW,
    SLOT_END,
    SLOT_START,
    STEPS,
    TIMES,
    USE_AMOUNT,
    USE_AT,
    USE_POOL,
    VEHICLE,
    WORSE,
    Floats,
    Ints,
    Row,
)
from workshop.planner.compiled.lines import (
    drop_gap,
    gap_after,
    gap_end,
    gap_start,
    insert_gap,
    measure,
    pool_add,
    row_of,
    set_gap,
    take,
)
from workshop.planner.compiled.marks import carry_over
from workshop.planner.compiled.notes import forget
from workshop.planner.compiled.turns import pop, push


@jit
def _join(s: Ints, base: Ints, x: int, start: int, end: int) -> tuple[int, int]:
    """Give a taken stretch of line ``x`` back; the free gap it becomes part of.

    ``base`` is the state with nothing placed but what is not to be moved: across
    that no gaps are joined.
    """
    b = row_of(base, x) + gap_after(base, x, start)
    low, high = gap_start(base, b), gap_end(base, b)
    i = gap_after(s, x, start)
    n = s[s[COUNT] + x]
    k = row_of(s, x) + i
    left = i > 0 and gap_end(s, k - 1) == start and start > low
    right = i < n and gap_start(s, k) == end and end < high
    if left and right:
        first, last = gap_start(s, k - 1), gap_end(s, k)
        set_gap(s, k - 1, first, last)
        drop_gap(s, x, i)
        measure(s, x, (i - 1) >> SHIFT)
        return first, last
    if left:
        first = gap_start(s, k - 1)
        set_gap(s, k - 1, first, end)
        measure(s, x, (i - 1) >> SHIFT)
        return first, end
    if right:
        last = gap_end(s, k)
        set_gap(s, k, start, last)
        measure(s, x, i >> SHIFT)
        return start, last
    insert_gap(s, x, i, start, end)
    return start, end


@jit
def _cover(s: Ints, x: int, start: int, end: int) -> None:
    """Make the gaps of line ``x`` within ``[start, end]`` one gap."""
    if start == end:
        return
    i = gap_after(s, x, start)
    n = s[s[COUNT] + x]
    k = row_of(s, x) + i
    if i == n or gap_start(s, k) >= end:
        insert_gap(s, x, i, start, end)
        return
    while i + 1 < s[s[COUNT] + x] and gap_start(s, k + 1) < end:
        drop_gap(s, x, i + 1)
    set_gap(s, k, start, end)
    measure(s, x, i >> SHIFT)


@jit
def _melt(s: Ints, p: int, time: int) -> None:
    """Drop the step of a pool at ``time`` when nothing changes there."""
    n = s[s[STEPS] + p]
    times, amounts = s[TIMES] + p * s[POOL_WIDTH], s[AMOUNTS] + p * s[POOL_WIDTH]
    i = last_not_after(s, times, times + n, time) - times
    if i < 1 or s[times + i] != time or s[amounts + i] != s[amounts + i - 1]:
        return
    for k in range(i, n - 1):
        s[times + k] = s[times + k + 1]
        s[amounts + k] = s[amounts + k + 1]
    s[s[STEPS] + p] = n - 1


@jit
def remove(t: Ints, s: Ints, base: Ints, i: int) -> None:
    """Take operation ``i`` out of the schedule."""
    start, end = s[s[SLOT_START] + i], s[s[SLOT_END] + i]
    for k in range(t[t[SIZE] + t[t[NEED] + i]]):
        p = s[s[SLOT_CREW] + i * s[CREW_WIDTH] + k]
        c = t[t[CALENDAR] + p]
        _join(s, base, p, before(t, c, start), before(t, c, end))
    bay = s[s[SLOT_BAY] + i]
    if bay >= 0:
        a, b = _join(s, base, t[CLOCKS] + bay, start, end)
        _cover(s, t[BAYS] + bay, before(t, t[HOUSE], a), before(t, t[HOUSE], b))
    for k in range(t[t[USE_AT] + i], t[t[USE_AT] + i + 1]):
        pool = t[t[USE_POOL] + k]
        pool_add(s, pool, start, end, -t[t[USE_AMOUNT] + k])
        _melt(s, pool, end)
        _melt(s, pool, start)
    s[s[SLOT_START] + i] = -1


@jit
def settle(t: Ints, s: Ints, i: int) -> None:
    """Occupy what operation ``i`` holds in the place it has."""
    start, end = s[s[SLOT_START] + i], s[s[SLOT_END] + i]
    for k in range(t[t[SIZE] + t[t[NEED] + i]]):
        p = s[s[SLOT_CREW] + i * s[CREW_WIDTH] + k]
        c = t[t[CALENDAR] + p]
        take(s, p, before(t, c, start), before(t, c, end))
    bay = s[s[SLOT_BAY] + i]
    if bay >= 0:
        take(s, t[BAYS] + bay, before(t, t[HOUSE], start), before(t, t[HOUSE], end))
        take(s, t[CLOCKS] + bay, start, end)
    for k in range(t[t[USE_AT] + i], t[t[USE_AT] + i + 1]):
        pool_add(s, t[t[USE_POOL] + k], start, end, t[t[USE_AMOUNT] + k])


@entry
def settle_all(t: Ints, s: Ints, groups: int) -> None:
    """Occupy what all groups hold in the places they have."""
    for k in range(t[t[GROUP_AT]], t[t[GROUP_AT] + groups]):
        settle(pointer(t), pointer(s), t[t[MEMBER] + k])


@entry
def and_what_follows(t: Ints, chosen: Ints) -> None:
    """Mark also all groups that wait for the marked ones."""
    for g in range(chosen.shape[0]):
        if chosen[g]:
            for k in range(t[t[AFTER_AT] + g], t[t[AFTER_AT] + g + 1]):
                chosen[t[t[AFTER] + k]] = 1


@jit
def _waits(t: Ints, some: Row, waiting: Row) -> None:
    """For each of some groups on how many of them it waits."""
    for g in some:
        waiting[g] = 0
    for g in some:
        for k in range(t[t[AFTER_AT] + g], t[t[AFTER_AT] + g + 1]):
            h = t[t[AFTER] + k]
            if waiting[h] >= 0:
                waiting[h] += 1


@entry
def turns_of(t: Ints, key: Floats, some: Ints, out: Ints) -> None:
    """Some groups in the order of their keys, each after those it waits for."""
    waiting = np.full(key.shape[0], -1, dtype=np.int64)
    heap = np.empty(some.shape[0] + 1, dtype=np.int64)
    _waits(pointer(t), some, waiting)
    size, keys = 0, pointer(key)
    for g in some:
        if not waiting[g]:
            size = push(heap, size, keys, g)
    for k in range(some.shape[0]):
        g = heap[0]
        size = pop(heap, size, keys)
        out[k] = g
        for j in range(t[t[AFTER_AT] + g], t[t[AFTER_AT] + g + 1]):
            h = t[t[AFTER] + j]
            waiting[h] -= 1
            if not waiting[h]:
                size = push(heap, size, keys, h)


@jit
def _tardiness(t: Ints, weight: Floats, s: Ints) -> float:
    late = 0.0
    for v in range(s[CARS]):
        late += weight[v] * max(0, s[s[CAR_ENDS] + v] - t[t[DUE] + v])
    return late


@jit
def _take_out(t: Ints, s: Ints, base: Ints, order: Row) -> None:
    """Take groups out; their cars end no later than what is left of them makes them."""
    hit = np.zeros(s[CARS], dtype=np.int64)
    for g in order:
        for m in range(t[t[GROUP_AT] + g], t[t[GROUP_AT] + g + 1]):
            i = t[t[MEMBER] + m]
            hit[t[t[VEHICLE] + i]] = 1
            remove(t, s, base, i)
    for v in range(s[CARS]):
        if hit[v]:
            s[s[CAR_ENDS] + v] = base[base[CAR_ENDS] + v]
    for i in range(s[SLOT_END] - s[SLOT_START]):
        v = t[t[VEHICLE] + i]
        if hit[v] and s[s[SLOT_START] + i] >= 0:
            end = s[s[SLOT_END] + i] + t[t[REST] + i]
            s[s[CAR_ENDS] + v] = max(s[s[CAR_ENDS] + v], end)


@entry
def reinsert(
    t: Ints,
    weight: Floats,
    s: Ints,
    base: Ints,
    late: Floats,
    order: Ints,
    limit: float,
) -> int:
    """Take the groups of ``order`` out and place them anew in this order.

    ``late`` becomes weighted tardiness and weighted flow, in units. Whatever waits
    for one of the groups has to be among them. Returns how it ended.
    """
    tables, w, state = pointer(t), pointer(weight), pointer(s)
    _take_out(tables, state, pointer(base), order)
    forget(tables, state)
    late[0] = _tardiness(tables, w, state)
    if late[0] > limit:
        return WORSE
    status, _ = place_groups(
        tables, w, state, pointer(late), pointer(order), 0, order.shape[0], limit
    )
    late[0], late[1] = _tardiness(tables, w, state), 0.0
    for v in range(s[CARS]):
        late[1] += weight[v] * s[s[CAR_ENDS] + v]
    return status


@entry
def carry_groups(t: Ints, one: Ints, other: Ints, order: Ints) -> None:
    """Make ``other`` what ``one`` is, if they differ in the places of some groups."""
    carry_over(pointer(one), pointer(other))
    width = one[CREW_WIDTH]
    for g in order:
        for m in range(t[t[GROUP_AT] + g], t[t[GROUP_AT] + g + 1]):
            i = t[t[MEMBER] + m]
            other[other[SLOT_START] + i] = one[one[SLOT_START] + i]
            other[other[SLOT_END] + i] = one[one[SLOT_END] + i]
            other[other[SLOT_BAY] + i] = one[one[SLOT_BAY] + i]
            for k in range(width):
                at = SLOT_CREW
                other[other[at] + i * width + k] = one[one[at] + i * width + k]
