"""Calendars as days, each of one of a few patterns.

Where somebody's hours are looked up a great many times, all depends on how little
memory they take: a day is half a number, whatever windows it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workshop.planner.calendars import Calendar
from workshop.planner.compiled.layout import (
    AHEAD,
    PATTERN_BITS,
    PATTERNS,
    SHARE_BITS,
    UNIT_STEP,
    Ints,
    Narrow,
)

# Lengths of a day that serve; others are cut into pieces of these. The last always
# does: it has fewer patterns than can be told apart.
SHORTEST, LONGEST, PIECES = 16, 1440, (64, 32, 16, 8)


@dataclass(frozen=True)
class Days:
    """What ``layout`` wants to know of calendars, by day."""

    length: int
    share: int
    end: int
    units: Narrow
    windows: Narrow
    pattern_units: Narrow
    pattern_times: Narrow
    hints: Narrow
    hints_each: int


def days_of(calendars: Sequence[Calendar], horizon: int, unit_minutes: int) -> Days:
    """The days of some calendars."""
    day = 1440 // unit_minutes if 1440 % unit_minutes == 0 else 0
    lengths = (day, *PIECES) if SHORTEST <= day <= LONGEST else PIECES
    for length in lengths:
        count = -(-horizon // length)
        rows = [_bits(c, count, length) for c in calendars]
        known: dict[bytes, int] = {bytes(-(-length // 8)): 0}
        which = [[known.setdefault(r, len(known)) for r in x] for x in rows]
        if len(known) <= PATTERNS:
            break
    times = np.arange(count + 1, dtype=np.int64) * length
    units = np.array([_before(c, times) for c in calendars])
    patterns = np.zeros(units.shape, dtype=np.int64)
    patterns[:, :count] = which
    every = _patterns(list(known), length)
    hints = np.array([_hints(x, max(c.total for c in calendars)) for x in units])
    return Days(
        length=length,
        share=-(-(1 << SHARE_BITS) // length),
        end=count * length,
        units=_closed(units << PATTERN_BITS | patterns),
        windows=_windows(calendars, times),
        pattern_units=every[0],
        pattern_times=every[1],
        hints=hints.ravel().astype(np.uint32),
        hints_each=hints.shape[1],
    )


def _bits(calendar: Calendar, count: int, length: int) -> list[bytes]:
    """The working units of each day, as bits."""
    steps = np.zeros(count * length + 1, dtype=np.int8)
    steps[calendar.starts] += 1
    steps[calendar.ends] -= 1
    open_ = np.cumsum(steps[:-1], dtype=np.int8).astype(bool).reshape(count, length)
    bits = np.packbits(open_, axis=1)
    rows: list[bytes] = bits.view(f"V{bits.shape[1]}").ravel().tolist()
    return rows


def _before(calendar: Calendar, times: Ints) -> Ints:
    """Working units before each of the times."""
    if not calendar.starts:
        return np.zeros(len(times), dtype=np.int64)
    starts, ends = np.array(calendar.starts), np.array(calendar.ends)
    k = np.searchsorted(starts, times, side="right") - 1
    found = np.array(calendar.prefix)[k] + np.minimum(times, ends[k]) - starts[k]
    return np.where(k < 0, 0, found)


def _windows(calendars: Sequence[Calendar], times: Ints) -> Narrow:
    """Of each day the first window that begins after it does, calendars in a row."""
    out, first = [], 0
    for calendar in calendars:
        starts = np.array(calendar.starts, dtype=np.int64)
        out.append(first + np.searchsorted(starts, times, side="right"))
        first += len(starts) + AHEAD
    return np.array(out).T.ravel().astype(np.uint32)


def _closed(days: Ints) -> Narrow:
    """Rows of days, closed by some on which nobody works: they end every search."""
    last = days[:, -1:]
    never = np.full(last.shape, (1 << 32) - 1)
    closed = np.concatenate([days, *[last] * AHEAD, never], axis=1)
    return closed.T.ravel().astype(np.uint32)


def _patterns(known: Sequence[bytes], length: int) -> tuple[Narrow, Narrow]:
    """Units before each time of a day, and times of units, of each pattern."""
    bits = np.array([np.frombuffer(row, dtype=np.uint8) for row in known])
    works = np.unpackbits(bits, axis=1)[:, :length]
    units = np.cumsum(works, axis=1, dtype=np.int64) - works
    # Working times come first when those are sorted that do not.
    times = np.argsort(1 - works.astype(np.int8), axis=1, kind="stable")
    return units.ravel().astype(np.uint16), times.ravel().astype(np.uint16)


def _hints(units: Ints, most: int) -> Ints:
    """The last day that does not begin after each step of working units."""
    steps = np.arange((most >> UNIT_STEP) + 1, dtype=np.int64) << UNIT_STEP
    return np.searchsorted(units[:-1], steps, side="right") - 1
