"""The file format: what is read, what is written, and what is refused and where."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from workshop.planner import (
    MalformedProblem,
    dump_plan,
    dump_problem,
    load_plan,
    load_problem,
    problem_from_json,
    problem_to_json,
    solve,
)

from .shops import random_shop

TINY = Path(__file__).parent / "data" / "tiny_shop2.json"
GONE = object()

# Where a value is put (or taken away), and the path and reason that are named.
FAULTS: list[tuple[str, object, str, str]] = [
    ("format", GONE, "$.format", "is missing"),
    ("format", "shop-3", "$.format", "expected 'shop-1' or 'shop-2', found 'shop-3'"),
    ("format", "shop-1", "$.technicians[3].calendar", "the id of a calendar"),
    ("unit_minutes", 0, "$.unit_minutes", "from 1 to"),
    ("unit_minutes", "15", "$.unit_minutes", "expected a whole number, found '15'"),
    ("horizon", 672.0, "$.horizon", "expected a whole number, found 672.0"),
    ("horizon", -1, "$.horizon", "from 1 to"),
    ("horizon", 10**30, "$.horizon", "from 1 to"),
    ("now", True, "$.now", "expected a whole number, found True"),
    ("now", GONE, "$.now", "is missing"),
    ("now", -3, "$.now", "from 0 to"),
    ("calendars", [], "$.calendars", "expected an object"),
    ("calendars.day", 5, "$.calendars.day", "expected a list"),
    ("calendars.day.0", [32], "$.calendars.day[0]", "expected a pair [from, to]"),
    ("calendars.day.0", [48, 32], "$.calendars.day", "windows overlap or are empty"),
    ("calendars.day.1", [40, 60], "$.calendars.day", "windows overlap or are empty"),
    ("calendars.always", [[0, 9]], "$.calendars.always", "is reserved"),
    ("technicians", {}, "$.technicians", "expected a list"),
    ("technicians.0", "T1", "$.technicians[0]", "expected an object"),
    ("technicians.1.id", "T1", "$.technicians[1].id", "'T1' is there twice"),
    ("technicians.0.id", None, "$.technicians[0].id", "expected an id"),
    ("technicians.0.calendar", "x", "$.technicians[0].calendar", "id of a calendar"),
    ("technicians.0.skills", "body", "$.technicians[0].skills", "expected a list"),
    ("technicians.0.skills.0", 7, "$.technicians[0].skills[0]", "expected a text"),
    ("resources.0.type", GONE, "$.resources[0].type", "is missing"),
    ("resources.1.id", "lift1", "$.resources[1].id", "is there twice"),
    ("pools.0.capacity", -1, "$.pools[0].capacity", "from 0 to"),
    ("pools.1.id", "floor", "$.pools[1].id", "is there twice"),
    ("vehicles.0.weight", "x", "$.vehicles[0].weight", "expected a number"),
    ("vehicles.0.weight", -1, "$.vehicles[0].weight", "expected a number"),
    ("vehicles.0.weight", float("nan"), "$.vehicles[0].weight", "expected a number"),
    ("vehicles.0.due", None, "$.vehicles[0].due", "expected a whole number"),
    ("vehicles.1.id", 0, "$.vehicles[1].id", "is there twice"),
    ("operations.2.id", 9, "$.operations[2].id", "expected 2"),
    ("operations.2.vehicle", 9, "$.operations[2].vehicle", "the id of a vehicle"),
    ("operations.2.work", 0, "$.operations[2].work", "from 1 to"),
    ("operations.2.work", 1.5, "$.operations[2].work", "expected a whole number"),
    ("operations.2.no_split", 1, "$.operations[2].no_split", "expected true or false"),
    ("operations.2.bay", 4, "$.operations[2].bay", "expected a text"),
    ("operations.2.crew", 1, "$.operations[2]", "needs together with skill or crew"),
    ("operations.2.needs", [], "$.operations[2].needs", "expected an object"),
    ("operations.2.needs.body", -1, "$.operations[2].needs.body", "from 0 to"),
    ("operations.2.uses.gas", 1, "$.operations[2].uses.gas", "'gas' is no pool"),
    ("operations.2.uses.air", "4", "$.operations[2].uses.air", "a whole number"),
    ("operations.3.crew", GONE, "$.operations[3].crew", "is missing"),
    ("operations.3.skill", GONE, "$.operations[3].skill", "is missing"),
    ("operations.1.fixed.end", 3, "$.operations[1].fixed.end", "not before the start"),
    ("operations.1.fixed.start", GONE, "$.operations[1].fixed.start", "is missing"),
    ("operations.1.fixed.bay", "x", "$.operations[1].fixed.bay", "id of a resource"),
    (
        "operations.1.fixed.technicians",
        ["T9"],
        "$.operations[1].fixed.technicians",
        "'T9' is no technician",
    ),
    ("precedences.0.from", 7, "$.precedences[0].from", "from 0 to 6"),
    ("precedences.0.to", "3", "$.precedences[0].to", "expected a whole number"),
    ("precedences.0.min_lag", None, "$.precedences[0].min_lag", "a whole number"),
    ("precedences.0.max_lag", "x", "$.precedences[0].max_lag", "a whole number"),
    ("precedences.0.max_lag", GONE, "$.precedences[0].max_lag", "is missing"),
    ("baseline.0.op", 70, "$.baseline[0].op", "70 is no operation"),
    ("baseline.0.start", "x", "$.baseline[0].start", "a whole number"),
    ("baseline", 3, "$.baseline", "expected a list"),
    ("events", ["x"], "$.events[0]", "expected an object"),
]


def spoilt(where: str, value: object) -> object:
    """The tiny shop with one value changed or taken away."""
    data: Any = copy.deepcopy(json.loads(TINY.read_text()))
    *way, last = where.split(".")
    node = data
    for step in way:
        node = node[int(step) if isinstance(node, list) else step]
    key: Any = int(last) if isinstance(node, list) else last
    if value is GONE:
        del node[key]
    else:
        node[key] = value
    return data


@pytest.mark.parametrize(("where", "value", "path", "reason"), FAULTS)
def test_malformed_input_is_refused_with_path_and_reason(
    where: str, value: object, path: str, reason: str
) -> None:
    with pytest.raises(MalformedProblem) as refusal:
        problem_from_json(spoilt(where, value))

    assert refusal.value.path == path
    assert reason in refusal.value.reason


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xfe{}", "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "expected an object"),
        (b"null", "expected an object"),
        (b"1" * 5000, "not JSON"),
    ],
)
def test_what_is_no_json_object_is_refused(
    tmp_path: Path, data: bytes, reason: str
) -> None:
    file = tmp_path / "problem.json"
    file.write_bytes(data)

    with pytest.raises(MalformedProblem) as refusal:
        load_problem(file)

    assert refusal.value.path == "$"
    assert reason in refusal.value.reason


def test_a_shop_1_file_is_read_with_skill_and_crew_as_needs() -> None:
    data = json.loads(TINY.read_text())
    data["format"] = "shop-1"
    for key in ("pools", "baseline", "events"):
        del data[key]
    data["technicians"] = data["technicians"][:3]
    data["operations"] = [o for o in data["operations"] if "crew" in o][:1]
    data["precedences"] = []

    problem = problem_from_json(data)

    assert problem.operations[0].needs == {"general": 1}


def test_written_problems_are_read_back_the_same(tmp_path: Path) -> None:
    for seed in range(8):
        problem = random_shop(seed, fixed=True)
        dump_problem(problem, tmp_path / "problem.json")

        again = load_problem(tmp_path / "problem.json")

        assert problem_to_json(again) == {
            **problem_to_json(problem),
            "calendars": {**problem_to_json(again)["calendars"]},  # type: ignore[dict-item]
        }
        assert again.operations == problem.operations


def test_pool_ids_may_be_numbers() -> None:
    data: Any = spoilt("pools.0.id", 7)
    for operation in data["operations"]:
        if "floor" in operation.get("uses", {}):
            operation["uses"]["7"] = operation["uses"].pop("floor")

    problem = problem_from_json(data)

    assert problem.operations[5].uses == {7: 2, "air": 4}


def test_written_plans_are_read_back_the_same(tmp_path: Path) -> None:
    plan = solve(load_problem(TINY), seconds=60, iterations=3)
    dump_plan(plan, tmp_path / "plan.json")

    assert load_plan(tmp_path / "plan.json") == plan


def test_a_plan_of_assignments_alone_is_read(tmp_path: Path) -> None:
    rows = [{"op": 0, "start": 1, "end": 2}]
    (tmp_path / "plan.json").write_text(json.dumps({"assignments": rows}))

    plan = load_plan(tmp_path / "plan.json")

    assert [(a.op, a.start, a.end) for a in plan.assignments] == [(0, 1, 2)]
    assert plan.reasons == ()


def test_a_plan_with_an_unknown_reason_is_refused(tmp_path: Path) -> None:
    row = {"op": 0, "start": 1, "end": 2, "reason": {"kind": "MOON", "until": 1}}
    (tmp_path / "plan.json").write_text(json.dumps({"assignments": [row]}))

    with pytest.raises(MalformedProblem) as refusal:
        load_plan(tmp_path / "plan.json")

    assert refusal.value.path == "$.assignments[0].reason.kind"
