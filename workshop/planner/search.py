"""Rules first, then seeded improvement of the order until the time is up."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from workshop.planner.kernel import FRONT, Blocked, Kernel, Schedule, Stopped, Worse
from workshop.planner.rules import Rules

# How often a rule may be helped by moving what found no place to the front.
HELPS = 60
# Shares of the moves: a car shifted, a late car pulled, a car scattered; else a nudge.
SHIFT, PULL, SCATTER = 0.3, 0.25, 0.15

Report = Callable[[str, Schedule, int], None]


class Search:
    """Improves one kernel's order. ``best`` is the best schedule so far."""

    def __init__(
        self, kernel: Kernel, seed: int, report: Report, turn: int = 0
    ) -> None:
        """``turn`` is the rule to begin with, so that several searches differ."""
        self.kernel = kernel
        self.turn = turn
        self.random = Random(seed)
        self.report = report
        self.rules = Rules(kernel.shop, kernel.groups)
        self.best: Schedule | None = None
        self.priority: list[float] = []
        self.rule = ""
        self.blocked: Blocked | None = None
        self.iterations = 0

    def run(self, iterations: int | None) -> None:
        """All rules, then up to ``iterations`` changes (None: until stopped)."""
        try:
            self._portfolio()
            if self.best is not None and self.kernel.groups.members:
                self._improve(iterations)
        except Stopped:
            return

    def _portfolio(self) -> None:
        rules = self.rules.all()
        turn = self.turn % len(rules)
        for name, priority in rules[turn:] + rules[:turn]:
            if not self._offer(name, priority):
                return

    def _offer(self, name: str, priority: list[float]) -> bool:
        """Try a rule; False when its answer shows that no other is needed."""
        for _ in range(HELPS):
            try:
                limit = self.best.tardiness if self.best else float("inf")
                found = self.kernel.decode(priority, limit)
            except Worse:
                return True
            except Blocked as error:
                self.blocked = error
                priority = self._helped(priority, error)
                continue
            if self.best is None or found.cost < self.best.cost:
                self.best, self.priority, self.rule = found, priority, name
                self.report(name, found, self.iterations)
            return bool(self.kernel.groups.members)
        return True

    def _helped(self, priority: list[float], error: Blocked) -> list[float]:
        """The same order with the blocked group and all it waits for at the front.

        Groups that push each other out again and again are drawn in a random order.
        """
        groups = self.kernel.groups
        front = {groups.of[i] for i in error.members}
        again = any(priority[g] <= FRONT for g in front)
        for g in range(len(groups.members) - 1, -1, -1):
            if front.intersection(groups.after[g]):
                front.add(g)
        lowest = min(min(priority), FRONT)
        out = [lowest - 1.0 if g in front else p for g, p in enumerate(priority)]
        if again:
            for g, p in enumerate(out):
                if p <= FRONT:
                    out[g] = FRONT * (1.0 + self.random.random())
        return out

    def _improve(self, iterations: int | None) -> None:
        """Change the best order a little; keep what is no worse.

        Plain descent: with some hundred decodes to spend, accepting worse orders
        (late acceptance over 12 and 40 steps) ended 2 to 12 % higher on ten cars.
        """
        assert self.best is not None  # noqa: S101  (run() asks before)
        moves = Moves(self.kernel, self.rules, self.random)
        while iterations is None or self.iterations < iterations:
            self.iterations += 1
            trial = moves.change(self.priority, self.best)
            try:
                found = self.kernel.decode(trial, self.best.tardiness)
            except (Worse, Blocked):
                continue
            if found.cost > self.best.cost:
                continue
            better = found.cost < self.best.cost
            self.best, self.priority = found, trial
            if better:
                self.report("search", found, self.iterations)


class Moves:
    """Small changes of an order: a car, some of its operations, or any few."""

    def __init__(self, kernel: Kernel, rules: Rules, random: Random) -> None:
        self.shop = kernel.shop
        self.groups = kernel.groups
        self.random = random
        self.by_car: list[list[int]] = [[] for _ in self.shop.due]
        for g, members in enumerate(self.groups.members):
            self.by_car[self.shop.vehicle[members[0]]].append(g)
        self.cars = [v for v, groups in enumerate(self.by_car) if groups]
        self.span = sum(rules.length) / max(1, len(rules.length)) or 1.0

    def change(self, priority: list[float], schedule: Schedule) -> list[float]:
        """A changed copy of the priorities."""
        out = priority[:]
        kind = self.random.random() if len(self.cars) > 1 else 1.0
        if kind < SHIFT:
            self._shift(out, self.random.choice(self.cars))
        elif kind < SHIFT + PULL:
            self._pull(out, schedule)
        elif kind < SHIFT + PULL + SCATTER:
            self._scatter(out, self.random.choice(self.cars))
        else:
            self._nudge(out)
        return out

    def _shift(self, out: list[float], car: int) -> None:
        by = self.random.gauss(0.0, 0.4 * self.span)
        for g in self.by_car[car]:
            out[g] += by

    def _pull(self, out: list[float], schedule: Schedule) -> None:
        """Bring a car forward, a costly late one more likely than another."""
        ends = [0] * len(self.shop.due)
        for i, slot in enumerate(schedule.slots):
            v = self.shop.vehicle[i]
            ends[v] = max(ends[v], slot.end)
        late = [
            self.shop.weight[v] * max(0, ends[v] - self.shop.due[v]) for v in self.cars
        ]
        if not any(late):
            self._nudge(out)
            return
        car = self.random.choices(self.cars, late)[0]
        by = abs(self.random.gauss(0.0, 0.4 * self.span))
        for g in self.by_car[car]:
            out[g] -= by

    def _scatter(self, out: list[float], car: int) -> None:
        for g in self.by_car[car]:
            out[g] += self.random.gauss(0.0, 0.15 * self.span)

    def _nudge(self, out: list[float]) -> None:
        for _ in range(self.random.randint(1, 6)):
            g = self.random.randrange(len(out))
            out[g] += self.random.gauss(0.0, 0.3 * self.span)
