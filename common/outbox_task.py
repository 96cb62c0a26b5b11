"""The worker's half of the outbox: claim, count, work, finish."""

import logging
import random
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, ParamSpec

from celery import Task, shared_task
from django.db import Error as DatabaseFault
from django.db import connection, transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Now
from django.utils import timezone

from common.models import OutboxEvent
from common.retry import retrying

logger = logging.getLogger(__name__)
P = ParamSpec("P")
State = OutboxEvent.State

MAX_ATTEMPTS = 5
# Work that takes its worker down with it (out of memory, a crash, an endless loop)
# is given up sooner than work that fails and says so.
MAX_CRASHES = 3
# How long a running event goes without a look whether its worker still lives.
RUNNING_LEASE = timedelta(seconds=10)
FIRST_RETRY_SECONDS = 2
LONGEST_RETRY_SECONDS = 600
ERROR_LENGTH = 2000
CRASHED = "The worker died in the middle of it."


class OutboxTask(Task):  # type: ignore[type-arg]  # generic in its stubs only
    """A task the relay may send events to."""

    versions: tuple[int, ...] = (1,)
    max_attempts: int = MAX_ATTEMPTS


def lock_key(event_id: uuid.UUID) -> int:
    """Return the advisory lock a worker holds on an event while it works.

    PostgreSQL drops it with the connection, so a dead worker is seen at once and a
    slow one is never mistaken for dead.
    """
    return int.from_bytes(event_id.bytes[8:], "big", signed=True)


def outbox_task(
    name: str,
    *,
    versions: tuple[int, ...] = (1,),
    max_attempts: int = MAX_ATTEMPTS,
) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Register a handler of outbox events; it stays callable as a plain function.

    The handler may run twice (a worker can die after its work and before its mark), so
    it must be idempotent. A raised exception is a failed attempt and is retried later.

    Args:
        name: the task's name, ``<app>.<verb>_<noun>``, as given to `outbox.write`.
        versions: the payload versions it understands; others are set aside.
        max_attempts: how often it is tried before the event is a dead letter.
    """

    def decorate(work: Callable[P, None]) -> Callable[P, None]:
        def run(*, event_id: str, version: int, payload: dict[str, Any]) -> None:
            handle(
                uuid.UUID(event_id), work=work, payload=payload, attempts=max_attempts
            )

        run.__doc__ = work.__doc__
        shared_task(
            name=name,
            base=OutboxTask,
            versions=versions,
            max_attempts=max_attempts,
            typing=False,
        )(run)
        return work

    return decorate


def handle(
    event_id: uuid.UUID,
    *,
    work: Callable[..., None],
    payload: Mapping[str, Any],
    attempts: int,
) -> None:
    """Run one event's work if nobody else has done it, does it or gave it up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock_key(event_id)])
        if not cursor.fetchone()[0]:
            return
    try:
        attempt = claim(event_id, attempts)
        if attempt is not None:
            attempt_work(event_id, attempt, attempts, lambda: work(**payload))
    finally:
        release(event_id)


def claim(event_id: uuid.UUID, attempts: int) -> int | None:
    """Count an attempt before its work starts; None when there is nothing to do."""
    with transaction.atomic():
        event = OutboxEvent.objects.select_for_update().filter(pk=event_id).first()
        if event is None or event.state in (State.DONE, State.DEAD, State.UNKNOWN):
            return None
        if event.state == State.PENDING and event.available_at > timezone.now():
            # A late copy of a message whose work has failed since: its turn will come.
            return None
        row = OutboxEvent.objects.filter(pk=event_id)
        crashed = event.state == State.RUNNING
        if event.attempts >= (MAX_CRASHES if crashed else attempts):
            row.update(
                state=State.DEAD,
                finished_at=Now(),
                leased_until=None,
                last_error=event.last_error or CRASHED,
            )
            return None
        row.update(
            state=State.RUNNING,
            attempts=event.attempts + 1,
            leased_until=Now() + Value(RUNNING_LEASE),
        )
        return event.attempts + 1


def attempt_work(
    event_id: uuid.UUID, attempt: int, attempts: int, work: Callable[[], None]
) -> None:
    """Do the work and write down how it went."""
    row = OutboxEvent.objects.filter(pk=event_id)
    try:
        retrying(work)()
    except Exception as error:
        logger.exception("Outbox event %s failed in attempt %d", event_id, attempt)
        drop_broken_connection()
        # Not over a result that another worker has reached in the meantime.
        mark_failed(row.filter(state=State.RUNNING, attempts=attempt), attempts, error)
        return
    row.update(state=State.DONE, finished_at=Now(), leased_until=None, last_error="")


def mark_failed(row: QuerySet[OutboxEvent], attempts: int, error: Exception) -> None:
    """Plan the next attempt in the database, or give the event up."""
    event = row.first()
    if event is None:
        return
    reason = f"{type(error).__name__}: {error}".replace("\x00", "")[:ERROR_LENGTH]
    if event.attempts >= attempts:
        row.update(
            state=State.DEAD, finished_at=Now(), leased_until=None, last_error=reason
        )
        return
    row.update(
        state=State.PENDING,
        available_at=Now() + Value(retry_delay(event.attempts)),
        publications=0,
        leased_until=None,
        last_error=reason,
    )


def retry_delay(attempt: int) -> timedelta:
    """Return the wait after this many attempts: 2, 8, 32 s and on, with jitter."""
    seconds = min(FIRST_RETRY_SECONDS * 4 ** (attempt - 1), LONGEST_RETRY_SECONDS)
    return timedelta(seconds=seconds * random.uniform(1, 1.25))  # noqa: S311 - jitter


def release(event_id: uuid.UUID) -> None:
    """Give the advisory lock back; a connection that is gone has done so already."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [lock_key(event_id)])
    except DatabaseFault:
        drop_broken_connection()


def drop_broken_connection() -> None:
    """Let the next statement open a new connection where this one is gone."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
