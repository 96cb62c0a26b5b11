"""Several searches side by side, one process each; the best schedule wins.

Only for a process of its own, such as the command: a worker of a task queue may not
start processes. The problem is judged and laid out once, before the processes part.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from time import monotonic

from workshop.planner.problem import ImpossibleProblem, NoPlanFound
from workshop.planner.solver import NONE_FOUND, Budget, Found, Progress, Solver

# Between seeds of workers: far enough that neighbouring seeds do not meet.
STRIDE = 1_000_003
# How long a worker may take to hand over what it found after the time, seconds.
GRACE = 0.3


def cores() -> int:
    """How many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def search_side_by_side(
    solver: Solver,
    budget: Budget,
    *,
    workers: int,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
) -> Found:
    """``Solver.run`` in ``workers`` processes with seeds of their own.

    Deterministic as one search is, for one number of workers: each has the whole
    budget of changes to itself, and of equal ones the first wins.

    Raises:
        ImpossibleProblem: as ``Solver.run``.
        NoPlanFound: as ``Solver.run``.
    """
    crew = [_Worker(solver, budget, seed, k) for k in range(1, workers)]
    found: list[Found] = []
    until = budget.until + GRACE
    try:
        found.append(solver.run(budget, seed, progress))
    except NoPlanFound:
        pass
    except BaseException:
        until = 0.0
        raise
    finally:
        # Also on the way out with an error: no worker outlives this call.
        others = [w.found(until, budget.stop) for w in crew]
    found += [x for x in others if x is not None]
    if not found:
        raise NoPlanFound(NONE_FOUND)
    return min(found, key=lambda x: x.cost)


class _Worker:
    """A search in a process of its own and the pipe its schedule comes through."""

    def __init__(self, solver: Solver, budget: Budget, seed: int, turn: int) -> None:
        context = multiprocessing.get_context("fork")
        self.pipe, there = context.Pipe(duplex=False)
        rest = (there, solver, budget, seed + turn * STRIDE, turn)
        self.process = context.Process(target=_work, args=rest, daemon=True)
        self.process.start()
        there.close()

    def found(self, until: float, stop: Callable[[], bool]) -> Found | None:
        """What it found, if that comes in time. The worker is gone afterwards."""
        told = False
        got: Found | None = None
        try:
            while not self.pipe.poll(0.05):
                if monotonic() > until:
                    break
                if stop() and not told:
                    until = min(until, monotonic() + GRACE)
                    self.process.terminate()
                    told = True
            else:
                got = self.pipe.recv()
        except (EOFError, OSError):
            got = None
        finally:
            self.pipe.close()
            self.process.join(0.2 if got is not None else 0.0)
            if self.process.is_alive():
                self.process.kill()
                self.process.join()
        return got


def _work(
    out: Connection, solver: Solver, budget: Budget, seed: int, turn: int
) -> None:
    """One worker: sends what it found, or None."""
    parent = os.getppid()
    alone = replace(budget, stop=lambda: budget.stop() or os.getppid() != parent)
    found = None
    try:
        found = solver.run(alone, seed, turn=turn)
    except (NoPlanFound, ImpossibleProblem):
        pass
    finally:
        out.send(found)
        out.close()
