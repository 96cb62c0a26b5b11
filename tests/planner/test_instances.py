"""The shared instances: plans that their own validator accepts, and in time.

They lie beside the checkout and are no part of it: where they are not, nothing is
tested. INSTANCES=all (`make trust`) plans every one of them as a process of its own.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.planner.test_command import _handlers as _handlers
from workshop.planner.__main__ import main

ROOT = Path(__file__).parents[2]
BESIDE = ROOT.parent / "shared" / "benchmarks" / "scheduling"
SHARED = Path(os.environ.get("INSTANCES_DIR") or BESIDE)
EVERY = os.environ.get("INSTANCES") == "all"
CONVERTED = (".rcp", ".rcmp", ".dzn")
# One of each kind for every day.
SAMPLE = {
    "tiny_shop2.json",
    "shop_3_vehicles.json",
    "j3015_8.rcp",
    "MPLIB1_Set3_29.rcmp",
    "inst_set1a_sf0_nc1.5_n20_m25_02.dzn",
}
# Wall time for the largest shop, and for others by megabyte of the file.
SECONDS, SECONDS_EACH = 2, 3


def instances() -> Iterator[Path]:
    """Files of the format, and those that can be made into it."""
    for path in sorted(SHARED.glob("*/*")):
        plan = path.stem.endswith("_plan")
        if path.suffix not in (".json", *CONVERTED) or plan:
            continue
        if EVERY or path.name in SAMPLE:
            yield path


def tool(name: str) -> ModuleType:
    """One of the programs that come with the instances."""
    spec = importlib.util.spec_from_file_location(Path(name).stem, SHARED / name)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def as_problem(path: Path, folder: Path) -> Path | None:
    """The file in the planner's format; None if it cannot be put so."""
    if path.suffix == ".json":
        return path
    out = folder / "problem.json"
    convert = tool("convert.py")
    try:
        out.write_text(json.dumps(convert.to_shop(convert.read(str(path)))))
    except SystemExit:
        return None
    return out


def judged(problem: Path, plan: Path) -> dict[str, Any]:
    """What the validator finds, and its scores."""
    validate = tool("examples/validate.py")
    instance = json.loads(problem.read_text())
    assignments, faults, _ = validate.check(instance, json.loads(plan.read_text()))
    return {"faults": faults, **validate.score(instance, assignments)}


# The converter leaves it to the interpreter to close what it has read.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("path", list(instances()), ids=lambda path: path.name)
def test_the_validator_accepts_the_plan_of_an_instance(
    path: Path, tmp_path: Path
) -> None:
    problem, plan = as_problem(path, tmp_path), tmp_path / "plan.json"
    if problem is None:
        return

    if EVERY:
        plan_in_time(problem, plan)
    else:
        words = [str(problem), str(plan), "--seconds", "60", "--iterations", "2"]
        assert main(words) == 0

    found = judged(problem, plan)
    assert found["faults"] == []
    assert found.get("frozen_moved", 0) == 0


def plan_in_time(problem: Path, plan: Path) -> None:
    """Plan it by the command, all cores, and hold it to its time."""
    seconds = SECONDS + SECONDS_EACH * problem.stat().st_size / 1e6
    words = [str(problem), str(plan), "--seconds", str(seconds)]
    began = time.monotonic()

    done = subprocess.run(
        [sys.executable, "-m", "workshop.planner", *words], cwd=ROOT, check=False
    )

    assert done.returncode == 0
    assert time.monotonic() - began <= seconds + 2
