"""A shop seen in a mirror: time runs backwards, what came last comes first.

A schedule placed anew in the order in which its operations end, the last first, each as
late as it can, leaves no gap behind any of them; placed anew forwards in the order of
their starts it is shorter or as long (double justification). Placing as late as can be
is placing as early as can be in the mirrored shop, so the same kernel does it.

That asks for a shop that looks alike from both sides: everybody always there, nothing
to wait for at first, nothing that stays where it is.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from workshop.planner.kernel import Kernel
from workshop.planner.occupation import FAR
from workshop.planner.problem import Precedence, Problem
from workshop.planner.schedule import Schedule
from workshop.planner.shop import Shop

Floats = NDArray[np.float64]

# Groups placed without a look at the time: orders are decoded whole, because the next
# one begins unlike the last.
AT_ONCE = 512


def mirrors(kernel: Kernel) -> bool:
    """Whether the kernel's shop looks alike from both sides in time."""
    shop = kernel.shop
    return (
        not kernel.placed
        and len({shop.vehicle[m[0]] for m in kernel.groups.members}) == 1
        and all(release == shop.now for release in shop.release)
        and all(c.total == shop.horizon - shop.now for c in shop.calendars)
    )


def mirrored(problem: Problem) -> Problem:
    """The problem with time running backwards from the horizon to now.

    Lags are between the end of one and the start of the other, so they stay what they
    are when both change places. What counts is when all is done.
    """
    arcs = tuple(
        Precedence(p.after, p.before, p.min_lag, p.max_lag) for p in problem.precedences
    )
    cars = tuple(replace(v, due=problem.now) for v in problem.vehicles)
    return replace(problem, precedences=arcs, vehicles=cars)


class Side:
    """One of the two sides a shop is looked at from.

    Orders are keys by operation here, not by group: groups are numbered otherwise on
    the other side. Times begin at 0, when the side's first operation may start.
    """

    def __init__(self, kernel: Kernel) -> None:
        """``kernel`` is this side's own: it is told to decode orders whole."""
        shop = kernel.shop
        kernel.stride = max(kernel.stride, AT_ONCE)
        self.kernel = kernel
        self.first = np.array([m[0] for m in kernel.groups.members], dtype=np.int64)
        self.every = np.arange(shop.size, dtype=np.int64)
        self.work = np.array(shop.work, dtype=np.float64)
        self.car = shop.vehicle[0]
        self.now = shop.now

    def placed(self, key: Floats, span: float = FAR) -> Schedule:
        """All operations, the smallest key first.

        Raises:
            Blocked: a group found no place.
            Worse: it would cost more than one that takes ``span``.
            Stopped: the stop was called for.
        """
        shop = self.kernel.shop
        # Half a unit more: a sum of parts is not to the last digit what the whole is.
        late = max(0.0, self.now + span + 0.5 - shop.due[self.car])
        limit = shop.weight[self.car] * late if span < FAR else float("inf")
        return self.kernel.decode(key[self.first], limit)

    def span(self, schedule: Schedule) -> float:
        """How long a schedule of this side takes."""
        return float(schedule.ends[self.car] - self.now)

    def ends(self, schedule: Schedule) -> Floats:
        """When each operation ends: nobody pauses."""
        return schedule.starts(self.every) - self.now + self.work


def sides(kernel: Kernel) -> tuple[Side, Side]:
    """The shop of a kernel forwards and backwards, where it ``mirrors``."""
    make, stop = type(kernel), kernel.stop
    back = Shop(mirrored(kernel.shop.problem))
    return Side(make(kernel.shop, {}, stop)), Side(make(back, {}, stop))
