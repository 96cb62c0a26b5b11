"""The shared instances beside the checkout: where they are, and their judge."""

import csv
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BESIDE = ROOT.parent / "shared" / "benchmarks" / "scheduling"
SHARED = Path(os.environ.get("INSTANCES_DIR") or BESIDE)


@dataclass(frozen=True)
class Verdict:
    """What the validator says of a plan."""

    feasible: bool
    days: float  # weighted tardiness
    frozen_moved: int
    near_moved_day_share: float


def there() -> bool:
    """Whether the shared instances lie beside the checkout."""
    return (SHARED / "examples" / "validate.py").is_file()


def judge(problem: Path, plan: Path) -> Verdict:
    """Ask the validator, which shares nothing with the planner."""
    tool = SHARED / "examples" / "validate.py"
    done = subprocess.run(
        [sys.executable, tool, problem, plan],
        capture_output=True,
        text=True,
        check=False,
    )
    said = json.loads(done.stdout)
    return Verdict(
        feasible=done.returncode == 0 and said["feasible"],
        days=said.get("weighted_tardiness_days", 0.0),
        frozen_moved=said.get("frozen_moved", 0),
        near_moved_day_share=said.get("near_moved_day_share", 0.0),
    )


def converted(source: Path, folder: Path) -> Path:
    """Return a public benchmark file in the form the planner reads."""
    out = folder / f"{source.name}.json"
    words = (sys.executable, SHARED / "convert.py", source, "--out", out)
    subprocess.run([str(word) for word in words], check=True, capture_output=True)
    return out


@cache
def references() -> dict[str, dict[str, float]]:
    """What others reached on the public shops, by file and column."""
    with (SHARED / "shops" / "reference.csv").open() as file:
        return {
            row.pop("file"): {k: float(v) for k, v in row.items() if v}
            for row in csv.DictReader(file)
        }


def best_known(folder: str) -> dict[Path, float]:
    """Return the instances of a public collection with their best known values."""
    with (SHARED / folder / "bounds.csv").open() as file:
        rows = list(csv.reader(file))[1:]
    return {SHARED / folder / row[0]: float(row[2]) for row in rows}
