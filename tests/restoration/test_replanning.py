"""What asks for a new plan, what a plan says it changes, and what is left to do."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from common.errors import NotAllowed
from common.models import OutboxEvent
from restoration import commands, queries, tasks
from restoration.models import Assignment, JobCard, PlanChange, PlanRun
from tests.restoration.shop import AT, HOUR, Shop, key, shop
from tests.restoration.test_plans import in_process, plan
from workshop import commands as workshop
from workshop import planner

pytestmark = pytest.mark.django_db


def causes() -> list[dict[str, Any]]:
    return [c for run in PlanRun.objects.filter(state="QUEUED") for c in run.causes]


def changes(run: PlanRun) -> list[tuple[str, str]]:
    rows = PlanChange.objects.filter(run=run).order_by("card__number", "card")
    return [(row.card.title_en, row.kind) for row in rows.select_related("card")]


def test_a_plan_says_what_it_changes() -> None:
    house = shop(with_part=False)
    project = house.approved()
    first = plan(house)
    strip = house.card(project, house.strip)
    house.start(strip)

    second = plan(house, AT + 3 * HOUR)

    assert changes(first) == [
        ("Strip", "ADDED"), ("Paint", "ADDED"), ("Finish", "ADDED"),
    ]  # fmt: skip
    assert (second.compared_with, second.change_count) == (first, len(changes(second)))
    assert changes(second)[0] == ("Strip", "STARTED")
    row = PlanChange.objects.get(run=second, card=strip)
    assert (row.was_starts_at, row.starts_at) == (AT, AT)


def test_no_plan_leaves_force_unsaid() -> None:
    house = shop(with_part=False)
    house.approved()
    run = plan(house)

    # `plan` has made the deferred laws hold at once.
    in_force = PlanRun.objects.filter(pk=run.pk)
    with (
        pytest.raises(IntegrityError, match="nothing says what changes"),
        transaction.atomic(),
    ):
        in_force.update(is_in_force=False)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        PlanChange.objects.filter(run=run).update(kind="MOVED")


def test_causes_join_the_run_that_waits_and_age_the_plan() -> None:
    house = shop(with_part=False)
    house.approved()
    run = plan(house)

    for n in range(2):
        commands.request_plan(site_id=house.site.pk, cause={"n": n}, at=AT + n * HOUR)

    run.refresh_from_db()
    assert run.stale_at == AT
    assert causes() == [{"n": 0}, {"n": 1}]


def test_a_card_finished_while_the_plan_is_made_is_left_out_of_it() -> None:
    house = shop(with_part=False)
    project = house.approved()
    strip, paint = house.card(project, house.strip), house.card(project, house.paint)
    house.start(strip)
    other = house.card(house.approved(), house.strip)

    def meanwhile(problem: planner.Problem, *, seconds: float) -> planner.Plan:
        found = in_process(problem, seconds=seconds)
        commands.finish_card(
            card_id=strip.pk, user_id=house.manager.pk, key=key(), at=AT + HOUR
        )
        house.start(other, at=AT + HOUR)
        return found

    run = plan(house, solver=meanwhile)

    assert run.is_in_force
    cards = set(run.assignments.values_list("card", flat=True))
    assert strip.pk not in cards
    assert paint.pk in cards
    begun = run.assignments.get(card=other)
    assert (begun.starts_at, begun.is_fixed) == (AT + HOUR, True)
    assert {"kind": "MOVED_ON", "run": run.pk} in causes()


def test_an_absence_asks_for_a_plan() -> None:
    house = shop(with_part=False)
    house.approved()
    plan(house)
    given: Any = {
        "technician_id": house.mechanic.pk, "starts_at": AT,
        "ends_at": AT + timedelta(days=2), "reason": "ill", "key": key(), "at": AT,
    }  # fmt: skip

    with pytest.raises(NotAllowed):
        workshop.enter_absence(**given, user_id=house.painter.user_id)
    rows = [workshop.enter_absence(**given, user_id=house.manager.pk) for _ in "ab"]
    event = OutboxEvent.objects.get(task="restoration.people_changed")
    tasks.people_changed(**event.payload)

    assert rows[0] == rows[1]
    assert causes()[-1] == {"kind": "ABSENCE"}
    with pytest.raises(workshop.AwayAlready):
        workshop.enter_absence(
            **given | {"key": key(), "starts_at": AT + HOUR}, user_id=house.manager.pk
        )


def test_a_finding_asks_for_a_plan() -> None:
    house = shop(with_part=False)
    card = house.card(house.approved(), house.strip)
    plan(house)

    finding = commands.raise_finding(
        card_id=card.pk, severity="MUST", text="rust", language="en",
        user_id=house.manager.pk, key=key(), at=AT,
    )  # fmt: skip

    assert causes() == [{"kind": "FINDING", "finding": finding.pk}]


def test_work_that_runs_over_asks_for_a_plan_once() -> None:
    house = shop(with_part=False)
    project = house.approved()
    strip = house.card(project, house.strip)
    house.start(strip)
    plan(house)

    assert commands.watch_plans(at=AT + 5 * HOUR) == []
    asked = commands.watch_plans(at=AT + 7 * HOUR)
    again = commands.watch_plans(at=AT + 8 * HOUR)

    assert [run.cause for run in asked] == [{"kind": "OVERRUN", "card": strip.pk}]
    assert again == []


def test_what_is_left_by_estimate_is_planned() -> None:
    house = shop(with_part=False)
    project = house.approved()
    strip = house.card(project, house.strip)
    house.start(strip)
    plan(house)

    card = say_left(house, strip, 240)
    plan(house, AT + HOUR)

    assert (
        queries.minutes_left(card, list(card.time_entries.all()), at=AT + 2 * HOUR)
        == 180
    )
    row = Assignment.objects.get(run__is_in_force=True, card=strip)
    # Four hours from ten o'clock, and one at noon.
    assert row.ends_at == AT + 6 * HOUR
    assert {"kind": "REMAINING", "card": strip.pk} in [
        c for run in PlanRun.objects.all() for c in run.causes
    ]


def say_left(house: Shop, card: JobCard, minutes: int, **more: Any) -> JobCard:
    given: Any = {"user_id": house.manager.pk, "key": key(), "at": AT + HOUR} | more
    return commands.state_remaining(card_id=card.pk, minutes=minutes, **given)


def test_only_started_work_has_something_left_and_who_did_it_says_so() -> None:
    house = shop(with_part=False)
    strip = house.card(house.approved(), house.strip)

    with pytest.raises(commands.WrongState):
        say_left(house, strip, 60)
    house.start(strip)
    with pytest.raises(NotAllowed):
        say_left(house, strip, 60, user_id=house.painter.user_id)

    assert say_left(house, strip, 60, user_id=house.mechanic.user_id).remaining_at


def test_the_night_asks_for_a_longer_run_beside_the_usual_one() -> None:
    house = shop(with_part=False)
    house.approved()
    plan(house)
    commands.request_plan(site_id=house.site.pk, cause={}, at=AT)
    # 02:00 in Tokyo.
    night = AT.replace(hour=17)

    runs = [commands.plan_at_night(at=night + n * HOUR) for n in range(2)]

    assert [[run.kind for run in each] for each in runs] == [["NIGHTLY"], []]


def test_a_run_that_nobody_takes_up_again_has_failed() -> None:
    house = shop(with_part=False)
    house.approved()
    before = plan(house)
    run = commands.request_plan(site_id=house.site.pk, cause={}, at=AT)
    OutboxEvent.objects.filter(subject=f"plan-run:{run.pk}").update(
        state="DEAD", finished_at=AT
    )

    commands.watch_plans(at=AT)

    run.refresh_from_db()
    before.refresh_from_db()
    assert (run.state, before.is_in_force) == ("FAILED", True)
    assert "stopped by itself" in queries.refusal_sentence(run)


def test_progress_is_read_while_the_planner_runs() -> None:
    house = shop(with_part=False)
    house.approved()
    run = commands.request_plan(site_id=house.site.pk, cause={}, at=AT)

    commands.run_plan(run_id=run.pk, clock=lambda: AT, seconds=2)

    run.refresh_from_db()
    assert run.is_in_force
    assert set(run.progress) <= {"seconds", "cost", "rule", "iterations"}
    assert len(run.input_hash) == 64
    assert run.seed == run.pk
