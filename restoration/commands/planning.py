"""One run of the planner, from the question to the promise."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection

from common.errors import DomainError
from restoration import queries
from restoration.commands import solving
from restoration.commands.plans import begin_plan, fail_plan
from restoration.commands.publishing import publish_plan
from restoration.models import PlanRun
from restoration.queries import PlanInput
from workshop import planner

SECONDS = 4.0
# Days to plan ahead, and how many times the usual seconds that takes; a longer look is
# taken only when a shorter one has found no plan.
LOOKS = ((400, 1), (800, 3), (1600, 9))
WAIT_SECONDS = 120
_PLAN_LOCK = 0x504C414E
Solver = Callable[..., planner.Plan]


class PlanBusy(DomainError):
    """Another run of the same site takes too long."""


def run_plan(
    *,
    run_id: int,
    clock: Callable[[], datetime],
    seconds: float = SECONDS,
    solver: Solver = solving.solve,
) -> PlanRun | None:
    """Plan a site and put the plan in force, or write down why there is none.

    Runs of one site follow each other. A run that is over is left alone, so that the
    same event may come twice.

    Args:
        run_id: the run that was asked for.
        clock: returns now, aware; planning takes a while.
        seconds: wall time of the search.
        solver: turns a problem into a plan.

    Raises:
        PlanBusy: the run before did not end in two minutes.
    """
    site_id = (
        PlanRun.objects.filter(pk=run_id).values_list("site_id", flat=True).first()
    )
    if site_id is None:
        return None
    with _alone(site_id):
        run = begin_plan(run_id=run_id, at=clock())
        if run is None:
            return PlanRun.objects.get(pk=run_id)
        try:
            given, plan, notes = _solved(run, clock(), seconds, solver)
        except solving.PlannerFailed as error:
            fail_plan(
                run_id=run_id, error=error.reason, refusal=_told(error), at=clock()
            )
            return PlanRun.objects.get(pk=run_id)
        return publish_plan(
            run_id=run_id, given=given, plan=plan, at=clock(), notes=notes
        )


def _solved(
    run: PlanRun, at: datetime, seconds: float, solver: Solver
) -> tuple[PlanInput, planner.Plan, dict[str, Any]]:
    """Try the usual look ahead, then longer ones, then without what is missed already.

    Work that is over can leave a most waiting time that nobody can keep any more: the
    plan then does without it and says so.
    """
    failed: solving.PlannerFailed | None = None
    for given, times, notes in _looks(run, at):
        if not given.cards:
            return given, planner.Plan((), 0.0, 0.0), {}
        try:
            plan = solver(given.problem, seconds=seconds * times)
        except solving.PlannerFailed as error:
            failed = failed or error
            failed.given = failed.given or given
            continue
        return given, plan, notes
    if failed is None:
        raise AssertionError("unreachable")
    raise failed


def _looks(
    run: PlanRun, at: datetime
) -> Iterator[tuple[PlanInput, int, dict[str, Any]]]:
    """Yield what may be asked in turn, how many times the usual time, and notes on it.

    A look that ends before a part is due has no answer, so it is not asked; the
    farthest one is, for it names the card.
    """
    farthest = LOOKS[-1][0]
    for keep in (True, False):
        for days, times in LOOKS:
            given = queries.plan_input(
                run.site, at=at, horizon_days=days, keep_lags_of_done=keep
            )
            if days == farthest or not given.is_cut_short:
                yield given, times, {"horizon_days": days, "missed_lags": not keep}


def _told(error: solving.PlannerFailed) -> dict[str, Any]:
    return queries.refusal_detail(
        error.given,
        code=error.code,
        operations=error.operations,
        fields=error.fields,
    )


@contextmanager
def _alone(site_id: int) -> Iterator[None]:
    """Hold the site's planning; PostgreSQL drops the lock if this process dies."""
    until = time.monotonic() + WAIT_SECONDS
    while not _lock("pg_try_advisory_lock", site_id):
        if time.monotonic() > until:
            raise PlanBusy(site=site_id)
        time.sleep(0.2)
    try:
        yield
    finally:
        _lock("pg_advisory_unlock", site_id)


def _lock(function: str, site_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [_PLAN_LOCK, site_id])
        return bool(cursor.fetchone()[0])
