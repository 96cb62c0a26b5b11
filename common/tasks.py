"""Queue entry points of the ground: signs of life and nightly checks."""

import logging
from datetime import timedelta

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from common import anchors, idempotency, outbox, schedule
from common.invariants import violations
from common.models import WorkerCanary
from common.verification import verify_audit

logger = logging.getLogger(__name__)

DAY_SECONDS = 86_400
KEYS_KEPT = timedelta(days=30)
RUNS_KEPT = timedelta(days=30)
EVENTS_KEPT = timedelta(days=90)


class BrokenLaw(Exception):
    """The data contradicts itself: a person has to look."""


@shared_task(name="common.canary", expires=60, ignore_result=True)
def canary(*, queue: str) -> None:
    """Show that a worker of this queue takes work and reaches the database.

    Beat sends one to each queue every 15 seconds. Running twice changes nothing.

    Args:
        queue: the queue it was sent to.
    """
    WorkerCanary.objects.update_or_create(
        queue=queue, defaults={"seen_at": timezone.now()}
    )


@shared_task(name="common.anchor_audit")
@schedule.scheduled("common.anchor_audit", slot_seconds=DAY_SECONDS)
def anchor_audit() -> None:
    """Sign all chain heads once a day; beat ticks hourly, so a failure is retried."""
    anchors.anchor_audit(at=timezone.now())


@shared_task(name="common.check_invariants")
@schedule.scheduled("common.check_invariants", slot_seconds=DAY_SECONDS)
def check_invariants() -> None:
    """Prove the laws of the data and the audit chains once a day.

    Raises:
        BrokenLaw: something does not hold; the log names the rows.
    """
    faults = [*map(str, violations()), *map(str, verify_audit())]
    for fault in faults:
        logger.critical("Broken law: %s", fault)
    if faults:
        raise BrokenLaw(f"{len(faults)} laws are broken: {faults[0]}")


@shared_task(name="common.forget_old_keys")
@schedule.scheduled("common.forget_old_keys", slot_seconds=DAY_SECONDS)
def forget_old_keys() -> None:
    """Delete keys, claims of slots, done events and sessions nobody asks for again."""
    now = timezone.now()
    idempotency.forget_before(at=now - KEYS_KEPT)
    schedule.forget_runs_before(at=now - RUNS_KEPT)
    outbox.forget_done_before(at=now - EVENTS_KEPT)
    SessionStore.clear_expired()
