"""What no plan can do better than."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.planner.shops import random_shop, shift
from workshop.planner import Operation, Problem, Technician, Vehicle, solve
from workshop.planner.bound import earliest, lower_bound_days
from workshop.planner.shop import Shop

SHOP = Problem(
    unit_minutes=60,
    horizon=4 * 7 * 24,
    now=0,
    calendars={"day": tuple(shift(8, 17))},
    technicians=(Technician("painter", ("paint",), "day"),),
    resources=(),
    vehicles=tuple(Vehicle(k, 0, 24, 1) for k in range(4)),
    operations=tuple(Operation(k, k, 8, {"paint": 1}) for k in range(4)),
)


def bound(problem: Problem) -> float:
    """The lower bound, in weighted days."""
    shop = Shop(problem)
    return lower_bound_days(shop, earliest(shop)[1])


def test_cars_that_share_a_painter_cannot_all_be_done_on_the_first_day() -> None:
    alone = replace(SHOP, vehicles=SHOP.vehicles[:1], operations=SHOP.operations[:1])

    assert bound(alone) == 0
    # One, two and three days late but for the hours after 17:00 (an hour is looked at).
    assert bound(SHOP) == pytest.approx(3 * 17 / 24 + 3, abs=0.2)


@pytest.mark.parametrize("seed", range(8))
def test_no_plan_is_below_its_bound(seed: int) -> None:
    problem = random_shop(seed, operations=30)

    plan = solve(problem, seconds=60, iterations=60, seed=seed)

    assert plan.lower_bound_days <= plan.weighted_tardiness_days
