"""What nobody reports: work that runs over, runs that were lost, nights."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from restoration.commands.plans import fail_lost_plans, request_plan
from restoration.commands.progress import OFF_PLAN
from restoration.models import Assignment, JobCard, PlanRun
from workshop.models import Site

NIGHT_HOUR = 2


@transaction.atomic
def watch_plans(*, at: datetime) -> list[PlanRun]:
    """Ask for a new plan where work runs over its planned end; close lost runs.

    A card asks once per plan in force: the next plan knows that it takes longer.

    Args:
        at: now, aware.

    Source: docs/domain/planning.md, rule P15.
    """
    fail_lost_plans(at=at)
    rows = Assignment.objects.filter(
        run__is_in_force=True,
        run__stale_at=None,
        card__state__in=[JobCard.State.RUNNING, JobCard.State.PAUSED],
        ends_at__lt=at - OFF_PLAN,
    )
    late: dict[int, int] = {}
    for site_id, card_id in rows.order_by("pk").values_list("run__site", "card"):
        late.setdefault(site_id, card_id)
    return [
        request_plan(site_id=site_id, cause={"kind": "OVERRUN", "card": card_id}, at=at)
        for site_id, card_id in sorted(late.items())
    ]


@transaction.atomic
def plan_at_night(*, at: datetime) -> list[PlanRun]:
    """Ask for the longer run of each site where it is night now.

    Args:
        at: now, aware; called once an hour.
    """
    return [
        request_plan(
            site_id=site.pk,
            cause={"kind": "NIGHT"},
            at=at,
            kind=PlanRun.Kind.NIGHTLY,
        )
        for site in Site.objects.order_by("pk")
        if at.astimezone(ZoneInfo(site.time_zone)).hour == NIGHT_HOUR
        and PlanRun.objects.filter(site=site, is_in_force=True).exists()
    ]


@transaction.atomic
def replan_for_people(*, site_ids: list[int], cause: str, at: datetime) -> None:
    """Ask for a new plan of sites whose people, hours or bays have changed.

    Args:
        site_ids: the sites.
        cause: what changed, such as ``ABSENCE``.
        at: now, aware.
    """
    for site_id in sorted(set(site_ids)):
        if PlanRun.objects.filter(site_id=site_id).exists():
            request_plan(site_id=site_id, cause={"kind": cause}, at=at)
