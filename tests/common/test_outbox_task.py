import threading
import time
from datetime import timedelta

import pytest
from celery import current_app
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from common import outbox
from common.models import OutboxEvent
from common.outbox_task import CRASHED, claim, lock_key, retry_delay
from common.relay import recover_lost
from tests.common import outbox_handlers

State = OutboxEvent.State

pytestmark = pytest.mark.django_db

# Real commits, for what looks in from another connection.
committed = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quiet_handlers():
    outbox_handlers.calls.clear()
    outbox_handlers.behaviour.clear()
    yield
    outbox_handlers.behaviour.clear()


def write(**payload):
    with transaction.atomic():
        return outbox.write("tests.note", **payload)


def deliver(event, task="tests.note"):
    """Do what a worker does with the relay's message."""
    current_app.tasks[task].apply(
        kwargs={"event_id": str(event.pk), "version": 1, "payload": event.payload},
        throw=True,
    )
    event.refresh_from_db()


def come_due():
    OutboxEvent.objects.update(available_at=Now() - timedelta(seconds=1))


def put_off():
    OutboxEvent.objects.update(available_at=F("available_at") + timedelta(minutes=1))


def fail():
    raise ValueError("no such part")


def test_a_handler_is_a_plain_function_too():
    outbox_handlers.note(word="direct")

    assert outbox_handlers.calls == ["direct"]


def test_work_is_done_once_and_marked():
    event = write(word="a")

    deliver(event)
    deliver(event)

    assert outbox_handlers.calls == ["a"]
    assert (event.state, event.attempts) == (State.DONE, 1)
    assert event.finished_at is not None


def test_a_failure_is_kept_and_planned_again():
    outbox_handlers.behaviour.append(fail)
    event = write()
    first = timezone.now()

    deliver(event)

    last = timezone.now()
    assert (event.state, event.attempts) == (State.PENDING, 1)
    assert event.last_error == "ValueError: no such part"
    assert event.available_at - last < timedelta(seconds=3)
    assert event.available_at - first > timedelta(seconds=1)


def test_a_late_copy_does_not_jump_the_wait():
    outbox_handlers.behaviour.append(fail)
    event = write()
    deliver(event)
    put_off()

    deliver(event)

    assert event.attempts == 1


def test_after_five_failures_it_is_a_dead_letter():
    outbox_handlers.behaviour.append(fail)
    event = write()

    for _time in range(7):
        come_due()
        deliver(event)

    assert (event.state, event.attempts) == (State.DEAD, 5)
    assert event.last_error == "ValueError: no such part"
    assert len(outbox_handlers.calls) == 5


def test_success_after_failure_clears_the_error():
    outbox_handlers.behaviour.append(fail)
    event = write()
    deliver(event)
    outbox_handlers.behaviour.clear()
    come_due()

    deliver(event)

    assert (event.state, event.attempts, event.last_error) == (State.DONE, 2, "")


def test_a_payload_that_does_not_fit_is_a_failure_not_a_crash():
    event = write(nonsense=1)

    deliver(event)

    assert event.state == State.PENDING
    assert "unexpected keyword argument 'nonsense'" in event.last_error


@committed
def test_two_deliveries_at_once_work_once(parallel):
    inside, go_on = threading.Event(), threading.Event()
    event = write(word="a")

    def slowly():
        inside.set()
        go_on.wait(60)

    outbox_handlers.behaviour.append(slowly)

    def second():
        inside.wait(60)
        deliver(event)
        go_on.set()

    assert parallel(lambda: deliver(event), second) == [None, None]
    event.refresh_from_db()
    assert outbox_handlers.calls == ["a"]
    assert (event.state, event.attempts) == (State.DONE, 1)


def die_in_the_middle(event):
    """Claim as a worker does and lose the connection as a killed one does."""

    def claim_and_die():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock_key(event.pk)])
        claim(event.pk, 5)
        connection.close()

    thread = threading.Thread(target=claim_and_die)
    thread.start()
    thread.join()
    deadline = time.monotonic() + 60
    while advisory_locks():
        # PostgreSQL sees the end of the connection a moment later.
        assert time.monotonic() < deadline
        time.sleep(0.01)


def advisory_locks():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database"
            " WHERE locktype = 'advisory' AND datname = current_database()"
        )
        return cursor.fetchone()[0]


def lapse():
    OutboxEvent.objects.update(leased_until=Now() - timedelta(seconds=1))


@committed
def test_an_event_whose_worker_died_gets_another_turn():
    event = write(word="a")
    die_in_the_middle(event)
    lapse()

    assert recover_lost() == 1

    event.refresh_from_db()
    assert (event.state, event.attempts) == (State.PENDING, 1)
    assert event.last_error == CRASHED
    deliver(event)
    assert (event.state, event.attempts) == (State.DONE, 2)


@committed
def test_a_redelivered_message_takes_over_from_a_dead_worker_at_once():
    event = write(word="a")
    die_in_the_middle(event)

    deliver(event)

    assert (event.state, event.attempts) == (State.DONE, 2)


@committed
def test_what_kills_its_worker_three_times_is_given_up():
    event = write()

    for _time in range(3):
        die_in_the_middle(event)
        lapse()
        recover_lost()

    event.refresh_from_db()
    assert (event.state, event.attempts, event.last_error) == (State.DEAD, 3, CRASHED)


@committed
def test_a_slow_worker_is_not_taken_for_dead(parallel):
    inside, go_on = threading.Event(), threading.Event()
    event = write(word="a")

    def slowly():
        inside.set()
        go_on.wait(60)

    outbox_handlers.behaviour.append(slowly)

    def sweep():
        inside.wait(60)
        lapse()
        recovered = recover_lost()
        leased = OutboxEvent.objects.filter(leased_until__gt=Now()).exists()
        go_on.set()
        return recovered, leased

    assert parallel(lambda: deliver(event), sweep) == [None, (0, True)]
    event.refresh_from_db()
    assert (event.state, event.attempts) == (State.DONE, 1)


@committed
def test_work_that_loses_its_connection_is_planned_again():
    event = write(word="a")
    outbox_handlers.behaviour.append(cut_connection)
    deliver(event)
    failed = (event.state, event.last_error[:16])
    outbox_handlers.behaviour.clear()
    come_due()

    deliver(event)

    assert failed == (State.PENDING, "OperationalError")
    assert (event.state, event.attempts) == (State.DONE, 2)


def cut_connection():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def test_waits_grow_and_end():
    waits = [retry_delay(attempt).total_seconds() for attempt in range(1, 8)]

    floors = [2, 8, 32, 128, 512, 600, 600]
    assert all(
        floor <= wait <= floor * 1.25 for wait, floor in zip(waits, floors, strict=True)
    )


def test_nothing_is_finished_twice_by_a_late_failure():
    event = write(word="a")

    def overtaken():
        OutboxEvent.objects.update(attempts=F("attempts") + 1)
        fail()

    outbox_handlers.behaviour.append(overtaken)

    deliver(event)

    assert (event.state, event.attempts, event.last_error) == (State.RUNNING, 2, "")
