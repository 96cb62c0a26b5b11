"""Runs the planner as a program of its own: a worker's child may have no children."""

import ctypes
import json
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from restoration.queries import PlanInput
from workshop import planner

GRACE_SECONDS = 20
MEMORY_BYTES = 2 * 1024**3
IMPOSSIBLE, NOT_FOUND = 3, 4
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class PlannerFailed(Exception):
    """The planner gave no plan.

    Attributes:
        code: why: of `workshop.planner.REFUSALS`, or one of this module's.
        reason: the planner's own English words, for the record.
        operations: which ones are concerned.
        fields: the values that the code speaks of.
        given: what the operations' numbers stand for; whoever asked fills it in.
    """

    def __init__(
        self,
        code: str,
        reason: str,
        operations: Sequence[int] = (),
        fields: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.operations = tuple(operations)
        self.fields = dict(fields or {})
        self.given: PlanInput | None = None


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
        refused = Path(folder) / "refusal.json"
        planner.dump_problem(problem, asked)
        command = [
            sys.executable, "-m", "workshop.planner", str(asked), str(answered),
            "--seconds", str(seconds), "--refusal", str(refused),
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
            raise PlannerFailed(
                "TOO_LITTLE_TIME", "the planner ran out of time"
            ) from error
        if done.returncode != 0:
            raise _failure(done.returncode, done.stderr, refused)
        return planner.load_plan(answered)


def _walls() -> None:
    """Runs in the new process before the planner does."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _failure(status: int, said: str, refused: Path) -> PlannerFailed:
    last = (said.strip().splitlines() or ["the planner stopped"])[-1][:500]
    if status == IMPOSSIBLE and refused.exists():
        told = json.loads(refused.read_text(encoding="utf-8"))
        return PlannerFailed(told["code"], last, told["operations"], told["fields"])
    return PlannerFailed("NONE_FOUND" if status == NOT_FOUND else "STOPPED", last)
