import threading
import time
from datetime import timedelta

import pytest
from celery import current_app
from celery.contrib.testing.worker import start_worker
from django.db import connection, transaction
from django.db.models.functions import Now
from kombu import Connection

from common import outbox
from common.models import OutboxEvent, WorkerCanary
from common.relay import BROKER_FAULTS, Relay, recover_lost
from tests.common import outbox_handlers

State = OutboxEvent.State
QUEUE = "tests-of-the-relay"

pytestmark = pytest.mark.django_db

# Real commits, for what looks in from another connection.
committed = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_queue(settings):
    for name in ("tests.note", "tests.note_newest"):
        current_app.tasks[name].queue = QUEUE
    outbox_handlers.calls.clear()
    outbox_handlers.behaviour.clear()
    with Connection(settings.BROKER_URL) as broker:
        queue = broker.SimpleQueue(QUEUE)
        queue.clear()
        yield queue
        queue.clear()
        queue.close()


def write(task="tests.note", count=1, version=1, **payload):
    with transaction.atomic():
        return [
            outbox.write(task, version=version, **payload) for _time in range(count)
        ][-1]


def states():
    return sorted(OutboxEvent.objects.values_list("state", flat=True))


def wait_for(condition, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@committed
def test_an_event_goes_through_broker_and_worker():
    event = write(word="車")

    with start_worker(
        current_app, queues=[QUEUE], perform_ping_check=False, shutdown_timeout=60
    ):
        sent = Relay().run_once()
        wait_for(lambda: states() == [State.DONE])

    event.refresh_from_db()
    assert (sent, event.attempts, event.publications) == (1, 1, 1)
    assert outbox_handlers.calls == ["車"]


def test_the_message_carries_key_version_and_payload(own_queue):
    event = write("tests.note_newest", version=3, word="a")

    Relay().run_once()

    _args, kwargs, _embed = own_queue.get(timeout=30).payload
    assert kwargs == {
        "event_id": str(event.pk),
        "version": 3,
        "payload": {"word": "a"},
    }


@pytest.mark.parametrize(
    ("task", "version"),
    [("tests.nobody_knows", 1), ("common.canary", 1), ("tests.note_newest", 1)],
    ids=["no such task", "not a handler", "old payload"],
)
def test_what_nobody_can_handle_is_set_aside_and_does_not_stop_the_rest(
    own_queue, task, version
):
    odd = write(task, version=version)
    write()

    assert Relay().run_once() == 1

    odd.refresh_from_db()
    assert odd.state == State.UNKNOWN
    assert task in odd.last_error
    assert own_queue.qsize() == 1


def test_what_is_not_due_waits():
    write()
    OutboxEvent.objects.update(available_at=Now() + timedelta(minutes=1))

    assert Relay().run_once() == 0
    assert states() == [State.PENDING]


@committed
def test_two_relays_send_each_event_once(own_queue, parallel):
    write(count=120)

    sent = parallel(lambda: Relay().run_once(), lambda: Relay().run_once())

    assert sum(sent) == 120
    assert own_queue.qsize() == 120
    assert set(OutboxEvent.objects.values_list("publications", flat=True)) == {1}


def test_an_event_lost_by_the_broker_is_sent_again(own_queue):
    write()
    Relay().run_once()
    own_queue.clear()
    OutboxEvent.objects.update(leased_until=Now() - timedelta(seconds=1))

    assert recover_lost() == 1
    assert Relay().run_once() == 1

    assert own_queue.qsize() == 1
    assert OutboxEvent.objects.get().publications == 2


def test_leases_grow_so_that_a_long_queue_is_not_filled_with_copies():
    write()
    leases = []
    for _time in range(6):
        OutboxEvent.objects.update(state=State.PENDING, leased_until=None)
        Relay().claim()
        lease = OutboxEvent.objects.values_list("leased_until", flat=True).get()
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s - statement_timestamp()", [lease])
            leases.append(round(cursor.fetchone()[0].total_seconds() / 20))

    assert leases == [1, 2, 4, 8, 16, 16]


def test_a_dead_broker_loses_nothing(settings, monkeypatch):
    write(count=3)
    relay = Relay()
    monkeypatch.setattr(current_app.conf, "broker_write_url", "redis://127.0.0.1:1/0")

    with pytest.raises(BROKER_FAULTS):
        relay.step()

    assert states() == [State.PENDING] * 3
    monkeypatch.undo()
    relay.close_broker()
    assert relay.run_once() == 3


def test_a_frozen_broker_is_given_up_soon(monkeypatch, frozen_port):
    write()
    monkeypatch.setattr(
        current_app.conf, "broker_write_url", f"redis://127.0.0.1:{frozen_port}/0"
    )
    started = time.monotonic()

    with pytest.raises(BROKER_FAULTS):
        Relay().step()

    assert time.monotonic() - started < 15
    assert states() == [State.PENDING]


@pytest.fixture
def frozen_port():
    """A server that takes connections and never answers."""
    import socket  # noqa: PLC0415 - only this test speaks to a bare socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@committed
def test_the_relay_outlives_a_lost_database_connection_and_stops_when_told(own_queue):
    relay = Relay()
    thread = threading.Thread(target=relay.run)
    thread.start()
    try:
        wait_for(lambda: WorkerCanary.objects.filter(queue="relay").exists())
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE"
                " datname = current_database() AND pid <> pg_backend_pid()"
            )
        write()
        wait_for(lambda: states() == [State.PUBLISHED])
    finally:
        relay.stop()
        thread.join(timeout=60)

    assert not thread.is_alive()
    assert own_queue.qsize() == 1
