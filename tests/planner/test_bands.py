"""What it costs to keep the plan in force for longer."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from tests.planner.shops import shift
from workshop.planner import (
    Assignment,
    Operation,
    Problem,
    Technician,
    Vehicle,
    bandfile,
    dump_problem,
    prices,
)

# Two cars, one painter; the plan in force has the cheap car first.
SHOP = Problem(
    unit_minutes=60,
    horizon=4 * 7 * 24,
    now=0,
    calendars={"day": tuple(shift(8, 17))},
    technicians=(Technician("painter", ("paint",), "day"),),
    resources=(),
    vehicles=(Vehicle("cheap", 0, 0, 1), Vehicle("dear", 0, 0, 9)),
    operations=(
        Operation(0, "cheap", 8, {"paint": 1}),
        Operation(1, "dear", 8, {"paint": 1}),
    ),
    baseline=(
        Assignment(0, 8, 17, ("painter",)),
        Assignment(1, 32, 41, ("painter",)),
    ),
)


def test_a_band_costs_what_an_order_free_to_change_would_have_saved() -> None:
    free, kept = prices(SHOP, seconds=60, iterations=20, widths=(0, 14))

    assert (free.days, kept.days) == (0, 14)
    assert free.weighted_tardiness_days == round((41 + 9 * 17) / 24, 3)
    assert kept.weighted_tardiness_days == round((17 + 9 * 41) / 24, 3)
    assert (free.stability.near_kept, kept.stability.near_kept) == (0, 2)


def test_a_shop_without_a_plan_in_force_has_no_prices() -> None:
    new = replace(SHOP, baseline=())

    assert prices(new, seconds=60, iterations=5, widths=(0, 14)) == ()


def test_bands_are_priced_from_file_to_file(tmp_path: Path) -> None:
    asked, answered = tmp_path / "problem.json", tmp_path / "prices.json"
    dump_problem(SHOP, asked)

    given = [str(asked), str(answered), "--seconds", "60", "--iterations", "20"]
    assert bandfile.main(given) == 0

    told = json.loads(answered.read_text())
    assert [row["days"] for row in told] == [0, 7, 14, 28]
    assert told[0]["cost"] < told[2]["cost"]
    assert (told[2]["near"], told[2]["near_kept"]) == (2, 2)
