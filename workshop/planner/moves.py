"""Small changes of an order: a car, a stretch of its work, or any few operations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from workshop.planner.kernel import Kernel, Schedule
from workshop.planner.rules import Rules

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Shares of the moves: a car shifted, a late car pulled, a car scattered, a stretch of
# a car shifted; else a few operations nudged.
SHIFT, PULL, SCATTER, STRETCH = 0.25, 0.2, 0.1, 0.2


class Moves:
    """Changes the priorities of a kernel's groups."""

    def __init__(
        self, kernel: Kernel, rules: Rules, random: np.random.Generator
    ) -> None:
        self.random = random
        shop, members = kernel.shop, kernel.groups.members
        car = np.array([shop.vehicle[m[0]] for m in members], dtype=np.int64)
        self.by_car = [np.flatnonzero(car == v) for v in range(len(shop.due))]
        self.cars = [v for v, groups in enumerate(self.by_car) if len(groups)]
        self.due = np.array(shop.due, dtype=np.float64)
        self.weight = np.array(shop.weight, dtype=np.float64)
        self.span = sum(rules.length) / max(1, len(rules.length)) or 1.0

    def change(self, priority: Floats, schedule: Schedule) -> Floats:
        """A changed copy of the priorities."""
        out = priority.copy()
        kind = self.random.random()
        if len(self.cars) == 1:
            kind = max(kind, SHIFT + PULL)
        if kind < SHIFT:
            out[self._any_car()] += self.random.normal(0.0, 0.3 * self.span)
        elif kind < SHIFT + PULL:
            groups = self._late_car(schedule)
            out[groups] -= abs(self.random.normal(0.0, 0.3 * self.span))
        elif kind < SHIFT + PULL + SCATTER:
            groups = self._any_car()
            out[groups] += self.random.normal(0.0, 0.1 * self.span, len(groups))
        elif kind < SHIFT + PULL + SCATTER + STRETCH:
            groups = self._stretch(out, self._late_car(schedule))
            out[groups] += self.random.normal(0.0, 0.3 * self.span)
        else:
            count = int(self.random.integers(1, 7))
            groups = self.random.integers(0, len(out), count)
            out[groups] += self.random.normal(0.0, 0.3 * self.span, count)
        return out

    def _any_car(self) -> Ints:
        return self.by_car[self.cars[int(self.random.integers(len(self.cars)))]]

    def _late_car(self, schedule: Schedule) -> Ints:
        """The groups of a car, a costly late one more likely than another."""
        late = self.weight * np.maximum(0.0, np.array(schedule.ends) - self.due)
        total = np.cumsum(late)
        if not total[-1]:
            return self._any_car()
        car = int(np.searchsorted(total, self.random.random() * total[-1], "right"))
        groups = self.by_car[car]
        return groups if len(groups) else self._any_car()

    def _stretch(self, priority: Floats, groups: Ints) -> Ints:
        """Some of a car's groups whose priorities are next to each other."""
        order = groups[np.argsort(priority[groups], kind="stable")]
        length = int(self.random.integers(1, max(2, len(order) // 3)))
        first = int(self.random.integers(0, max(1, len(order) - length + 1)))
        return order[first : first + length]
