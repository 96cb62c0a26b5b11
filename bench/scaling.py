"""What a plan made whole, and a change of one, cost in shops of different size."""

from collections.abc import Callable, Iterator
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


def scaling_figures(quick: bool) -> Iterator[Figure]:
    """Time of the processor per decode and per change, and how it grows."""
    native.prepare()
    sizes = (10, 30) if quick else (30, 100, 300)
    costs = {cars: costs_of(Shop(fresh_shop(1, cars))) for cars in sizes}
    for k, name in ((1, "decode"), (2, "change")):
        (a, *_), (b, *_) = costs[sizes[0]], costs[sizes[-1]]
        slope = log(costs[sizes[-1]][k] / costs[sizes[0]][k]) / log(b / a)
        curve = ", ".join(
            f"{1000 * cost[k]:.2f} ms at {cost[0]:,}" for cost in costs.values()
        )
        bound = SLOPE if k == 1 and not quick else None
        yield Figure(f"{name}: log-log slope", slope, "", bound, note=curve)


def costs_of(shop: Shop) -> tuple[int, float, float]:
    """Operations; seconds per decode; seconds per change of a schedule."""
    kernel = native.CompiledKernel(shop, {})
    rules = Rules(shop, kernel.groups)
    order = rules.all()[0][1]
    schedule = kernel.decode(order)
    decode = min(_seconds(lambda: kernel.decode(order)) for _ in range(7))
    moves, at = Moves(kernel, rules, np.random.default_rng(1)), kernel.rework(schedule)

    def changes() -> None:
        for _ in range(CHANGES):
            groups, keys = moves.rework(at)
            try:
                at.replace(groups, keys, at.cost)
            except (Blocked, Worse):
                continue

    return shop.size, decode, min(_seconds(changes) for _ in range(3)) / CHANGES


def _seconds(work: Callable[[], object]) -> float:
    began = process_time()
    work()
    return process_time() - began
