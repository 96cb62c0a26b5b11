"""``python -m workshop.planner IN.json OUT.json --seconds S``: plan a file.

Exit status: 0 a feasible plan was written; 2 malformed input; 3 the data forbid every
plan (``--refusal FILE`` has why as JSON); 4 none was found in the time. Ctrl-C and
SIGTERM write the best plan so far.

From the start of the process to its end it takes at most S + 2 seconds. The same seed,
``--iterations`` and ``--workers`` give the same plan, as long as S is enough for them;
with ``--iterations`` there is one worker unless more are asked for, else one for each
processor.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from time import CLOCK_BOOTTIME, clock_gettime, monotonic

from workshop.planner import codestore
from workshop.planner.fileformat import load_problem
from workshop.planner.parallel import cores, search_side_by_side
from workshop.planner.plan import Plan
from workshop.planner.planfile import dump_plan
from workshop.planner.problem import (
    ImpossibleProblem,
    MalformedProblem,
    NoPlanFound,
    Problem,
)
from workshop.planner.solver import NONE_FOUND, Budget, Found, Progress, Solver

BEGAN = monotonic()
# What is left to do after the search (explain, write), seconds: as a share of what
# reading and laying out took on this machine just now, and at least.
FINISHING, OVERHEAD = 0.6, 0.1
# Beyond S no more than this: then the search ends as it stands, reasons are left out.
LEEWAY = 0.8
# More searches side by side than this find little more.
WORKERS_AT_MOST = 8
PLAIN = (
    "note: planning with the plain kernel; "
    "python -m workshop.planner.compiled makes the fast one"
)


class OutOfTime(Exception):
    """What is being done takes longer than it may."""


REFUSED = (
    MalformedProblem,
    OSError,
    ImpossibleProblem,
    NoPlanFound,
    OutOfTime,
    MemoryError,
)


def arguments() -> argparse.ArgumentParser:
    """What the command takes."""
    parser = argparse.ArgumentParser(prog="python -m workshop.planner")
    parser.add_argument("problem", help="problem file, shop-1 or shop-2")
    parser.add_argument("plan", help="file to write the plan to")
    parser.add_argument("--seconds", type=_seconds, required=True, help="wall time")
    parser.add_argument("--iterations", type=_count, help="most changes after rules")
    parser.add_argument("--seed", type=_count, default=0)
    parser.add_argument("--workers", type=_count, help="processes side by side")
    parser.add_argument("--refusal", help="file to write an impossible problem's code")
    parser.add_argument("--progress", action="store_true", help="print cost over time")
    return parser


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value <= 1_000_000:
        raise argparse.ArgumentTypeError("expected a number of seconds above 0")
    return value


def _count(text: str) -> int:
    value = int(text)
    if not 0 <= value < 2**62:
        raise argparse.ArgumentTypeError("expected a whole number, not negative")
    return value


def main(argv: list[str] | None = None) -> int:
    """Plan one file and return the exit status."""
    given = arguments().parse_args(argv)
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda n, _: stopping.append(n))
    try:
        return _planned(given, stopping)
    except REFUSED as error:
        return _refused(error, given.refusal)
    finally:
        _no_limit()


def _refused(error: Exception, refusal: str | None) -> int:
    """Say why there is no plan."""
    match error:
        case MalformedProblem():
            return _say(2, f"malformed: {error}")
        case OSError():
            return _say(2, f"malformed: {error.filename}: {error.strerror}")
        case ImpossibleProblem():
            if refusal:
                _write_refusal(error, Path(refusal))
            return _say(3, f"impossible: {error}")
        case MemoryError():
            return _say(4, "none found: there is too little memory")
        case OutOfTime():
            return _say(4, f"none found: {NONE_FOUND}")
    return _say(4, f"none found: {error}")


def _planned(given: argparse.Namespace, stopping: list[int]) -> int:
    _writable(Path(given.plan))
    began = monotonic()
    ends = began - _age() + given.seconds
    _limit(ends + LEEWAY - began)
    # Nothing made here is garbage before the end; looking for it costs a third.
    gc.disable()
    problem = load_problem(given.problem)
    if not codestore.ready():
        _tell(PLAIN)
    budget = Budget(ends, given.iterations, lambda: bool(stopping))
    solver = Solver(problem, budget)
    gc.freeze()
    gc.enable()
    reserve = OVERHEAD + FINISHING * (monotonic() - began)
    budget = Budget(ends - reserve, given.iterations, budget.stop)
    found = _searched(solver, budget, given)
    gc.disable()
    plan = _explained(solver, found, given.seed)
    dump_plan(plan, given.plan)
    _summary(problem, plan)
    return 0


def _writable(plan: Path) -> None:
    """Refuse a place for the plan before any work is done.

    Raises:
        OSError: nothing can be written there.
    """
    folder = plan.absolute().parent
    if plan.is_dir():
        raise IsADirectoryError(None, "cannot write there: it is a folder", str(plan))
    if not folder.is_dir():
        raise FileNotFoundError(
            None, "cannot write: there is no such folder", str(plan)
        )
    if not os.access(folder, os.W_OK):
        raise PermissionError(None, "cannot write in its folder", str(plan))


def _limit(seconds: float) -> None:
    """From then on whatever is being done is broken off; called again, later."""

    def break_off(_number: int, _frame: object) -> None:
        raise OutOfTime

    signal.signal(signal.SIGALRM, break_off)
    # Again and again: where the interpreter tidies up, an exception comes to nothing.
    signal.setitimer(signal.ITIMER_REAL, max(0.01, seconds), 0.2)


def _no_limit() -> None:
    signal.setitimer(signal.ITIMER_REAL, 0)


def _searched(solver: Solver, budget: Budget, given: argparse.Namespace) -> Found:
    def show(step: Progress) -> None:
        cost = step.weighted_tardiness_days
        line = f"{step.seconds:8.2f} s  {cost:12.3f} weighted days late"
        _tell(f"{line}  ({step.rule}, {step.iterations})")

    workers = given.workers
    if workers is None:
        workers = 1 if given.iterations is not None else min(cores(), WORKERS_AT_MOST)
    try:
        return search_side_by_side(
            solver,
            budget,
            workers=max(1, workers),
            seed=given.seed,
            progress=show if given.progress else None,
        )
    except OutOfTime:
        _no_limit()
        found = solver.found()
        _limit(0.3)
        return found


def _explained(solver: Solver, found: Found, seed: int) -> Plan:
    """The plan, without reasons where they would take too long."""
    try:
        plan = solver.plan(found, seed)
        _no_limit()
    except OutOfTime:
        _no_limit()
        return solver.plan(found, seed, explained=False)
    return plan


def _age() -> float:
    """Seconds since this process was started, the interpreter's start included."""
    try:
        fields = Path("/proc/self/stat").read_text(encoding="ascii")
        ticks = int(fields.rpartition(")")[2].split()[19])
        since_boot = clock_gettime(CLOCK_BOOTTIME)
        return float(since_boot - ticks / os.sysconf("SC_CLK_TCK"))
    except (OSError, ValueError, IndexError):
        return monotonic() - BEGAN


