"""The planner as a process: exit status, files, signals and time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from math import inf
from pathlib import Path
from typing import Any

import pytest

from tests.planner.checker import faults
from tests.planner.shops import random_shop
from tests.planner.test_solve import cure, paint, shop
from workshop.planner import Problem, dump_problem, load_plan, load_problem
from workshop.planner.__main__ import main
from workshop.planner.parallel import cores
from workshop.planner.search import Search

TINY = Path(__file__).parent / "data" / "tiny_shop2.json"
ROOT = Path(__file__).parents[2]
# Generous: a busy machine is slow, and slow is not wrong.
PATIENCE_SECONDS = 60


@pytest.fixture(autouse=True)
def _handlers(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command sets handlers; the next test wants its own back.

    Within the tests' process its age says nothing.
    """
    monkeypatch.setattr("workshop.planner.__main__._age", lambda: 0.0)
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)
    kept = {n: signal.getsignal(n) for n in numbers}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.fixture
def slept() -> list[bool]:
    """Whether anybody has slept to the end of what no planner has time for."""
    return []


def command(*words: object) -> list[str]:
    """The planner's command line."""
    return [sys.executable, "-m", "workshop.planner", *map(str, words)]


def time_is_up() -> None:
    """Ring the planner's alarm now, wherever the clock stands."""
    assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] < 62
    signal.raise_signal(signal.SIGALRM)


def written(problem: Problem, folder: Path) -> Path:
    """The problem as a file."""
    file = folder / "problem.json"
    dump_problem(problem, file)
    return file


def test_command_writes_a_feasible_plan_and_says_what_it_costs(tmp_path: Path) -> None:
    out = tmp_path / "plan.json"

    run = subprocess.run(
        command(TINY, out, "--seconds", 60, "--iterations", 5, "--progress"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0
    assert run.stdout.startswith("7 operations, 0.25 weighted days late (bound 0.25)")
    assert "0.250 weighted days late" in run.stderr
    assert faults(load_problem(TINY), load_plan(out).assignments) == []


def test_command_keeps_its_time(tmp_path: Path) -> None:
    problem = random_shop(9, operations=24)
    words = command(written(problem, tmp_path), tmp_path / "plan.json", "--seconds", 2)
    began = time.monotonic()

    with subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)

    assert process.returncode == 0
    # Its own time, on each processor it has: what others take is not its fault.
    assert used.ru_utime + used.ru_stime < 4 * cores()
    assert time.monotonic() - began < PATIENCE_SECONDS


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_signal_ends_the_search_and_writes_the_best_plan(
    tmp_path: Path, number: signal.Signals, workers: int
) -> None:
    problem = random_shop(9, operations=24)
    out = tmp_path / "plan.json"
    words = command(written(problem, tmp_path), out, "--seconds", 120, "--progress")
    with subprocess.Popen(
        [*words, "--workers", str(workers)], cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert "weighted days late" in process.stderr.readline()

        process.send_signal(number)

        assert process.wait(timeout=PATIENCE_SECONDS) == 0
    assert faults(problem, load_plan(out).assignments) == []


def test_searching_on_past_the_end_is_broken_off(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    slept: list[bool],
) -> None:
    def endless(_self: object, _iterations: int | None) -> None:
        time.sleep(20)
        slept.append(True)

    monkeypatch.setattr("workshop.planner.solver.Search.run", endless)

    status = main([str(TINY), str(tmp_path / "plan.json"), "--seconds", "0.2"])

    assert status == 4
    assert slept == []
    assert "none found: no feasible plan" in capsys.readouterr().err


def test_a_search_that_does_not_end_leaves_its_best_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slept: list[bool]
) -> None:
    own = Search._portfolio

    def endless(self: Search) -> None:
        own(self)
        time_is_up()
        time.sleep(20)
        slept.append(True)

    out = tmp_path / "plan.json"
    monkeypatch.setattr("workshop.planner.solver.Search._portfolio", endless)

    status = main([str(TINY), str(out), "--seconds", "60", "--workers", "1"])

    assert status == 0
    assert slept == []
    assert faults(load_problem(TINY), load_plan(out).assignments) == []


def test_reasons_that_take_too_long_are_left_out(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    slept: list[bool],
) -> None:
    def endless(_self: object) -> None:
        time_is_up()
        time.sleep(20)
        slept.append(True)

    out = tmp_path / "plan.json"
    monkeypatch.setattr("workshop.planner.solver.Explainer.reasons", endless)

    status = main([str(TINY), str(out), "--seconds", "60", "--iterations", "5"])

    assert status == 0
    assert slept == []
    plan = load_plan(out)
    assert faults(load_problem(TINY), plan.assignments) == []
    assert plan.reasons == ()
    assert capsys.readouterr().out.startswith("7 operations, 0.25 weighted days late")


def test_a_signal_before_there_is_a_plan_exits_4(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = load_problem

    def interrupted(path: str) -> Problem:
        os.kill(os.getpid(), signal.SIGTERM)
        return own(path)

    monkeypatch.setattr("workshop.planner.__main__.load_problem", interrupted)

    assert main([str(TINY), str(tmp_path / "plan.json"), "--seconds", "60"]) == 4
    assert not (tmp_path / "plan.json").exists()


def test_the_same_budget_gives_the_same_file_whatever_the_processors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []
    for processors, workers in ((1, ()), (4, ()), (2, ("--workers", "2"))) * 2:
        monkeypatch.setattr(
            "workshop.planner.__main__.cores", lambda processors=processors: processors
        )
        out = tmp_path / "plan.json"
        words = ["--seconds", "30", "--iterations", "8", "--seed", "5", *workers]
        assert main([str(TINY), str(out), *words]) == 0
        written.append(out.read_bytes())

    assert len(set(written[:2] + written[3:5])) == 1
    assert written[2] == written[5]


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "soon"])
def test_a_time_that_is_none_exits_2(
    seconds: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refusal:
        main([str(TINY), str(tmp_path / "plan.json"), "--seconds", seconds])

    assert refusal.value.code == 2
    assert "--seconds" in capsys.readouterr().err


def test_malformed_file_exits_2_with_path_and_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = json.loads(TINY.read_text())
    data["operations"][2]["work"] = 0
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps(data))

    status = main([str(bad), str(tmp_path / "plan.json"), "--seconds", "60"])

    assert status == 2
    assert "malformed: $.operations[2].work: expected" in capsys.readouterr().err
    assert not (tmp_path / "plan.json").exists()


