"""A plan lived through many times: what is unsure of it, and what days that gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection

from parts import queries as parts_queries
from parts.models import Availability, PurchaseOrderLine
from restoration.models import JobCard, Project
from restoration.queries.part_waits import ASSUMED_DAYS, PartWait
from restoration.queries.plan_reading import PlanInput
from restoration.queries.words import card_names
from workshop import planner
from workshop.planner.arrivals import (
    Arrival,
    assumed_arrival,
    learnt_arrival,
    stated_arrival,
)
from workshop.planner.calibration import Forecast, Past, past_of
from workshop.planner.promising import promised
from workshop.planner.simulate import RUNS, Driver, Outlook, Unsure, simulate

Kind = Availability.Kind
# The same draws for every plan: between two plans only what changed moves a date.
SEED = 0
# First promises of cars, in days: when they were given, what the simulation alone said,
# the end of the promised day, and when the car was done. What was asked for later is
# nobody's error: from then on it is as if not over.
OUTCOMES = """
WITH given AS (
    SELECT p.subject_key, p.given_at, p.promised_on,
        (p.evidence -> 'simulated' ->> 'half_days')::float AS half_days,
        (p.evidence -> 'simulated' ->> 'width_days')::float AS width_days,
        (p.evidence -> 'simulated' ->> 'share')::float AS share,
        (SELECT min(c.given_at) FROM workshop_promise c
            WHERE c.subject_key = p.subject_key AND c.cause = 'WORK_CHANGED'
        ) AS changed_at
    FROM workshop_promise p
    WHERE p.sequence = 1 AND p.evidence ? 'simulated' AND p.given_at < %(at)s
), done AS (
    SELECT 'project:' || j.project_id AS subject_key, max(j.finished_at) AS finished_at,
        bool_and(j.state = 'DONE') AS is_done
    FROM restoration_jobcard j
    JOIN restoration_project r ON r.id = j.project_id
    WHERE NOT j.is_after_hand_over AND j.state <> 'CANCELLED'
        AND r.site_id = %(site)s AND r.state <> 'CANCELLED'
    GROUP BY j.project_id
)
SELECT extract(epoch FROM g.given_at) / 86400, g.half_days, g.width_days,
    extract(epoch FROM
        (g.promised_on + 1)::timestamp AT TIME ZONE s.time_zone - g.given_at
    ) / 86400,
    extract(epoch FROM
        least(CASE WHEN d.is_done THEN d.finished_at END, g.changed_at, %(at)s)
        - g.given_at
    ) / 86400,
    d.is_done AND d.finished_at <= least(g.changed_at, %(at)s)
