"""The plan: asked for, run, published or refused. One run in force per site."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Now

from common import outbox
from common.canonical import JSON
from common.models import OutboxEvent
from restoration.models import PlanRun

RUN_PLAN = "restoration.run_plan"
# A wave of changes settles before the planner looks at it.
SETTLING = timedelta(seconds=1)


@transaction.atomic
def request_plan(
    *,
    site_id: int,
    cause: Mapping[str, JSON],
    at: datetime,
    user_id: int | None = None,
) -> PlanRun:
    """Ask for a new plan of a site. While one is queued, this asks for nothing more.

    Args:
        site_id: whose cars, people and bays.
        cause: what changed, by opaque keys; kept with the run.
        at: now, aware.
        user_id: who asks; None for the house itself.
    """
    run = _queued(site_id)
    while run is None:
        PlanRun.objects.bulk_create(
            [
                PlanRun(
                    site_id=site_id,
                    cause=dict(cause),
                    requested_by_id=user_id,
                    requested_at=at,
                )
            ],
            ignore_conflicts=True,
        )
        run = _queued(site_id)
    subject = f"plan-run:{run.pk}"
    if not OutboxEvent.objects.filter(task=RUN_PLAN, subject=subject).exists():
        event = outbox.write(RUN_PLAN, subject=subject, run_id=run.pk)
        OutboxEvent.objects.filter(pk=event.pk).update(
            available_at=Now() + Value(SETTLING)
        )
    return run


def _queued(site_id: int) -> PlanRun | None:
    """Return the waiting run, locked: it does not start before this has committed."""
    rows = PlanRun.objects.select_for_update(no_key=True)
    return rows.filter(site_id=site_id, state=PlanRun.State.QUEUED).first()
