"""Problem in, plan out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from time import monotonic

from workshop.planner import codestore
from workshop.planner.bound import earliest, lower_bound_days
from workshop.planner.explain import Explainer
from workshop.planner.feasibility import check, check_between_fixed
from workshop.planner.keeping import fixed_slots, near_operations, settled
from workshop.planner.kernel import Kernel, Schedule
from workshop.planner.occupation import Slot
from workshop.planner.plan import Plan, Stability
from workshop.planner.problem import (
    Assignment,
    ImpossibleProblem,
    NoPlanFound,
    Problem,
)
from workshop.planner.search import Search
from workshop.planner.shop import Shop

# The compiled kernel keeps skills as bits of one number.
SKILLS_AT_MOST = 62
# Loading compiled code takes about a second: not worth it for less than this.
WORTH_SECONDS, WORTH_OPERATIONS = 3.0, 400


def kernel_for(shop: Shop, seconds: float) -> type[Kernel]:
    """The compiled kernel where it pays and knows the shop, else the plain one.

    Both give the same answers. Nothing is compiled here, where time counts: that is
    part of setting up.
    """
    small = seconds < WORTH_SECONDS and shop.size < WORTH_OPERATIONS
    if small or len(shop.skill_number) > SKILLS_AT_MOST or not codestore.ready():
        return Kernel
    native = import_module("workshop.planner.compiled.native")
    native.prepare()
    found: type[Kernel] = native.CompiledKernel
    return found


@dataclass(frozen=True, slots=True)
class Progress:
    """A better plan was found while solving."""

    seconds: float
    iterations: int
    weighted_tardiness_days: float
    rule: str


def solve(
    problem: Problem,
    *,
    seconds: float,
    seed: int = 0,
    iterations: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
    turn: int = 0,
) -> Plan:
    """Plan a shop.

    Args:
        problem: what is to be planned.
        seconds: wall time; the best plan found by then is returned.
        seed: of the search. Same seed and ``iterations`` give the same plan, as long
            as the time does not run out first.
        iterations: most changes tried after the rules; None: until the time is up.
        progress: called with each better plan's cost.
        stop: asked often; True ends the search as if the time were up.
        turn: the rule to begin with, so that searches side by side differ.

    Raises:
        ImpossibleProblem: the data forbid every plan.
        NoPlanFound: none was found in the time.
    """
    began = monotonic()

    def over() -> bool:
        return monotonic() - began > seconds or (stop is not None and stop())

    shop = Shop(problem)
    check(shop)
    starts, ends = earliest(shop)
    check_between_fixed(shop, starts, ends)
    fixed = fixed_slots(shop)
    make = kernel_for(shop, seconds)
    kernel, _ = settled(shop, fixed, over, make)
    day = problem.units_per_day

    def report(name: str, found: Schedule, count: int) -> None:
        if progress is not None:
            cost = round(found.tardiness / day, 3)
            progress(Progress(monotonic() - began, count, cost, name))

    def clock(count: int) -> float:
        if iterations is not None:
            return count / iterations
        return min(1.0, (monotonic() - began) / seconds)

    search = Search(kernel, seed, report, turn, clock)
    search.run(iterations)
    if search.best is None and len(kernel.placed) > len(fixed) and not over():
        # What was kept leaves no room: better a feasible plan than a still one.
        kernel = make(shop, fixed, over)
        search = Search(kernel, seed, report, turn, clock)
        search.run(iterations)
    if search.best is None:
        raise _failure(kernel, search, fixed)
    kept = frozenset(kernel.placed) - frozenset(fixed)
    explainer = Explainer(shop, search.best.all_slots(), kept)
    return _plan(shop, search, explainer, lower_bound_days(shop, ends), seed)


def _failure(
    kernel: Kernel, search: Search, fixed: dict[int, Slot]
) -> ImpossibleProblem | NoPlanFound:
    """Impossible if the blocked group has no place even in a shop of its own."""
    if search.blocked is not None:
        members = search.blocked.members
        lone = Kernel(kernel.shop, fixed)
        if not lone.alone(members):
            return ImpossibleProblem(members, "NO_PLACE")
    return NoPlanFound("no feasible plan was found in the time given")


def _plan(
    shop: Shop, search: Search, explainer: Explainer, bound: float, seed: int
) -> Plan:
    best = search.best
    assert best is not None  # noqa: S101  (solve() asks before)
    day = shop.problem.units_per_day
    reasons = explainer.reasons()
    slots = best.all_slots()
    assignments = assignments_of(shop, slots)
    return Plan(
        assignments=assignments,
        weighted_tardiness_days=round(best.tardiness / day, 3),
        lower_bound_days=round(bound, 3),
        makespan_days=round(max((s.end for s in slots), default=0) / day, 3),
        reasons=reasons,
        late=explainer.late(reasons),
        stability=stability(shop, assignments) if shop.problem.baseline else None,
        rule=search.rule,
        seed=seed,
        iterations=search.iterations,
    )


def assignments_of(shop: Shop, slots: list[Slot]) -> tuple[Assignment, ...]:
    """Slots with the ids of the problem; fixed operations exactly as given."""
    problem = shop.problem
    out = []
    for operation, slot in zip(problem.operations, slots, strict=True):
        f = operation.fixed
        if f is not None:
            row = Assignment(operation.id, f.start, f.end, f.technicians, f.bay)
        else:
            crew = tuple(problem.technicians[t].id for t in slot.crew)
            bay = None if slot.bay < 0 else problem.resources[slot.bay].id
            row = Assignment(operation.id, slot.start, slot.end, crew, bay)
        out.append(row)
    return tuple(out)


def stability(shop: Shop, assignments: tuple[Assignment, ...]) -> Stability:
    """How much of the plan in force stayed."""
    day = shop.problem.units_per_day
    near = near_operations(shop)
    known = [a for a in shop.problem.baseline if shop.operations[a.op].fixed is None]
    return Stability(
        near=len(near),
        near_kept=sum(assignments[a.op].start == a.start for a in near),
        near_day_kept=sum(
            assignments[a.op].start // day == a.start // day for a in near
        ),
        known=len(known),
        known_kept=sum(assignments[a.op].start == a.start for a in known),
    )