def _summary(problem: Problem, plan: Plan) -> None:
    """A short English account; the faces of the house translate the codes."""
    late = f"{len(plan.late)} of {len(problem.vehicles)} vehicles late, "
    lines = [
        f"{len(plan.assignments)} operations, "
        f"{plan.weighted_tardiness_days} weighted days late "
        f"(bound {plan.lower_bound_days}), {late if plan.reasons else ''}"
        f"{plan.makespan_days} days in all"
    ]
    for car in plan.late[:5]:
        last = plan.reason(car.chain[-1])
        lines.append(
            f"  vehicle {car.vehicle}: {car.weighted_days} weighted days, "
            f"chain of {len(car.chain)}, last waits for {last.kind.lower()}"
        )
    try:
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # The plan is written; that nobody reads the account is no failure.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write_refusal(error: ImpossibleProblem, file: Path) -> None:
    """For programs, which translate the code: what is said is English."""
    told = {
        "code": error.code,
        "operations": error.operations,
        "fields": error.fields,
    }
    file.write_text(json.dumps(told), encoding="utf-8")


def _say(status: int, text: str) -> int:
    _tell(text)
    return status


def _tell(text: str) -> None:
    """Say it to whoever listens; that nobody does is no failure."""
    with suppress(BrokenPipeError):
        sys.stderr.write(text + "\n")


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Taking a large problem apart piece by piece takes time that is spoken for.
    os._exit(code)
