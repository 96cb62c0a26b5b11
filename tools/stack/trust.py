"""`make trust`: races and chaos over and over, and what is too long for each day."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from tools.stack import say
from tools.stack.checks import Report, files_with, pytest, services_for_tests
from tools.stack.demo import add_environment
from tools.stack.places import PYTHON
from tools.stack.say import Stop
from tools.stack.stack import Stack
from tools.stack.valkey import free_port

KINDS = ("race", "chaos")
MACHINE = "tests/parts/test_machine.py"
FACES = "tests/browser/test_faces.py"
EXAMPLES = 5000
HEAD = ("tests", "runs", "green", "shortest", "mean", "longest", "failed with seed")


@dataclass(frozen=True)
class Run:
    """One run of one kind of test."""

    kind: str
    seed: int
    is_green: bool
    seconds: float


def trust(arguments: list[str]) -> int:
    """Run races and chaos RUNS=10 times over, then machine, looks and bench."""
    runs = wanted_runs()
    done: list[Run] = []
    with services_for_tests(wants_browser=not arguments) as (report, stack):

        def run(kind: str, seed: int, what: Callable[[], bool]) -> None:
            began = time.monotonic()
            done.append(Run(kind, seed, what(), time.monotonic() - began))

        try:
            for seed in range(1, runs + 1):
                stack.environment["CHAOS_SEED"] = str(seed)
                # The races of two acts are run with two web processes and with eight.
                stack.environment["RACE_WORKERS"] = "2 8"
                for kind in KINDS:
                    name = f"{kind} tests, run {seed} of {runs}"
                    chosen = ("-m", kind, *(arguments or files_with(kind)))
                    run(kind, seed, partial(pytest, report, stack, name, *chosen))
            if not arguments:
                run("machine", 1, partial(long_machine, report, stack))
                if "CHROME" in stack.environment:
                    run("looks", 1, partial(every_look, report, stack))
                run("bench", 1, partial(quick_bench, report, stack))
        finally:
            # Also of a run that is stopped half-way.
            for line in table(done):
                say.line(line)
        return report.conclude()


def long_machine(report: Report, stack: Stack) -> bool:
    """Compare the commands with the plain store in five thousand examples."""
    stack.environment["MACHINE_EXAMPLES"] = str(EXAMPLES)
    name = f"machine tests, {EXAMPLES} examples"
    return pytest(report, stack, name, MACHINE)


def every_look(report: Report, stack: Stack) -> bool:
    """Open every page of every role in all twelve looks, with axe in each."""
    stack.environment["LOOKS"] = "all"
    name = "browser tests, all twelve looks"
    return pytest(report, stack, name, "-m", "browser", FACES)


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
