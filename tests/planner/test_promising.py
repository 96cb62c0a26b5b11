"""History teaches durations, a plan is lived through, dates are held to what came."""

from dataclasses import replace
from math import exp, log
from random import Random
from statistics import NormalDist

import pytest

from workshop.planner import (
    Assignment,
    Fixed,
    Operation,
    Precedence,
    Problem,
    Resource,
    Technician,
    Vehicle,
)
from workshop.planner.arrivals import Arrival, learnt_arrival
from workshop.planner.calibration import (
    Forecast,
    Outcome,
    Past,
    calibrated,
    owed,
    past_of,
)
from workshop.planner.durations import (
    Durations,
    Spread,
    Tally,
    ratio,
    remaining,
    sigma_of_range,
    tallied,
)
from workshop.planner.promising import promised
from workshop.planner.simulate import Outlook, Unsure, Work, simulate

DAY = 96
# Eight hours of a day, five days of a week, for a year.
HOURS = tuple((d * DAY + 36, d * DAY + 68) for d in range(365) if d % 7 < 5)


def problem(*operations: Operation, **more: object) -> Problem:
    cars = {o.vehicle: Vehicle(o.vehicle, 0, 0) for o in operations}
    given: dict[str, object] = {
        "precedences": (),
        "technicians": (Technician("T", ("s",), "c"),),
    } | more
    return Problem(
        unit_minutes=15,
        horizon=365 * DAY,
        now=36,
        calendars={"c": HOURS},
        resources=(Resource("B", "lift"),),
        vehicles=tuple(cars.values()),
        operations=operations,
        **given,  # type: ignore[arg-type]
    )


def job(number: int, car: str, work: int = 16, **more: object) -> Operation:
    return Operation(number, car, work, {"s": 1}, **more)  # type: ignore[arg-type]


def lived(
    shop: Problem, rows: list[Assignment], works: list[Work | None], **more: object
) -> Outlook:
    return simulate(shop, rows, Unsure(works, **more), runs=400)  # type: ignore[arg-type]


def test_a_kind_of_work_that_takes_longer_is_learnt_and_leans_on_the_house() -> None:
    draw = Random(1)
    cards = [("A", "R32", n, draw.gauss(log(1.5), 0.2)) for n in range(60)]
    cards += [("B", "R32", n, draw.gauss(0, 0.2)) for n in range(60)]
    cards += [("C", "R32", 100 + n, log(3.0)) for n in range(3)]

    durations = Durations(*tallied(cards))

    often, seldom = durations.of("A", "R32"), durations.of("C", "R32")
    assert often.factor == pytest.approx(1.5, rel=0.06)
    assert often.sigma == pytest.approx(0.2, abs=0.05)
    # Three cards that took three times as long are not yet believed to the letter.
    assert 1.3 < seldom.factor < 2.2
    assert durations.of("D") == replace(durations.of("D"), samples=0)


def test_less_than_three_cards_say_nothing_of_an_operation() -> None:
    durations = Durations({("A", None): Tally(2, 2.0, 2.0)})

    assert durations.of("A", usual=0.25) == Spread(1.0, 0.25, 0)


def test_a_slow_car_is_told_from_slow_work() -> None:
    draw = Random(2)
    pace = {car: draw.gauss(0, 0.25) for car in range(30)}
    cards = [
        (op, "R32", car, pace[car] + draw.gauss(0, 0.2))
        for car in pace
        for op in "ABCDEFGH"
    ]

    durations = Durations(*tallied(cards))

    slowest = max(pace, key=lambda car: pace[car])
    assert durations.between == pytest.approx(0.0625, rel=0.5)
    assert durations.car(slowest).mean > 0.2
    assert durations.car("new").sigma == pytest.approx(durations.between**0.5)


def test_what_is_left_never_runs_out_while_the_clock_runs() -> None:
    spread = Spread(1.2, 0.3, 20)

    left = [remaining(10, spread, done) for done in (0, 4, 8, 12, 16, 24)]

    assert left[0] == pytest.approx(12)
    assert left[1] == pytest.approx(8, abs=0.1)
    assert all(each > 0.5 for each in left)


def test_a_forgotten_clock_teaches_little_and_ranges_become_spreads() -> None:
    assert ratio(10_000, 10) == log(6)
    assert sigma_of_range(60, 60) == 0.3
    assert sigma_of_range(60, 120) == pytest.approx(0.27, abs=0.01)


