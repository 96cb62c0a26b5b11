"""Schedules that have children: the search for shops with a mirror.

Two herds, one placed forwards and one backwards. A child of two of the one herd is
placed by the keys it has from them on the other side, so that every generation is also
justified (after Debels and Vanhoucke's bi-population genetic algorithm).
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workshop.planner.mirror import Side
from workshop.planner.schedule import Blocked, Schedule, Worse

Floats = NDArray[np.float64]

# How many there are of each herd, and how far the first ones are from the rule.
HERD, SPREAD = 100, 0.3
# What a child has of its father: a stretch of his time, as shares of it.
LEAST, MOST = 0.1, 0.7
# How many of its keys are nudged at most, and how far, as a share of the mean work.
NUDGED, NUDGE = 12, 1.0
# More than any time.
ALL = 1e9

FORTH, BACK = 0, 1


class Member(NamedTuple):
    """One of a herd: how long its schedule takes, and when operations end in it."""

    span: float
    ends: Floats


class Breeding:
    """Better and better schedules of a shop that has a mirror."""

    def __init__(
        self, sides: tuple[Side, Side], key: Floats, random: np.random.Generator
    ) -> None:
        """``key`` is an order of operations that is good to begin with."""
        self.sides = sides
        self.key = key
        self.random = random
        # Single numbers come faster from here than from numpy.
        self.dice = Random(int(random.integers(1 << 62)))
        self.nudge = NUDGE * float(sides[FORTH].work.mean())
        self.herds: tuple[list[Member], list[Member]] = ([], [])
        self.best = float("inf")

    def schedules(self) -> Iterator[Schedule | None]:
        """One decode after the other, without end; None where nothing came of it.

        Only schedules of the shop itself are given, not those of its mirror.
        """
        yield from self._first()
        side = BACK
        while self.herds[side]:
            for k in range(len(self.herds[side])):
                yield from self._born(1 - side, k, self._child(self.herds[side], k))
            side = 1 - side

    def _first(self) -> Iterator[Schedule | None]:
        """Fill the herds: about as a rule says, then justified."""
        forth, back = self.herds
        for k in range(HERD):
            spread = self.random.normal(0.0, SPREAD if k else 0.0, len(self.key))
            yield from self._born(FORTH, k, self.key * (1.0 + spread))
            if len(forth) > len(back):
                yield from self._born(BACK, k, -forth[-1].ends)

    def _born(self, side: int, k: int, key: Floats) -> Iterator[Schedule | None]:
        """Place by ``key``; the child takes its elder's place unless it is longer."""
        herd, on = self.herds[side], self.sides[side]
        elder = herd[k] if k < len(herd) else None
        try:
            found = on.placed(key) if elder is None else on.placed(key, elder.span)
        except (Worse, Blocked):
            yield None
            return
        yield found if side == FORTH else None
        child = Member(on.span(found), on.ends(found))
        if elder is None:
            herd.append(child)
        elif child.span <= elder.span:
            herd[k] = child
        if side == BACK and child.span < self.best:
            yield self._forth(child)
        self.best = min(self.best, child.span)

    def _forth(self, child: Member) -> Schedule | None:
        """A schedule of the mirror placed forwards: as short, or shorter."""
        try:
            return self.sides[FORTH].placed(-child.ends)
        except Blocked:
            return None

    def _child(self, herd: list[Member], k: int) -> Floats:
        """Keys on the other side: a stretch as with the father, else as the mother."""
        father = herd[k]
        mother = min(self.dice.choice(herd), self.dice.choice(herd), key=_span)
        long = self.dice.uniform(LEAST, MOST) * father.span
        since = self.dice.uniform(0.0, father.span - long)
        keys = mother.ends.copy()
        if mother is not father:
            before, after = father.ends < since, father.ends > since + long
            np.copyto(keys, father.ends, where=~(before | after))
            keys -= ALL * before
            keys += ALL * after
        for _ in range(self.dice.randint(0, NUDGED)):
            keys[self.dice.randrange(len(keys))] += self.dice.gauss(0.0, self.nudge)
        return -keys


def _span(member: Member) -> float:
    return member.span
