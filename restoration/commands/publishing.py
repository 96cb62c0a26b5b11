"""A plan comes into force: assignments, bookings and promises in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from common import outbox
from common.canonical import JSON
from restoration import queries
from restoration.commands.plan_changes import Place, write_changes
from restoration.commands.plans import request_plan
from restoration.models import (
    Assignment,
    BayBooking,
    JobCard,
    PlanChange,
    PlanRun,
    Project,
    TechnicianBooking,
)
from restoration.queries import Forecast, PlanInput, Prospect
from workshop import planner
from workshop.commands import write_promise
from workshop.models import Promise

BATCH = 1000
OVER = (JobCard.State.DONE, JobCard.State.CANCELLED)
UNIT = timedelta(minutes=15)


@transaction.atomic
def publish_plan(
    *,
    run_id: int,
    given: PlanInput,
    plan: planner.Plan,
    at: datetime,
    notes: dict[str, Any] | None = None,
    prospects: Mapping[int, Prospect] | None = None,
) -> PlanRun:
    """Put a plan in force and move the promises it moves. Twice changes nothing.

    Args:
        run_id: the run that was asked for it.
        given: what the planner was asked.
        plan: what it answered.
        at: now, aware.
        notes: how it was found; kept with the run.
        prospects: what living through the plan says of each project's day.

    Source: docs/domain/planning.md, rule P9; promises.md, rules D2 and D3.
    """
    run = PlanRun.objects.select_for_update(no_key=True).get(pk=run_id)
    if run.state == PlanRun.State.DONE:
        return run
    # What was finished, begun or given up meanwhile is known and stands still now.
    list(Project.objects.locked().filter(pk__in=given.projects))
    cards = current_cards(given)
    booked = _laid_out(run, given, plan, cards)
    _retire(run)
    PlanRun.objects.filter(pk=run.pk).update(
        is_in_force=True,
        stale_at=_asked_since(run),
        **_ended(run, at),
        **_figures(given, plan, notes or {}),
    )
    _book(booked)
    forecasts = queries.forecasts(given, plan, prospects)
    moved = _promise(run, given, forecasts, at)
    for project, promise in moved:
        outbox.write(
            "restoration.mail_promise",
            subject=project.subject_key,
            promise_id=promise.pk,
        )
    if has_moved_on(given, cards):
        cause: dict[str, JSON] = {"kind": "MOVED_ON", "run": run.pk}
        request_plan(site_id=run.site_id, cause=cause, at=at)
    run.refresh_from_db()
    return run


@transaction.atomic
def keep_plan(
    *,
    run: PlanRun,
    given: PlanInput,
    plan: planner.Plan,
    notes: dict[str, Any],
    at: datetime,
) -> None:
    """Keep a scenario's plan to be looked at: it binds nobody and moves no promise.

    Args:
        run: begun.
        given: what the planner was asked; cars that are not there are left out.
        plan: what it answered.
        notes: how it was found.
        at: now, aware.
    """
    booked = _laid_out(run, given, plan, current_cards(given))
    PlanRun.objects.filter(pk=run.pk).update(
        **_ended(run, at), **_figures(given, plan, notes)
    )
    _book(booked, binds=False)


@transaction.atomic
def forget_plans_before(*, at: datetime) -> int:
    """Delete who was booked where by plans long out of force; return how many cards.

    The runs stay, with what they cost and whom they made late. Twice changes nothing.

    Args:
        at: plans that were made before it are forgotten, unless they are in force.
    """
    old = PlanRun.objects.filter(is_in_force=False, finished_at__lt=at)
    PlanChange.objects.filter(run__in=old).delete()
    _rows, by_model = Assignment.objects.filter(run__in=old).delete()
    return by_model.get(Assignment._meta.label, 0)


def _retire(run: PlanRun) -> None:
    """The plan before gives its time back; its rows stay for a while as history."""
    before = PlanRun.objects.filter(site_id=run.site_id, is_in_force=True)
    for booking in (TechnicianBooking, BayBooking):
        booking.objects.filter(assignment__run__in=before, is_binding=True).update(
            is_binding=False
        )
    before.update(is_in_force=False)


def _figures(
    given: PlanInput, plan: planner.Plan, notes: dict[str, Any]
) -> dict[str, Any]:
    """Return what a run's row says of its plan."""
    kept = plan.stability or planner.Stability(0, 0, 0, 0, 0)
    return {
        "cost": Decimal(str(plan.weighted_tardiness_days)),
        "lower_bound": Decimal(str(plan.lower_bound_days)),
        "seed": plan.seed,
        "iterations": plan.iterations,
        "near": kept.near,
        "near_kept": kept.near_day_kept,
        "known": kept.known,
        "known_kept": kept.known_kept,
        "detail": _detail(given, plan) | notes,
    }


