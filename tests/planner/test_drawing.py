"""Rules with parameters drawn, and what they are worth where cars crowd at a bay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.planner.shops import shift
from workshop.planner import (
    Operation,
    Precedence,
    Problem,
    Resource,
    Technician,
    Vehicle,
)
from workshop.planner.drawing import Drawing
from workshop.planner.kernel import Kernel
from workshop.planner.rules import NAMED, Rules, Taste
from workshop.planner.shop import Shop

CARS, STEPS = 12, 4


def car(v: int) -> list[Operation]:
    """Twice on the stall, and between that in no bay."""
    steps = ((6, "body", "stall"), (9, "trim", None), (4, "trim", None))
    rows = (*steps, (5 + v % 4, "body", "stall"))
    return [
        Operation(STEPS * v + k, v, work, {name: 1}, bay)
        for k, (work, name, bay) in enumerate(rows)
    ]


@pytest.fixture
def crowd() -> Shop:
    """A dozen cars, one stall, two people with hours of their own."""
    cars = range(CARS)
    hours = {"early": tuple(shift(6, 15)), "late": tuple(shift(10, 19))}
    chains = ((STEPS * v + k for k in range(STEPS - 1)) for v in cars)
    problem = Problem(
        unit_minutes=60,
        horizon=12 * 7 * 24,
        now=0,
        calendars=hours,
        technicians=(
            Technician("T0", ("body",), "early"),
            Technician("T1", ("body", "trim"), "late"),
            Technician("T2", ("trim",), "early"),
        ),
        resources=(Resource("stall1", "stall"),),
        vehicles=tuple(
            Vehicle(v, release=0, due=24 * (3 + v), weight=1 + v % 3) for v in cars
        ),
        operations=tuple(o for v in cars for o in car(v)),
        precedences=tuple(Precedence(i, i + 1) for chain in chains for i in chain),
    )
    return Shop(problem)


def drawing(shop: Shop, seed: int = 1, taste: Taste | None = None) -> Drawing:
    rules = Rules(shop, Kernel(shop, {}).groups)
    return Drawing(rules, np.random.default_rng(seed), taste)


def test_the_same_seed_draws_the_same_rules(crowd: Shop) -> None:
    one, other = (drawing(crowd) for _ in range(2))

    for share in (0.0, 0.1, 0.5, 1.0):
        drawn, again = one.draw(share), other.draw(share)
        assert drawn.taste == again.taste
        assert one.priority(drawn).tolist() == other.priority(again).tolist()


def test_draws_come_nearer_to_the_best_as_time_goes(crowd: Shop) -> None:
    best = Taste(0.8, 0.4, 2.0)
    draws = drawing(crowd, taste=best)

    def apart(share: float) -> float:
        tastes = [draws.draw(share).taste for _ in range(200)]
        return float(np.std([np.log(t.tail / best.tail) for t in tastes]))

    assert apart(1.0) < apart(0.5) < apart(0.2) < apart(0.0)


def test_near_a_rule_by_due_dates_cars_keep_their_own(crowd: Shop) -> None:
    draws = drawing(crowd, taste=NAMED["slack"])

    assert {draws.draw(1.0).taste.look for _ in range(50)} == {None}


def test_work_is_ahead_of_its_cars_date_by_the_share_of_what_is_left(
    crowd: Shop,
) -> None:
    groups = Kernel(crowd, {}).groups
    rules = Rules(crowd, groups)
    dates = 1000.0 * np.arange(CARS, dtype=np.float64)

    given = rules.by_car(dates, 2.0).tolist()

    first = [i for i, *_ in groups.members]
    assert len(first) == crowd.size
    assert given == [1000.0 * (i // STEPS) - 2.0 * rules.tails[i] for i in first]


def test_cars_far_from_due_take_turns_by_when_they_are(crowd: Shop) -> None:
    """A look of minutes: what is due in months is still worth the less the later."""
    due = [replace(v, due=24 * (200 + k)) for k, v in enumerate(crowd.problem.vehicles)]
    shop = Shop(replace(crowd.problem, vehicles=tuple(due)))
    rules = Rules(shop, Kernel(shop, {}).groups)

    dates = rules.cars(Taste(5.0, 0.0001, 1.0))

    assert np.argsort(dates).tolist() == list(range(CARS))


def test_where_cars_crowd_a_drawn_rule_is_better_than_every_named_one(
    crowd: Shop,
) -> None:
    kernel, draws = Kernel(crowd, {}), drawing(crowd)
    named = min(kernel.decode(draws.rules.rule(name)).cost for name in NAMED)

    best = named
    for count in range(150):
        drawn = draws.draw(count / 150)
        found = kernel.decode(draws.priority(drawn)).cost
        if found < best:
            best, draws.best = found, drawn

    assert best < 0.97 * named
