"""Band prices: ``python -m workshop.planner.bandfile IN.json OUT.json --seconds S``.

What keeping the plan in force of a problem file costs for each width of the kept band,
as JSON: a list of days, weighted days after due times, and how much of the near plan
stays. Exit status: 0 it was written; 3 the data forbid every plan.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from workshop.planner.bands import Price, prices
from workshop.planner.fileformat import load_problem
from workshop.planner.problem import ImpossibleProblem


def main(argv: list[str] | None = None) -> int:
    """Price one file's bands and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m workshop.planner.bandfile")
    parser.add_argument("problem")
    parser.add_argument("prices")
    parser.add_argument("--seconds", type=float, required=True, help="for each width")
    parser.add_argument("--iterations", type=int, help="most changes for each width")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(argv)
    problem = load_problem(given.problem)
    try:
        found = prices(
            problem,
            seconds=given.seconds,
            seed=given.seed,
            iterations=given.iterations,
        )
    except ImpossibleProblem as error:
        sys.stderr.write(f"impossible: {error}\n")
        return 3
    told = json.dumps([price_to_json(each) for each in found])
    Path(given.prices).write_text(told, encoding="utf-8")
    return 0


def price_to_json(price: Price) -> dict[str, float | int]:
    """Return one width's price as it is written down."""
    kept = price.stability
    return {
        "days": price.days,
        "cost": round(price.weighted_tardiness_days, 3),
        "near": kept.near,
        "near_kept": kept.near_day_kept,
    }


if __name__ == "__main__":
    raise SystemExit(main())
