"""Priority rules: which of the waiting operations goes first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workshop.planner.groups import Groups, depths
from workshop.planner.shop import Shop

Floats = NDArray[np.float64]
# A car may weigh nothing.
TINY = 1e-9


class Taste(NamedTuple):
    """What a rule makes of cars and of the work that is left on them.

    Attributes:
        pace: how long cars take in turn, as a share of what the busiest kind needs.
        look: how far ahead virtual due dates look, in the average time of a car
            (None: due dates as they are; 0: none).
        tail: which share of its tail an operation is ahead of its car's date. Where
            cars wait for a bay, what is left takes longer than its tail: more than 1.
    """

    pace: float
    look: float | None
    tail: float


# Share of the tail that only orders the operations of one car among themselves.
IN_TURN = 0.001
# Rules, in the order in which they are tried.
NAMED = {
    "virtual due 0.3": Taste(1.0, 0.3, 1.0),
    "crowded 0.8": Taste(0.8, 0.35, 1.9),
    "crowded 0.55": Taste(0.55, 0.3, 1.8),
    "virtual due 0.5": Taste(1.0, 0.5, 1.0),
    "virtual due 0.15, half": Taste(1.0, 0.15, 0.5),
    "virtual due 0.15": Taste(1.0, 0.15, 1.0),
    "virtual due 1.0": Taste(1.0, 1.0, 1.0),
    "slack": Taste(1.0, None, 1.0),
    "virtual due 0.3, half": Taste(1.0, 0.3, 0.5),
    "cars in turn 0.5": Taste(1.0, 0.5, IN_TURN),
    "virtual due 2": Taste(1.0, 2.0, 1.0),
    "earliest due": Taste(1.0, None, IN_TURN),
    "longest tail": Taste(1.0, 0.0, 1.0),
}


def tails(shop: Shop, movable: list[bool]) -> list[float]:
    """Elapsed time from the start of each operation to the end of its car's chain."""
    stretch = _stretch(shop)
    rank = depths(shop, [False] * shop.size)
    out = [0.0] * shop.size
    for i in sorted(range(shop.size), key=lambda i: -rank[i]):
        after = max((out[j] + least for j, least, _ in shop.after[i]), default=0.0)
        out[i] = after
        if movable[i]:
            split = shop.needs[i].slots and not shop.operations[i].no_split
            out[i] += shop.work[i] * (stretch if split else 1.0)
    return out


def _stretch(shop: Shop) -> float:
    """Elapsed units per working unit of an average technician."""
    span = max(1, shop.horizon - shop.now)
    hours = sum(c.total for c in shop.calendars)
    return span * len(shop.calendars) / hours if hours else 1.0


def first_rule(shop: Shop) -> list[float]:
    """The priority of each operation by the rule that is tried first."""
    rules = Rules(shop, None)
    taste = next(iter(NAMED.values()))
    cars = rules.cars(taste)[np.array(shop.vehicle, dtype=np.int64)]
    out: list[float] = (cars - taste.tail * np.array(rules.tails)).tolist()
    return out


class Rules:
    """Priorities by rule, one number per group (smaller goes first)."""

    def __init__(self, shop: Shop, groups: Groups | None) -> None:
        """Without groups only values of operations and cars can be asked for."""
        self.shop = shop
        movable = [o.fixed is None for o in shop.operations]
        if groups:
            movable = [g >= 0 for g in groups.of]
        self.tails = tails(shop, movable)
        cars = len(shop.due)
        length, load = [0.0] * cars, [0.0] * cars
        for i in range(shop.size):
            if movable[i]:
                v = shop.vehicle[i]
                length[v] = max(length[v], self.tails[i])
                load[v] += shop.work[i] * len(shop.needs[i].slots)
        self.length = np.array(length)
        self.span = max(1.0, float(np.sum(self.length)) / max(1, cars))
        self.load = np.maximum(1.0, np.array(load) * self._pace(movable, sum(load)))
        self._lay_out(groups.members if groups else [])

    def _lay_out(self, members: Sequence[Sequence[int]]) -> None:
        """All operations of all groups in one row, with their cars and tails."""
        row = np.array([i for m in members for i in m], dtype=np.int64)
        self._car = np.array(self.shop.vehicle, dtype=np.int64)[row]
        self._tail = np.array(self.tails)[row]
        sizes = np.array([len(m) for m in members], dtype=np.int64)
        self._begins = np.cumsum(sizes) - sizes

    def _pace(self, movable: list[bool], total: float) -> float:
        """Elapsed units the shop needs per unit of load, by its busiest kind."""
        shop = self.shop
        able = Counter(s for t in shop.problem.technicians for s in set(t.skills))
        kinds: dict[object, float] = {}
        for i in range(shop.size):
            if not movable[i]:
                continue
            operation = shop.operations[i]
            for skill, count in operation.needs.items():
                share = shop.work[i] * count / able[skill]
                kinds[skill] = kinds.get(skill, 0.0) + share
            if operation.bay is not None:
                key = ("bay", operation.bay)
                count = len(shop.bays_of[operation.bay])
                kinds[key] = kinds.get(key, 0.0) + shop.work[i] / count
        people = total / max(1, len(shop.problem.technicians))
        busiest = max([people, *kinds.values()], default=0.0)
        return busiest * _stretch(shop) / total if total else 1.0

    def all(self) -> list[tuple[str, Floats]]:
        """Rules by name, in the order in which they are tried."""
        return [(name, self.rule(name)) for name in NAMED]

    def rule(self, name: str) -> Floats:
        """The priorities of a rule of this name."""
        taste = NAMED[name]
        return self.by_car(self.cars(taste), taste.tail)

    def by_tail(self) -> Floats:
        """The longest tail first, whatever the car."""
        return self.by_car(np.zeros(len(self.length)), 1.0)

    def by_car(self, dates: Floats, tail: float) -> Floats:
        """The priorities of groups of cars with these dates."""
        if not len(self._begins):
            return np.zeros(0)
        value = dates[self._car] - tail * self._tail
        return np.minimum.reduceat(value, self._begins)

    def cars(self, taste: Taste) -> Floats:
        """The date of each car: its due date, or when it would be done in turn."""
        if taste.look is None:
            return np.array(self.shop.due, dtype=np.float64)
        if not taste.look:
            return np.zeros(len(self.length))
        return self._virtual(taste.pace, taste.look)

    def _virtual(self, pace: float, look: float) -> Floats:
        """When each car would be done if cars took turns by apparent tardiness cost."""
        shop = self.shop
        loads, scale = pace * self.load, look * self.span
        due = np.array(shop.due, dtype=np.float64) - self.length
        # Of logarithms: what is due in years is not all alike.
        worth = np.log(np.maximum(shop.weight, TINY) / loads)
        time = float(shop.now)
        out = np.zeros(len(loads))
        for _ in range(len(loads)):
            urge = worth - np.maximum(0.0, due - time) / scale
            v = int(np.argmax(urge))
            time += float(loads[v])
            out[v] = max(time, shop.now + float(self.length[v]))
            worth[v] = -np.inf
        return out
