"""What keeping the plan in force costs: a re-plan for each width of the kept band."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from workshop.planner.plan import Stability
from workshop.planner.problem import NoPlanFound, Problem
from workshop.planner.solver import Budget, Solver

# Widths of the band, days: nothing kept, a week, the usual two, and four.
WIDTHS = (0, 7, 14, 28)


@dataclass(frozen=True, slots=True)
class Price:
    """What a plan costs that keeps the plan in force for so many days."""

    days: float
    weighted_tardiness_days: float
    stability: Stability


def prices(
    problem: Problem,
    *,
    seconds: float,
    seed: int = 0,
    iterations: int | None = None,
    widths: tuple[float, ...] = WIDTHS,
    stop: Callable[[], bool] = lambda: False,
) -> tuple[Price, ...]:
    """Re-plan once for each width; what each costs and how much of the plan stays.

    Args:
        problem: with a plan in force.
        seconds: wall time for each width.
        seed: of the searches.
        iterations: most changes for each width; None: until its time is up.
        widths: days from now in which the plan in force is kept where it can stand.
        stop: asked often; True ends all as if the time were up.

    Raises:
        ImpossibleProblem: the data forbid every plan.
    """
    out = []
    for days in widths:
        budget = Budget(monotonic() + seconds, iterations, stop)
        solver = Solver(problem, budget, days)
        try:
            plan = solver.plan(solver.run(budget, seed), seed, explained=False)
        except NoPlanFound:
            continue
        if plan.stability is not None:
            out.append(Price(days, plan.weighted_tardiness_days, plan.stability))
    return tuple(out)
