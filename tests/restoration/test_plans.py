"""A site is planned: asked once per wave, mapped, solved, published."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from common.models import OutboxEvent
from parts import commands as parts
from parts.models import Demand
from restoration import commands, queries
from restoration.commands.solving import PlannerFailed
from restoration.models import (
    Assignment,
    BayBooking,
    PlanRun,
    Project,
    TechnicianBooking,
)
from tests.restoration.shop import AT, HOUR, Shop, key, shop
from workshop import planner
from workshop.models import Absence, Holiday, Promise

pytestmark = pytest.mark.django_db
ENOUGH_SECONDS = 60


def in_process(problem: planner.Problem, *, seconds: float) -> planner.Plan:
    """The planner without its process: few cards, and changes instead of seconds.

    How far it comes in the seconds it is given would be the machine's to say.
    """
    return planner.solve(problem, seconds=ENOUGH_SECONDS, iterations=20)


def told_apart(problem: planner.Problem, *, seconds: float) -> planner.Plan:
    """The same, with its refusals as the process of its own hands them on."""
    try:
        return in_process(problem, seconds=seconds)
    except planner.ImpossibleProblem as error:
        raise PlannerFailed(
            error.code, str(error), error.operations, error.fields
        ) from error


def plan(house: Shop, at: datetime = AT, solver: Any = in_process) -> PlanRun:
    run = commands.request_plan(site_id=house.site.pk, cause={}, at=at)
    done = commands.run_plan(run_id=run.pk, clock=lambda: at, solver=solver)
    assert done is not None
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return done


def answer(house: Shop, at: datetime = AT) -> None:
    parts.check_availability(part_ids=[house.belt.pk], at=at)


def starts(project: Project) -> list[tuple[str, str, str]]:
    """Title, start and end in Tokyo, of the plan in force."""
    rows = Assignment.objects.filter(run__is_in_force=True, card__project=project)
    tokyo = timedelta(hours=9)
    return [
        (
            a.card.title_en,
            f"{a.starts_at.astimezone(UTC) + tokyo:%m-%d %H:%M}",
            f"{a.ends_at.astimezone(UTC) + tokyo:%m-%d %H:%M}",
        )
        for a in rows.order_by("starts_at")
    ]


def promise_of(project: Project) -> Promise:
    found = Promise.objects.history_of(project.subject_key).first()
    assert found is not None
    return found


def test_a_wave_of_changes_asks_for_one_run() -> None:
    house = shop()

    runs = {
        commands.request_plan(site_id=house.site.pk, cause={"n": n}, at=AT).pk
        for n in range(3)
    }

    assert len(runs) == 1
    assert OutboxEvent.objects.filter(task="restoration.plan_site").count() == 1


def test_a_running_run_does_not_swallow_a_new_wish() -> None:
    house = shop()
    first = commands.request_plan(site_id=house.site.pk, cause={}, at=AT)
    PlanRun.objects.filter(pk=first.pk).update(state="RUNNING")

    second = commands.request_plan(site_id=house.site.pk, cause={}, at=AT)

    assert second.pk != first.pk


def test_cards_follow_each_other_in_working_hours_with_lags_and_parts() -> None:
    house = shop()
    project = house.approved()
    answer(house)

    run = plan(house)

    assert (run.state, run.is_in_force) == ("DONE", True)
    # The belt comes in ten days, on 3 December: the card starts the morning after.
    assert starts(project) == [
        ("Strip", "12-04 09:00", "12-04 11:00"),
        ("Paint", "12-04 11:00", "12-07 11:00"),
        ("Finish", "12-08 11:00", "12-08 12:00"),
    ]
    reasons = [
        queries.start_reason(a.card, a.reason)
        for a in run.assignments.order_by("starts_at")
    ]
    assert reasons == [
        "Waits for 13028-20P25 Timing belt, due Thu 3 Dec 2026.",
        "Waits for “Strip”.",
        "Waits 24 h after “Paint”.",
    ]


def test_holidays_and_absence_are_no_working_time() -> None:
    house = shop(with_part=False)
    Holiday.objects.create(country="JP", day=date(2026, 11, 23), name_en="Labour")
    Absence.objects.create(
        technician=house.mechanic,
        period=DateTimeTZRange(AT, AT + timedelta(days=2)),
    )
    project = house.approved()

    plan(house)

    assert starts(project)[0] == ("Strip", "11-25 09:00", "11-25 11:00")


def test_a_part_without_a_date_is_assumed_and_makes_the_promise_rough() -> None:
    house = shop()
    house.belt.offers.all().delete()
    project = house.approved()
    answer(house)

    run = plan(house)

    first = run.assignments.order_by("starts_at")[0]
    assert first.reason["assumed_days"] == 60
    assert "which has no date; 60 days are assumed" in queries.start_reason(
        first.card, first.reason
    )
    assert promise_of(project).confidence == Promise.Confidence.ROUGH


def test_people_and_bays_are_booked_and_freed_by_the_next_plan() -> None:
    house = shop(with_part=False)
    house.approved()
    first = plan(house)
    second = plan(house)

    first.refresh_from_db()
    assert (first.is_in_force, second.is_in_force) == (False, True)
    binding = TechnicianBooking.objects.filter(is_binding=True)
    assert set(binding.values_list("assignment__run", flat=True)) == {second.pk}
    bay = BayBooking.objects.get(is_binding=True)
    assert (bay.bay, bay.assignment.card.title_en) == (house.lift, "Strip")


def test_bookings_of_plans_long_out_of_force_are_forgotten() -> None:
    house = shop(with_part=False)
    house.approved()
    first, second = plan(house), plan(house)
    kept = second.assignments.count()

    assert commands.forget_plans_before(at=first.finished_at) == 0
    late = second.finished_at + timedelta(days=30)
    assert commands.forget_plans_before(at=late) == kept
    assert commands.forget_plans_before(at=late) == 0

    assert set(PlanRun.objects.values_list("pk", flat=True)) == {first.pk, second.pk}
    assert (first.assignments.count(), second.assignments.count()) == (0, kept)
    assert not TechnicianBooking.objects.filter(is_binding=False).exists()


def test_running_work_is_fixed_and_binds_nobody() -> None:
    house = shop(with_part=False)
    project = house.approved()
    house.start(house.card(project, house.strip))

    plan(house, AT + HOUR)

    fixed = Assignment.objects.get(run__is_in_force=True, is_fixed=True)
    assert (fixed.starts_at, fixed.ends_at) == (AT, AT + 2 * HOUR)
    assert not fixed.technician_bookings.get().is_binding
    assert starts(project)[1][1] == "11-23 11:00"


def test_a_finished_card_leaves_the_plan_and_its_lag_stays() -> None:
    house = shop(with_part=False)
    project = house.approved()
    for operation, who, at in (
        (house.strip, house.mechanic, AT),
        (house.paint, house.painter, AT + HOUR),
    ):
        card = house.card(project, operation)
        house.start(card, who, at=at)
        commands.finish_card(
            card_id=card.pk, user_id=house.manager.pk, key=key(), at=at + HOUR
        )

    plan(house, AT + 2 * HOUR)

    assert starts(project) == [("Finish", "11-24 11:00", "11-24 12:00")]


def test_a_run_that_is_over_is_left_alone() -> None:
    house = shop(with_part=False)
    house.approved()
    run = plan(house)

    def never(problem: planner.Problem, *, seconds: float) -> planner.Plan:
        raise AssertionError("it was planned again")

    commands.run_plan(run_id=run.pk, clock=lambda: AT, solver=never)

    assert PlanRun.objects.filter(is_in_force=True).get() == run


def test_a_run_whose_worker_died_is_taken_up_again() -> None:
    house = shop(with_part=False)
    house.approved()
    run = commands.request_plan(site_id=house.site.pk, cause={}, at=AT)
    PlanRun.objects.filter(pk=run.pk).update(state="RUNNING", started_at=AT)

    done = commands.run_plan(run_id=run.pk, clock=lambda: AT, solver=in_process)

    assert done is not None
    assert done.state == "DONE"


def test_an_impossible_shop_fails_in_words_and_keeps_the_plan_before() -> None:
    house = shop(with_part=False)
    project = house.approved()
    before = plan(house)
    house.painter.skills.clear()

    def refuse(problem: planner.Problem, *, seconds: float) -> planner.Plan:
        try:
            return in_process(problem, seconds=seconds)
        except planner.ImpossibleProblem as error:
            raise PlannerFailed(
                error.code, error.reason, error.operations, error.fields
            ) from error

    failed = plan(house, solver=refuse)

    before.refresh_from_db()
    assert (failed.state, before.is_in_force) == ("FAILED", True)
    assert failed.error == "needs 1 with skill 'paint', the house has 0"
    assert queries.refusal_sentence(failed) == (
        f"{project.number} “Paint”: It takes people with the skill “paint”: 1 are"
        " needed, the house has 0."
    )
    assert queries.refusal_sentence(before) == ""


def test_the_planner_runs_as_a_process_of_its_own() -> None:
    house = shop(with_part=False)
    project = house.approved()
    run = commands.request_plan(site_id=house.site.pk, cause={}, at=AT)

    commands.run_plan(run_id=run.pk, clock=lambda: AT, seconds=1.5)

    assert len(starts(project)) == 3


def test_an_empty_house_has_an_empty_plan() -> None:
    assert plan(shop()).state == "DONE"


def test_answers_about_parts_ask_for_a_plan_where_they_matter() -> None:
    house = shop()
    house.approved()
    wish = Demand.objects.get()

    runs = commands.answer_changed_parts(demand_ids=[wish.pk], cause={}, at=AT)
    none = commands.answer_changed_parts(demand_ids=[0], cause={}, at=AT)

    assert [run.site for run in runs] == [house.site]
    assert none == []


def test_a_promise_falls_on_a_day_on_which_the_house_is_open() -> None:
    house = shop()
    project = house.approved()
    answer(house)
    # The Friday that would be promised; what follows is a weekend.
    friday = date(2026, 12, 11)
    Holiday.objects.create(country="JP", day=friday, name_en="Stocktake")

    plan(house)

    assert promise_of(project).promised_on == date(2026, 12, 14)


def test_a_first_plan_gives_a_first_promise() -> None:
    house = shop()
    project = house.approved()
    answer(house)

    run = plan(house)

    promise = promise_of(project)
    # The work ends on 8 December; nobody knows yet how long the supplier really takes.
    assert (promise.promised_on, promise.cause) == (date(2026, 12, 11), "FIRST")
    assert promise.confidence == Promise.Confidence.LIKELY
    assert promise.evidence["plan_run"] == run.pk
    assert promise.evidence["finish_on"] == "2026-12-08"
    mail = OutboxEvent.objects.get(task="restoration.mail_promise")
    assert mail.payload == {"promise_id": promise.pk}


def test_a_plan_within_the_reserve_moves_nothing() -> None:
    house = shop()
    project = house.approved()
    answer(house)
    plan(house)
    answer(house, AT + timedelta(days=1))

    plan(house, AT + timedelta(days=1))

    assert promise_of(project).sequence == 1


def test_a_late_part_moves_the_promise_and_is_named() -> None:
    house = shop()
    project = house.approved()
    answer(house)
    plan(house)
    house.belt.offers.update(lead_days=40)
    answer(house)

    plan(house)

    promise = promise_of(project)
    assert (promise.sequence, promise.cause) == (2, "PART_LATE")
    assert promise.moved_days == 45
    assert queries.promise_sentence(promise) == (
        "45 days later: 13028-20P25 Timing belt comes Mon 4 Jan 2027,"
        " not Thu 3 Dec 2026"
    )


def test_an_early_part_moves_the_promise_forward_when_it_is_worth_it() -> None:
    house = shop()
    project = house.approved()
    house.belt.offers.update(lead_days=40)
    answer(house)
    plan(house)
    house.belt.offers.update(lead_days=3)
    answer(house)

    plan(house)

    promise = promise_of(project)
    assert promise.cause == "PART_EARLY"
    assert promise.moved_days < -14


def test_more_agreed_work_moves_the_promise() -> None:
    house = shop(with_part=False)
    project = house.approved()
    plan(house)
    house.paint.minutes_likely = house.paint.minutes_high = 40 * 60
    house.paint.save()
    house.approved(project=project)

    plan(house)

    assert promise_of(project).cause == "WORK_CHANGED"


def test_work_that_takes_longer_is_named() -> None:
    house = shop(with_part=False)
    project = house.approved()
    plan(house)
    card = house.card(project, house.strip)
    house.start(card)
    late = AT + timedelta(days=9)
    commands.finish_card(card_id=card.pk, user_id=house.manager.pk, key=key(), at=late)

    plan(house, late)

    promise = promise_of(project)
    assert (promise.cause, promise.cause_detail["card_en"]) == ("WORK_LONGER", "Strip")


def test_absent_people_move_the_promise() -> None:
    house = shop(with_part=False)
    project = house.approved()
    plan(house)
    Absence.objects.create(
        technician=house.painter,
        period=DateTimeTZRange(AT, AT + timedelta(days=20)),
    )

    plan(house)

    assert promise_of(project).cause == "PEOPLE"


def test_time_that_passes_is_progress() -> None:
    house = shop(with_part=False)
    project = house.approved()
    plan(house)

    plan(house, AT + timedelta(days=15))

    assert promise_of(project).cause == "PROGRESS"


def test_daylight_saving_stays_outside_the_planner() -> None:
    house = shop(with_part=False)
    house.site.time_zone = "Europe/London"
    house.site.save()
    project = house.approved()
    # The Saturday before clocks go forward, Sunday 28 March 2027.
    plan(house, datetime(2027, 3, 27, 12, tzinfo=UTC))

    first = Assignment.objects.filter(card__project=project).order_by("starts_at")[0]
    assert first.starts_at == datetime(2027, 3, 29, 8, tzinfo=UTC)


def test_a_part_past_the_usual_look_ahead_moves_the_promise_all_the_same() -> None:
    house = shop()
    project = house.approved()
    answer(house)
    plan(house)
    house.belt.offers.update(lead_days=450)
    answer(house)

    run = plan(house)

    promise = promise_of(project)
    assert run.detail["horizon_days"] == 800
    assert promise.cause == "PART_LATE"
    assert promise.promised_on > date(2028, 2, 16)
    assert promise.cause_detail["now_on"] == "2028-02-16"


def test_a_part_past_every_look_ahead_is_named_as_the_reason_for_no_plan() -> None:
    house = shop()
    project = house.approved()
    house.belt.offers.update(lead_days=1700)
    answer(house)

    run = plan(house, solver=told_apart)

    assert (run.state, run.detail["refusal"]["code"]) == ("FAILED", "BEYOND_HORIZON")
    assert queries.refusal_sentence(run).startswith(f"{project.number} “Strip”")
