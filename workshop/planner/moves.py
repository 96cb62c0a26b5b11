"""Small changes of an order, and of a schedule."""

from __future__ import annotations

from random import Random

import numpy as np
from numpy.typing import NDArray

from workshop.planner.kernel import Kernel
from workshop.planner.rework import Rework
from workshop.planner.rules import Rules
from workshop.planner.schedule import Schedule

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Changes of an order: how often a stretch of it is shifted, the most groups nudged
# else, and how far, as powers of a tenth of the length of the work.
STRETCH, NUDGED, NEAR, FAR = 0.2, 3, 0.5, 2.5

# Changes of a schedule: the most cars taken out, how often a costly late one is among
# them, how often all of their work (else from some moment on), how often they take
# turns, and are put back at random rather than as they were.
CARS, LATE, WHOLE, TURNS, SHAKEN = 4, 0.7, 0.5, 0.4, 0.3
# Between cars that take turns: more than any key.
TURN = 1e9


class Moves:
    """Changes the priorities of a kernel's groups."""

    def __init__(
        self, kernel: Kernel, rules: Rules, random: np.random.Generator
    ) -> None:
        self.random = random
        # Single numbers come faster from here than from numpy.
        self.dice = Random(int(random.integers(1 << 62)))
        shop, members = kernel.shop, kernel.groups.members
        self.first = np.array([m[0] for m in members], dtype=np.int64)
        self.car = np.array([shop.vehicle[m[0]] for m in members], dtype=np.int64)
        self.by_car = [np.flatnonzero(self.car == v) for v in range(len(shop.due))]
        self.cars = [v for v, groups in enumerate(self.by_car) if len(groups)]
        self.due = np.array(shop.due, dtype=np.float64)
        self.weight = np.array(shop.weight, dtype=np.float64)
        self.span = rules.span
        self.tail = -rules.by_tail()

    def change(self, priority: Floats) -> Floats:
        """A changed copy of the priorities: a stretch shifted or a few nudged."""
        out = priority.copy()
        wide = self.span * 10 ** -self.dice.uniform(NEAR, FAR)
        if self.dice.random() < STRETCH:
            groups = self._stretch(out)
            out[groups] += self.dice.gauss(0.0, wide)
        else:
            for _ in range(self.dice.randint(1, NUDGED)):
                out[self.dice.randrange(len(out))] += self.dice.gauss(0.0, wide)
        return out

    def order_of(self, schedule: Schedule) -> Floats:
        """Priorities that put all groups where a schedule has them."""
        return schedule.starts(self.first).astype(np.float64)

    def rework(self, at: Rework) -> tuple[Ints, Floats]:
        """Groups to take out of a schedule, and keys to put them back by."""
        dice = self.dice
        first = self._late(at.ends) if dice.random() < LATE else self._any()
        cars = self._beside(first, at.ends)
        starts = at.starts()
        groups = np.concatenate([self.by_car[v] for v in cars])
        if dice.random() >= WHOLE:
            since = starts[dice.choice(self.by_car[first])]
            groups = groups[starts[groups] >= since]
        groups = at.followed(groups)
        return groups, self._keys(cars, groups, starts)

    def _keys(self, cars: list[int], groups: Ints, starts: Ints) -> Floats:
        """Cars in turn, or all as they were, shifted or shaken a little."""
        key = np.zeros(len(starts))
        kind = self.dice.random()
        if kind < TURNS:
            self.dice.shuffle(cars)
            key[groups] = -self.tail[groups]
            for turn, car in enumerate(cars):
                key[self.by_car[car]] += TURN * turn
            return key
        key[groups] = starts[groups]
        for car in cars:
            key[self.by_car[car]] += self.dice.gauss(0.0, 0.3 * self.span)
        if kind < TURNS + SHAKEN:
            key[groups] += self.random.normal(0.0, 0.03 * self.span, len(groups))
        return key

    def _beside(self, car: int, ends: Ints) -> list[int]:
        """A car and some that end at about the same time."""
        count = self.dice.randrange(min(CARS, len(self.cars)))
        if not count:
            return [car]
        far = np.abs(ends - ends[car]) + self.random.random(len(ends)) * self.span
        nearest = np.argsort(far).tolist()
        others = [v for v in nearest if v != car and len(self.by_car[v])]
        return [car, *others[:count]]

    def _any(self) -> int:
        return self.dice.choice(self.cars)

    def _late(self, ends: Ints) -> int:
        """A car, a costly late one more likely than another."""
        late = self.weight * np.maximum(0.0, ends - self.due)
        total = np.cumsum(late)
        if not total[-1]:
            return self._any()
        car = int(np.searchsorted(total, self.dice.random() * total[-1], "right"))
        return car if len(self.by_car[car]) else self._any()

    def _stretch(self, priority: Floats) -> Ints:
        """Some groups whose priorities are next to each other."""
        order = np.argsort(priority, kind="stable")
        length = self.dice.randint(1, max(1, len(order) // 8))
        first = self.dice.randrange(len(order) - length + 1)
        return order[first : first + length]
