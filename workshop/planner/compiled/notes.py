"""What was found shut while places were looked for, until something is taken out.

Room only gets less as operations are placed. So where there was none for a piece of
work, there is none for the next like it, and nobody need look again.
"""

from __future__ import annotations

from workshop.planner.compiled.jit import entry, jit, pointer
from workshop.planner.compiled.layout import (
    AGE,
    BAYS,
    CLOCKS,
    DEPTH,
    FAMILY,
    NOTE,
    NOTE_AGE,
    NOTE_SIZES,
    NOTE_STEP,
    NOTE_STEPS,
    NOTE_TIME,
    NOTE_WORK,
    NOTES,
    SHUT_FROM,
    SHUT_LEAST,
    SHUT_TO,
    SHUT_WIDTH,
    WORK,
    WORKS,
    Ints,
)


@jit
def _shut(s: Ints, bay: int, least: int) -> int:
    """Where the note for a bay and work of such a size is."""
    size = (least > 8) + (least > 16) + (least > 32) + (least > 64)
    return bay * SHUT_WIDTH + size


@jit
def shut_until(s: Ints, bay: int, at: int, least: int) -> int:
    """No room so long begins in the bay from ``at`` to then; -1 if nothing is known."""
    k = _shut(s, bay, least)
    y = s[s[SHUT_TO] + k]
    if s[s[SHUT_FROM] + k] <= at < y and least >= s[s[SHUT_LEAST] + k]:
        return y
    return -1


@jit
def note_shut(s: Ints, bay: int, since: int, until: int, least: int) -> None:
    """From then to then no room so long begins in the bay."""
    k = _shut(s, bay, least)
    s[s[SHUT_FROM] + k], s[s[SHUT_TO] + k] = since, until
    s[s[SHUT_LEAST] + k] = least


@jit
def forget_shut(s: Ints, bay: int) -> None:
    """Something was taken out of the bay."""
    for k in range(bay * SHUT_WIDTH, (bay + 1) * SHUT_WIDTH):
        s[s[SHUT_TO] + k] = -1


@jit
def _row(t: Ints, i: int) -> int:
    """Where the notes for work like operation ``i`` begin."""
    size = min(t[t[WORK] + i] >> 3, NOTE_SIZES - 1)
    return (t[t[FAMILY] + i] * NOTE_SIZES + size) * NOTE_STEPS


@jit
def crowded_until(t: Ints, s: Ints, i: int, time: int) -> int:
    """Nobody finds room for operation ``i`` alone from ``time`` to then."""
    work, row = t[t[WORK] + i], _row(t, i)
    while time < NOTE_STEPS << NOTE_STEP:
        note = s[s[NOTE] + row + (time >> NOTE_STEP)]
        until = note & NOTE_TIME
        if until <= time or note >> NOTE_AGE != s[AGE]:
            break
        if note >> NOTE_WORK & WORKS > work:
            break
        time = until
    return time


@jit
def note_crowded(t: Ints, s: Ints, i: int, since: int, until: int) -> None:
    """Nobody found room for operation ``i`` alone from then to then."""
    work = t[t[WORK] + i]
    first = (since + (1 << NOTE_STEP) - 1) >> NOTE_STEP
    last = min((until - 1) >> NOTE_STEP, NOTE_STEPS - 1)
    if first > last or s[DEPTH] or work > WORKS:
        return
    row = s[NOTE] + _row(t, i)
    entry = s[AGE] << NOTE_AGE | work << NOTE_WORK | min(until, NOTE_TIME)
    for k in range(row + first, row + last + 1):
        old = s[k]
        if (
            old >> NOTE_AGE != s[AGE]
            or old & NOTE_TIME < until
            or old >> NOTE_WORK & WORKS > work
        ):
            s[k] = entry


@jit
def forget(t: Ints, s: Ints) -> None:
    """Something was taken out of the schedule."""
    for bay in range(t[CLOCKS] - t[BAYS]):
        forget_shut(s, bay)
    s[AGE] += 1
    if s[AGE] >> (63 - NOTE_AGE):
        s[AGE] = 1
        for k in range(s[NOTE], s[NOTE] + s[NOTES]):
            s[k] = 0


@entry
def forget_all(t: Ints, s: Ints) -> None:
    """As ``forget``."""
    forget(pointer(t), pointer(s))
