"""As ``rework.Rework``, with compiled code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workshop.planner.compiled import layout as at
from workshop.planner.compiled.decode import count
from workshop.planner.compiled.insert import (
    and_what_follows,
    carry_groups,
    reinsert,
    settle_all,
    turns_of,
)
from workshop.planner.compiled.layout import Floats, Ints
from workshop.planner.compiled.lines import measure_all
from workshop.planner.compiled.tables import state_of
from workshop.planner.rework import Rework
from workshop.planner.schedule import Blocked, Schedule, Worse

if TYPE_CHECKING:
    from workshop.planner.compiled.native import CompiledKernel, CompiledSchedule

# Rows begin with room for this many gaps beyond those without any movable work.
ROOM = 128


class CompiledRework(Rework):
    """A schedule in which groups are placed anew while all others stay."""

    def __init__(self, kernel: CompiledKernel, schedule: CompiledSchedule) -> None:
        self.compiled = kernel
        self.tables, self.weight = kernel.tables, kernel.weight
        self.count = len(kernel.groups.members)
        self.firsts = np.array([m[0] for m in kernel.groups.members], dtype=np.int64)
        self.late = np.zeros(2)
        self.order = np.empty(0, dtype=np.int64)
        self._load(schedule.taken, np.array(schedule.ends, dtype=np.int64), ROOM)
        self.cost = schedule.cost

    def _load(self, taken: Ints, ends: Ints, room: int) -> None:
        """Occupy what a schedule holds, with rows as long as it takes."""
        while True:
            self.room = room
            self.base = state_of(self.compiled, self.tables, room)
            measure_all(self.base)
            for i, slot in self.compiled.placed.items():
                count(self.tables, self.weight, self.base, self.late, i, slot.end)
            state = self.base.copy()
            state[state[at.SLOT_START] : state[at.OWN_END]] = taken
            state[state[at.CAR_ENDS] : state[at.SLOT_START]] = ends
            settle_all(self.tables, state, self.count)
            if not state[at.FULL]:
                break
            room *= 2
        self.state, self.kept = state, state.copy()
        self._views()

    def _views(self) -> None:
        kept = self.kept
        self.ends = kept[kept[at.CAR_ENDS] : kept[at.SLOT_START]]
        self._starts = kept[kept[at.SLOT_START] : kept[at.SLOT_END]]

    def starts(self) -> Ints:
        """As ``Rework.starts``."""
        return self._starts[self.firsts]

    def followed(self, chosen: Ints) -> Ints:
        """As ``Rework.followed``."""
        marked = np.zeros(self.count, dtype=np.int64)
        marked[chosen] = 1
        and_what_follows(self.tables, marked)
        return np.flatnonzero(marked)

    def replace(self, some: Ints, key: Floats, limit: float) -> float:
        """As ``Rework.replace``."""
        self.order = np.empty(len(some), dtype=np.int64)
        turns_of(self.tables, key, some, self.order)
        status = self._reinsert(limit)
        while status == at.SHORT:
            taken = self.kept[self.kept[at.SLOT_START] : self.kept[at.OWN_END]]
            self._load(taken, self.ends, 2 * self.room)
            status = self._reinsert(limit)
        late, flow = self.late.tolist()
        cost = self.compiled.cost(late, flow)
        if status != at.DONE or cost > limit:
            carry_groups(self.tables, self.kept, self.state, self.order)
            self.state[at.FULL] = 0
            raise Blocked(()) if status == at.BLOCKED else Worse
        self.cost = cost
        carry_groups(self.tables, self.state, self.kept, self.order)
        return cost

    def _reinsert(self, limit: float) -> int:
        t, w, s = self.tables, self.weight, self.state
        return reinsert(t, w, s, self.base, self.late, self.order, limit)

    def schedule(self) -> Schedule:
        """As ``Rework.schedule``."""
        taken = self.kept[self.kept[at.SLOT_START] : self.kept[at.OWN_END]].copy()
        return self.compiled.schedule_of(taken, self.ends.tolist())
