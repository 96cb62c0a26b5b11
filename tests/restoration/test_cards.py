"""Clocks on cards: start, pause, finish."""

from datetime import timedelta
from decimal import Decimal

import pytest

from common.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from common.models import OutboxEvent
from restoration import commands, queries
from restoration.models import (
    InspectionItem,
    JobCard,
    JobCardEvent,
    PlanRun,
    Project,
    ProjectEvent,
    TimeEntry,
)
from tests import build
from tests.restoration.shop import AT, HOUR, Shop, key, shop
from workshop.models import Invoice

pytestmark = pytest.mark.django_db
State = JobCard.State


@pytest.fixture
def house() -> Shop:
    return shop(with_part=False)


@pytest.fixture
def strip(house: Shop) -> JobCard:
    return house.card(house.approved(), house.strip)


def unchanged(card: JobCard) -> bool:
    was = (card.state, card.version, card.started_at)
    card.refresh_from_db()
    return was == (card.state, card.version, card.started_at)


def pause(house: Shop, card: JobCard, **more: object) -> JobCard:
    given = {
        "card_id": card.pk,
        "technician_id": house.mechanic.pk,
        "reason": "Lunch",
        "user_id": house.mechanic.user_id,
        "key": key(),
        "at": AT + HOUR,
    } | more
    return commands.pause_card(**given)  # type: ignore[arg-type]


def finish(house: Shop, card: JobCard, **more: object) -> JobCard:
    given = {
        "card_id": card.pk,
        "user_id": house.mechanic.user_id,
        "key": key(),
        "at": AT + 2 * HOUR,
    } | more
    return commands.finish_card(**given)  # type: ignore[arg-type]


def test_a_start_runs_the_clock_and_says_who(house: Shop, strip: JobCard) -> None:
    card = house.start(strip)

    assert (card.state, card.version, card.started_at) == (State.RUNNING, 2, AT)
    entry = TimeEntry.objects.get()
    assert (entry.technician, entry.started_at, entry.ended_at) == (
        house.mechanic, AT, None,
    )  # fmt: skip
    event = JobCardEvent.objects.get()
    assert (event.command, event.was, event.became) == ("start", "OPEN", "RUNNING")
    assert ProjectEvent.objects.filter(kind="WORK_BEGUN").count() == 1


def test_a_start_sent_twice_starts_once(house: Shop, strip: JobCard) -> None:
    once = key()

    house.start(strip, key=once)
    house.start(strip, key=once)

    assert TimeEntry.objects.count() == 1


def test_pause_and_start_again_make_two_stretches(house: Shop, strip: JobCard) -> None:
    house.start(strip)
    paused = pause(house, strip)
    again = house.start(strip, at=AT + 2 * HOUR)

    assert (paused.state, again.state) == (State.PAUSED, State.RUNNING)
    entries = TimeEntry.objects.order_by("pk")
    assert [e.ended_at for e in entries] == [AT + HOUR, None]
    assert again.started_at == AT


def test_two_may_work_on_one_card_until_the_last_pauses(
    house: Shop, strip: JobCard
) -> None:
    helper = build.technician(house.site, "general")
    house.start(strip)
    house.start(strip, helper)

    assert pause(house, strip).state == State.RUNNING
    card = pause(house, strip, technician_id=helper.pk, user_id=helper.user_id)
    assert card.state == State.PAUSED


def test_finishing_stops_all_clocks(house: Shop, strip: JobCard) -> None:
    house.start(strip)
    house.start(strip, build.technician(house.site, "general"))

    card = finish(house, strip)

    assert (card.state, card.finished_at) == (State.DONE, AT + 2 * HOUR)
    assert not TimeEntry.objects.filter(ended_at__isnull=True).exists()


def test_a_clock_runs_on_one_card_only(house: Shop, strip: JobCard) -> None:
    other = house.card(house.approved(), house.strip)
    house.start(strip)

    with pytest.raises(commands.ClockRuns):
        house.start(other)

    assert unchanged(other)
    assert TimeEntry.objects.count() == 1


def test_a_card_waits_for_the_one_before_it(house: Shop, strip: JobCard) -> None:
    paint = house.card(strip.project, house.paint)

    with pytest.raises(commands.NotReady) as refusal:
        house.start(paint, house.painter)

    assert str(refusal.value) == "“Paint” cannot start yet. Waits for “Strip”."
    assert refusal.value.context["blockers"] == ["CARD"]
    assert unchanged(paint)
    assert not TimeEntry.objects.exists()


def test_a_card_waits_until_the_one_before_has_cured(
    house: Shop, strip: JobCard
) -> None:
    paint = house.card(strip.project, house.paint)
    last = house.card(strip.project, house.finish)
    house.start(strip)
    finish(house, strip)
    house.start(paint, house.painter, at=AT + 3 * HOUR)
    finish(house, paint, user_id=house.painter.user_id, at=AT + 4 * HOUR)

    with pytest.raises(commands.NotReady) as refusal:
        house.start(last, at=AT + 27 * HOUR)

    assert refusal.value.context["blockers"] == ["LAG"]
    assert house.start(last, at=AT + 28 * HOUR).state == State.RUNNING


def test_missing_parts_stop_a_start_unless_there_is_a_reason() -> None:
    house = shop()
    card = house.card(house.approved(), house.strip)

    with pytest.raises(commands.NotReady) as refusal:
        house.start(card)

    assert "13028-20P25 Timing belt" in str(refusal.value)
    assert unchanged(card)
    started = house.start(card, without_parts_because="Strip first, belt comes later")
    assert started.state == State.RUNNING
    assert JobCardEvent.objects.get().reason == "Strip first, belt comes later"


