"""When a part may really come: its supplier's own history, else the date it was given.

A delivery takes a log-normal time from its order. One that is not here yet can only
come later than now, and the longer it is out, the longer it may still be.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

from workshop.planner.durations import NORMAL

# Spread of the logarithm: a date that an order gave, one that nobody has confirmed, and
# an assumption of ours.
ORDERED_SIGMA, STATED_SIGMA, ASSUMED_SIGMA = 0.25, 0.35, 0.5
LEAST_SIGMA, MOST_SIGMA = 0.08, 1.0
# Four of five deliveries come within the later figure of what was learnt.
LATE = NORMAL.inv_cdf(0.8)


@dataclass(frozen=True, slots=True)
class Arrival:
    """When something may come, in the units of the problem.

    Attributes:
        begun: when it was ordered, or will be.
        median: half come within so long after that.
        sigma: spread of the logarithm.
    """

    begun: float
    median: float
    sigma: float


def learnt_arrival(begun: float, median: float, late: float, *, day: float) -> Arrival:
    """From a supplier's deliveries: half within ``median``, four of five in ``late``.

    Args:
        begun: when it was or will be ordered, in units.
        median: in units.
        late: in units.
        day: units in a day; figures are whole days, so none is surer than one.
    """
    half = max(median, day)
    sigma = log(max(late, half) / half) / LATE
    return Arrival(begun, half, min(MOST_SIGMA, max(LEAST_SIGMA, sigma)))


def stated_arrival(begun: float, due: float, *, is_ordered: bool) -> Arrival:
    """From a date that somebody gave: half come by then, the rest later."""
    sigma = ORDERED_SIGMA if is_ordered else STATED_SIGMA
    return Arrival(begun, max(due - begun, 1.0), sigma)


def assumed_arrival(begun: float, days: float) -> Arrival:
    """For a part without a date: the days that the plan assumes, and wide."""
    return Arrival(begun, max(days, 1.0), ASSUMED_SIGMA)