def _detail(given: PlanInput, plan: planner.Plan) -> dict[str, Any]:
    return {
        "cards": len(plan.assignments),
        "rule": plan.rule,
        "makespan_days": str(round(plan.makespan_days, 1)),
        "late": [
            {
                "vehicle": str(late.vehicle),
                "due_on": given.slots.day(late.due).isoformat(),
                "due_by": _due_by(given, late.vehicle),
                "end_on": given.slots.day(late.end).isoformat(),
                "chain": [given.cards[n].pk for n in late.chain],
            }
            for late in plan.late
        ],
        "pins_set_aside": {
            str(pk): {"code": refusal.code, "detail": refusal.detail}
            for pk, refusal in given.set_aside.items()
        },
    }


def _due_by(given: PlanInput, vehicle: planner.Id) -> str:
    """Return what a car's due day is: its promise, its wish, or the planner's own."""
    pk = int(str(vehicle).partition("-after")[0])
    if pk in given.chips:
        return "PROMISE"
    return "WISH" if given.projects[pk].wished_on else "PLAN"


def _ended(run: PlanRun, at: datetime) -> dict[str, Any]:
    """Return what a run's row says of its end."""
    seconds = None
    if run.started_at is not None:
        seconds = Decimal(str(round((at - run.started_at).total_seconds(), 2)))
    return {
        "state": PlanRun.State.DONE,
        "finished_at": at,
        "error": "",
        "seconds": seconds,
    }


def _asked_since(run: PlanRun) -> datetime | None:
    """Since when another plan is asked for: this one is out of date from the start."""
    queued = PlanRun.objects.filter(
        site_id=run.site_id, kind=PlanRun.Kind.USUAL, state=PlanRun.State.QUEUED
    )
    return queued.values_list("requested_at", flat=True).first()


def _laid_out(
    run: PlanRun,
    given: PlanInput,
    plan: planner.Plan,
    cards: Mapping[int, JobCard],
) -> list[tuple[Assignment, planner.Assignment]]:
    """Write where the cards stand, and what that changes of the plan in force."""
    before = PlanRun.objects.filter(site_id=run.site_id, is_in_force=True).first()
    booked = _assign(run, given, plan, cards)
    places = {row.card_id: _place(row, each) for row, each in booked}
    PlanRun.objects.filter(pk=run.pk).update(
        compared_with=before, change_count=write_changes(run, before, places)
    )
    return booked


def _assign(
    run: PlanRun,
    given: PlanInput,
    plan: planner.Plan,
    cards: Mapping[int, JobCard],
) -> list[tuple[Assignment, planner.Assignment]]:
    rows = []
    for each in plan.assignments:
        card = cards.get(given.cards[each.op].pk)
        if card is not None and card.state not in OVER:
            rows.append((_row(run, given, plan, each, card), each))
    Assignment.objects.bulk_create([row for row, _each in rows], batch_size=BATCH)
    return rows


