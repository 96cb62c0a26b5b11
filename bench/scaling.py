"""What a plan made whole, and a change of one, cost in shops of different size."""

from collections.abc import Callable, Iterator, Sequence
from math import log
from time import process_time
from typing import NamedTuple

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
# All shops take turns, so that a busy moment hits none of them alone.
ROUNDS, QUICK_ROUNDS = 25, 5
SEEDS = (1, 2, 3)

Work = Callable[[], object]


def scaling_figures(quick: bool) -> Iterator[Figure]:
    """Time of the processor per decode and per change, and how it grows.

    Shops of a size differ: the slope is the mean of those of some seeds.
    """
    native.prepare()
    sizes, seeds = ((10, 30), (1,)) if quick else ((30, 100, 300), SEEDS)
    found = _curves(seeds, sizes, QUICK_ROUNDS if quick else ROUNDS)
    for k, name in enumerate(("decode", "change")):
        curves = [each[k] for each in found]
        told = "; ".join(curve.told for curve in curves)
        bound = SLOPE if k == 0 and not quick else None
        slope = sum(curve.slope for curve in curves) / len(curves)
        yield Figure(f"{name}: log-log slope", slope, "", bound, note=told)


class Curve(NamedTuple):
    """How a cost grows with the operations, and in words."""

    slope: float
    told: str


def _curves(
    seeds: Sequence[int], sizes: Sequence[int], rounds: int
) -> list[tuple[Curve, Curve]]:
    """Of each seed how a decode grows, and how a change does."""
    shops = [Shop(fresh_shop(seed, n)) for seed in seeds for n in sizes]
    works = [_works(shop) for shop in shops]
    decodes, changes = (least_of([w[k] for w in works], rounds) for k in (0, 1))
    each = [slice(k, k + len(sizes)) for k in range(0, len(shops), len(sizes))]
    return [
        (
            _curve(shops[some], decodes[some]),
            _curve(shops[some], [c / CHANGES for c in changes[some]]),
        )
        for some in each
    ]


def _curve(shops: Sequence[Shop], costs: Sequence[float]) -> Curve:
    slope = log(costs[-1] / costs[0]) / log(shops[-1].size / shops[0].size)
    each = ", ".join(
        f"{1000 * cost:.2f} ms at {shop.size:,}"
        for cost, shop in zip(costs, shops, strict=True)
    )
    return Curve(slope, f"{slope:.2f}: {each}")


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
