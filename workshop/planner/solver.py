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
from workshop.planner.keeping import NEAR_DAYS, fixed_slots, near_operations, settled
from workshop.planner.kernel import Kernel
from workshop.planner.occupation import Slot
from workshop.planner.plan import Plan, Stability
from workshop.planner.problem import (
    Assignment,
    ImpossibleProblem,
    NoPlanFound,
    Problem,
)
from workshop.planner.schedule import Schedule
from workshop.planner.search import Search
from workshop.planner.shop import Shop

# The compiled kernel keeps skills as bits of one number, and finds its way in time by
# lists as long as the horizon.
SKILLS_AT_MOST, HORIZON_AT_MOST = 62, 4_000_000
# Loading compiled code takes about a second: not worth it for less than this.
WORTH_SECONDS, WORTH_OPERATIONS = 3.0, 400
# In larger shops a first plan comes before what alone forbids one: it takes as long.
JUDGED_FIRST = 12_000
NONE_FOUND = "no feasible plan was found in the time given"


def kernel_for(shop: Shop, seconds: float) -> type[Kernel]:
    """The compiled kernel where it pays and knows the shop, else the plain one.

    Both give the same answers. Nothing is compiled here, where time counts: that is
    part of setting up.
    """
    small = seconds < WORTH_SECONDS and shop.size < WORTH_OPERATIONS
    known = len(shop.skill_number) <= SKILLS_AT_MOST and shop.horizon <= HORIZON_AT_MOST
    if small or not known or not codestore.ready():
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


@dataclass(frozen=True, slots=True)
class Found:
    """The best schedule of a search, in a form that another process can be sent."""

    slots: list[Slot]
    tardiness: float  # weighted, in units
    cost: float
    rule: str
    iterations: int
    kept: frozenset[int]  # operations of the plan in force that stay


@dataclass(frozen=True, slots=True)
class Budget:
    """How long to search: until a moment of ``monotonic()``, or so many changes."""

    until: float
    iterations: int | None = None
    stop: Callable[[], bool] = lambda: False

    def over(self) -> bool:
        """Whether time is up or a stop was called for."""
        return monotonic() > self.until or self.stop()


class Solver:
    """One problem, judged and laid out once for any number of searches.

    Attributes:
        search: the search under way or done; it has the best schedule so far.
    """

    def __init__(
        self, problem: Problem, budget: Budget, days: float = NEAR_DAYS
    ) -> None:
        """Judge the data and place what stays.

        Args:
            problem: what is to be planned.
            budget: how long there is.
            days: how far ahead the plan in force stays where it can.

        Raises:
            ImpossibleProblem: the data forbid every plan.
        """
        self.began = monotonic()
        self.shop = Shop(problem)
        check(self.shop)
        self._ends: list[int] | None = None
        if self.shop.size <= JUDGED_FIRST:
            self.ends()
        self.fixed = fixed_slots(self.shop)
        self.make = kernel_for(self.shop, budget.until - self.began)
        self.kernel, _ = settled(self.shop, self.fixed, budget.over, self.make, days)
        self.search: Search | None = None

    def run(
        self,
        budget: Budget,
        seed: int = 0,
        progress: Callable[[Progress], None] | None = None,
        turn: int = 0,
    ) -> Found:
        """Search until the budget is used up.

        Raises:
            ImpossibleProblem: a group has no place even in a shop of its own.
            NoPlanFound: none was found.
        """
        search = self._search(budget, seed, progress, turn)
        stays = len(self.kernel.placed) > len(self.fixed)
        if search.best is None and stays and not budget.over():
            # What was kept leaves no room: better a feasible plan than a still one.
            self.kernel = self.make(self.shop, self.fixed, budget.over)
            search = self._search(budget, seed, progress, turn)
        if search.best is None:
            self.ends()
            raise _failure(self.kernel, search, self.fixed)
        return self.found()

    def ends(self) -> list[int]:
        """When each operation ends at the earliest, resources never taken.

        Raises:
            ImpossibleProblem: one cannot within the horizon or beside fixed work.
        """
        if self._ends is None:
            starts, ends = earliest(self.shop)
            check_between_fixed(self.shop, starts, ends)
            self._ends = ends
        return self._ends

    def _search(
        self,
        budget: Budget,
        seed: int,
        progress: Callable[[Progress], None] | None,
        turn: int,
    ) -> Search:
        day = self.shop.problem.units_per_day

        def report(name: str, found: Schedule, count: int) -> None:
            if progress is not None:
                cost = round(found.tardiness / day, 3)
                progress(Progress(monotonic() - self.began, count, cost, name))

        def clock(count: int) -> float:
            if budget.iterations is not None:
                return count / budget.iterations
            span = budget.until - self.began
            return min(1.0, (monotonic() - self.began) / span) if span > 0 else 1.0

        self.kernel.stop = budget.over
        self.search = Search(self.kernel, seed, report, turn, clock)
        self.search.run(budget.iterations)
        return self.search

    def found(self) -> Found:
        """The best schedule of the search.

        Raises:
            NoPlanFound: there is none.
        """
        search = self.search
        if search is None or search.best is None:
            raise NoPlanFound(NONE_FOUND)
        best = search.best
        return Found(
            slots=best.all_slots(),
            tardiness=best.tardiness,
            cost=best.cost,
            rule=search.rule,
            iterations=search.iterations,
            kept=frozenset(self.kernel.placed) - frozenset(self.fixed),
        )

    def plan(self, found: Found, seed: int = 0, *, explained: bool = True) -> Plan:
        """A found schedule as a plan; without reasons where there is no time."""
        shop, day = self.shop, self.shop.problem.units_per_day
        explainer = Explainer(shop, found.slots, found.kept)
        reasons = explainer.reasons() if explained else ()
        assignments = assignments_of(shop, found.slots)
        bound = lower_bound_days(shop, self.ends())
        return Plan(
            assignments=assignments,
            weighted_tardiness_days=round(found.tardiness / day, 3),
            lower_bound_days=round(bound, 3),
            makespan_days=round(max((s.end for s in found.slots), default=0) / day, 3),
            reasons=reasons,
            late=explainer.late(reasons) if explained else (),
            stability=stability(shop, assignments) if shop.problem.baseline else None,
            rule=found.rule,
            seed=seed,
            iterations=found.iterations,
        )


def solve(
    problem: Problem,
    *,
    seconds: float,
    seed: int = 0,
    iterations: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] = lambda: False,
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

    Raises:
        ImpossibleProblem: the data forbid every plan.
        NoPlanFound: none was found in the time.
    """
    budget = Budget(monotonic() + seconds, iterations, stop)
    solver = Solver(problem, budget)
    return solver.plan(solver.run(budget, seed, progress), seed)


def _failure(
    kernel: Kernel, search: Search, fixed: dict[int, Slot]
) -> ImpossibleProblem | NoPlanFound:
    """Impossible if the blocked group has no place even in a shop of its own."""
    if search.blocked is not None:
        members = search.blocked.members
        lone = Kernel(kernel.shop, fixed)
        if not lone.alone(members):
            return ImpossibleProblem(members, "NO_PLACE")
    return NoPlanFound(NONE_FOUND)


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
