"""Plans of hand-made and generated shops, judged by the independent checker."""

from __future__ import annotations

from pathlib import Path

from tests.planner.checker import faults
from workshop.planner import load_problem, solve

DATA = Path(__file__).parent / "data"


def test_tiny_shop_gets_a_feasible_plan_at_its_lower_bound() -> None:
    problem = load_problem(DATA / "tiny_shop2.json")

    plan = solve(problem, seconds=5, iterations=20)

    assert faults(problem, plan.assignments) == []
    assert plan.weighted_tardiness_days == 0.25
    assert plan.lower_bound_days == 0.25
