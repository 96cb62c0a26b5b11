"""Runs the planner as a program of its own: a worker's child may have no children."""

import ctypes
import re
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from restoration.models import JobCard
from workshop import planner

GRACE_SECONDS = 20
MEMORY_BYTES = 2 * 1024**3
MALFORMED, IMPOSSIBLE, NOT_FOUND = 2, 3, 4
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class PlannerFailed(Exception):
    """The planner gave no plan: why, and which operations are concerned."""

    def __init__(self, status: int, reason: str, operations: tuple[int, ...]) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.operations = operations
        # What the operations' numbers stand for; whoever asked fills it in.
        self.cards: Sequence[JobCard] = ()


def solve(problem: planner.Problem, *, seconds: float) -> planner.Plan:
    """Have a problem planned by a process with walls around it.

    It gets its own session, an address space of 2 GiB and a wall limit, and it dies
    with its parent.

    Args:
        problem: what is to be planned.
        seconds: wall time for the search.

    Raises:
        PlannerFailed: no plan came back.
    """
    with tempfile.TemporaryDirectory(prefix="plan-") as folder:
        asked, answered = Path(folder) / "problem.json", Path(folder) / "plan.json"
        planner.dump_problem(problem, asked)
        command = [
            sys.executable, "-m", "workshop.planner", str(asked), str(answered),
            "--seconds", str(seconds),
        ]  # fmt: skip
        try:
            done = subprocess.run(  # noqa: S603 - our own module on our own files
                command,
                cwd=settings.BASE_DIR,
                capture_output=True,
                text=True,
                timeout=seconds + GRACE_SECONDS,
                start_new_session=True,
                preexec_fn=_walls,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise PlannerFailed(-1, "the planner ran out of time", ()) from error
        if done.returncode != 0:
            raise _failure(done.returncode, done.stderr)
        return planner.load_plan(answered)


def _walls() -> None:
    """Runs in the new process before the planner does."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _failure(status: int, said: str) -> PlannerFailed:
    last = (said.strip().splitlines() or ["the planner stopped"])[-1]
    named = re.search(r"operations ([0-9, ]+):\s*(.*)", last)
    if named is None:
        return PlannerFailed(status, last[:500], ())
    numbers = tuple(int(n) for n in named.group(1).split(","))
    return PlannerFailed(status, named.group(2)[:500], numbers)
