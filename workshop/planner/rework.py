"""Placing some groups of a schedule anew while all others stay where they are.

Far cheaper than a decode: what a change does not touch is not looked at. This plain
Python form is the reference: the compiled one gives the same output.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from workshop.planner.occupation import Slot
from workshop.planner.schedule import Schedule, Worse

if TYPE_CHECKING:
    from workshop.planner.kernel import Kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Rework:
    """A schedule in which groups are placed anew while all others stay.

    ``cost`` is that of the schedule as it stands, ``ends`` is when its cars end.
    """

    cost: float
    ends: Ints

    def __init__(self, kernel: Kernel, schedule: Schedule) -> None:
        self.kernel = kernel
        self.slots = dict(enumerate(schedule.all_slots()))
        for i in kernel.placed:
            del self.slots[i]
        self.cost = schedule.cost
        self.ends = np.array(schedule.ends, dtype=np.int64)
        self.first = [m[0] for m in kernel.groups.members]

    def starts(self) -> Ints:
        """When each group starts."""
        return np.array([self.slots[i].start for i in self.first], dtype=np.int64)

    def followed(self, chosen: Ints) -> Ints:
        """Groups and all that wait for them, in topological order."""
        marked = set(chosen.tolist())
        # Groups are in topological order.
        for g, after in enumerate(self.kernel.groups.after):
            if g in marked:
                marked.update(after)
        return np.array(sorted(marked), dtype=np.int64)

    def replace(self, some: Ints, key: Floats, limit: float) -> float:
        """Take groups out and place them anew, smallest key first; the new cost.

        Whatever waits for one of the groups has to be among them.

        Raises:
            Blocked: a group has no place.
            Worse: the cost would exceed ``limit``. Either way all stays as it was.
        """
        groups = self.kernel.groups
        order = self._turns(some.tolist(), key)
        out = {i for g in order for i in groups.members[g]}
        stay = {i: s for i, s in self.slots.items() if i not in out}
        run = self.kernel.run(limit, stay)
        for g in order:
            run.place(groups.members[g])
        found = run.schedule()
        if found.cost > limit:
            raise Worse
        slots = found.all_slots()
        self.slots.update({i: slots[i] for i in out})
        self.cost = found.cost
        self.ends = np.array(found.ends, dtype=np.int64)
        return self.cost

    def _turns(self, some: list[int], key: Floats) -> list[int]:
        after = self.kernel.groups.after
        waiting = dict.fromkeys(some, 0)
        for g in some:
            for h in after[g]:
                if h in waiting:
                    waiting[h] += 1
        heap = [(key[g], g) for g in some if not waiting[g]]
        heapify(heap)
        out = []
        while heap:
            g = heappop(heap)[1]
            out.append(g)
            for h in after[g]:
                if h in waiting:
                    waiting[h] -= 1
                    if not waiting[h]:
                        heappush(heap, (key[h], h))
        return out

    def schedule(self) -> Schedule:
        """The schedule as it stands."""
        slots: list[Slot] = []
        for i in range(self.kernel.shop.size):
            slots.append(self.kernel.placed.get(i) or self.slots[i])
        return self.kernel.finished(slots, self.ends.tolist())
