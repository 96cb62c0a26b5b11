"""Plans made at once, broken off and overtaken: one plan in force, nobody booked twice.

Every moment at which a worker can die is one it dies at here; the run is then taken up
again, as the outbox does. The control reads the house only once, before the planner.
"""

import multiprocessing
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from common.invariants import violations
from restoration import commands
from restoration.commands import planning, publishing, solving
from restoration.models import Assignment, JobCard, PlanRun
from restoration.queries import PlanInput
from tests.restoration.shop import AT, HOUR, Shop, key, shop
from workshop import planner

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
MOMENTS = ("begun", "searching", "found", "half published", "published")
ENOUGH_SECONDS = 60
# Less than the search that they were begun for.
ORPHANS_END_WITHIN = 15.0


def in_process(problem: planner.Problem, *, seconds: float) -> planner.Plan:
    return planner.solve(problem, seconds=ENOUGH_SECONDS, iterations=5)


def asked(house: Shop) -> PlanRun:
    return commands.request_plan(site_id=house.site.pk, cause={}, at=AT)


def planned(run: PlanRun, solver: Any = in_process) -> None:
    commands.run_plan(run_id=run.pk, clock=lambda: AT, solver=solver)


def faults(house: Shop) -> list[str]:
    """What is wrong with the plans of a house in which nothing is under way."""
    found = []
    in_force = PlanRun.objects.filter(site=house.site, is_in_force=True)
    if in_force.count() != 1:
        found.append(f"{in_force.count()} plans in force")
    if PlanRun.objects.filter(state="RUNNING").exists():
        found.append("a run that never ended")
    over = [JobCard.State.DONE, JobCard.State.CANCELLED]
    stale = Assignment.objects.filter(run__is_in_force=True, card__state__in=over)
    if stale.exists():
        found.append("what is finished is planned")
    return found + [f"{law.name}: {law.rows}" for law in violations()]


def dying(moment: str, run_id: int, note: Path) -> None:
    """A worker's child that plans and is killed at a moment. Runs after a fork."""

    def die(*_args: Any, **_more: Any) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)

    def dying_solver(problem: planner.Problem, *, seconds: float) -> planner.Plan:
        if moment == "searching":
            note_planner(note)
            return solving.solve(problem, seconds=20, progress=die)
        found = in_process(problem, seconds=seconds)
        return die() if moment == "found" else found

    if moment == "begun":
        planning.solved = die
    if moment == "half published":
        publishing._retire = die
    planned(PlanRun(pk=run_id), dying_solver)
    die()


def note_planner(note: Path) -> None:
    """Write down the number of the planner's process."""
    start = subprocess.Popen

    def noted(*args: Any, **more: Any) -> Any:
        process = start(*args, **more)
        note.write_text(str(process.pid), encoding="ascii")
        return process

    solving.subprocess.Popen = noted  # type: ignore[misc, assignment]


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except OSError:
        return False
    return state.rpartition(")")[2].split()[0] not in "ZX"


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_run_killed_at_any_moment_leaves_one_plan(
    tmp_path: Path, subtests: pytest.Subtests
) -> None:
    house = shop(with_part=False)
    house.approved()
    planned(asked(house))
    for moment in MOMENTS:
        with subtests.test(moment):
            run, note = asked(house), tmp_path / moment
            connections.close_all()
            context = multiprocessing.get_context("fork")
            child = context.Process(target=dying, args=(moment, run.pk, note))
            child.start()
            child.join(60)

            assert child.exitcode == -signal.SIGKILL
            assert note.exists() == (moment == "searching")
            until = time.monotonic() + ORPHANS_END_WITHIN
            while note.exists() and is_alive(int(note.read_text(encoding="ascii"))):
                assert time.monotonic() < until, "the planner outlived its worker"
                time.sleep(0.05)
            assert PlanRun.objects.filter(is_in_force=True).count() == 1
            planned(run)
            assert faults(house) == []
            assert PlanRun.objects.get(is_in_force=True) == run


def at_once(*works: Callable[[], object]) -> None:
    """Run works in threads of their own, started together."""
    start = Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        start.wait(timeout=20)
        try:
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(run, work) for work in works]:
            done.result()


def overtaken(house: Shop) -> None:
    """Two runs at once, while cards are finished, begun and asked for."""
    one, other = house.approved(), house.approved()
    first, second = house.card(one, house.strip), house.card(other, house.strip)
    house.start(first)
    runs = [asked(house)]
    PlanRun.objects.filter(pk=runs[0].pk).update(state="RUNNING", started_at=AT)
    runs.append(asked(house))

    def meanwhile(problem: planner.Problem, *, seconds: float) -> planner.Plan:
        found = in_process(problem, seconds=seconds)
        if JobCard.objects.get(pk=first.pk).state == JobCard.State.RUNNING:
            commands.finish_card(
                card_id=first.pk, user_id=house.manager.pk, key=key(), at=AT + HOUR
            )
            house.start(second, at=AT + HOUR)
        return found

    at_once(
        lambda: planned(runs[0], meanwhile),
        lambda: planned(runs[1], meanwhile),
        lambda: commands.watch_plans(at=timezone.now()),
    )


def test_runs_at_once_and_cards_finished_meanwhile_leave_one_plan() -> None:
    house = shop(with_part=False)

    overtaken(house)

    assert faults(house) == []
    waiting = PlanRun.objects.filter(state="QUEUED").first()
    if waiting is not None:
        planned(waiting)
    assert faults(house) == []


@contextmanager
def nobody_waits(_site_id: int) -> Iterator[None]:
    """Runs of one site no longer follow each other."""
    yield


def as_asked(given: PlanInput) -> dict[int, JobCard]:
    """The house as it was before the planner began."""
    return {card.pk: card for card in given.cards}


@pytest.mark.unlawful
def test_the_rig_sees_a_plan_that_does_not_look_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control: publish what was asked for, whatever happened since."""
    monkeypatch.setattr(publishing, "current_cards", as_asked)
    monkeypatch.setattr(publishing, "has_moved_on", lambda *_: False)
    monkeypatch.setattr(planning, "alone", nobody_waits)
    house = shop(with_part=False)

    try:
        overtaken(house)
    except Exception as error:
        wrong = [repr(error)]
    else:
        wrong = faults(house)

    assert wrong != []
