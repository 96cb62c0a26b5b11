"""What a plan made whole, and a change of one, cost in shops of different size."""

from collections.abc import Callable, Iterator, Sequence
from math import log
from time import process_time

import numpy as np

from bench.figures import Figure
from bench.shops import fresh_shop
from workshop.planner.compiled import native
from workshop.planner.moves import Moves
from workshop.planner.rules import Rules
from workshop.planner.schedule import Blocked, Worse
from workshop.planner.shop import Shop

SLOPE = 1.3
CHANGES = 100
# Sizes take turns, so that a busy moment does not hit one of them alone.
ROUNDS, QUICK_ROUNDS = 25, 5

Work = Callable[[], object]


def scaling_figures(quick: bool) -> Iterator[Figure]:
    """Time of the processor per decode and per change, and how it grows."""
    native.prepare()
    shops = [Shop(fresh_shop(1, n)) for n in ((10, 30) if quick else (30, 100, 300))]
    works = [_works(shop) for shop in shops]
    rounds = QUICK_ROUNDS if quick else ROUNDS
    a, b = shops[0].size, shops[-1].size
    for k, (name, times) in enumerate((("decode", 1), ("change", CHANGES))):
        costs = [cost / times for cost in least_of([w[k] for w in works], rounds)]
        slope = log(costs[-1] / costs[0]) / log(b / a)
        curve = ", ".join(
            f"{1000 * cost:.2f} ms at {shop.size:,}"
            for cost, shop in zip(costs, shops, strict=True)
        )
        bound = SLOPE if k == 0 and not quick else None
        yield Figure(f"{name}: log-log slope", slope, "", bound, note=curve)


def least_of(works: Sequence[Work], rounds: int) -> list[float]:
    """Seconds of the processor each takes at least, in so many rounds of all."""
    found = [[_seconds(work) for work in works] for _ in range(rounds)]
    return [min(seconds) for seconds in zip(*found, strict=True)]


def _works(shop: Shop) -> tuple[Work, Work]:
    """A decode; so many changes of the schedule it gives."""
    kernel = native.CompiledKernel(shop, {})
    rules = Rules(shop, kernel.groups)
    order = rules.all()[0][1]
    at = kernel.rework(kernel.decode(order))
    moves = Moves(kernel, rules, np.random.default_rng(1))

    def changes() -> None:
        for _ in range(CHANGES):
            groups, keys = moves.rework(at)
            try:
                at.replace(groups, keys, at.cost)
            except (Blocked, Worse):
                continue

    return lambda: kernel.decode(order), changes


def _seconds(work: Work) -> float:
    work()  # what others left in the processor is of no use to it
    began = process_time()
    work()
    return process_time() - began
