from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from common import tasks
from common.models import ScheduledRun, WorkerCanary
from common.schedule import claim_slot, forget_runs_before, scheduled, slot_of

NOON = datetime(2026, 11, 21, 12, 0, 30, tzinfo=UTC)


@pytest.fixture
def runs():
    return []


@pytest.fixture
def job(runs):
    @scheduled("tests.job", slot_seconds=60)
    def work():
        runs.append("ran")

    return work


def test_slots_count_in_utc():
    assert slot_of(NOON, 60) == NOON.replace(second=0)
    assert slot_of(NOON, 86_400) == datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.django_db
def test_each_slot_runs_once_over_clocks_that_jump(job, runs):
    for at in (0, 10, 29, 30, 45, 0, 90, 3600, 5):
        with time_machine.travel(NOON + timedelta(seconds=at), tick=False):
            job()

    slots = ScheduledRun.objects.order_by("slot").values_list("slot", flat=True)
    assert len(runs) == 4
    assert [slot.strftime("%H:%M") for slot in slots] == [
        "12:00",
        "12:01",
        "12:02",
        "13:00",
    ]


@pytest.mark.django_db(transaction=True)
def test_two_beats_run_a_slot_once(job, runs, parallel):
    with time_machine.travel(NOON, tick=False):
        parallel(*[job] * 4)

    assert runs == ["ran"]
    assert ScheduledRun.objects.get().finished_at == NOON


@pytest.mark.django_db
def test_a_failed_run_gives_its_slot_back():
    @scheduled("tests.job", slot_seconds=60)
    def fail():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert ScheduledRun.objects.count() == 0


@pytest.mark.django_db
def test_a_run_that_died_is_taken_over_after_ten_minutes():
    claim_slot("tests.job", at=NOON, slot_seconds=86_400)

    early = claim_slot("tests.job", at=NOON + timedelta(minutes=9), slot_seconds=86_400)
    late = claim_slot("tests.job", at=NOON + timedelta(minutes=11), slot_seconds=86_400)

    assert early is None
    assert late == ScheduledRun.objects.get()


@pytest.mark.django_db
def test_old_slots_are_forgotten():
    claim_slot("tests.job", at=NOON - timedelta(days=31), slot_seconds=60)
    kept = claim_slot("tests.job", at=NOON, slot_seconds=60)

    assert forget_runs_before(at=NOON - timedelta(days=30)) == 1
    assert ScheduledRun.objects.get() == kept


@pytest.mark.django_db
def test_a_canary_shows_when_its_queue_last_worked():
    for second in (0, 15):
        with time_machine.travel(NOON + timedelta(seconds=second), tick=False):
            tasks.canary(queue="mail")

    assert WorkerCanary.objects.get(queue="mail").seen_at == NOON + timedelta(
        seconds=15
    )