def test_other_skills_are_refused(house: Shop, strip: JobCard) -> None:
    with pytest.raises(commands.WrongSkill):
        house.start(strip, house.painter)

    assert unchanged(strip)


def test_nobody_starts_somebody_elses_clock(house: Shop, strip: JobCard) -> None:
    with pytest.raises(NotAllowed):
        commands.start_card(
            card_id=strip.pk,
            technician_id=house.mechanic.pk,
            user_id=house.painter.user_id or 0,
            key=key(),
            at=AT,
        )

    assert unchanged(strip)


def test_the_desk_may_start_it_for_them(house: Shop, strip: JobCard) -> None:
    card = commands.start_card(
        card_id=strip.pk,
        technician_id=house.mechanic.pk,
        user_id=house.manager.pk,
        key=key(),
        at=AT,
    )

    assert card.state == State.RUNNING


def test_a_stale_version_is_refused(house: Shop, strip: JobCard) -> None:
    house.start(strip)

    with pytest.raises(StaleVersion):
        pause(house, strip, version=1)

    assert TimeEntry.objects.filter(ended_at__isnull=True).count() == 1


def test_a_pause_says_why(house: Shop, strip: JobCard) -> None:
    house.start(strip)

    with pytest.raises(InvalidInput) as refusal:
        pause(house, strip, reason=" ")

    assert refusal.value.field == "reason"


def test_a_clock_that_stands_cannot_be_paused(house: Shop, strip: JobCard) -> None:
    with pytest.raises(commands.WrongState):
        pause(house, strip)

    assert unchanged(strip)


@pytest.mark.parametrize("command", [pause, finish])
def test_a_finished_card_stays_finished(
    house: Shop, strip: JobCard, command: object
) -> None:
    house.start(strip)
    done = finish(house, strip)

    with pytest.raises(commands.WrongState):
        command(house, strip)  # type: ignore[operator]
    with pytest.raises(commands.WrongState):
        house.start(strip)

    assert unchanged(done)


def test_a_card_nobody_worked_on_cannot_be_finished(
    house: Shop, strip: JobCard
) -> None:
    with pytest.raises(commands.WrongState):
        finish(house, strip)

    assert unchanged(strip)


def test_only_who_worked_on_it_or_the_desk_finishes(
    house: Shop, strip: JobCard
) -> None:
    house.start(strip)

    with pytest.raises(NotAllowed):
        finish(house, strip, user_id=house.painter.user_id)

    assert finish(house, strip, user_id=house.manager.pk).state == State.DONE


def test_no_such_card_is_not_found(house: Shop) -> None:
    with pytest.raises(NotFound):
        house.start(JobCard(pk=0))


def test_a_finished_milestone_is_invoiced_once(house: Shop, strip: JobCard) -> None:
    once = key()
    house.start(strip)
    finish(house, strip, key=once)
    finish(house, strip, key=once)

    invoice = Invoice.objects.get()
    assert (invoice.net, invoice.tax, invoice.state) == (
        Decimal(33000), Decimal(3300), "ISSUED",
    )  # fmt: skip
    assert invoice.subject_key == strip.project.subject_key


def test_work_off_its_plan_asks_for_a_new_one(house: Shop, strip: JobCard) -> None:
    PlanRun.objects.update(state="FAILED", error="test")
    house.start(strip)
    finish(house, strip)

    run = PlanRun.objects.get(state="QUEUED")
    assert run.cause == {"finished": strip.pk}
    assert OutboxEvent.objects.filter(subject=f"plan-run:{run.pk}").count() == 1


def test_the_last_card_makes_the_car_ready(house: Shop) -> None:
    project = house.approved()

    house.finish_all(project)

    project.refresh_from_db()
    assert project.state == Project.State.READY
    assert ProjectEvent.objects.filter(kind="PHASE_FINISHED").count() == 1


def test_outside_work_goes_on_while_no_clock_runs(house: Shop) -> None:
    house.strip.is_outside = True
    house.strip.outside_days = 3
    house.strip.save()
    card = house.card(house.approved(), house.strip)

    house.start(card)
    away = pause(house, card, reason="Sent away")
    given = queries.plan_input(house.site, at=AT + 24 * HOUR)
    done = finish(house, card, user_id=house.manager.pk, at=AT + timedelta(days=3))

    fixed = given.problem.operations[given.cards.index(card)].fixed
    assert fixed is not None
    assert given.slots.instant(fixed.end) == AT + timedelta(days=3)
    assert (away.state, done.state) == (State.PAUSED, State.DONE)


def test_my_day_shows_what_runs_first(house: Shop, strip: JobCard) -> None:
    house.start(strip)

    day = queries.my_day(house.mechanic, at=AT + HOUR)

    assert [line.card for line in day.running] == [strip]
    assert day.running[0].running_since == AT
    assert (day.today, day.coming) == ([], [])


@pytest.mark.parametrize(
    ("generation", "asked"),
    [
        ("R33", ["Any rotor", "Rotor R33", "Tension"]),
        ("R34", ["Any rotor", "Tension"]),
        ("", ["Any rotor", "Tension"]),
    ],
)
def test_a_checklist_asks_only_what_is_for_this_car(
    house: Shop, generation: str, asked: list[str]
) -> None:
    for code, name, only in (
        ("a-any", "Any rotor", ""),
        ("b-r32", "Rotor R32", "R32"),
        ("c-r33", "Rotor R33", "R33"),
    ):
        InspectionItem.objects.create(
            code=code, name_en=name, area="BRAKE", operation=house.finish,
            generation=only,
        )  # fmt: skip
    house.car.variant = build.variant(generation=generation)
    house.car.save()

    card = house.card(house.approved(), house.finish)

    lines = card.checklist.order_by("position")
    assert list(lines.values_list("position", "text_en")) == list(
        enumerate(asked, start=1)
    )
