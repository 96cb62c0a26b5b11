"""The one process that hands outbox events to the broker.

It claims rows, commits, then sends. Whatever dies in between, a lease lapses and the
event is sent again: a handler may see an event twice, never not at all.
"""

import logging
import threading
import time
import uuid
from collections.abc import Sequence
from datetime import timedelta

from celery import Celery, current_app
from django.db import (
    InterfaceError,
    OperationalError,
    connection,
    transaction,
)
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Now
from django.utils import timezone
from kombu import Connection
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError

from common.models import OutboxEvent, WorkerCanary
from common.outbox_task import (
    CRASHED,
    MAX_CRASHES,
    RUNNING_LEASE,
    OutboxTask,
    lock_key,
)

logger = logging.getLogger(__name__)
State = OutboxEvent.State

BATCH = 50
POLL_SECONDS = 0.2
SWEEP_SECONDS = 2.0
HEARTBEAT_SECONDS = 10.0
LONGEST_WAIT_SECONDS = 5.0
# How long a sent event may lie in the broker before it is sent again; doubled each
# time, so that a long queue is not filled with copies.
PUBLISHED_LEASE_SECONDS = 20
LONGEST_LEASE_SECONDS = 320
# The relay's own connection gives up sooner than a worker's, which waits for work.
BROKER_OPTIONS = {
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
    "retry_on_timeout": False,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.5,
    "connect_retries_timeout": 3,
}
BROKER_FAULTS = (BrokerError, KombuError, RedisError, OSError)
DATABASE_FAULTS = (OperationalError, InterfaceError)
RELAY = "relay"


class Relay:
    """Sends due events until it is told to stop.

    Args:
        app: the Celery application whose registry names the tasks.
    """

    def __init__(self, app: Celery | None = None) -> None:
        self.app = app or current_app
        # A task that no module has registered yet would look like an unknown one.
        self.app.loader.import_default_modules()
        self.app.finalize()
        self.stopping = threading.Event()
        self.broker: Connection | None = None
        self.next_sweep = 0.0
        self.next_heartbeat = 0.0

    def stop(self) -> None:
        """Finish the batch in hand and return from `run`."""
        self.stopping.set()

    def run(self) -> None:
        """Send until stopped; outlive the loss of the database and of the broker."""
        wait = POLL_SECONDS
        while not self.stopping.is_set():
            try:
                sent = self.step()
            except BROKER_FAULTS as error:
                logger.warning("Broker is away: %s", error)
                self.close_broker()
                wait = min(max(wait, POLL_SECONDS) * 2, LONGEST_WAIT_SECONDS)
            except DATABASE_FAULTS as error:
                logger.warning("Database is away: %s", error)
                connection.close()
                wait = min(max(wait, POLL_SECONDS) * 2, LONGEST_WAIT_SECONDS)
            else:
                # A full batch means that more is waiting.
                wait = 0.0 if sent >= BATCH else POLL_SECONDS
            self.stopping.wait(wait)
        self.close_broker()
        connection.close()

    def run_once(self) -> int:
        """Send what is due now and return how many events that was."""
        total = 0
        while sent := self.step():
            total += sent
        self.close_broker()
        return total

    def step(self) -> int:
        """Sweep when it is time, claim one batch, send it; return how many were sent.

        Raises:
            OSError: or another of `BROKER_FAULTS`: what was not sent is due again.
        """
        clock = time.monotonic()
        if clock >= self.next_sweep:
            recover_lost()
            self.next_sweep = clock + SWEEP_SECONDS
        if clock >= self.next_heartbeat:
            WorkerCanary.objects.update_or_create(
                queue=RELAY, defaults={"seen_at": timezone.now()}
            )
            self.next_heartbeat = clock + HEARTBEAT_SECONDS
        batch = self.claim()
        self.send(batch)
        return len(batch)

    @transaction.atomic
    def claim(self) -> list[OutboxEvent]:
        """Lease the next due events; set aside those whose task nobody knows."""
        due = list(
            OutboxEvent.objects.select_for_update(skip_locked=True)
            .filter(state=State.PENDING, available_at__lte=Now())
            .order_by("available_at", "pk")[:BATCH]
        )
        known = [event for event in due if self.knows(event)]
        for event in due:
            if event not in known:
                set_aside(event)
        for event in known:
            seconds = PUBLISHED_LEASE_SECONDS * 2 ** min(event.publications, 10)
            lease = timedelta(seconds=min(seconds, LONGEST_LEASE_SECONDS))
            OutboxEvent.objects.filter(pk=event.pk).update(
                state=State.PUBLISHED,
                publications=F("publications") + 1,
                leased_until=Now() + Value(lease),
            )
        return known

    def knows(self, event: OutboxEvent) -> bool:
        """Return whether a registered handler takes this event's payload version."""
        task = self.app.tasks.get(event.task)
        return isinstance(task, OutboxTask) and event.version in task.versions

    def send(self, batch: list[OutboxEvent]) -> None:
        """Publish the batch; put what could not be sent back at once."""
        for index, event in enumerate(batch):
            try:
                self.publish(event)
            except BROKER_FAULTS:
                unsent = [rest.pk for rest in batch[index:]]
                published(unsent).update(state=State.PENDING, leased_until=None)
                raise

    def publish(self, event: OutboxEvent) -> None:
        """Hand one event to the broker under its task's own routing."""
        if self.broker is None:
            self.broker = self.app.connection_for_write(
                transport_options=BROKER_OPTIONS, connect_timeout=2
            )
        producer = self.app.amqp.Producer(self.broker)
        self.app.tasks[event.task].apply_async(
            kwargs={
                "event_id": str(event.pk),
                "version": event.version,
                "payload": event.payload,
            },
            producer=producer,
            retry=False,
        )

    def close_broker(self) -> None:
        """Forget the connection; the next event opens a new one."""
        broker, self.broker = self.broker, None
        if broker is None:
            return
        try:
            broker.release()
        except BROKER_FAULTS:
            logger.debug("The broken connection could not say good-bye")


