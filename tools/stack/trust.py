"""`make trust`: races and chaos over and over, and what is too long for each day."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from tools.stack import say
from tools.stack.checks import Report, files_with, pytest, services_for_tests
from tools.stack.demo import add_environment
from tools.stack.places import PYTHON, ROOT
from tools.stack.say import Stop
from tools.stack.stack import Stack
from tools.stack.valkey import free_port

KINDS = ("race", "chaos")
MACHINE = "tests/parts/test_machine.py"
INSTANCES = "tests/planner/test_instances.py"
LOOKED_AT = ("tests/browser/test_faces.py", "tests/parts/test_rounds_by_keys.py")
EXAMPLES = 5000
KEPT = ROOT / "var" / "trust.jsonl"
HEAD = ("tests", "runs", "green", "shortest", "mean", "longest", "failed with seed")


@dataclass(frozen=True)
class Run:
    """One run of one kind of test."""

    kind: str
    seed: int
    is_green: bool
    seconds: float


@dataclass
class Runs:
    """The runs so far, and those that an interrupted call has left behind.

    What was green on the same files is not run again; a call that comes to its end,
    green or red, leaves nothing.

    Attributes:
        path: where green runs are kept, one line each.
        state: names the files they were green on; empty: nothing is kept.
    """

    path: Path
    state: str
    done: list[Run] = field(default_factory=list)

    def run(self, kind: str, seed: int, what: Callable[[], bool]) -> None:
        """Run one kind of test, unless it was green before the interruption."""
        known = self._known().get((kind, seed))
        if known is not None:
            say.line(f"\n  {kind} tests, run {seed}: green before the interruption")
            self.done.append(known)
            return
        began = time.monotonic()
        one = Run(kind, seed, what(), time.monotonic() - began)
        self.done.append(one)
        if one.is_green and self.state:
            with self.path.open("a") as kept:
                kept.write(json.dumps({"state": self.state, **asdict(one)}) + "\n")

    def end(self) -> None:
        self.path.unlink(missing_ok=True)

    def _known(self) -> dict[tuple[str, int], Run]:
        if not self.state or not self.path.exists():
            return {}
        rows = [json.loads(line) for line in self.path.read_text().splitlines()]
        runs = [Run(**row) for row in rows if row.pop("state") == self.state]
        return {(run.kind, run.seed): run for run in runs}


def state_of_files() -> str:
    """Name the content of the checkout; empty where it differs from its commit."""
    changed = _git("status", "--porcelain")
    return "" if changed else _git("rev-parse", "HEAD^{tree}") or ""


def _git(*arguments: str) -> str | None:
    """Return what git says; None if there is none, or no repository."""
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def trust(arguments: list[str]) -> int:
    """Run races and chaos RUNS=10 times over, then machine, instances, looks and bench.

    Called again after an interruption, it goes on where it was.
    """
    runs = wanted_runs()
    state = "" if arguments else state_of_files()
    with services_for_tests(wants_browser=not arguments) as (report, stack):
        all_runs = Runs(KEPT, state)
        try:
            _run_all(all_runs, runs, report, stack, arguments)
            all_runs.end()
        finally:
            # Also of a run that is stopped half-way.
            for line in table(all_runs.done):
                say.line(line)
        return report.conclude()


def _run_all(
    all_runs: Runs, runs: int, report: Report, stack: Stack, arguments: list[str]
) -> None:
    # The races of two acts are run with two web processes and with eight.
    stack.environment["RACE_WORKERS"] = "2 8"
    for seed in range(1, runs + 1):
        stack.environment["CHAOS_SEED"] = str(seed)
        for kind in KINDS:
            name = f"{kind} tests, run {seed} of {runs}"
            chosen = ("-m", kind, *(arguments or files_with(kind)))
            all_runs.run(kind, seed, partial(pytest, report, stack, name, *chosen))
    if arguments:
        return
    all_runs.run("machine", 1, partial(long_machine, report, stack))
    all_runs.run("instances", 1, partial(every_instance, report, stack))
    if "CHROME" in stack.environment:
        all_runs.run("looks", 1, partial(every_look, report, stack))
    all_runs.run("bench", 1, partial(quick_bench, report, stack))


def long_machine(report: Report, stack: Stack) -> bool:
    """Compare the commands with the plain store in five thousand examples."""
    stack.environment["MACHINE_EXAMPLES"] = str(EXAMPLES)
    name = f"machine tests, {EXAMPLES} examples"
    return pytest(report, stack, name, MACHINE)


def every_instance(report: Report, stack: Stack) -> bool:
    """Plan every shared instance in its time, judged by the shared validator."""
    stack.environment["INSTANCES"] = "all"
    return pytest(report, stack, "planning tests, all instances", INSTANCES)


def every_look(report: Report, stack: Stack) -> bool:
    """Open every page of every role in all twelve looks; the rounds by keys in four."""
    stack.environment["LOOKS"] = "all"
    name = "browser tests, all looks"
    return pytest(report, stack, name, "-m", "browser", *LOOKED_AT)


def quick_bench(report: Report, stack: Stack) -> bool:
    """Measure a tenth of a full house against its bounds."""
    say.line("\n  bench, a tenth of the rows …")
    tests = dict(stack.environment)
    try:
        add_environment(stack, free_port())
        stack.environment |= {"QUICK": "1"}
        del stack.environment["TESTING"]
        is_green = stack.foreground([str(PYTHON), "-m", "bench"]) == 0
    finally:
        stack.environment = tests
    if not is_green:
        report.failed.append("bench")
    return is_green


def wanted_runs() -> int:
    """The number of RUNS=, 10 by default.

    Raises:
        Stop: it is no number above zero.
    """
    text = os.environ.get("RUNS") or "10"
    if not text.isdigit() or int(text) < 1:
        raise Stop(f"RUNS={text} is no number of runs: RUNS=10 make trust")
    return int(text)


def table(done: list[Run]) -> Iterator[str]:
    """Sum the runs up, one line for each kind of test."""
    rows = [HEAD]
    for kind in dict.fromkeys(run.kind for run in done):
        of_kind = [run for run in done if run.kind == kind]
        seconds = [run.seconds for run in of_kind]
        failed = [str(run.seed) for run in of_kind if not run.is_green]
        rows.append(
            (
                kind,
                str(len(of_kind)),
                str(len(of_kind) - len(failed)),
                f"{min(seconds):.0f} s",
                f"{sum(seconds) / len(seconds):.0f} s",
                f"{max(seconds):.0f} s",
                ", ".join(failed) or "none",
            )
        )
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEAD))]
    yield ""
    for row in rows:
        cells = zip(row, widths, strict=True)
        yield "  " + "  ".join(cell.ljust(width) for cell, width in cells).rstrip()
