"""Intents of commands, written in their transaction. The relay sends them."""

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common.canonical import JSON, refuse_floats
from common.errors import DomainError, NotFound
from common.models import OutboxEvent


class NotReplayable(DomainError):
    """Only an event that was given up or set aside can be sent again."""


def write(
    task: str, *, subject: str = "", version: int = 1, **payload: JSON
) -> OutboxEvent:
    """Write down what is to happen once this transaction has committed.

    Args:
        task: the name a handler was registered under with `outbox_task`.
        subject: whom it is about, such as ``project:12``; for people who look.
        version: of the payload's shape; a handler names the ones it understands.
        **payload: the handler's keyword arguments: ids and values, JSON only.

    Raises:
        TypeError: the payload holds something that is not JSON.
        RuntimeError: there is no transaction to be part of.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{task}: an intent belongs to a command's transaction")
    refuse_floats(payload, task)
    return OutboxEvent.objects.create(
        task=task, subject=subject, version=version, payload=payload
    )


@transaction.atomic
def replay_event(*, event_id: uuid.UUID) -> OutboxEvent:
    """Put a dead or set-aside event back in the queue, with its attempts forgotten.

    Args:
        event_id: the event.

    Raises:
        NotFound: there is no such event.
        NotReplayable: it is waiting, on its way or done.
    """
    event = OutboxEvent.objects.select_for_update().filter(pk=event_id).first()
    if event is None:
        raise NotFound
    if event.state not in (OutboxEvent.State.DEAD, OutboxEvent.State.UNKNOWN):
        raise NotReplayable(
            _("%(task)s is not a dead letter: it is %(state)s."),
            task=event.task,
            state=event.get_state_display(),
        )
    OutboxEvent.objects.filter(pk=event.pk).update(
        state=OutboxEvent.State.PENDING,
        attempts=0,
        publications=0,
        available_at=Now(),
        leased_until=None,
        finished_at=None,
    )
    event.refresh_from_db()
    return event


@transaction.atomic
def forget_done_before(*, at: datetime) -> int:
    """Delete the events that were done before an instant; return how many there were.

    What was given up or set aside stays until a person has seen to it.

    Args:
        at: events finished before it are forgotten.
    """
    done = OutboxEvent.objects.filter(state=OutboxEvent.State.DONE, finished_at__lt=at)
    deleted, _rows = done.delete()
    return deleted
