"""Finished cards teach hours; published plans are lived through; outcomes calibrate."""

from datetime import date, datetime, time, timedelta
from math import log
from zoneinfo import ZoneInfo

import pytest

from restoration import queries
from restoration.models import (
    JobCard,
    JobCardNeed,
    Operation,
    Project,
    TimeEntry,
)
from tests.restoration.shop import AT, HOUR, Shop, shop
from tests.restoration.test_plans import answer, plan, promise_of
from workshop.commands import write_promise
from workshop.models import Promise
from workshop.planner.calibration import Past
from workshop.planner.durations import tallied

pytestmark = pytest.mark.django_db


def finished(
    project: Project, operation: Operation, planned: int, clocked: int, **more: object
) -> JobCard:
    """A card of the past, with its clock."""
    number = project.job_cards.count() + 100
    start = AT - timedelta(days=30)
    return JobCard.objects.create(
        project=project,
        number=number,
        operation=operation,
        title_en=operation.name_en,
        state="DONE",
        minutes=planned,
        started_at=start,
        finished_at=start + timedelta(minutes=clocked),
        **more,
    )


def clock(card: JobCard, house: Shop, minutes: int) -> None:
    assert card.started_at is not None
    TimeEntry.objects.create(
        card=card,
        technician=house.mechanic,
        started_at=card.started_at,
        ended_at=card.started_at + timedelta(minutes=minutes),
    )


def taught(house: Shop, project: Project, ratios: list[float]) -> None:
    for ratio in ratios:
        minutes = round(120 * ratio)
        clock(finished(project, house.strip, 120, minutes), house, minutes)


def test_the_same_history_teaches_in_sql_what_it_teaches_the_library() -> None:
    house = shop()
    project = house.approved()
    taught(house, project, [1.5, 1.25, 2.0])
    clock(finished(project, house.paint, 480, 240), house, 240)

    learnt = queries.learnt_durations(at=AT)

    variant = house.car.variant_id
    rows = [(house.strip.pk, variant, project.pk, log(r)) for r in (1.5, 1.25, 2.0)]
    rows.append((house.paint.pk, variant, project.pk, log(0.5)))
    kinds, cars = tallied(rows)
    assert learnt.kinds.keys() == kinds.keys()
    for kind, tally in kinds.items():
        assert learnt.kinds[kind].count == tally.count
        assert learnt.kinds[kind].total == pytest.approx(tally.total)
        assert learnt.kinds[kind].squares == pytest.approx(tally.squares)
    found = learnt.cars[project.pk]
    assert (found.count, found.squares) == (
        4,
        pytest.approx(cars[project.pk].squares),
    )


def test_a_crew_of_two_works_each_hour_once_and_no_clock_teaches_nothing() -> None:
    house = shop()
    project = house.approved()
    both = finished(project, house.strip, 120, 120)
    need = JobCardNeed(card=both, skill=house.strip.needs.get().skill, people=2)
    need.save()
    clock(both, house, 240)
    finished(project, house.strip, 120, 120)

    learnt = queries.learnt_durations(at=AT)

    assert [(t.count, t.total) for t in learnt.kinds.values()] == [
        (1, pytest.approx(0.0))
    ]


def test_learnt_hours_stand_beside_the_templates_and_lengthen_the_plan() -> None:
    house = shop(with_part=False)
    project = house.approved()
    taught(house, project, [2.0] * 12)

    told = queries.taught_operations([house.strip, house.paint], at=AT)

    # Twelve cards took twice as long, five of the house's own say as planned.
    assert set(told) == {house.strip.pk}
    assert told[house.strip.pk].samples == 12
    assert queries.history_words(told[house.strip.pk], 120).startswith(
        "by history 3 h 16 min, four of five within 4 h 14 min"
    )
    assert queries.history_words(told.get(house.paint.pk), 480) == ""
    run = plan(house)
    strip = run.assignments.get(card__title_en="Strip")
    # 196 minutes are 14 units of a quarter; three hours end at noon.
    assert strip.ends_at - strip.starts_at == timedelta(hours=4, minutes=30)


