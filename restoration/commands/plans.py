"""The plan: asked for, run, published or refused. One run in force per site."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, TextField, Value
from django.db.models.functions import Cast, Concat, Now

from common import outbox
from common.canonical import JSON
from common.models import OutboxEvent
from restoration.models import JobCard, JobCardPart, PlanRun, Scenario

RUN_PLAN = "restoration.plan_site"
RUN_SCENARIO = "restoration.plan_scenario"
# A wave of changes settles before the planner looks at it.
SETTLING = timedelta(seconds=1)
CAUSES_KEPT = 20


@transaction.atomic
def request_plan(
    *,
    site_id: int,
    cause: Mapping[str, JSON],
    at: datetime,
    user_id: int | None = None,
    kind: str = PlanRun.Kind.USUAL,
) -> PlanRun:
    """Ask for a new plan of a site; the plan in force is out of date from now on.

    While one is queued, this asks for nothing more, and its cause joins that one's.

    Args:
        site_id: whose cars, people and bays.
        cause: what changed, by opaque keys; kept with the run.
        at: now, aware.
        user_id: who asks; None for the house itself.
        kind: USUAL, or NIGHTLY, which searches longer; a scenario is not asked so.
    """
    if kind == PlanRun.Kind.USUAL:
        # Before the queue, as when a plan comes into force and asks for the next one:
        # the other way about, the two would wait for each other.
        in_force = PlanRun.objects.filter(site_id=site_id, is_in_force=True)
        in_force.filter(stale_at=None).update(stale_at=at)
    run = _queued(site_id, kind)
    while run is None:
        PlanRun.objects.bulk_create(
            [
                PlanRun(
                    site_id=site_id,
                    kind=kind,
                    cause=dict(cause),
                    requested_by_id=user_id,
                    requested_at=at,
                )
            ],
            ignore_conflicts=True,
        )
        run = _queued(site_id, kind)
    if len(run.causes) < CAUSES_KEPT and dict(cause) not in run.causes:
        run.causes = [*run.causes, dict(cause)]
        run.save(update_fields=["causes"])
    queue_run(run, settling=SETTLING)
    return run


def queue_run(run: PlanRun, *, settling: timedelta) -> None:
    """Let a worker take a waiting run up, unless it is told already.

    Args:
        run: queued.
        settling: how long to wait for more changes.
    """
    subject = f"plan-run:{run.pk}"
    if not OutboxEvent.objects.filter(task=RUN_PLAN, subject=subject).exists():
        event = outbox.write(RUN_PLAN, subject=subject, run_id=run.pk)
        OutboxEvent.objects.filter(pk=event.pk).update(
            available_at=Now() + Value(settling)
        )


def _queued(site_id: int, kind: str) -> PlanRun | None:
    """Return the waiting run, locked: it does not start before this has committed."""
    rows = PlanRun.objects.select_for_update(no_key=True)
    return rows.filter(site_id=site_id, kind=kind, state=PlanRun.State.QUEUED).first()


@transaction.atomic
def begin_plan(*, run_id: int, at: datetime) -> PlanRun | None:
    """Take a waiting run up, or one whose worker died. None when it is over.

    Args:
        run_id: the run.
        at: now, aware.
    """
    rows = PlanRun.objects.select_for_update(no_key=True).select_related("site")
    run = rows.filter(pk=run_id).first()
    if run is None or run.state in (PlanRun.State.DONE, PlanRun.State.FAILED):
        return None
    run.state = PlanRun.State.RUNNING
    run.started_at = at
    run.save(update_fields=["state", "started_at"])
    return run


@transaction.atomic
def fail_plan(
    *, run_id: int, error: str, refusal: Mapping[str, Any], at: datetime
) -> None:
    """Write down why there is no plan. The plan in force stays.

    Args:
        run_id: the run.
        error: the planner's own words, for whoever looks after the system.
        refusal: as `queries.refusal_detail` returns it; people read that.
        at: now, aware.
    """
    PlanRun.objects.filter(pk=run_id, state=PlanRun.State.RUNNING).update(
        state=PlanRun.State.FAILED,
        error=error[:2000],
        detail={"refusal": dict(refusal)},
        finished_at=at,
    )


@transaction.atomic
def fail_lost_plans(*, at: datetime) -> int:
    """Write down as failed what no worker will take up again; return how many.

    A run whose worker died is tried again by the outbox, which gives up after some
    deaths. Twice changes nothing.

    Args:
        at: now, aware.
    """
    given_up = OutboxEvent.objects.filter(
        task__in=[RUN_PLAN, RUN_SCENARIO],
        state__in=[OutboxEvent.State.DEAD, OutboxEvent.State.UNKNOWN],
        subject=Concat(Value("plan-run:"), Cast(OuterRef("pk"), TextField())),
    )
    lost = PlanRun.objects.filter(
        Exists(given_up), state__in=[PlanRun.State.QUEUED, PlanRun.State.RUNNING]
    )
    waiting = Scenario.objects.filter(run__in=lost, state=Scenario.State.RUNNING)
    waiting.update(state=Scenario.State.FAILED)
    return lost.update(
        state=PlanRun.State.FAILED,
        error="no worker could finish it",
        detail={"refusal": {"code": "STOPPED", "cards": [], "fields": {}}},
        finished_at=at,
    )


@transaction.atomic
def answer_changed_parts(
    *, demand_ids: Sequence[int], cause: Mapping[str, JSON], at: datetime
) -> list[PlanRun]:
    """Ask for a plan at each site whose unfinished cards want these demands.

    Args:
        demand_ids: demands with a new answer.
        cause: what set it off; kept with the run.
        at: now, aware.
    """
    sites = (
        JobCardPart.objects.filter(demand__in=demand_ids)
        .exclude(card__state__in=[JobCard.State.DONE, JobCard.State.CANCELLED])
        .values_list("card__project__site_id", flat=True)
    )
    named: dict[str, JSON] = {"demands": list(demand_ids)[:50], **cause}
    return [
        request_plan(site_id=site_id, cause=named, at=at)
        for site_id in sorted(set(sites))
    ]
