"""Rules with parameters drawn: far apart at first, then ever nearer to the best."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workshop.planner.rules import Rules, Taste

Floats = NDArray[np.float64]

# Pace, look and tail of a rule, as logarithms: about where they are drawn, how far
# apart, and how far from the best so far.
MIDDLE = np.log([0.8, 0.4, 1.9])
WIDE = np.array([0.35, 0.9, 0.45])
NEAR = np.array([0.35, 0.6, 0.35])
# Share of the draws that are all anew, and how often later ones are; how often cars
# have their own due dates.
ALL_ANEW, ANEW, OWN_DATES = 0.15, 0.3, 0.25
# How often the best rule is changed, its cars are shifted, else both; how far in the
# end, of how far at first; how far a car, in the average time of one.
CHANGED, SHIFTED, LAST, SHIFT = 0.5, 0.4, 0.15, 0.2


class Drawn(NamedTuple):
    """A rule, and by how much each car comes later than it says."""

    taste: Taste
    shift: Floats


class Drawing:
    """Draws rules. ``best`` is the best of them so far, told by who tries them."""

    def __init__(
        self, rules: Rules, random: np.random.Generator, taste: Taste | None
    ) -> None:
        """``taste`` is that of the best rule so far, if a rule it is."""
        self.rules = rules
        self.random = random
        self.unmoved = np.zeros(len(rules.length))
        self.best = None if taste is None else Drawn(taste, self.unmoved)

    def draw(self, share: float) -> Drawn:
        """A rule to try when such a share of all draws is over."""
        anew = ANEW * (1.0 - share)
        if self.best is None or share < ALL_ANEW or self.random.random() < anew:
            taste = _taste(self.random.normal(MIDDLE, WIDE))
            if self.random.random() < OWN_DATES:
                taste = taste._replace(look=None)
            return Drawn(taste, self.unmoved)
        return self._near(self.best, LAST**share)

    def _near(self, best: Drawn, far: float) -> Drawn:
        taste, shift = best
        kind = self.random.random()
        if not CHANGED <= kind < CHANGED + SHIFTED:
            values = np.log([taste.pace, taste.look or 1.0, taste.tail])
            near = _taste(values + self.random.normal(0.0, far * NEAR))
            taste = near if taste.look else near._replace(look=taste.look)
        if kind >= CHANGED:
            wide = SHIFT * self.rules.span * self.random.random() * far**0.5
            shift = shift + self.random.normal(0.0, wide, len(shift))
        return Drawn(taste, shift)

    def priority(self, drawn: Drawn) -> Floats:
        """The order that a drawn rule gives."""
        dates = self.rules.cars(drawn.taste) + drawn.shift
        return self.rules.by_car(dates, drawn.taste.tail)


def _taste(values: Floats) -> Taste:
    pace, look, tail = np.exp(values).tolist()
    return Taste(pace, look, tail)