def test_a_promise_keeps_what_the_simulation_said() -> None:
    house = shop()
    project = house.approved()
    answer(house)

    plan(house)

    promise = promise_of(project)
    told = promise.evidence["simulated"]
    assert (told["runs"], told["share"], told["outcomes"]) == (500, 0.8, 0)
    assert 400 <= told["kept"] <= 500
    assert told["half_on"] <= told["raw_on"] <= told["most_on"]
    assert promise.promised_on == date.fromisoformat(told["raw_on"])
    assert told["drivers"][0]["part_number"] == "13028-20P25"
    words = queries.evidence_words(promise)
    assert words.startswith(f"Kept in {round(told['kept'] / 5)} of 100 simulated runs")
    assert "What would move it most: 13028-20P25 Timing belt, “Paint”." in words


def test_the_house_may_mean_to_keep_more(settings: object) -> None:
    settings.PROMISE_PERCENT = 95  # type: ignore[attr-defined]
    house = shop()
    project = house.approved()
    answer(house)

    plan(house)

    assert promise_of(project).evidence["simulated"]["kept"] >= 475


def given(project: Project, raw_days: float, at: datetime) -> Promise:
    return write_promise(
        subject_key=project.subject_key,
        promised_on=(at + timedelta(days=raw_days)).date(),
        confidence=Promise.Confidence.LIKELY,
        cause=Promise.Cause.FIRST,
        evidence={
            "simulated": {"half_days": raw_days, "width_days": 5.0, "share": 0.8}
        },
        at=at,
    )


def test_outcomes_are_what_cars_took_of_what_was_simulated() -> None:
    house = shop(with_part=False)
    project = house.approved()
    given(project, 10, AT - timedelta(days=20))

    open_yet = queries.past_outcomes(house.site.pk, 0.8, at=AT)
    JobCard.objects.update(state="DONE", started_at=AT, finished_at=AT)
    over = queries.past_outcomes(house.site.pk, 0.8, at=AT + 48 * HOUR)
    elsewhere = queries.past_outcomes(house.site.pk + 1, 0.8, at=AT)

    # Ten days after a half that was ten off and five wide.
    late = pytest.approx(10 / 50**0.5)
    assert [(o.score, o.is_over) for o in open_yet.outcomes] == [(late, False)]
    assert [(o.score, o.is_over) for o in over.outcomes] == [(late, True)]
    # The day is over, whenever the car will be done.
    assert open_yet.kept == over.kept == (False,)
    assert elsewhere == Past()


def test_a_day_counts_as_kept_until_its_midnight_where_the_site_is() -> None:
    house = shop(with_part=False)
    project = house.approved()
    zone = ZoneInfo(house.site.time_zone)
    first = given(project, 10, AT - timedelta(days=20))
    midnight = datetime.combine(
        first.promised_on + timedelta(days=1), time(), tzinfo=zone
    )

    kept = []
    for done in (midnight, midnight + timedelta(minutes=1)):
        JobCard.objects.update(
            state="DONE", started_at=first.given_at, finished_at=done
        )
        kept.append(queries.past_outcomes(house.site.pk, 0.8, at=AT).kept)

    assert kept == [(True,), (False,)]


def test_agreed_changes_end_what_a_first_promise_answers_for() -> None:
    house = shop(with_part=False)
    project = house.approved()
    given(project, 10, AT - timedelta(days=20))
    write_promise(
        subject_key=project.subject_key,
        promised_on=AT.date(),
        confidence=Promise.Confidence.LIKELY,
        cause=Promise.Cause.WORK_CHANGED,
        at=AT - timedelta(days=15),
    )

    found = queries.past_outcomes(house.site.pk, 0.8, at=AT)

    early = pytest.approx(-5 / 50**0.5)
    assert [(o.score, o.is_over) for o in found.outcomes] == [(early, False)]
    assert found.kept == ()
