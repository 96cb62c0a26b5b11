"""The compiled kernel: what ``kernel.Kernel`` answers, many times as fast.

It remembers what the decode it was told to keep had come to at some places of its
order. A changed order that begins alike goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from workshop.planner.compiled import layout as at
from workshop.planner.compiled.decode import count, place
from workshop.planner.compiled.jit import prepare
from workshop.planner.compiled.layout import Floats, Ints
from workshop.planner.compiled.lines import measure_all
from workshop.planner.compiled.marks import carry
from workshop.planner.compiled.notes import forget_all
from workshop.planner.compiled.rework import CompiledRework
from workshop.planner.compiled.tables import state_of, tables_of
from workshop.planner.compiled.turns import turns
from workshop.planner.kernel import Kernel, Order
from workshop.planner.occupation import Slot
from workshop.planner.rework import Rework
from workshop.planner.schedule import Blocked, Schedule, Stopped, Worse
from workshop.planner.shop import Shop

__all__ = ["CompiledKernel", "prepare"]

# Places of an order at which a decode is remembered.
MARKS = 24
# A row begins with room for this many gaps beyond those it has, or for so many times
# as many as it has operations on the average; doubled when short.
ROOM, SHARE = 64, 3

Mark = tuple[Ints, Floats]


class CompiledSchedule(Schedule):
    """A schedule whose slots become values when they are asked for."""

    __slots__ = ("_kernel", "taken")

    def __init__(
        self,
        kernel: CompiledKernel,
        taken: Ints,
        ends: list[int],
        cost: float,
        tardiness: float,
    ) -> None:
        super().__init__([], ends, cost, tardiness)
        self._kernel = kernel
        self.taken = taken  # the part of the state that says where operations lie

    def all_slots(self) -> list[Slot]:
        """One slot per operation."""
        return self._kernel.slots_of(self.taken)

    def starts(self, operations: Ints) -> Ints:
        """As ``Schedule.starts``."""
        return self.taken[operations]


class CompiledKernel(Kernel):
    """Decodes orders with compiled code; the output is that of the plain kernel."""

    def __init__(
        self,
        shop: Shop,
        placed: Mapping[int, Slot],
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__(shop, placed, stop)
        groups = len(self.groups.members)
        self.tables = tables_of(self)
        self.weight = np.array(shop.weight, dtype=np.float64)
        self.stride = max(1, -(-groups // MARKS))
        # Orders that begin alike are tried where there is one car alone.
        self.remembers = len({shop.vehicle[m[0]] for m in self.groups.members}) < 2
        self._urgent = np.full(groups, np.inf)
        for g, value in self.urgent.items():
            self._urgent[g] = value
        self.order = np.full(groups, -1, dtype=np.int64)
        self.trial = self.order.copy()
        self.late = np.zeros(1)
        lines = len(shop.calendars) + 2 * len(shop.problem.resources)
        self._lay_out(max(ROOM, SHARE * shop.size // max(1, lines)))

    def _lay_out(self, room: int) -> None:
        """Rows with room for so many more gaps, and nothing remembered."""
        self.room = room
        self.state = state_of(self, self.tables, room)
        self.kept_part = self.state[at.COUNT]  # where the lists begin
        measure_all(self.state)
        self.late[0] = 0.0
        for i, slot in self.placed.items():
            count(self.tables, self.weight, self.state, self.late, i, slot.end)
        self.fresh = (self.state.copy(), self.late.copy())
        self.order[:] = -1
        self.kept: CompiledSchedule | None = None
        self.tried: CompiledSchedule | None = None
        self.marks: list[list[Mark]] = [[self.fresh, self.fresh]]
        self.bank = [0]
        self.began = 0

    def _mark(self) -> Mark:
        """Room for what a run has come to; the head is that of the state."""
        mark = np.empty(self.state[at.SLOT_START], dtype=np.int64)
        mark[: at.STATE_HEAD] = self.state[: at.STATE_HEAD]
        return mark, np.zeros(1)

    def _save(self, mark: Mark) -> None:
        carry(self.state, mark[0])
        mark[1][0] = self.late[0]

    def _restore(self, mark: Mark) -> None:
        carry(mark[0], self.state)
        self.late[0] = mark[1][0]
        self.state[at.FULL] = 0
        forget_all(self.tables, self.state)

    def decode(self, priority: Order, limit: float = float("inf")) -> Schedule:
        """As ``Kernel.decode``."""
        key = np.minimum(np.asarray(priority, dtype=np.float64), self._urgent)
        turns(self.tables, key, self.trial)
        status, g = self._decode(limit)
        while status == at.SHORT:
            self._lay_out(2 * self.room)
            status, g = self._decode(limit)
        if status == at.WORSE:
            raise Worse
        if status == at.BLOCKED:
            raise Blocked(self.groups.members[g])
        return self._schedule()

    def _decode(self, limit: float) -> tuple[int, int]:
        """Place ``self.trial``, from the last mark on that it shares."""
        self.began = min(self._shared() // self.stride, len(self.bank) - 1)
        self.tried = None
        self._restore(self.marks[self.began][self.bank[self.began]])
        if self.began and self.kept is not None:
            self.state[self.state[at.SLOT_START] : self._end()] = self.kept.taken
        status, g = at.DONE, -1
        for k in range(self.began, -(-len(self.trial) // self.stride)):
            if self.stop():
                raise Stopped
            if k > self.began and self.remembers:
                self._remember(k)
            begin = k * self.stride
            until = min(len(self.trial), begin + self.stride)
            status, g = self._place(self.trial, begin, until, limit)
            if status != at.DONE:
                break
        return status, g

    def _place(
        self, order: Ints, begin: int, until: int, limit: float
    ) -> tuple[int, int]:
        t, w, s, late = self.tables, self.weight, self.state, self.late
        return place(t, w, s, late, order, begin, until, limit)

    def _end(self) -> int:
        """Where the part of the state ends that says where operations lie."""
        return int(self.state[at.OWN_END])

    def _shared(self) -> int:
        """How many groups the trial's order shares with the kept one."""
        differ = np.flatnonzero(self.order != self.trial)
        return int(differ[0]) if differ.size else len(self.order)

    def _remember(self, k: int) -> None:
        """Save the run at mark ``k``, not over what the kept order came to there."""
        while len(self.marks) <= k:
            self.marks.append([self._mark(), self._mark()])
            self.bank.append(0)
        self._save(self.marks[k][1 - self.bank[k]])

    def _schedule(self) -> Schedule:
        state = self.state
        ends = state[state[at.CAR_ENDS] : state[at.SLOT_START]].tolist()
        taken = state[state[at.SLOT_START] : self._end()].copy()
        self.tried = self.schedule_of(taken, ends)
        return self.tried

    def schedule_of(self, taken: Ints, ends: list[int]) -> CompiledSchedule:
        """A schedule in which operations lie so."""
        tardiness, flow = self.lateness(ends)
        cost = self.cost(tardiness, flow)
        return CompiledSchedule(self, taken, ends, cost, tardiness)

    def rework(self, schedule: Schedule) -> Rework:
        """As ``Kernel.rework``."""
        if not isinstance(schedule, CompiledSchedule):
            return super().rework(schedule)
        return CompiledRework(self, schedule)

    def keep(self, schedule: Schedule) -> None:
        """As ``Kernel.keep``: it has to be the last schedule decoded."""
        if self.tried is None or schedule is not self.tried:
            return
        for k in range(self.began + 1, len(self.bank)):
            self.bank[k] = 1 - self.bank[k]
        self.kept = self.tried
        self.order, self.trial = self.trial, self.order

    def slots_of(self, taken: Ints) -> list[Slot]:
        """Where operations lie, as values; what was placed before as it was."""
        size, width = self.shop.size, int(self.state[at.CREW_WIDTH])
        start, end, bay = (taken[k * size : (k + 1) * size].tolist() for k in range(3))
        crews = taken[3 * size :].reshape(size, width).tolist()
        out = []
        for i, need in enumerate(self.shop.needs):
            crew = tuple(sorted(crews[i][: len(need.slots)]))
            out.append(self.placed.get(i) or Slot(start[i], end[i], crew, bay[i]))
        return out

    def blocked(self, priority: Order) -> list[tuple[int, ...]]:
        """As ``Kernel.blocked``."""
        key = np.minimum(np.asarray(priority, dtype=np.float64), self._urgent)
        turns(self.tables, key, self.trial)
        out: list[tuple[int, ...]] = []
        self._restore(self.fresh)
        size = self.shop.size
        begins = self.state[at.SLOT_START]
        self.state[begins : begins + size] = -1
        k = 0
        while k < len(self.urgent):
            status, g = self._place(self.trial, k, len(self.urgent), np.inf)
            if status == at.SHORT:
                self._lay_out(2 * self.room)
                return self.blocked(priority)
            if status == at.DONE:
                break
            out.append(tuple(self.groups.members[g]))
            k = int(np.flatnonzero(self.trial == g)[0]) + 1
        return out
