"""One run of the planner, from the question to the promise."""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection

from common.errors import DomainError
from restoration import queries
from restoration.commands import solving
from restoration.commands.plans import begin_plan, fail_plan
from restoration.commands.publishing import publish_plan
from restoration.models import PlanRun
from restoration.queries import PlanInput, ShopChanges
from workshop import planner

NIGHTLY_SECONDS = 60.0
# All looks of one run together: a worker's child is stopped after four minutes.
MOST_SECONDS = 200.0
# Days to plan ahead, and how many times the usual seconds that takes; a longer look is
# taken only when a shorter one has found no plan.
LOOKS = ((400, 1), (800, 3), (1600, 9))
# For each width of what is kept of the plan before; what all of them may take.
BAND_SECONDS = 5.0
LEAST_BAND_SECONDS = 60.0
WAIT_SECONDS = 120
_PLAN_LOCK = 0x504C414E
Solver = Callable[..., planner.Plan]
Pricer = Callable[[planner.Problem], list[dict[str, float | int]]]
log = logging.getLogger(__name__)


class PlanBusy(DomainError):
    """Another run of the same site takes too long."""


def run_plan(
    *,
    run_id: int,
    clock: Callable[[], datetime],
    seconds: float | None = None,
    solver: Solver | None = None,
    pricer: Pricer | None = None,
) -> PlanRun | None:
    """Plan a site and put the plan in force, or write down why there is none.

    Runs of one site follow each other. A run that is over is left alone, so that the
    same event may come twice.

    Args:
        run_id: the run that was asked for.
        clock: returns now, aware; planning takes a while.
        seconds: wall time of the search; None: the run's kind decides.
        solver: turns a problem into a plan; None: a process of its own does.
        pricer: prices the bands of a nightly run; None: where no solver is given, a
            process of its own does.

    Raises:
        PlanBusy: the run before did not end in two minutes.
    """
    site_id = (
        PlanRun.objects.filter(pk=run_id).values_list("site_id", flat=True).first()
    )
    if site_id is None:
        return None
    with alone(site_id):
        until = time.monotonic() + MOST_SECONDS
        run = begin_plan(run_id=run_id, at=clock())
        if run is None:
            return PlanRun.objects.get(pk=run_id)
        try:
            given, plan, notes = solved(run, clock(), seconds=seconds, solver=solver)
        except solving.PlannerFailed as error:
            fail_plan(
                run_id=run_id, error=error.reason, refusal=told(error), at=clock()
            )
            return PlanRun.objects.get(pk=run_id)
        if pricer is None and solver is None:
            pricer = partial(solving.band_prices, seconds=BAND_SECONDS, seed=run_id)
        notes |= _bands(run, given, pricer, left=until - time.monotonic())
        return publish_plan(
            run_id=run_id,
            given=given,
            plan=plan,
            at=clock(),
            notes=notes,
            prospects=queries.prospects(given, plan),
        )


def _bands(
    run: PlanRun, given: PlanInput, pricer: Pricer | None, *, left: float
) -> dict[str, Any]:
    """What keeping the plan of before costs, by how long: asked for at night.

    It is only told: where there is no time for it or no answer, the plan stands all the
    same.
    """
    asked = run.kind == PlanRun.Kind.NIGHTLY and bool(given.problem.baseline)
    if pricer is None or not asked or left < LEAST_BAND_SECONDS:
        return {}
    try:
        return {"bands": pricer(given.problem)}
    except solving.PlannerFailed as error:
        log.warning("the bands have no prices: %s", error.reason)
        return {}


def solved(
    run: PlanRun,
    at: datetime,
    *,
    seconds: float | None = None,
    solver: Solver | None = None,
    changes: ShopChanges | None = None,
) -> tuple[PlanInput, planner.Plan, dict[str, Any]]:
    """Try the usual look ahead, then longer ones, then without what cannot be kept.

    Work that is over can leave a most waiting time that nobody can keep any more, and
    a pin can be in the way of all plans: the plan then does without and says so.

    Args:
        run: begun.
        at: now, aware.
        seconds: wall time of the first search; None: the run's kind decides.
        solver: turns a problem into a plan; None: a process of its own does.
        changes: what is otherwise than in the shop.

    Returns:
        What was asked, the plan, and notes for the run's detail.

    Raises:
        PlannerFailed: there is none; its ``given`` names what its numbers mean.
    """
    night = run.kind == PlanRun.Kind.NIGHTLY
    usual = seconds or (NIGHTLY_SECONDS if night else settings.PLAN_SECONDS)
    solver = solver or partial(
        solving.solve, seed=run.pk, progress=partial(_show, run.pk)
    )
    until = time.monotonic() + MOST_SECONDS
    failed: solving.PlannerFailed | None = None
    without: set[int] = set()
    for given, times, notes in _looks(run, at, without, changes):
        if not given.cards:
            return given, planner.Plan((), 0.0, 0.0), {}
        _note_input(run, given)
        try:
            left = max(usual, until - time.monotonic())
            plan = solver(given.problem, seconds=min(usual * times, left))
        except solving.PlannerFailed as error:
            failed = failed or error
            failed.given = failed.given or given
            without |= _in_the_way(error, given)
            continue
        return given, plan, notes | {"released_pins": sorted(without)}
    if failed is None:
        raise AssertionError("unreachable")
    raise failed


def _looks(
    run: PlanRun, at: datetime, without: set[int], changes: ShopChanges | None
) -> Iterator[tuple[PlanInput, int, dict[str, Any]]]:
    """Yield what may be asked in turn, how many times the usual time, and notes on it.

    A look that ends before a part is due has no answer, so it is not asked; the
    farthest one is, for it names the card. Where pins turn out to be in the way, the
    same look is taken without them. What the plan in force could not do with less is
    not tried with less again before the night.
    """
    farthest = LOOKS[-1][0]
    night = run.kind == PlanRun.Kind.NIGHTLY
    least = 0 if night else min(farthest, queries.horizon_in_force(run.site))
    for keep in (True, False):
        for days, times in (look for look in LOOKS if look[0] >= least):
            known = -1
            while known != len(without):
                known = len(without)
                given = queries.plan_input(
                    run.site,
                    at=at,
                    horizon_days=days,
                    keep_lags_of_done=keep,
                    without_pins=frozenset(without),
                    changes=changes,
                )
                if days == farthest or not given.is_cut_short:
                    yield given, times, {"horizon_days": days, "missed_lags": not keep}


def _in_the_way(error: solving.PlannerFailed, given: PlanInput) -> set[int]:
    """Return the pinned cards an impossible plan names; all where it names none."""
    if error.code not in planner.REFUSALS:
        return set()
    named = {given.cards[n].pk for n in error.operations if n < len(given.cards)}
    return (named & set(given.pins)) or set(given.pins)


def _note_input(run: PlanRun, given: PlanInput) -> None:
    text = json.dumps(planner.problem_to_json(given.problem))
    PlanRun.objects.filter(pk=run.pk).update(
        input_hash=hashlib.sha256(text.encode()).hexdigest()
    )


def _show(run_id: int, step: solving.Progress) -> None:
    """Let faces see how far a run is; each look begins anew."""
    PlanRun.objects.filter(pk=run_id).update(progress=step)


def told(error: solving.PlannerFailed) -> dict[str, Any]:
    """Return why there is no plan, as `fail_plan` keeps it."""
    return queries.refusal_detail(
        error.given,
        code=error.code,
        operations=error.operations,
        fields=error.fields,
    )


@contextmanager
def alone(site_id: int) -> Iterator[None]:
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
