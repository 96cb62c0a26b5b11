"""Why every operation starts when it does, and what makes a car late."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from workshop.planner.occupation import Slot
from workshop.planner.plan import LateVehicle, Reason, ReasonKind
from workshop.planner.shop import Shop

Span = tuple[int, int, int]  # start, end, operation


class Explainer:
    """Asks of each operation: what if it started one working unit earlier?"""

    def __init__(self, shop: Shop, slots: Sequence[Slot], kept: frozenset[int]) -> None:
        self.shop = shop
        self.slots = slots
        self.kept = kept
        self.people: list[list[Span]] = [[] for _ in shop.calendars]
        self.bays: list[list[Span]] = [[] for _ in shop.problem.resources]
        self.pools: list[list[Span]] = [[] for _ in shop.problem.pools]
        for i, slot in enumerate(slots):
            span = (slot.start, slot.end, i)
            for t in slot.crew:
                self.people[t].append(span)
            if slot.bay >= 0:
                self.bays[slot.bay].append(span)
            for k, _ in shop.uses[i]:
                self.pools[k].append(span)
        for spans in (*self.people, *self.bays, *self.pools):
            spans.sort()

    def reasons(self) -> tuple[Reason, ...]:
        """One reason per operation, in their order."""
        return tuple(self.reason(i) for i in range(self.shop.size))

    def reason(self, i: int) -> Reason:
        """Why operation ``i`` does not start earlier."""
        slot = self.slots[i]
        if self.shop.operations[i].fixed is not None:
            return Reason(ReasonKind.FIXED, slot.start)
        bound = self.bound(i)
        if slot.start <= bound.until:
            return bound
        earlier = self._earlier(i)
        if earlier is None or earlier[0] < bound.until:
            if bound.kind is ReasonKind.NOW:
                return Reason(ReasonKind.HOURS, slot.start)
            return replace(bound, then=ReasonKind.HOURS)
        found = self._taken(i, *earlier)
        if found is not None:
            return found
        if i in self.kept:
            return Reason(ReasonKind.KEPT, slot.start)
        return self._chained(i, earlier[1]) or Reason(ReasonKind.ORDER, slot.start)

    def bound(self, i: int) -> Reason:
        """What alone forbids an earlier start, resources apart: the latest of all."""
        shop = self.shop
        operation = shop.operations[i]
        arrival = shop.problem.vehicles[shop.vehicle[i]].release
        best = Reason(ReasonKind.NOW, shop.now)
        if arrival > best.until:
            best = Reason(ReasonKind.ARRIVAL, arrival)
        if operation.release > best.until:
            best = Reason(ReasonKind.PART, operation.release)
        for p, least, _ in shop.before[i]:
            until = self.slots[p].end + least
            if until > best.until or (until == best.until and best.operation is None):
                kind = ReasonKind.LAG if least > 0 else ReasonKind.PREDECESSOR
                best = Reason(
                    kind, until, operation=p, lag=least if least > 0 else None
                )
        return best

    def _earlier(self, i: int) -> tuple[int, int] | None:
        """The same work by the same crew, one step earlier in its calendar."""
        slot, work = self.slots[i], self.shop.work[i]
        if not slot.crew:
            return slot.start - 1, slot.end - 1
        calendar = self.shop.crews.of(slot.crew)
        unit = calendar.before(slot.start) - 1
        if self.shop.operations[i].no_split:
            while unit >= 0 and calendar.unbroken(unit, work) != unit:
                unit -= 1
        if unit < 0:
            return None
        return calendar.clock(unit), calendar.clock_end(unit + work)

    def _taken(self, i: int, start: int, end: int) -> Reason | None:
        """The technician, bay or pool that is taken in ``[start, end)``."""
        shop, slot = self.shop, self.slots[i]
        for t in slot.crew:
            other = _blocker(self.people[t], start, end, i)
            if other is not None:
                return Reason(
                    ReasonKind.TECHNICIAN,
                    self.slots[other].end,
                    operation=other,
                    technician=shop.person(t).id,
                )
        return self._bay_taken(i, start, end) or self._pool_taken(i, start, end)

    def _bay_taken(self, i: int, start: int, end: int) -> Reason | None:
        shop = self.shop
        blockers = [
            (_blocker(self.bays[k], start, end, i), k) for k in shop.bays[i] or ()
        ]
        known = [(self.slots[j].end, j, k) for j, k in blockers if j is not None]
        if not known or len(known) < len(blockers):
            return None
        own = [x for x in known if x[2] == self.slots[i].bay]
        until, j, k = own[0] if own else min(known)
        bay = shop.problem.resources[k].id
        return Reason(ReasonKind.BAY, until, operation=j, bay=bay)

    def _pool_taken(self, i: int, start: int, end: int) -> Reason | None:
        shop = self.shop
        for k, amount in shop.uses[i]:
            pool = shop.problem.pools[k]
            users = [x for x in self.pools[k] if x[0] < end and x[1] > start]
            users = [x for x in users if x[2] != i]
            used = sum(dict(shop.uses[j])[k] for s, e, j in users if s <= start < e)
            if used + amount > pool.capacity:
                until, j = min((e, j) for s, e, j in users if s <= start < e)
                return Reason(ReasonKind.POOL, until, operation=j, pool=pool.id)
        return None

    def _chained(self, i: int, earlier_end: int) -> Reason | None:
        """A successor that has to follow within a maximum lag holds it back."""
        for j, _, most in self.shop.after[i]:
            if most is not None and self.slots[j].start > earlier_end + most:
                start = self.slots[i].start
                return Reason(ReasonKind.CHAIN, start, operation=j, lag=most)
        return None

    def late(self, reasons: Sequence[Reason]) -> tuple[LateVehicle, ...]:
        """Late vehicles, the costliest first, each with its chain."""
        last: dict[int, int] = {}
        for i, slot in enumerate(self.slots):
            v = self.shop.vehicle[i]
            if v not in last or slot.end > self.slots[last[v]].end:
                last[v] = i
        out = []
        for v, i in last.items():
            vehicle, end = self.shop.problem.vehicles[v], self.slots[i].end
            if end > vehicle.due:
                days = (end - vehicle.due) / self.shop.problem.units_per_day
                chain = self.chain(i, reasons)
                cost = round(vehicle.weight * days, 3)
                out.append(LateVehicle(vehicle.id, end, vehicle.due, cost, chain))
        return tuple(sorted(out, key=lambda v: -v.weighted_days))

    def chain(self, last: int, reasons: Sequence[Reason]) -> tuple[int, ...]:
        """From what begins the trouble to ``last``, following what each waits for."""
        chain = [last]
        seen = {last}
        while True:
            i = chain[-1]
            following = reasons[i].operation
            if following is None or following in seen:
                following = self.bound(i).operation
            if following is None or following in seen:
                return tuple(reversed(chain))
            chain.append(following)
            seen.add(following)


def _blocker(spans: list[Span], start: int, end: int, own: int) -> int | None:
    """The last other operation that overlaps ``[start, end)``."""
    k = bisect_left(spans, (end, 0, -1)) - 1
    found: Span | None = None
    # Spans of one owner do not overlap, but for fixed history: look back a little.
    while k >= 0 and k > bisect_left(spans, (start, 0, -1)) - 6:
        s, e, j = spans[k]
        if j != own and e > start and s < end and (found is None or e > found[1]):
            found = spans[k]
        k -= 1
    return None if found is None else found[2]
