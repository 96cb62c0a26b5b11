"""``python -m workshop.planner IN.json OUT.json --seconds S``: plan a file.

Exit status: 0 a feasible plan was written; 2 malformed input; 3 the data forbid every
plan (``--refusal FILE`` has why as JSON); 4 none was found in the time. Ctrl-C and
SIGTERM write the best plan so far.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from time import CLOCK_BOOTTIME, clock_gettime, monotonic

from workshop.planner import codestore
from workshop.planner.fileformat import load_problem
from workshop.planner.parallel import solve_side_by_side
from workshop.planner.plan import Plan
from workshop.planner.planfile import dump_plan
from workshop.planner.problem import (
    ImpossibleProblem,
    MalformedProblem,
    NoPlanFound,
    Problem,
)
from workshop.planner.solver import Progress

BEGAN = monotonic()
# What is left to do after the search (explain, write), seconds: once and per operation.
OVERHEAD = 0.1
OVERHEAD_EACH = 4e-5
PLAIN = (
    "note: planning with the plain kernel; "
    "python -m workshop.planner.compiled makes the fast one\n"
)


def arguments() -> argparse.ArgumentParser:
    """What the command takes."""
    parser = argparse.ArgumentParser(prog="python -m workshop.planner")
    parser.add_argument("problem", help="problem file, shop-1 or shop-2")
    parser.add_argument("plan", help="file to write the plan to")
    parser.add_argument("--seconds", type=float, required=True, help="wall time")
    parser.add_argument("--iterations", type=int, help="most changes after the rules")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1, help="processes side by side")
    parser.add_argument("--refusal", help="file to write an impossible problem's code")
    parser.add_argument("--progress", action="store_true", help="print cost over time")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Plan one file and return the exit status."""
    given = arguments().parse_args(argv)
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda n, _: stopping.append(n))
    if not Path(given.plan).absolute().parent.is_dir():
        return _say(2, f"cannot write {given.plan}: there is no such folder")
    try:
        problem = load_problem(given.problem)
        plan = _solve(problem, given, stopping)
        dump_plan(plan, given.plan)
    except MalformedProblem as error:
        return _say(2, f"malformed: {error}")
    except OSError as error:
        return _say(2, f"malformed: {error.filename}: {error.strerror}")
    except ImpossibleProblem as error:
        if given.refusal:
            _write_refusal(error, Path(given.refusal))
        return _say(3, f"impossible: {error}")
    except NoPlanFound as error:
        return _say(4, f"none found: {error}")
    _summary(problem, plan)
    return 0


def _solve(problem: Problem, given: argparse.Namespace, stopping: list[int]) -> Plan:
    if not codestore.ready():
        sys.stderr.write(PLAIN)

    def show(step: Progress) -> None:
        cost = step.weighted_tardiness_days
        line = f"{step.seconds:8.2f} s  {cost:12.3f} weighted days late"
        sys.stderr.write(f"{line}  ({step.rule}, {step.iterations})\n")

    overhead = OVERHEAD + OVERHEAD_EACH * len(problem.operations)
    return solve_side_by_side(
        problem,
        workers=max(1, given.workers),
        seconds=max(0.05, given.seconds - _age() - overhead),
        seed=given.seed,
        iterations=given.iterations,
        progress=show if given.progress else None,
        stop=lambda: bool(stopping),
    )


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
    lines = [
        f"{len(plan.assignments)} operations, "
        f"{plan.weighted_tardiness_days} weighted days late "
        f"(bound {plan.lower_bound_days}), {len(plan.late)} of "
        f"{len(problem.vehicles)} vehicles late, {plan.makespan_days} days in all"
    ]
    for late in plan.late[:5]:
        last = plan.reason(late.chain[-1])
        lines.append(
            f"  vehicle {late.vehicle}: {late.weighted_days} weighted days, "
            f"chain of {len(late.chain)}, last waits for {last.kind.lower()}"
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
    sys.stderr.write(text + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
