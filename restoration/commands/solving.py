"""Runs the planner as a program of its own: a worker's child may have no children."""

import ctypes
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from math import ceil
from pathlib import Path
from typing import Any

from django.conf import settings

from restoration.queries import PlanInput
from workshop import planner

GRACE_SECONDS = 20
# How often the planner's account is looked at.
LOOK_SECONDS = 0.25
MEMORY_BYTES = 2 * 1024**3
# Compiled code maps more than it ever touches.
ADDRESS_BYTES = 6 * 1024**3
TAIL_BYTES = 4096
PROGRESS = re.compile(
    r"\s*(?P<seconds>[\d.]+) s\s+(?P<cost>[\d.]+) .*"
    r"\((?P<rule>.+), (?P<iterations>\d+)\)"
)
Progress = dict[str, str | int]
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


def solve(
    problem: planner.Problem,
    *,
    seconds: float,
    seed: int = 0,
    iterations: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> planner.Plan:
    """Have a problem planned by a process with walls around it.

    It gets its own session, limits of memory and time, and dies with its parent; what
    it may have started dies with it.

    Args:
        problem: what is to be planned.
        seconds: wall time for the search.
        seed: of the search.
        iterations: most changes tried; with a seed, and time enough for them, every
            machine finds the same plan. None: until the time is up.
        progress: told of better plans, now and then.

    Raises:
        PlannerFailed: no plan came back.
    """
    with tempfile.TemporaryDirectory(prefix="plan-") as folder:
        asked, answered = Path(folder) / "problem.json", Path(folder) / "plan.json"
        refused, said = Path(folder) / "refusal.json", Path(folder) / "said.txt"
        planner.dump_problem(problem, asked)
        command = [
            sys.executable, "-m", "workshop.planner", str(asked), str(answered),
            "--seconds", str(seconds), "--seed", str(seed),
            "--refusal", str(refused), "--progress",
        ]  # fmt: skip
        if iterations is not None:
            command += ["--iterations", str(iterations)]
        status = _run(command, said, seconds + GRACE_SECONDS, progress)
        if status != 0:
            told = said.read_text(encoding="utf-8", errors="replace")
            raise _failure(status, told, refused)
        return planner.load_plan(answered)


def band_prices(
    problem: planner.Problem, *, seconds: float, seed: int = 0
) -> list[dict[str, float | int]]:
    """Have priced what keeping the plan in force costs, behind the same walls.

    Args:
        problem: with a plan in force.
        seconds: wall time of the search for each width of the kept band.
        seed: of the searches.

    Raises:
        PlannerFailed: no prices came back.
    """
    with tempfile.TemporaryDirectory(prefix="plan-") as folder:
        asked, answered = Path(folder) / "problem.json", Path(folder) / "prices.json"
        said = Path(folder) / "said.txt"
        planner.dump_problem(problem, asked)
        command = [
            sys.executable, "-m", "workshop.planner.bandfile", str(asked),
            str(answered), "--seconds", str(seconds), "--seed", str(seed),
        ]  # fmt: skip
        widths = len(planner.WIDTHS)
        status = _run(command, said, seconds * widths + GRACE_SECONDS, None)
        if status != 0:
            raise _failure(status, said.read_text("utf-8", "replace"), said)
        found: list[dict[str, float | int]] = json.loads(answered.read_text("utf-8"))
        return found


def _run(
    command: Sequence[str],
    said: Path,
    seconds: float,
    progress: Callable[[Progress], None] | None,
) -> int:
    """Run the planner to its end and return its status; nothing of it is left."""
    until = time.monotonic() + seconds
    with said.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 - our own module on our own files
            command,
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=out,
            start_new_session=True,
            preexec_fn=partial(_walls, os.getpid(), ceil(seconds)),
        )
    told: Progress | None = None
    try:
        while process.poll() is None:
            if time.monotonic() > until:
                raise PlannerFailed("TOO_LITTLE_TIME", "the planner ran out of time")
            newest = _last_progress(said) if progress is not None else None
            if progress is not None and newest is not None and newest != told:
                told = newest
                progress(newest)
            with suppress(subprocess.TimeoutExpired):
                process.wait(LOOK_SECONDS)
    finally:
        _end(process)
    return process.returncode


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Kill whatever is left of the planner's session: it outlives nobody's call."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _last_progress(said: Path) -> Progress | None:
    with said.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - TAIL_BYTES))
        lines = file.read().decode("utf-8", "replace").split("\n")
    for line in reversed(lines[:-1]):
        found = PROGRESS.match(line)
        if found:
            return {
                "seconds": found["seconds"],
                "cost": found["cost"],
                "rule": found["rule"],
                "iterations": int(found["iterations"]),
            }
    return None


def _walls(parent: int, seconds: int) -> None:
    """Runs in the new process before the planner does."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_BYTES, ADDRESS_BYTES))
    # What it may write to: the nearest Linux has to a limit of real memory.
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            # The parent died before it could be bound to.
            os._exit(1)


def _failure(status: int, said: str, refused: Path) -> PlannerFailed:
    last = (said.strip().splitlines() or ["the planner stopped"])[-1][:500]
    if status == IMPOSSIBLE and refused.suffix == ".json" and refused.exists():
        told = json.loads(refused.read_text(encoding="utf-8"))
        return PlannerFailed(told["code"], last, told["operations"], told["fields"])
    return PlannerFailed("NONE_FOUND" if status == NOT_FOUND else "STOPPED", last)
