"""Groups placed anew around all others: both kernels alike, and no rule broken."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from tests.planner.checker import faults
from tests.planner.shops import random_shop
from tests.planner.test_compiled import placed, varied
from workshop.planner.compiled import native
from workshop.planner.compiled.__main__ import main as compile_all
from workshop.planner.compiled.native import CompiledKernel
from workshop.planner.kernel import Kernel
from workshop.planner.rework import Rework
from workshop.planner.schedule import Blocked, Worse
from workshop.planner.shop import Shop
from workshop.planner.solver import assignments_of

SHOPS, CHANGES = 16, 12


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    compile_all()
    native.prepare()


def changed(at: Rework, random: Random) -> tuple[object, ...]:
    """Place some groups anew; everything the rework then says."""
    starts = at.starts()
    count = random.randint(1, len(starts))
    some = at.followed(np.array(random.sample(range(len(starts)), count)))
    key = np.array([random.random() for _ in starts])
    limit = at.cost * random.choice([0.9, 1.1, 10])
    try:
        cost = at.replace(some, key, limit)
    except (Blocked, Worse):
        cost = -1.0
    slots = at.schedule().all_slots()
    return cost, at.cost, at.ends.tolist(), at.starts().tolist(), slots


def test_compiled_rework_gives_the_answers_of_the_plain_one() -> None:
    taken = 0
    for seed in range(SHOPS):
        shop = Shop(varied(seed))
        kernels = Kernel(shop, placed(shop)), CompiledKernel(shop, placed(shop))
        order = np.arange(float(len(kernels[0].groups.members)))
        try:
            plain, fast = (k.rework(k.decode(order)) for k in kernels)
        except Blocked:
            continue
        one, other = Random(seed), Random(seed)
        for _ in range(CHANGES):
            answer = changed(plain, one)
            assert changed(fast, other) == answer, seed
            taken += answer[0] != -1.0

    assert taken > SHOPS


@pytest.mark.parametrize("seed", range(6))
def test_reworked_plan_breaks_no_rule_and_costs_what_a_count_says(seed: int) -> None:
    problem = random_shop(seed, operations=40)
    shop, random = Shop(problem), Random(seed)
    kernel = CompiledKernel(shop, {})
    at = kernel.rework(kernel.decode(np.arange(float(len(kernel.groups.members)))))
    for _ in range(40):
        changed(at, random)

    found = at.schedule()
    slots = found.all_slots()

    assert faults(problem, assignments_of(shop, slots)) == []
    ends = [0] * len(problem.vehicles)
    for i, slot in enumerate(slots):
        ends[shop.vehicle[i]] = max(ends[shop.vehicle[i]], slot.end)
    assert found.ends == ends
    assert found.tardiness == sum(
        v.weight * max(0, e - v.due)
        for v, e in zip(problem.vehicles, ends, strict=True)
    )
