"""Serial schedule generation with insertion: an order of groups becomes a schedule.

This plain Python kernel is the reference: a faster one has to give the same output.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush

import numpy as np
from numpy.typing import NDArray

from workshop.planner.finder import Finder
from workshop.planner.groups import depths, groups_of
from workshop.planner.occupation import FAR, Frame, Occupation, Slot, Trail
from workshop.planner.rework import Rework
from workshop.planner.schedule import Blocked, Schedule, Stopped, Worse
from workshop.planner.shop import Lag, Shop

# One number per group: the smallest goes first.
Order = Sequence[float] | NDArray[np.float64]

# Keys of groups with limited room lie about URGENT, before all rules; a search may
# put others before even these, at FRONT. Both leave room for whole units.
URGENT = -1e12
FRONT = -1e14
BACK_OFFS = 400
LOOK_EVERY = 32

# Weight of the flow time beside weighted tardiness: enough to finish early what is
# not late, too little to make anything late.
FLOW = 1e-4


class Kernel:
    """Decodes orders around operations that are not to be moved."""

    def __init__(
        self,
        shop: Shop,
        placed: Mapping[int, Slot],
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self.shop = shop
        self.placed = placed
        self.stop = stop
        self.stride = LOOK_EVERY  # groups placed between two looks at the stop
        self._marks = [i in placed for i in range(shop.size)]
        self.groups = groups_of(shop, self._marks)
        self.base = Occupation.empty(shop)
        for i, slot in placed.items():
            self.base.block(shop, i, slot)
        rank = depths(shop, self._marks)
        self._frames()
        self._urgency(rank)
        self.rest = self._rests(rank)

    def _frames(self) -> None:
        """Fold the lags to and from placed operations into static frames."""
        shop, placed = self.shop, self.placed
        self.frames: list[Frame] = []
        self.before: list[list[Lag]] = []
        if not placed:
            self.frames = [Frame(lo, FAR, 0, shop.horizon) for lo in shop.release]
            self.before = shop.before
            return
        for i in range(shop.size):
            lo, hi, elo, ehi = shop.release[i], FAR, 0, shop.horizon
            for p, least, most in shop.before[i]:
                if p in placed:
                    lo = max(lo, placed[p].end + least)
                    hi = hi if most is None else min(hi, placed[p].end + most)
            for q, least, most in shop.after[i]:
                if q in placed:
                    ehi = min(ehi, placed[q].start - least)
                    elo = elo if most is None else max(elo, placed[q].start - most)
            self.frames.append(Frame(lo, hi, elo, ehi))
            self.before.append([x for x in shop.before[i] if x[0] not in placed])

    def _rests(self, rank: list[int]) -> list[int]:
        """Least elapsed time from the end of each operation to the end of its car."""
        shop = self.shop
        rest = [0] * shop.size
        for i in sorted(range(shop.size), key=lambda i: -rank[i]):
            for p, least, _ in self.before[i]:
                if shop.vehicle[p] == shop.vehicle[i]:
                    rest[p] = max(rest[p], least + shop.work[i] + rest[i])
        return rest

    def _urgency(self, rank: list[int]) -> None:
        """Latest starts of groups whose room is limited by placed operations."""
        shop, frames = self.shop, self.frames
        self.urgent: dict[int, float] = {}
        if not self.placed:
            return
        latest = [FAR] * shop.size
        for i in sorted(range(shop.size), key=lambda i: -rank[i]):
            frame = frames[i]
            limited = frame.ehi if frame.ehi < shop.horizon else FAR
            latest[i] = min(latest[i], frame.hi, limited - shop.work[i])
            if latest[i] < FAR // 2:
                for p, least, _ in self.before[i]:
                    latest[p] = min(latest[p], latest[i] - least - shop.work[p])
        # Groups are in topological order: whatever an urgent one waits for is urgent.
        for g in range(len(self.groups.members) - 1, -1, -1):
            first = min(latest[i] for i in self.groups.members[g])
            after = [self.urgent[h] for h in self.groups.after[g] if h in self.urgent]
            value = min([URGENT + first if first < FAR // 2 else 0.0, *after])
            if value < 0.0:
                self.urgent[g] = value

    def decode(self, priority: Order, limit: float = float("inf")) -> Schedule:
        """Place all groups, smallest priority first among those that may start.

        Raises:
            Blocked: a group has no place between its neighbours or before the horizon.
            Worse: the cost would exceed ``limit``.
            Stopped: the stop was called for.
        """
        run = Run(self, limit)
        for count, g in enumerate(self._turns(priority)):
            if count % self.stride == 0 and self.stop():
                raise Stopped
            run.place(self.groups.members[g])
        return run.schedule()

    def keep(self, schedule: Schedule) -> None:
        """Learn that the next orders will be like that of ``schedule``.

        Changes no answer; this kernel makes nothing of it.
        """

    def finished(self, slots: list[Slot], ends: list[int]) -> Schedule:
        """A schedule of these slots."""
        tardiness, flow = self.lateness(ends)
        return Schedule(slots, ends, self.cost(tardiness, flow), tardiness)

    def lateness(self, ends: list[int]) -> tuple[float, float]:
        """Weighted tardiness and weighted flow of cars that end so, in units."""
        shop = self.shop
        tardiness = flow = 0.0
        for w, e, d in zip(shop.weight, ends, shop.due, strict=True):
            tardiness += w * max(0, e - d)
            flow += w * e
        return tardiness, flow

    def run(self, limit: float, stay: Mapping[int, Slot]) -> Run:
        """A decode in which ``stay``, movable operations, keep the places they have."""
        return Run(self, limit, stay)

    def rework(self, schedule: Schedule) -> Rework:
        """A way to place groups of a schedule anew while all others stay."""
        return Rework(self, schedule)

    @staticmethod
    def cost(tardiness: float, flow: float) -> float:
        """What is to be small: lateness first, then the time in the house."""
        return tardiness + FLOW * flow

    def _turns(self, priority: Order) -> Iterator[int]:
        """Groups in the order of priority, each after those it waits for."""
        key = list(priority)
        for g, value in self.urgent.items():
            key[g] = min(key[g], value)
        after = self.groups.after
        waiting = self.groups.waiting[:]
        heap = [(key[g], g) for g, w in enumerate(waiting) if not w]
        heapify(heap)
        while heap:
            g = heappop(heap)[1]
            yield g
            for h in after[g]:
                waiting[h] -= 1
                if not waiting[h]:
                    heappush(heap, (key[h], h))

    def blocked(self, priority: Order) -> list[tuple[int, ...]]:
        """Groups limited by placed operations that find no room beside them."""
        run = Run(self, float("inf"))
        out: list[tuple[int, ...]] = []
        left = len(self.urgent)
        for g in self._turns(priority):
            if not left:
                break
            left -= 1
            try:
                run.place(self.groups.members[g])
            except Blocked as error:
                out.append(error.members)
        return out

    def alone(self, members: Sequence[int]) -> bool:
        """Whether a group can be placed in the shop without its movable neighbours."""
        try:
            Run(self, float("inf")).place(list(members))
        except Blocked:
            return False
        return True


class Run:
    """One decode in progress."""

    def __init__(
        self, kernel: Kernel, limit: float, stay: Mapping[int, Slot] | None = None
    ) -> None:
        """``stay`` are movable operations that keep the places they have."""
        self.kernel = kernel
        self.shop = kernel.shop
        self.occupation = kernel.base.copy()
        self.finder = Finder(kernel.shop, self.occupation)
        self.slots: list[Slot | None] = [None] * kernel.shop.size
        self.ends = [0] * len(kernel.shop.due)
        self.limit = limit
        self.tardiness = 0.0
        for i, slot in kernel.placed.items():
            self.slots[i] = slot
            self._count(i, slot.end)
        for i, slot in (stay or {}).items():
            self.occupation.take(self.shop, i, slot)
            self.slots[i] = slot
            self._count(i, slot.end + kernel.rest[i])

    def schedule(self) -> Schedule:
        """The finished schedule with its cost."""
        slots = [s for s in self.slots if s is not None]
        return self.kernel.finished(slots, self.ends)

    def _count(self, i: int, end: int) -> None:
        v = self.shop.vehicle[i]
        if end > self.ends[v]:
            due = self.shop.due[v]
            if end > due:
                late = end - max(self.ends[v], due)
                self.tardiness += self.shop.weight[v] * late
            self.ends[v] = end

    def place(self, members: list[int]) -> None:
        """Place one group, or raise."""
        if len(members) == 1:
            i = members[0]
            slot = self.finder.find(i, self._frame(i, 0))
            if slot is None:
                raise Blocked(members)
            self.occupation.take(self.shop, i, slot)
            self.slots[i] = slot
        else:
            self._place_chain(members)
        for i in members:
            done = self.slots[i]
            if done is not None:
                # What must follow is counted at once: a bad order shows early.
                self._count(i, done.end + self.kernel.rest[i])
        if self.tardiness > self.limit:
            raise Worse

    def _frame(self, i: int, floor: int) -> Frame:
        """When ``i`` may run, given what is placed; it may not end before ``floor``."""
        lo, hi, elo, ehi = self.kernel.frames[i]
        for p, least, most in self.kernel.before[i]:
            slot = self.slots[p]
            if slot is None:
                continue
            end = slot.end
            if end + least > lo:
                lo = end + least
            if most is not None and end + most < hi:
                hi = end + most
        return Frame(lo, hi, max(elo, floor), ehi)

    def _place_chain(self, members: list[int]) -> None:
        """Place members in turn; where a maximum lag breaks, back off its first."""
        floors = dict.fromkeys(members, 0)
        trails: list[Trail] = []
        tries = k = 0
        while k < len(members):
            i = members[k]
            frame = self._frame(i, floors[i])
            slot = self.finder.find(i, frame)
            if slot is not None:
                trails.append(self.occupation.take(self.shop, i, slot))
                self.slots[i] = slot
                k += 1
                continue
            tries += 1
            back = self._culprit(i, frame) if tries < BACK_OFFS else None
            if back is None:
                self._take_back(members[:k], trails)
                raise Blocked(members)
            p, floor = back
            floors[p] = floor
            to = members.index(p)
            self._take_back(members[to:k], trails)
            k = to

    def _culprit(self, i: int, frame: Frame) -> tuple[int, int] | None:
        """The predecessor whose maximum lag binds, and where it must at least end."""
        free = self.finder.find(i, frame._replace(hi=FAR))
        if free is None:
            return None
        for p, _, most in self.kernel.before[i]:
            slot = self.slots[p]
            if slot is None or most is None or slot.end + most >= free.start:
                continue
            return p, free.start - most
        return None

    def _take_back(self, members: Sequence[int], trails: list[Trail]) -> None:
        for i in reversed(members):
            slot = self.slots[i]
            if slot is not None:
                self.occupation.undo(self.shop, i, slot, trails.pop())
                self.slots[i] = None
