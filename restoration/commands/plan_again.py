"""A manager asks for a new plan by hand."""

from datetime import datetime

from common import audit
from restoration.commands.plans import request_plan
from restoration.commands.projects import existing
from restoration.commands.running import once
from restoration.models import PlanRun
from workshop.models import Site


def plan_again(*, site_id: int, user_id: int, key: str, at: datetime) -> PlanRun:
    """Ask for a new plan of a site. Asking again with the same key finds the first.

    Args:
        site_id: whose cars, people and bays.
        user_id: the manager who asks.
        key: idempotency key.
        at: now, aware.

    Raises:
        NotFound: no such site.
        KeyReused: the key belongs to another request.
    """

    def work() -> int:
        site = existing(Site.objects.filter(pk=site_id).first())
        run = request_plan(
            site_id=site.pk, cause={"kind": "ASKED"}, at=at, user_id=user_id
        )
        audit.record(
            subject=f"site:{site.pk}",
            command="plan_again",
            actor_id=user_id,
            at=at,
            detail={"run": run.pk},
        )
        return run.pk

    answer = once(
        key=key,
        user_id=user_id,
        command="plan_again",
        body={"site": site_id},
        work=work,
    )
    return PlanRun.objects.get(pk=answer)
