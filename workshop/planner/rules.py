"""Priority rules: which of the waiting operations goes first."""

from __future__ import annotations

from collections import Counter
from math import exp

import numpy as np

from workshop.planner.groups import Groups, depths
from workshop.planner.shop import Shop

# Share of the tail that only orders the operations of one car among themselves.
IN_TURN = 0.001
# Rules, the ones that are usually best first: how far ahead each looks for virtual due
# dates, in the average time of a car (None: due dates as they are, 0: none), and which
# share of its tail an operation is ahead of its car's date.
NAMED: dict[str, tuple[float | None, float]] = {
    "virtual due 0.3": (0.3, 1.0),
    "virtual due 0.5": (0.5, 1.0),
    "virtual due 0.15, half": (0.15, 0.5),
    "virtual due 0.15": (0.15, 1.0),
    "virtual due 1.0": (1.0, 1.0),
    "slack": (None, 1.0),
    "virtual due 0.3, half": (0.3, 0.5),
    "cars in turn 0.5": (0.5, IN_TURN),
    "virtual due 2": (2.0, 1.0),
    "earliest due": (None, IN_TURN),
    "longest tail": (0.0, 1.0),
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
    """The priority of each operation by the rule that is usually best."""
    rules = Rules(shop, None)
    cars = rules.virtual(0.3)
    return [cars[shop.vehicle[i]] - t for i, t in enumerate(rules.tails)]


class Rules:
    """Priorities by rule, one number per group (smaller goes first)."""

    def __init__(self, shop: Shop, groups: Groups | None) -> None:
        """Without groups only values of operations and cars can be asked for."""
        self.shop = shop
        self.members = groups.members if groups else []
        movable = [o.fixed is None for o in shop.operations]
        if groups:
            movable = [g >= 0 for g in groups.of]
        self.tails = tails(shop, movable)
        cars = len(shop.due)
        self.length = [0.0] * cars
        self.load = [0.0] * cars
        for i in range(shop.size):
            if movable[i]:
                v = shop.vehicle[i]
                self.length[v] = max(self.length[v], self.tails[i])
                self.load[v] += shop.work[i] * len(shop.needs[i].slots)
        self.pace = self._pace(movable)

    def _pace(self, movable: list[bool]) -> float:
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
        total = sum(self.load)
        people = total / max(1, len(shop.problem.technicians))
        busiest = max([people, *kinds.values()], default=0.0)
        return busiest * _stretch(shop) / total if total else 1.0

    def all(self) -> list[tuple[str, list[float]]]:
        """Rules by name, the ones that are usually best first."""
        return [(name, self.rule(name)) for name in NAMED]

    def rule(self, name: str) -> list[float]:
        """The priorities of a rule of this name."""
        look, tail = NAMED[name]
        cars = [float(d) for d in self.shop.due]
        if look is not None:
            cars = self.virtual(look) if look else [0.0] * len(cars)
        return self._by_car(cars, tail)

    def by_tail(self) -> list[float]:
        """The longest tail first, whatever the car."""
        return self._by_car([0.0] * len(self.shop.due), 1.0)

    def drawn(self, random: np.random.Generator) -> list[float]:
        """A rule of the kind of virtual due dates with parameters of its own."""
        look = 0.3 * exp(random.normal(0.0, 0.6))
        return self._by_car(self.virtual(look), random.uniform(0.4, 1.1))

    def _by_car(self, car: list[float], tail: float) -> list[float]:
        vehicle = self.shop.vehicle
        value = [car[vehicle[i]] - tail * t for i, t in enumerate(self.tails)]
        return [min(value[i] for i in m) for m in self.members]

    def virtual(self, look: float) -> list[float]:
        """When each car would be done if cars took turns by apparent tardiness cost."""
        shop = self.shop
        loads = [max(1.0, x * self.pace) for x in self.load]
        left = set(range(len(loads)))
        scale = look * max(1.0, sum(self.length) / max(1, len(loads)))
        out = [0.0] * len(loads)
        time = float(shop.now)
        while left:
            v = min(left, key=lambda v: (-self._urge(v, time, loads[v], scale), v))
            left.remove(v)
            time += loads[v]
            out[v] = max(time, shop.now + self.length[v])
        return out

    def _urge(self, v: int, time: float, load: float, scale: float) -> float:
        slack = self.shop.due[v] - self.length[v] - time
        return self.shop.weight[v] / load * exp(-max(0.0, slack) / scale)
