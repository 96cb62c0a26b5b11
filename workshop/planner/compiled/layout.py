"""Where everything lies in the two flat arrays the compiled code works on.

Passing many arrays from function to function costs more than the work itself, so
there are two. ``t`` (tables) holds what never changes, ``s`` (state) what a decode has
come to and its scratch paper. Both begin with a head: plain numbers, and for each list
the index at which it begins; ``t[t[WORK] + i]`` is the work of operation ``i``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FAR = 1 << 60

# --- tables: plain numbers ---
HORIZON, HOUSE, BAYS, CLOCKS, TIME_HINTS, UNIT_HINTS = range(6)
# --- tables: lists; those ending in _AT say where a row of the next list begins ---
# of operations
WORK, WHOLE, VEHICLE, NEED, KIND, LO, HI, ELO, EHI, REST = range(6, 16)
BEFORE_AT, BEFORE, LEAST, LONGEST = range(16, 20)
USE_AT, USE_POOL, USE_LIMIT, USE_AMOUNT = range(20, 24)
# of needs, technicians, kinds of bay, cars
SIZE, UNIFORM, SAME_HOURS, SLOT_AT, SLOT, ABLE_AT, ABLE = range(24, 31)
SKILLS, CALENDAR, KIND_AT, BAY, DUE = range(31, 36)
# of groups
GROUP_AT, MEMBER, AFTER_AT, AFTER, WAITING = range(36, 41)
# of calendars
HOURS_AT, HOURS_START, HOURS_END, HOURS_PREFIX, HOURS_TOTAL = range(41, 46)
# the window to begin a search with, for each step of time and of working units
TIME_HINT, UNIT_HINT = range(46, 48)
# the fewest working units of the house in which a person does so much work
SPAN = 48
# plain numbers again: work with a span of its own is less than this
SPANS = 49
TABLE_HEAD = 50

# --- state: plain numbers ---
WIDTH, CHUNKS, LINES, POOLS, POOL_WIDTH, CARS, CREW_WIDTH, FULL, DEPTH = range(9)
# --- state: lists ---
# what a mark keeps: free gaps of every line, steps of every pool, ends of cars
COUNT, STARTS, ENDS, MOST, STEPS, TIMES, AMOUNTS, CAR_ENDS = range(9, 17)
# where operations lie
SLOT_START, SLOT_END, SLOT_BAY, SLOT_CREW = range(17, 21)
# candidates, and crews under consideration
OWN_END, OWN_UNIT, PERSON, CREW, BEST = range(21, 26)
LIKELY, PICKS, CREW_HOURS, OWNER, SEEN = range(26, 31)
# what a chain took, so that it can be given back
TOOK_LINE, TOOK_GAP, TOOK_A, TOOK_B, TOOK_PIECES, FLOOR = range(31, 37)
# of each bay, while a place is looked for: from where to where no room begins
# of so many units
SHUT_FROM, SHUT_TO, SHUT_LEAST = range(37, 40)
STATE_HEAD = 40

# How a decode ends.
DONE, BLOCKED, WORSE, SHORT = 0, 1, 2, 3

# Steps of the hints, as powers of two: two thirds of a day, and of a shift.
TIME_STEP, UNIT_STEP = 6, 5

# Chunks of a row of gaps, of which the longest gap is known.
SHIFT = 4
CHUNK = 1 << SHIFT


def packed(
    head: int, numbers: Mapping[int, int], lists: Mapping[int, Sequence[int] | Ints]
) -> Ints:
    """One flat array: the head, then the lists in their order."""
    size = head + sum(len(x) for x in lists.values())
    out = np.zeros(size, dtype=np.int64)
    for key, number in numbers.items():
        out[key] = number
    at = head
    for key, values in lists.items():
        out[key] = at
        out[at : at + len(values)] = values
        at += len(values)
    return out


def rows(lists: Sequence[Sequence[int]]) -> tuple[Ints, list[int]]:
    """Lists one behind the other: where each begins (and the last ends), values."""
    at = np.zeros(len(lists) + 1, dtype=np.int64)
    np.cumsum([len(x) for x in lists], out=at[1:])
    return at, [v for x in lists for v in x]
