"""Queue entry points of the restoration house: each calls one command."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from common import schedule
from common.canonical import JSON
from common.outbox_task import outbox_task
from restoration import commands

QUARTER_SECONDS = 900
HOUR_SECONDS = 3600
DAY_SECONDS = 86_400
BOOKINGS_KEPT = timedelta(days=30)


@outbox_task("restoration.plan_site")
def plan_site(*, run_id: int) -> None:
    """Plan a site. Idempotent: a run that is over is left alone.

    Args:
        run_id: the run that was asked for.
    """
    commands.run_plan(run_id=run_id, clock=timezone.now)


@outbox_task("restoration.plan_scenario")
def plan_scenario(*, run_id: int) -> None:
    """Plan a scenario's copy of a site. Idempotent: a run that is over is left alone.

    Args:
        run_id: the run that was asked for.
    """
    commands.run_scenario(run_id=run_id, clock=timezone.now)


@outbox_task("restoration.parts_answers_changed")
def parts_answers_changed(
    *,
    demand_ids: Sequence[int],
    subject_keys: Sequence[str] = (),
    cause: Mapping[str, JSON] | None = None,
) -> None:
    """Ask for a new plan where answers about parts of cars in work changed.

    Idempotent: while a run is queued, nothing more is asked for.

    Args:
        demand_ids: the demands whose answer is another than before.
        subject_keys: whose demands they are.
        cause: what set it off.
    """
    commands.answer_changed_parts(
        demand_ids=demand_ids, cause=cause or {}, at=timezone.now()
    )


@outbox_task("restoration.parts_arrived")
def parts_arrived(*, group_keys: Sequence[str]) -> None:
    """Note on cards that all their parts have arrived. Idempotent.

    Args:
        group_keys: groups of wishes that are here whole, such as ``job-card:12``.
    """
    commands.note_parts_arrived(group_keys=group_keys, at=timezone.now())


@outbox_task("restoration.part_seen")
def part_seen(*, observation_id: int, demand_ids: Sequence[int]) -> None:
    """Note on projects what was seen of a part they wait for. Idempotent.

    Args:
        observation_id: what was seen.
        demand_ids: the wishes that it could serve.
    """
    commands.note_part_seen(
        observation_id=observation_id, demand_ids=demand_ids, at=timezone.now()
    )


@outbox_task("restoration.parts_replaced")
def parts_replaced(*, demand_ids: Sequence[int], old_id: int, new_id: int) -> None:
    """Show on cards the part that is to be fitted now. Idempotent.

    Args:
        demand_ids: the wishes that were moved.
        old_id: the part they were for.
        new_id: the part they are for now.
    """
    commands.note_parts_replaced(
        demand_ids=demand_ids, old_id=old_id, new_id=new_id, at=timezone.now()
    )


@shared_task(name="restoration.forget_old_bookings")
@schedule.scheduled("restoration.forget_old_bookings", slot_seconds=DAY_SECONDS)
def forget_old_bookings() -> None:
    """Delete the bookings of plans that went out of force a month ago, once a day."""
    commands.forget_plans_before(at=timezone.now() - BOOKINGS_KEPT)


@outbox_task("restoration.people_changed")
def people_changed(*, site_ids: Sequence[int], cause: str) -> None:
    """Ask for new plans where people, hours, holidays or bays changed. Idempotent.

    Args:
        site_ids: the sites.
        cause: what changed, such as ``ABSENCE``.
    """
    commands.replan_for_people(site_ids=list(site_ids), cause=cause, at=timezone.now())


@shared_task(name="restoration.watch_plans")
@schedule.scheduled("restoration.watch_plans", slot_seconds=QUARTER_SECONDS)
def watch_plans() -> None:
    """Ask for new plans where work runs over, and close lost runs."""
    commands.watch_plans(at=timezone.now())


@shared_task(name="restoration.plan_at_night")
@schedule.scheduled("restoration.plan_at_night", slot_seconds=HOUR_SECONDS)
def plan_at_night() -> None:
    """Ask for the longer run of each site where it is night, once an hour."""
    commands.plan_at_night(at=timezone.now())
