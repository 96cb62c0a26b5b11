"""Several searches side by side, one process each; the best plan wins.

Only for a process of its own, such as the command: a worker of a task queue may not
start processes.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from time import monotonic

from workshop.planner.plan import Plan
from workshop.planner.problem import ImpossibleProblem, NoPlanFound, Problem
from workshop.planner.solver import Progress, solve

# Between seeds of workers: far enough that neighbouring seeds do not meet.
STRIDE = 1_000_003
# How long a worker may take to hand over its plan after the time is up, seconds.
GRACE = 0.8


def solve_side_by_side(
    problem: Problem,
    *,
    workers: int,
    seconds: float,
    seed: int = 0,
    iterations: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Plan:
    """``solve`` in ``workers`` processes with seeds of their own.

    Args and Raises: as ``solve``. Deterministic as ``solve`` is, for one ``workers``.
    """
    until = monotonic() + seconds + GRACE
    crew = [
        _Worker(problem, seconds, seed + k * STRIDE, iterations, k, stop)
        for k in range(1, workers)
    ]
    plans: list[Plan] = []
    try:
        own = solve(
            problem,
            seconds=seconds,
            seed=seed,
            iterations=iterations,
            progress=progress,
            stop=stop,
        )
        plans.append(own)
    except NoPlanFound:
        if not crew:
            raise
    finally:
        # Also on the way out with an error: no worker outlives this call.
        found = [w.plan(until if plans else 0.0, stop) for w in crew]
    plans += [p for p in found if p is not None]
    if not plans:
        raise NoPlanFound("no feasible plan was found in the time given")
    return min(plans, key=lambda p: (p.weighted_tardiness_days, p.makespan_days))


class _Worker:
    """A search in a process of its own and the pipe its plan comes through."""

    def __init__(
        self,
        problem: Problem,
        seconds: float,
        seed: int,
        iterations: int | None,
        turn: int,
        stop: Callable[[], bool],
    ) -> None:
        context = multiprocessing.get_context("fork")
        self.pipe, there = context.Pipe(duplex=False)
        rest = (there, problem, seconds, seed, iterations, turn, stop)
        self.process = context.Process(target=_work, args=rest, daemon=True)
        self.process.start()
        there.close()

    def plan(self, until: float, stop: Callable[[], bool]) -> Plan | None:
        """The worker's plan, if it comes in time. The worker is gone afterwards."""
        told = False
        found: Plan | None = None
        try:
            while not self.pipe.poll(0.05):
                if monotonic() > until:
                    break
                if stop() and not told:
                    self.process.terminate()
                    told = True
            else:
                found = self.pipe.recv()
        except (EOFError, OSError):
            found = None
        finally:
            self.pipe.close()
            self.process.join(0.2 if found is not None else 0.0)
            if self.process.is_alive():
                self.process.kill()
                self.process.join()
        return found


def _work(
    out: Connection,
    problem: Problem,
    seconds: float,
    seed: int,
    iterations: int | None,
    turn: int,
    stop: Callable[[], bool],
) -> None:
    """One worker: sends its plan, or None when it found none."""
    parent = os.getppid()

    def over() -> bool:
        return stop() or os.getppid() != parent

    plan = None
    try:
        plan = solve(
            problem,
            seconds=seconds,
            seed=seed,
            iterations=iterations,
            stop=over,
            turn=turn,
        )
    except (NoPlanFound, ImpossibleProblem):
        pass
    finally:
        out.send(plan)
        out.close()
