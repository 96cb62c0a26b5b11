"""Jobs that are due once per slot, however many clocks tick."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps

from django.db import transaction
from django.utils import timezone

from common.models import ScheduledRun

# A run that never finished is taken to have died after this long.
GIVEN_UP_AFTER = timedelta(minutes=10)


def slot_of(at: datetime, slot_seconds: int) -> datetime:
    """Return the start of the slot an instant lies in; slots count from 1970 in UTC."""
    second = int(at.timestamp())
    return datetime.fromtimestamp(second - second % slot_seconds, UTC)


def scheduled(
    job: str, *, slot_seconds: int
) -> Callable[[Callable[[], object]], Callable[[], None]]:
    """Let a job run once per slot: the first tick claims the slot's row.

    Two beats, a beat that starts again or a clock that jumps find the row and leave.
    A run that fails gives its slot back, so that the next tick tries again: let beat
    tick more often than the slot is long where a missed run would hurt.

    Args:
        job: the job's name, usually its task's.
        slot_seconds: the length of a slot; 86 400 is a day in UTC.
    """

    def decorate(work: Callable[[], object]) -> Callable[[], None]:
        @wraps(work)
        def run() -> None:
            claim = claim_slot(job, at=timezone.now(), slot_seconds=slot_seconds)
            if claim is None:
                return
            try:
                work()
            except BaseException:
                claim.delete()
                raise
            claim.finished_at = timezone.now()
            claim.save(update_fields=["finished_at"])

        return run

    return decorate


@transaction.atomic
def claim_slot(job: str, *, at: datetime, slot_seconds: int) -> ScheduledRun | None:
    """Claim the slot of a job, or return None when somebody has done so.

    Args:
        job: the job's name.
        at: now.
        slot_seconds: the length of a slot.
    """
    slot = slot_of(at, slot_seconds)
    run, is_new = ScheduledRun.objects.get_or_create(
        job=job, slot=slot, defaults={"started_at": at}
    )
    if is_new:
        return run
    taken_over = ScheduledRun.objects.filter(
        pk=run.pk, finished_at=None, started_at__lt=at - GIVEN_UP_AFTER
    ).update(started_at=at)
    return run if taken_over else None


@transaction.atomic
def forget_runs_before(*, at: datetime) -> int:
    """Delete the claims of slots before an instant and return how many there were.

    Args:
        at: older slots cannot come due again.
    """
    deleted, _rows = ScheduledRun.objects.filter(slot__lt=at).delete()
    return deleted
