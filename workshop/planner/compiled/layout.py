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
# Numbers that share a wide one: halves and quarters.
Narrow = NDArray[np.uint32] | NDArray[np.int32] | NDArray[np.uint16]
# Handed from function to function as an array, with its length.
Row = NDArray[np.int64]

FAR = 1 << 60

# --- tables: plain numbers; work with a span of its own is less than ``SPANS`` ---
# and times are cut into days of ``DAY`` units, the last of them begins at ``END``
HORIZON, HOUSE, BAYS, CLOCKS, CALENDARS, DAY, DAY_SHARE, END = range(8)
UNIT_HINTS, SPANS = range(8, 10)
# --- tables: lists; those ending in _AT say where a row of the next list begins ---
# of operations
WORK, WHOLE, VEHICLE, NEED, KIND, LO, HI, ELO, EHI, REST = range(10, 20)
BEFORE_AT, BEFORE, LEAST, LONGEST = range(20, 24)
USE_AT, USE_POOL, USE_LIMIT, USE_AMOUNT = range(24, 28)
# of needs, technicians, kinds of bay, cars
SIZE, UNIFORM, SAME_HOURS, SLOT_AT, SLOT, ABLE_AT, ABLE = range(28, 35)
SKILLS, CALENDAR, KIND_AT, BAY, DUE = range(35, 40)
# of groups
GROUP_AT, MEMBER, AFTER_AT, AFTER, WAITING = range(40, 45)
# of calendars; of each window its start and the units before it, halves of one number
HOURS_AT, HOURS, HOURS_TOTAL = range(45, 48)
# of each day, for all calendars side by side (those who might do a piece of work are
# looked up for the same time), as halves: the units before it with the number of its
# pattern, and the last window that does not begin after it
DAYS, DAY_WINDOW = range(48, 50)
# of each pattern, as quarters: units before each time of the day, time of each unit
PATTERN_UNITS, PATTERN_TIMES = range(50, 52)
# the day to begin a search with, for each step of working units, as halves
UNIT_HINT = 52
# the fewest working units of the house in which a person does so much work
SPAN = 53
# the same for the quickest of those who can serve a need
LEAST_SPAN = 54
# of operations of one person in a bay: alike where whatever has room for the one has
# room for another that takes as long; how many such there are (a number)
FAMILY, FAMILIES = range(55, 57)
TABLE_HEAD = 57
# How to take a day apart.
PATTERN_BITS, PATTERNS = 10, (1 << 10) - 1
# A day is so many times a share of it: nothing is ever divided.
SHARE_BITS = 40
# How to take a window apart, and when the one begins that closes a calendar.
HALF, UNITS, NEVER = 32, (1 << 32) - 1, (1 << 31) - 1

# --- state: plain numbers ---
WIDTH, CHUNKS, LINES, POOLS, POOL_WIDTH, CARS, CREW_WIDTH, FULL, DEPTH = range(9)
# --- state: lists ---
# what a mark keeps: free gaps of every line (end and start as halves), of each chunk
# of them the last end and the longest gap (likewise), steps of every pool, ends of cars
COUNT, GAPS, TOPS, STEPS, TIMES, AMOUNTS, CAR_ENDS = range(9, 16)
# where operations lie
SLOT_START, SLOT_END, SLOT_BAY, SLOT_CREW = range(16, 20)
# candidates, and crews under consideration
OWN_END, OWN_UNIT, PERSON, CREW, BEST = range(20, 25)
LIKELY, PICKS, CREW_HOURS, OWNER, SEEN = range(25, 30)
# what a chain took, so that it can be given back
TOOK_LINE, TOOK_GAP, TOOK_A, TOOK_B, TOOK_PIECES, FLOOR = range(30, 36)
# of each bay and size of work: from where to where no room begins of so many units
SHUT_FROM, SHUT_TO, SHUT_LEAST = range(36, 39)
# the longest stretch two calendars share; -1 where nobody has asked
SHARED = 39
# how much is known of each candidate; his first unit, if a crew is looked for
STAGE, FIRST_UNIT = range(40, 42)
# of each of a crew the window that was come to, how many units of his own it keeps him
# at the least, and the last of them he could begin with
CREW_WINDOW, OWN_LEAST, OWN_LAST = range(42, 45)
# what two calendars share of a day at most, and what is the least that one of them
# works between; -1 where nobody has asked
DAY_SHARED, NIGHT = range(45, 47)
# until when nobody finds room, for each family of operations, size of work and step of
# time, with the work and the age of the note; how many, and the present age (numbers)
NOTE, NOTES, AGE = range(47, 50)
# of each of a crew the gap that was come to
CREW_GAP = 50
# whether two calendars have like hours; -1 where nobody has asked
ALIKE = 51
STATE_HEAD = 52

# Sizes of work with notes on a bay of their own.
SHUT_WIDTH = 5
# How many sizes of work and steps of time have notes, and a step, as a power of two.
NOTE_SIZES, NOTE_STEPS, NOTE_STEP = 6, 256, 8
# How to take a note apart: where its age and its work begin, its time and its work.
NOTE_AGE, NOTE_WORK, NOTE_TIME, WORKS = 48, 38, (1 << 38) - 1, (1 << 10) - 1

# A candidate: by his hours alone; by when he is free; by his hours from when on there
# is room.
HOPEFUL, FREE, ROOMLESS = 0, 1, 2

# How a decode ends.
DONE, BLOCKED, WORSE, SHORT = 0, 1, 2, 3

# The step of working units with a hint, as a power of two: a day's work. How many
# windows and days are looked at at once, and stand behind the last.
UNIT_STEP, AHEAD = 5, 4

# Chunks of a row of gaps.
SHIFT = 4
CHUNK = 1 << SHIFT


def packed(
    head: int,
    numbers: Mapping[int, int],
    lists: Mapping[int, Sequence[int] | Ints | Narrow],
) -> Ints:
    """One flat array: the head, then the lists in their order."""
    whole = {key: _whole(values) for key, values in lists.items()}
    size = head + sum(len(x) for x in whole.values())
    out = np.zeros(size, dtype=np.int64)
    for key, number in numbers.items():
        out[key] = number
    at = head
    for key, values in whole.items():
        # A list of narrow numbers begins where it does when such are counted.
        out[key] = at * (8 // getattr(lists[key], "itemsize", 8))
        out[at : at + len(values)] = values
        at += len(values)
    return out


def _whole(values: Sequence[int] | Ints | Narrow) -> Sequence[int] | Ints:
    """The list itself, or narrow numbers side by side in wide ones."""
    if not isinstance(values, np.ndarray):
        return values
    each = 8 // values.itemsize
    return np.pad(values, (0, -len(values) % each)).view(np.int64)


def rows(lists: Sequence[Sequence[int]]) -> tuple[Ints, list[int]]:
    """Lists one behind the other: where each begins (and the last ends), values."""
    at = np.zeros(len(lists) + 1, dtype=np.int64)
    np.cumsum([len(x) for x in lists], out=at[1:])
    return at, [v for x in lists for v in x]
