"""What a decode has come to, kept at some places of its order."""

from __future__ import annotations

from workshop.planner.compiled.jit import entry, jit, pointer
from workshop.planner.compiled.layout import (
    AMOUNTS,
    CAR_ENDS,
    CARS,
    CHUNK,
    CHUNKS,
    COUNT,
    GAPS,
    LINES,
    POOL_WIDTH,
    POOLS,
    SHIFT,
    STEPS,
    TIMES,
    TOPS,
    WIDTH,
    Ints,
)


@jit
def _carry(one: Ints, other: Ints, base: int, size: int) -> None:
    for k in range(base, base + size):
        other[k] = one[k]


@entry
def carry(one: Ints, other: Ints) -> None:
    """As ``carry_over``."""
    carry_over(pointer(one), pointer(other))


@jit
def carry_over(one: Ints, other: Ints) -> None:
    """Make ``other`` what ``one`` has come to: gaps, levels and ends of cars.

    Both have the same head. Where operations lie is not carried.
    """
    width = one[WIDTH]
    for x in range(one[LINES]):
        n = one[one[COUNT] + x]
        other[one[COUNT] + x] = n
        _carry(one, other, one[GAPS] + x * width, n)
        chunks = (n + CHUNK - 1) >> SHIFT
        _carry(one, other, one[TOPS] + x * one[CHUNKS], chunks)
    for p in range(one[POOLS]):
        n = one[one[STEPS] + p]
        other[one[STEPS] + p] = n
        _carry(one, other, one[TIMES] + p * one[POOL_WIDTH], n)
        _carry(one, other, one[AMOUNTS] + p * one[POOL_WIDTH], n)
    _carry(one, other, one[CAR_ENDS], one[CARS])