def published(keys: Sequence[uuid.UUID]) -> QuerySet[OutboxEvent]:
    """Return those of the events that no worker has taken up yet."""
    return OutboxEvent.objects.filter(pk__in=keys, state=State.PUBLISHED)


def set_aside(event: OutboxEvent) -> None:
    """Park an event for a release that knows its task and payload version."""
    logger.error("Nobody knows %s version %d", event.task, event.version)
    OutboxEvent.objects.filter(pk=event.pk).update(
        state=State.UNKNOWN,
        last_error=f"No handler of {event.task} takes payload version {event.version}.",
    )


@transaction.atomic
def recover_lost() -> int:
    """Give events whose broker or worker was lost another turn; return how many.

    A worker that lives holds its event's advisory lock, however slow it is.
    """
    lapsed = list(
        OutboxEvent.objects.select_for_update(skip_locked=True)
        .filter(Q(state__in=[State.PUBLISHED, State.RUNNING]), leased_until__lt=Now())
        .order_by("leased_until", "pk")[:BATCH]
    )
    recovered = 0
    for event in lapsed:
        row = OutboxEvent.objects.filter(pk=event.pk)
        if not worker_is_gone(event):
            row.update(leased_until=Now() + Value(RUNNING_LEASE))
            continue
        recovered += 1
        if event.state == State.PUBLISHED:
            row.update(state=State.PENDING, leased_until=None)
        elif event.attempts >= MAX_CRASHES:
            row.update(
                state=State.DEAD,
                finished_at=Now(),
                leased_until=None,
                last_error=CRASHED,
            )
        else:
            row.update(
                state=State.PENDING,
                publications=0,
                leased_until=None,
                last_error=CRASHED,
            )
    return recovered


def worker_is_gone(event: OutboxEvent) -> bool:
    """Return whether no worker holds the event's lock any more."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_key(event.pk)])
        return bool(cursor.fetchone()[0])


def outbox_age() -> timedelta | None:
    """Return how long the oldest due event has waited, or None when none is due."""
    oldest = (
        OutboxEvent.objects.filter(state=State.PENDING, available_at__lte=Now())
        .order_by("available_at")
        .values_list("available_at", flat=True)
        .first()
    )
    return timezone.now() - oldest if oldest else None
