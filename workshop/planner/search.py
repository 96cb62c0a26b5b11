"""Rules first, then seeded improvement of the order until the time is up."""

from __future__ import annotations

from collections.abc import Callable
from math import log

import numpy as np
from numpy.typing import NDArray

from workshop.planner.breeding import Breeding
from workshop.planner.drawing import Drawing
from workshop.planner.kernel import FRONT, Kernel
from workshop.planner.mirror import mirrors, sides
from workshop.planner.moves import Moves
from workshop.planner.rules import NAMED, Rules
from workshop.planner.schedule import Blocked, Schedule, Stopped, Worse

Floats = NDArray[np.float64]

# How often a rule may be helped by moving what found no place to the front.
HELPS = 60
# How much dearer a change may be taken, at first and in the end, as a share of what a
# car costs after the rules: one that costs so much more is taken once in 2.7 times.
WARM, COLD = 0.1, 0.001
# The same for the only car there is.
ALONE = 40
# Rules drawn: the most, and the share of the time.
DRAWS, DRAWING = 800, 0.5

# Where nothing is late: after how many changes in vain the search ends.
ENOUGH = 500

Report = Callable[[str, Schedule, int], None]
# How much of the search is over, from 0 to 1.
Clock = Callable[[int], float]


class Search:
    """Improves one kernel's order. ``best`` is the best schedule so far."""

    def __init__(
        self,
        kernel: Kernel,
        seed: int,
        report: Report,
        turn: int = 0,
        clock: Clock = lambda _: 0.0,
    ) -> None:
        """``turn`` is the rule to begin with, so that several searches differ."""
        self.kernel = kernel
        self.turn = turn
        self.random = np.random.default_rng(seed)
        self.report = report
        self.clock = clock
        self.rules = Rules(kernel.shop, kernel.groups)
        self.best: Schedule | None = None
        self.priority: Floats = np.zeros(0)
        self.rule = ""
        self.blocked: Blocked | None = None
        self.iterations = 0
        self.improved_at = 0

    @property
    def found(self) -> Schedule:
        """The best schedule so far.

        Raises:
            LookupError: none was found yet.
        """
        if self.best is None:
            raise LookupError("nothing was found yet")
        return self.best

    def run(self, iterations: int | None) -> None:
        """All rules, then up to ``iterations`` changes (None: until stopped)."""
        try:
            self._portfolio()
            if self.best is not None and self.kernel.groups.members:
                self._improve(iterations)
        except Stopped:
            return

    def _portfolio(self) -> None:
        names = list(NAMED)
        turn = self.turn % len(names)
        for name in names[turn:] + names[:turn]:
            if not self._offer(name, self.rules.rule(name)):
                return

    def _offer(self, name: str, priority: Floats) -> bool:
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
                self.priority = priority
                self.kernel.keep(found)
                self._note(found, name)
            return bool(self.kernel.groups.members)
        return True

    def _helped(self, priority: Floats, error: Blocked) -> Floats:
        """The same order with the blocked group and all it waits for at the front.

        Groups that push each other out again and again are drawn in a random order.
        """
        groups = self.kernel.groups
        front = {groups.of[i] for i in error.members}
        again = any(priority[g] <= FRONT for g in front)
        for g in range(len(groups.members) - 1, -1, -1):
            if front.intersection(groups.after[g]):
                front.add(g)
        lowest = min(float(priority.min()), FRONT)
        out = priority.copy()
        out[sorted(front)] = lowest - 1.0
        if again:
            first = np.flatnonzero(out <= FRONT)
            out[first] = FRONT * (1.0 + self.random.random(len(first)))
        return out

    def _improve(self, iterations: int | None) -> None:
        """Draw rules, then place a few cars anew or change the order, annealing."""
        moves = Moves(self.kernel, self.rules, self.random)
        if len(moves.cars) > 1:
            self._draw(iterations)
            self._rework(moves, iterations)
        else:
            if mirrors(self.kernel):
                self._breed(iterations)
            self._reorder(moves, iterations)

    def _over(self, iterations: int | None) -> bool:
        if iterations is not None and self.iterations >= iterations:
            return True
        in_vain = self.iterations - self.improved_at
        return self.best is not None and not self.best.tardiness and in_vain >= ENOUGH

    def _note(self, best: Schedule, rule: str) -> None:
        self.best, self.rule = best, rule
        self.improved_at = self.iterations
        self.report(rule, best, self.iterations)

    def _draw(self, iterations: int | None) -> None:
        """Rules with parameters drawn."""
        drawing = Drawing(self.rules, self.random, NAMED.get(self.rule))
        for count in range(DRAWS):
            if self._over(iterations):
                return
            gone = self.clock(self.iterations) / DRAWING
            if gone > 1.0:
                return
            self.iterations += 1
            drawn = drawing.draw(max(gone, count / DRAWS))
            before = self.best
            self._offer("drawn", drawing.priority(drawn))
            if self.best is not before:
                drawing.best = drawn

    def _rework(self, moves: Moves, iterations: int | None) -> None:
        """Place a few cars anew again and again, all others where they are."""
        at = self.kernel.rework(self.found)
        heats = self._heats(at.cost, len(moves.cars))
        while not self._over(iterations) and not self.kernel.stop():
            heat = heats(self.clock(self.iterations))
            self.iterations += 1
            groups, keys = moves.rework(at)
            limit = at.cost - heat * log(1.0 - self.random.random())
            try:
                at.replace(groups, keys, limit)
            except (Worse, Blocked):
                continue
            if at.cost < self.found.cost:
                self._note(at.schedule(), "search")

    def _heats(self, cost: float, cars: int) -> Callable[[float], float]:
        """How much dearer a change may be (in 2.7), as time goes from 0 to 1."""
        warm, cold = WARM * cost / cars, COLD * cost / cars
        if not warm:
            return lambda _: 0.0
        return lambda time: float(warm * (cold / warm) ** time)

    def _breed(self, iterations: int | None) -> None:
        """Where the shop has a mirror: schedules and their children."""
        key = -np.array(self.rules.tails)
        for found in Breeding(sides(self.kernel), key, self.random).schedules():
            self.iterations += 1
            if found is not None and found.cost < self.found.cost:
                self._note(found, "search")
            if self._over(iterations) or self.kernel.stop():
                return

    def _reorder(self, moves: Moves, iterations: int | None) -> None:
        """Change the order a little at a time; take what is not much dearer."""
        at, priority = self.found, self.priority
        heats = self._heats(at.cost, ALONE)
        while not self._over(iterations):
            heat = heats(self.clock(self.iterations))
            self.iterations += 1
            trial = moves.change(priority)
            limit = at.cost - heat * log(1.0 - self.random.random())
            try:
                found = self.kernel.decode(trial, limit)
            except (Worse, Blocked):
                continue
            if found.cost > limit:
                continue
            at, priority = found, moves.order_of(found)
            self.kernel.keep(found)
            if found.cost < self.found.cost:
                self._note(found, "search")
