import uuid
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from common import outbox, tasks
from common.errors import NotFound
from common.models import OutboxEvent

State = OutboxEvent.State


def write(task="tests.note", **payload):
    with transaction.atomic():
        return outbox.write(task, subject="part:7", **payload)


@pytest.mark.django_db
def test_an_intent_is_written_with_its_payload():
    event = write(part_ids=[1, 2])

    event = OutboxEvent.objects.get(pk=event.pk)
    assert (event.task, event.subject, event.version) == ("tests.note", "part:7", 1)
    assert event.payload == {"part_ids": [1, 2]}
    assert (event.state, event.attempts) == (State.PENDING, 0)


@pytest.mark.django_db
def test_an_intent_falls_with_its_command():
    def fail():
        with transaction.atomic():
            write()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert OutboxEvent.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_an_intent_needs_a_transaction():
    with pytest.raises(RuntimeError, match="transaction"):
        outbox.write("tests.note")

    assert OutboxEvent.objects.count() == 0


@pytest.mark.django_db
def test_a_payload_is_json_only():
    with pytest.raises(TypeError, match=r"tests\.note\.amount: float"):
        write(amount=0.5)

    assert OutboxEvent.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("state", [State.DEAD, State.UNKNOWN])
def test_a_dead_letter_is_sent_again_with_its_attempts_forgotten(state, django_now):
    event = write()
    OutboxEvent.objects.update(
        state=state, attempts=5, publications=9, finished_at=django_now, last_error="x"
    )

    outbox.replay_event(event_id=event.pk)

    event.refresh_from_db()
    assert (event.state, event.attempts, event.publications) == (State.PENDING, 0, 0)
    assert (event.finished_at, event.leased_until) == (None, None)
    assert event.last_error == "x"


@pytest.mark.django_db
def test_only_dead_letters_are_sent_again():
    event = write()

    with pytest.raises(
        outbox.NotReplayable, match=r"tests\.note .* Waiting to be sent"
    ):
        outbox.replay_event(event_id=event.pk)
    with pytest.raises(NotFound):
        outbox.replay_event(event_id=uuid.uuid4())

    event.refresh_from_db()
    assert event.state == State.PENDING


@pytest.mark.django_db
def test_what_was_done_long_ago_is_forgotten_and_nothing_else():
    now = timezone.now()
    for state in State:
        ends = now if state in (State.DONE, State.DEAD) else None
        until = now if state in (State.PUBLISHED, State.RUNNING) else None
        OutboxEvent.objects.filter(pk=write().pk).update(
            state=state, finished_at=ends, leased_until=until
        )

    assert outbox.forget_done_before(at=now) == 0
    assert outbox.forget_done_before(at=now + timedelta(seconds=1)) == 1

    left = set(OutboxEvent.objects.values_list("state", flat=True))
    assert left == set(State) - {State.DONE}


@pytest.mark.django_db
def test_sessions_that_have_ended_are_cleared_at_night():
    for key, days in (("old", -1), ("new", 1)):
        ends = timezone.now() + timedelta(days=days)
        Session.objects.create(session_key=key, session_data="", expire_date=ends)

    tasks.forget_old_keys()

    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]
