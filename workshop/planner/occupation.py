"""What every technician, bay and pool still has free, and how a slot is taken."""

from __future__ import annotations

from typing import NamedTuple

from workshop.planner.lines import Levels, Line, Undo
from workshop.planner.shop import Shop

Trail = list[tuple[Line, Undo | None]]

FAR = 1 << 60


class Frame(NamedTuple):
    """The times an operation may take: start in [lo, hi], end in [elo, ehi]."""

    lo: int
    hi: int = FAR
    elo: int = 0
    ehi: int = FAR


class Slot(NamedTuple):
    """A place found. ``bay`` is -1 where none is wanted."""

    start: int
    end: int
    crew: tuple[int, ...]
    bay: int


class Occupation:
    """What is free of every technician, bay and pool."""

    __slots__ = ("bays", "clock", "people", "pools")

    def __init__(
        self,
        people: list[Line],
        bays: list[Line],
        clock: list[Line],
        pools: list[Levels],
    ) -> None:
        self.people = people  # in working units of the technician
        self.bays = bays  # in staffed units of the house
        self.clock = clock  # the same bays in clock time
        self.pools = pools

    @classmethod
    def empty(cls, shop: Shop) -> Occupation:
        """Nothing taken yet."""
        problem = shop.problem
        bays = problem.resources
        return cls(
            [Line([0], [c.total]) for c in shop.calendars],
            [Line([0], [shop.house.total]) for _ in bays],
            [Line([shop.now], [shop.horizon]) for _ in bays],
            [Levels(p.capacity, [shop.now], [0]) for p in problem.pools],
        )

    def copy(self) -> Occupation:
        """An independent copy."""
        return Occupation(
            [x.copy() for x in self.people],
            [x.copy() for x in self.bays],
            [x.copy() for x in self.clock],
            [x.copy() for x in self.pools],
        )

    def block(self, shop: Shop, i: int, slot: Slot) -> None:
        """Occupy what fixed work holds, even where it overlaps other fixed work."""
        start, end = max(slot.start, shop.now), slot.end
        if end <= start:
            return
        for t in slot.crew:
            calendar = shop.calendars[t]
            self.people[t].block(calendar.before(start), calendar.before(end))
        if slot.bay >= 0:
            house = shop.house
            self.bays[slot.bay].block(house.before(start), house.before(end))
            self.clock[slot.bay].block(start, end)
        for k, amount in shop.uses[i]:
            self.pools[k].add(start, end, amount)

    def take(self, shop: Shop, i: int, slot: Slot) -> Trail:
        """Occupy a slot that was found free. The record undoes it."""
        trail: Trail = []
        start, end = slot.start, slot.end
        for t in slot.crew:
            calendar, line = shop.calendars[t], self.people[t]
            trail.append(
                (line, line.take(calendar.before(start), calendar.before(end)))
            )
        if slot.bay >= 0:
            line = self.bays[slot.bay]
            house = shop.house
            trail.append((line, line.take(house.before(start), house.before(end))))
            line = self.clock[slot.bay]
            trail.append((line, line.take(start, end)))
        for k, amount in shop.uses[i]:
            self.pools[k].add(start, end, amount)
        return trail

    def undo(self, shop: Shop, i: int, slot: Slot, trail: Trail) -> None:
        """Undo the last ``take`` that is not undone yet."""
        for line, record in reversed(trail):
            line.undo(record)
        for k, amount in shop.uses[i]:
            self.pools[k].add(slot.start, slot.end, -amount)