FROM given g JOIN done d USING (subject_key) JOIN workshop_site s ON s.id = %(site)s
WHERE g.width_days > 0 AND g.share = %(share)s
ORDER BY g.given_at, g.subject_key
"""


@dataclass(frozen=True, slots=True)
class Prospect:
    """What the simulation says of one project.

    Attributes:
        on: the day to promise.
        simulated: what that rests on, for the ledger.
    """

    on: date
    simulated: dict[str, Any]


def promise_share() -> float:
    """Return the share of promises that the house means to keep."""
    percent: int = settings.PROMISE_PERCENT
    return percent / 100


def outlook_of(given: PlanInput, plan: planner.Plan) -> Outlook:
    """Live through a plan many times, in two queries and some seconds of reckoning.

    Args:
        given: what the planner was asked.
        plan: what it answered.

    Source: docs/domain/promises.md, rule D10.
    """
    unsure = Unsure(
        works=[
            None if card.state == JobCard.State.DONE else given.works.get(card.pk)
            for card in given.cards
        ],
        arrivals=_arrivals(given),
        floors={n: given.cured.get(card.pk, 0) for n, card in enumerate(given.cards)},
        cars=given.paces,
    )
    return simulate(given.problem, plan.assignments, unsure, runs=RUNS, seed=SEED)


def prospects(given: PlanInput, plan: planner.Plan) -> dict[int, Prospect]:
    """Return the day to promise for each project, and what it rests on.

    Args:
        given: what the planner was asked.
        plan: what it answered.

    Source: docs/domain/promises.md, rules D10 and D11.
    """
    if not given.cards:
        return {}
    share = promise_share()
    outlook = outlook_of(given, plan)
    past = past_outcomes(given.site.pk, share, at=given.at)
    found = {}
    for pk, project in given.projects.items():
        if str(pk) in outlook.ends:
            found[pk] = _prospect(given, outlook, project, share, past)
    return found


def past_outcomes(site_id: int, share: float, *, at: datetime) -> Past:
    """Return what became of a site's first promises, in one query.

    Args:
        site_id: where the cars are.
        share: only promises that were to be kept as often count.
        at: now, aware; what came later is not known.

    Source: docs/domain/promises.md, rule D11.
    """
    with connection.cursor() as cursor:
        cursor.execute(OUTCOMES, {"site": site_id, "share": share, "at": at})
        rows = cursor.fetchall()
    found = []
    for *days, over in rows:
        given, half, width, until, lasted = (float(each) for each in days)
        found.append(Forecast(given, half, width, until, lasted, bool(over)))
    return past_of(found)


def _prospect(
    given: PlanInput,
    outlook: Outlook,
    project: Project,
    share: float,
    past: Past,
) -> Prospect:
    vehicle, slots = str(project.pk), given.slots
    day = given.problem.units_per_day
    found = promised(outlook, vehicle, share, past, day=day)
    on = slots.day(int(-(-found.by // 1)))
    in_time = slots.day_end(on)
    return Prospect(
        on,
        {
            "runs": outlook.runs,
            "seed": SEED,
            "kept": outlook.kept(vehicle, in_time),
            "share": share,
            "half_days": round((found.half - outlook.now) / day, 3),
            "width_days": round(found.width / day, 3),
            "half_on": _day(given, outlook, vehicle, 0.5),
            "raw_on": _day(given, outlook, vehicle, share),
            "most_on": _day(given, outlook, vehicle, 0.95),
            "reach": round(found.calibration.reach, 3),
            "aim": round(found.calibration.aim, 3),
            "outcomes": found.calibration.resolved,
            "drivers": [
                _driver(given, each) for each in outlook.drivers.get(vehicle, ())
            ],
        },
    )


def _day(given: PlanInput, outlook: Outlook, vehicle: str, share: float) -> str:
    return given.slots.day(round(outlook.at(vehicle, share))).isoformat()


def _driver(given: PlanInput, driver: Driver) -> dict[str, Any]:
    card = given.cards[driver.operation]
    detail: dict[str, Any] = {"share": round(driver.share, 3), **card_names(card)}
    waits = given.waits.get(card.pk)
    return detail | waits[-1].as_detail() if driver.is_part and waits else detail


def _arrivals(given: PlanInput) -> Mapping[int, Sequence[Arrival]]:
    waits = {
        n: given.waits[card.pk]
        for n, card in enumerate(given.cards)
        if given.waits.get(card.pk)
    }
    lines = _lines(given, [wait for rows in waits.values() for wait in rows])
    return {
        n: [_arrival(given, wait, lines) for wait in rows] for n, rows in waits.items()
    }


def _places(wait: PartWait) -> list[dict[str, Any]]:
    demand = wait.row.demand
    answer = getattr(demand, "availability", None) if demand is not None else None
    return list(answer.detail.get("places", ())) if answer is not None else []


def _latest(wait: PartWait) -> dict[str, Any]:
    """The place that the answer's date comes from."""
    places = _places(wait)
    return max(places, key=lambda p: str(p.get("available_on", ""))) if places else {}


@dataclass(frozen=True, slots=True)
class _Line:
    ordered_at: datetime
    lead: parts_queries.Learnt | None


def _lines(given: PlanInput, waits: Sequence[PartWait]) -> Mapping[int, _Line]:
    """When the lines were ordered that parts come by, and what their suppliers take."""
    ids = {int(place["line_id"]) for w in waits if "line_id" in (place := _latest(w))}
    if not ids:
        return {}
    rows = list(
        PurchaseOrderLine.objects.filter(
            pk__in=ids, order__ordered_at__isnull=False
        ).values_list("pk", "part_id", "order__supplier_id", "order__ordered_at")
    )
    leads = parts_queries.learnt_leads({r[2] for r in rows}, {r[1] for r in rows})
    return {
        pk: _Line(ordered_at, parts_queries.learnt_for(leads, supplier_id, part_id))
        for pk, part_id, supplier_id, ordered_at in rows
        if ordered_at is not None
    }


def _arrival(given: PlanInput, wait: PartWait, lines: Mapping[int, _Line]) -> Arrival:
    day, now = given.problem.units_per_day, given.problem.now
    place = _latest(wait)
    line = lines.get(place.get("line_id", 0))
    due = given.slots.day_end(wait.on) if wait.on is not None else None
    if line is not None:
        # Before the plan's first unit for most: the count begins where it began.
        begun = (line.ordered_at - given.slots.epoch).total_seconds() / 60 / 1440 * day
        if line.lead is not None:
            median, late = line.lead.median_days * day, line.lead.late_days * day
            return learnt_arrival(begun, median, late, day=day)
        if due is None:
            due = given.slots.day_end(date.fromisoformat(place["due_on"]))
        return stated_arrival(begun, due, is_ordered=True)
    if "learnt" in place:
        learnt = place["learnt"]
        median, late = learnt["median_days"] * day, learnt["late_days"] * day
        return learnt_arrival(now, median, late, day=day)
    if due is None:
        return assumed_arrival(now, ASSUMED_DAYS * day)
    return stated_arrival(now, due, is_ordered=wait.is_ordered)