def _row(
    run: PlanRun,
    given: PlanInput,
    plan: planner.Plan,
    each: planner.Assignment,
    card: JobCard,
) -> Assignment:
    """A card where the plan has it; one that began meanwhile where it began."""
    pinned = card.pk in given.pins
    fixed = given.problem.operations[each.op].fixed is not None and not pinned
    starts_at, ends_at = map(given.slots.instant, (each.start, each.end))
    if card.state == JobCard.State.RUNNING and not fixed and card.started_at:
        fixed, pinned = True, False
        ends_at = card.started_at + max(ends_at - starts_at, UNIT)
        starts_at = card.started_at
    return Assignment(
        run=run,
        card=card,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=queries.reason_detail(given, plan, each.op),
        is_fixed=fixed,
        is_pinned=pinned,
    )


def current_cards(given: PlanInput) -> dict[int, JobCard]:
    """Return the planned cards as they are now."""
    rows = JobCard.objects.filter(pk__in=[card.pk for card in given.cards])
    return {card.pk: card for card in rows}


def has_moved_on(given: PlanInput, cards: Mapping[int, JobCard]) -> bool:
    """Whether cards have changed, gone or come since the planner was asked."""
    for card in given.cards:
        now = cards.get(card.pk)
        if now is None or now.version != card.version:
            return True
    new = JobCard.objects.unfinished().filter(project__site=given.site)
    new = new.exclude(project__state=Project.State.CANCELLED)
    return new.exclude(pk__in=cards).exists()


def _place(row: Assignment, each: planner.Assignment) -> Place:
    people = tuple(sorted(int(pk) for pk in each.technicians))
    bay = None if each.bay is None else int(each.bay)
    return Place(row.starts_at, row.ends_at, people, bay, row.is_fixed)


def _book(
    booked: Sequence[tuple[Assignment, planner.Assignment]], *, binds: bool = True
) -> None:
    people, bays = [], []
    for assignment, each in booked:
        period = DateTimeTZRange(assignment.starts_at, assignment.ends_at)
        binding = binds and not assignment.is_fixed
        people += [
            TechnicianBooking(
                assignment=assignment,
                technician_id=int(technician),
                period=period,
                is_binding=binding,
            )
            for technician in each.technicians
        ]
        if each.bay is not None:
            bays.append(
                BayBooking(
                    assignment=assignment,
                    bay_id=int(each.bay),
                    period=period,
                    is_binding=binding,
                )
            )
    TechnicianBooking.objects.bulk_create(people, batch_size=BATCH)
    BayBooking.objects.bulk_create(bays, batch_size=BATCH)


def _promise(
    run: PlanRun, given: PlanInput, found: Mapping[int, Forecast], at: datetime
) -> list[tuple[Project, Promise]]:
    overruns = _overruns(given)
    # Read again: while the planner was at work, a project may have been given up.
    states = Project.objects.locked().filter(pk__in=found, state=Project.State.IN_WORK)
    in_work = set(states.values_list("pk", flat=True))
    moved = []
    for pk, forecast in sorted(found.items()):
        project = given.projects[pk]
        chip = given.chips.get(pk)
        before = chip.promise if chip is not None else None
        if pk not in in_work or not queries.must_move(before, forecast):
            continue
        moved.append((project, _write(run, project, before, forecast, overruns, at)))
    return moved


def _write(
    run: PlanRun,
    project: Project,
    before: Promise | None,
    forecast: Forecast,
    overruns: dict[int, JobCard],
    at: datetime,
) -> Promise:
    own = {k: c for k, c in overruns.items() if c.project_id == project.pk}
    cause, detail = queries.cause_of(before, forecast, overruns=own)
    if cause == Promise.Cause.PART_LATE:
        detail |= queries.decision_behind(project.subject_key, detail)
    return write_promise(
        subject_key=project.subject_key,
        promised_on=forecast.promised_on,
        confidence=forecast.confidence,
        cause=cause,
        cause_detail=detail,
        evidence={
            **forecast.evidence,
            "plan_run": run.pk,
            "chain": forecast.chain,
            "root_part": forecast.root_part,
        },
        at=at,
    )


def _overruns(given: PlanInput) -> dict[int, JobCard]:
    """Cards that took, or are clocked, well over their plan; newest first."""
    rows = queries.overrun_cards(list(given.projects), at=given.at)
    return {card.pk: card for card in rows}
