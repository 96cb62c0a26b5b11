"""What a decode comes to: a schedule, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from workshop.planner.occupation import Slot

Ints = NDArray[np.int64]


class Blocked(Exception):
    """A group found no place; ``members`` are its operations."""

    def __init__(self, members: Sequence[int]) -> None:
        super().__init__(f"no place for {list(members)}")
        self.members = tuple(members)


class Worse(Exception):
    """The schedule under construction already costs more than allowed."""


class Stopped(Exception):
    """Time is up."""


class Schedule:
    """A finished decode: one slot per operation, and when each car ends."""

    __slots__ = ("_slots", "cost", "ends", "tardiness")

    def __init__(
        self, slots: list[Slot], ends: list[int], cost: float, tardiness: float
    ) -> None:
        self._slots = slots
        self.ends = ends
        self.cost = cost
        self.tardiness = tardiness  # weighted, in units

    def all_slots(self) -> list[Slot]:
        """One slot per operation."""
        return self._slots

    def starts(self, operations: Ints) -> Ints:
        """When some operations start."""
        return np.array([self._slots[i].start for i in operations], dtype=np.int64)