def test_missing_file_exits_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = str(tmp_path / "none.json")

    assert main([missing, str(tmp_path / "plan.json"), "--seconds", "60"]) == 2
    assert f"malformed: {missing}: No such file" in capsys.readouterr().err


def test_impossible_problem_exits_3_with_operations_and_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(shop(cure(0, 3, bay="dyno")), tmp_path)

    assert main([str(file), str(tmp_path / "plan.json"), "--seconds", "60"]) == 3
    said = capsys.readouterr().err
    assert said == "impossible: operations 0: there is no bay of type 'dyno'\n"
    assert not (tmp_path / "plan.json").exists()


def test_a_refusal_is_written_as_a_code_with_its_values(tmp_path: Path) -> None:
    file = written(shop(paint(0, 5, no_split=True)), tmp_path)
    told = tmp_path / "refusal.json"

    main(
        [
            str(file),
            str(tmp_path / "plan.json"),
            "--seconds",
            "60",
            "--refusal",
            str(told),
        ]
    )

    assert json.loads(told.read_text()) == {
        "code": "SHIFT_TOO_SHORT",
        "operations": [0],
        "fields": {"work": 5, "skill": "paint", "longest": 4},
    }


def test_none_found_within_the_time_exits_4(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(random_shop(1), tmp_path)
    # The time is over as soon as the search looks, and nothing breaks it off before.
    monkeypatch.setattr("workshop.planner.__main__._limit", lambda _seconds: None)
    monkeypatch.setattr("workshop.planner.solver.monotonic", lambda: inf)

    assert main([str(file), str(tmp_path / "plan.json"), "--seconds", "60"]) == 4
    assert "none found: no feasible plan" in capsys.readouterr().err
