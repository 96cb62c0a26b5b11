"""A shop in the mirror: which has one, what is seen there, and what it leads to."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from time import monotonic

import numpy as np
import pytest

from tests.planner.checker import faults
from tests.planner.shops import random_shop
from workshop.planner import Fixed, Precedence, Problem, Vehicle
from workshop.planner.compiled import native
from workshop.planner.compiled.__main__ import main as compile_all
from workshop.planner.compiled.native import CompiledKernel
from workshop.planner.keeping import fixed_slots
from workshop.planner.kernel import Kernel
from workshop.planner.mirror import mirrored, mirrors, sides
from workshop.planner.occupation import Slot
from workshop.planner.parallel import search_side_by_side
from workshop.planner.problem import ALWAYS
from workshop.planner.schedule import Blocked, Schedule
from workshop.planner.search import Search
from workshop.planner.shop import Shop
from workshop.planner.solver import Budget, Found, Solver, assignments_of

SEEDS = range(12)


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    compile_all()
    native.prepare()


def project(seed: int, *, operations: int = 24) -> Problem:
    """One car, everybody always there: what the public project benchmarks are."""
    shop = random_shop(seed, operations=operations)
    return replace(
        shop,
        technicians=tuple(replace(t, calendar=ALWAYS) for t in shop.technicians),
        vehicles=(Vehicle("car", 0, 0),),
        operations=tuple(
            replace(o, vehicle="car", release=0, no_split=False)
            for o in shop.operations
        ),
    )


def without_crews(problem: Problem) -> Problem:
    """The same with pools and bays alone, and no maximum lags."""
    return replace(
        problem,
        technicians=(),
        operations=tuple(replace(o, needs={}) for o in problem.operations),
        precedences=tuple(replace(p, max_lag=None) for p in problem.precedences),
    )


def kernel(problem: Problem, make: type[Kernel] = Kernel) -> Kernel:
    shop = Shop(problem)
    return make(shop, fixed_slots(shop))


def searched(made: Kernel, iterations: int) -> Schedule:
    search = Search(made, 7, lambda *_: None)
    search.run(iterations)
    return search.found


def test_the_mirror_of_the_mirror_is_the_problem() -> None:
    for seed in SEEDS:
        problem = project(seed)
        assert mirrored(problem) != problem
        assert mirrored(mirrored(problem)) == problem


def test_a_schedule_of_the_mirror_read_backwards_keeps_all_rules() -> None:
    lags = read = 0
    for seed in SEEDS:
        problem = project(seed)
        forth, back = sides(kernel(problem))
        for _ in range(4):
            key = np.array(Random(seed).choices(range(99), k=len(problem.operations)))
            try:
                found = back.placed(key.astype(float))
            except Blocked:
                continue
            turn = problem.now + problem.horizon
            slots = [
                Slot(turn - s.end, turn - s.start, s.crew, s.bay)
                for s in found.all_slots()
            ]
            assert faults(problem, assignments_of(forth.kernel.shop, slots)) == []
            lags += sum(p.max_lag is not None for p in problem.precedences)
            read += 1
    assert lags > 10
    assert read > 40


def test_justification_never_makes_a_plan_longer() -> None:
    shorter = 0
    for seed in SEEDS:
        problem = without_crews(project(seed))
        forth, back = sides(kernel(problem, CompiledKernel))
        for draw in range(20):
            random = np.random.default_rng((seed, draw))
            first = forth.placed(random.random(len(problem.operations)))
            there = back.placed(-forth.ends(first))
            again = forth.placed(-back.ends(there))
            assert forth.span(first) >= back.span(there) >= forth.span(again)
            shorter += forth.span(again) < forth.span(first)
    assert shorter > 40


def test_both_kernels_breed_the_same_plan_and_it_keeps_all_rules() -> None:
    better = 0
    for seed in SEEDS[:4]:
        problem = project(seed, operations=14)
        one, other = (kernel(problem, make) for make in (Kernel, CompiledKernel))
        assert mirrors(one)
        found = searched(one, 260)
        same = searched(other, 260)
        assert same.all_slots() == found.all_slots()
        assert faults(problem, assignments_of(one.shop, found.all_slots())) == []
        better += found.cost < searched(other, 0).cost
    assert better


def test_seed_changes_and_workers_decide_the_plan() -> None:
    def answer(workers: int) -> Found:
        budget = Budget(monotonic() + 60, 300)
        solver = Solver(project(3, operations=40), budget)
        return search_side_by_side(solver, budget, workers=workers, seed=5)

    one = answer(1)
    assert one.iterations == 300
    assert answer(1) == one
    two = answer(2)
    assert two.cost <= one.cost
    assert answer(2) == two


def calendar(problem: Problem) -> Problem:
    first, *others = problem.technicians
    return replace(problem, technicians=(replace(first, calendar="day"), *others))


def waiting(problem: Problem) -> Problem:
    first, *others = problem.operations
    return replace(problem, operations=(replace(first, release=5), *others))


def begun(problem: Problem) -> Problem:
    first, *others = problem.operations
    fixed = Fixed(0, first.work)
    first = replace(first, needs={}, bay=None, uses={}, fixed=fixed)
    return replace(problem, operations=(first, *others))


def two_cars(problem: Problem) -> Problem:
    first, *others = problem.operations
    return replace(
        problem,
        vehicles=(*problem.vehicles, Vehicle("other", 0, 0)),
        operations=(replace(first, vehicle="other"), *others),
    )


@pytest.mark.parametrize("change", [calendar, waiting, begun, two_cars])
def test_other_shops_have_no_mirror(change: object) -> None:
    problem = project(1)
    assert mirrors(kernel(problem))
    assert callable(change)
    assert not mirrors(kernel(change(problem)))


def test_lags_are_the_same_in_the_mirror() -> None:
    problem = replace(project(1), precedences=(Precedence(0, 1, 2, 9),))
    assert mirrored(problem).precedences == (Precedence(1, 0, 2, 9),)