def test_without_spread_a_plan_ends_when_it_says() -> None:
    shop = problem(job(0, "X"), job(1, "X", 40, bay="lift"), job(2, "Y", 8))
    rows = [
        Assignment(0, 36, 52, ("T",)),
        Assignment(1, 52, 52 + DAY + 8 + 56, ("T",), "B"),
        Assignment(2, 300, 308, ("T",)),
    ]

    outlook = lived(shop, rows, [Work(16), Work(40), Work(8)])

    # 16 on the first day, then 40: 16, 24; the other car's 8 follow at once.
    assert outlook.at("X", 0.5) == DAY + 36 + 24
    assert outlook.at("Y", 0.5) == DAY + 36 + 32
    assert outlook.kept("X", DAY + 36 + 24) == 400


def test_what_waits_for_another_waits_in_every_run_and_lags_are_kept() -> None:
    shop = problem(
        job(0, "X"), job(1, "X", 4), precedences=(Precedence(0, 1, min_lag=30),)
    )
    rows = [Assignment(0, 36, 52, ("T",)), Assignment(1, 132, 136, ("T",))]

    outlook = lived(shop, rows, [Work(16, 0.4), None])
    alone = lived(shop, rows, [Work(16, 0.4), Work(4)])

    assert (outlook.ends["X"] == alone.ends["X"]).all()
    assert outlook.at("X", 0.1) >= DAY + 36 + 4
    assert outlook.at("X", 0.99) > outlook.at("X", 0.5) - 1


def test_the_same_seed_gives_the_same_ends_and_another_seed_others() -> None:
    shop = problem(job(0, "X"))
    rows = [Assignment(0, 36, 52, ("T",))]
    unsure = Unsure([Work(16, 0.3)])

    one, same = (simulate(shop, rows, unsure, seed=4) for _ in range(2))
    other = simulate(shop, rows, unsure, seed=5)

    assert (one.ends["X"] == same.ends["X"]).all()
    assert (one.ends["X"] != other.ends["X"]).any()
    assert sorted(one.ends["X"]) == sorted(other.ends["X"])


def test_a_late_part_does_not_hold_up_the_car_behind_it() -> None:
    shop = problem(job(0, "X"), job(1, "Y"))
    rows = [Assignment(0, 36, 52, ("T",)), Assignment(1, 52, 68, ("T",))]
    late = {0: [Arrival(0, 30 * DAY, 0.01)]}

    outlook = lived(shop, rows, [Work(16), Work(16)], arrivals=late)

    assert outlook.at("X", 0.5) > 29 * DAY
    # The mechanic does it meanwhile, and owes the other car no more than its hours.
    assert outlook.at("Y", 0.5) <= DAY
    assert outlook.drivers["X"][0].is_part


def test_work_under_way_takes_longer_than_it_has_taken() -> None:
    begun = job(0, "X", fixed=Fixed(0, 40, ("T",)))
    rows = [Assignment(0, 0, 40, ("T",))]

    outlook = lived(problem(begun), rows, [Work(16, 0.3, done=30)])

    assert min(outlook.ends["X"]) > 36
    assert outlook.at("X", 0.5) < 36 + DAY


def test_unbroken_work_finds_a_stretch_that_is_long_enough() -> None:
    shop = problem(job(0, "X", 20), job(1, "X", 20, no_split=True))
    rows = [Assignment(0, 36, 56, ("T",)), Assignment(1, 132, 152, ("T",))]

    outlook = lived(shop, rows, [Work(20), Work(20)])

    assert outlook.at("X", 0.5) == DAY + 36 + 20


# Evenly likely scores of an honest forecast: four of five lie under one.
SHAPE = [NormalDist(0, 1 / 0.8416).inv_cdf((n + 0.5) / 12) for n in range(12)]


def outcomes(later: float, count: int = 120) -> tuple[Outcome, ...]:
    draw = Random(3)
    return tuple(Outcome(later + draw.gauss(0, 1 / 0.8416), True) for _ in range(count))


def test_past_outcomes_stretch_what_was_promised_too_short() -> None:
    honest = calibrated(Past(outcomes(0.0)), 0.8, SHAPE)
    short = calibrated(Past(outcomes(1.5)), 0.8, SHAPE)

    assert honest.reach == pytest.approx(1.0, abs=0.25)
    assert short.reach == pytest.approx(2.4, abs=0.25)
    assert calibrated(Past(), 0.8, SHAPE).reach == pytest.approx(1.0, abs=0.2)


def test_cars_that_are_not_done_count_as_longer_than_so_far() -> None:
    # Looked at when the slow half is still in the shop: to leave it out would teach
    # that all are quick.
    seen = [o if o.score < 1 else Outcome(1.0, False) for o in outcomes(1.0)]
    finished = [o for o in seen if o.is_over]

    with_all = calibrated(Past(tuple(seen)), 0.8, SHAPE).reach
    assert calibrated(Past(tuple(finished)), 0.8, SHAPE).reach < with_all - 0.3


def forecast(lasted: float, *, given: float = 0, is_over: bool = True) -> Forecast:
    return Forecast(given, 16, 4, 30, lasted, is_over)


def test_outcomes_are_counted_in_steps_between_width_and_length() -> None:
    past = past_of([forecast(24), forecast(8, is_over=False)])
    near = past_of([Forecast(0, 1, 4, 30, 9, is_over=True)])

    # Sixteen off and four wide make steps of eight; one off counts as four.
    assert past.outcomes == (Outcome(1.0, True), Outcome(-1.0, False))
    assert near.outcomes == (Outcome(2.0, True),)


def test_a_date_is_broken_once_its_day_is_over_and_open_until_then() -> None:
    still = [forecast(30, is_over=False), forecast(30.1, is_over=False)]

    assert [f.is_kept for f in [*still, forecast(30), forecast(31)]] == [
        None,
        False,
        True,
        False,
    ]
    # In the order in which it became known, not the one in which they were given.
    assert past_of([forecast(40), forecast(12, given=5)]).kept == (True, False)


def test_broken_dates_raise_the_aim_kept_ones_lower_it_and_both_fade() -> None:
    assert owed([], 0.8) == 0
    assert owed([False], 0.8) == pytest.approx(0.03 * 0.8)
    assert owed([True], 0.8) == pytest.approx(0.03 * -0.2)
    assert owed([False, True], 0.8) == pytest.approx(0.03 * (0.97 * 0.8 - 0.2))
    # As many kept as meant: next to nothing is owed, whatever their order leaves.
    assert abs(owed([False, True, True, True, True] * 40, 0.8)) < 0.02
    assert owed([True] * 500, 0.8) == pytest.approx(-0.2, abs=1e-4)


def test_what_is_owed_moves_the_reach_within_limits() -> None:
    told = outcomes(0.0)
    even, broken, kept = (
        calibrated(Past(told, each), 0.8, SHAPE)
        for each in ((), (False,) * 3, (True,) * 8)
    )
    most = calibrated(Past(told, (False,) * 90), 0.8, SHAPE)
    least = calibrated(Past(told, (True,) * 190), 0.8, SHAPE)

    assert kept.reach < even.reach < broken.reach < most.reach
    assert broken.aim - even.aim == pytest.approx(owed((False,) * 3, 0.8))
    assert most.aim == pytest.approx(0.96)
    assert least.aim == pytest.approx(0.8 + owed((True,) * 190, 0.8), abs=0.03)


def test_a_date_is_kept_as_often_as_it_says_and_the_mean_is_not() -> None:
    shop = problem(job(0, "X", 80))
    rows = [Assignment(0, 36, 36 + 2 * DAY + 16, ("T",))]
    outlook = lived(shop, rows, [Work(80, 0.4)])

    found = promised(outlook, "X", 0.8, Past(), day=DAY)

    assert outlook.kept("X", found.by) == pytest.approx(320, abs=2)
    # The planted mistake: who promises the mean keeps far too few.
    mean = float(outlook.ends["X"].mean())
    assert outlook.kept("X", mean) < 0.72 * outlook.runs


def test_deliveries_give_the_spread_of_the_next_one() -> None:
    found = learnt_arrival(0, 10 * DAY, 15 * DAY, day=DAY)

    assert found.median == 10 * DAY
    assert exp(found.sigma * 0.8416) == pytest.approx(1.5, rel=0.01)
