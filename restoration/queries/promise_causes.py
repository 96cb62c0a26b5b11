"""From a plan to a date: how sure it is, what it rests on, and what moved it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any

from restoration.models import JobCard
from restoration.queries.floor import clocked_minutes
from restoration.queries.outlooks import Prospect
from restoration.queries.part_waits import PartWait
from restoration.queries.plan_reading import PlanInput
from workshop import planner
from workshop.models import Promise

Cause = Promise.Cause
Confidence = Promise.Confidence
# The reserve between the plan's end and the promised day, of the days to go.
RESERVE = {
    Confidence.FIRM: 0.05,
    Confidence.LIKELY: 0.10,
    Confidence.ROUGH: 0.20,
}
# A date is moved forward only when the gain is worth a message.
WORTH_TELLING = timedelta(days=14)
# Work is longer when its card took, or is clocked, that much over its plan.
OVERRUN = 1.1
Evidence = dict[str, Any]


@dataclass(slots=True)
class Forecast:
    """When a plan ends one project's work, and what that rests on."""

    finish_on: date
    promised_on: date
    confidence: str
    evidence: Evidence
    # The cards whose chain ends the work, last first, and the part at its root.
    chain: list[int] = field(default_factory=list)
    root_part: dict[str, Any] | None = None


def forecasts(
    given: PlanInput,
    plan: planner.Plan,
    prospects: Mapping[int, Prospect] | None = None,
) -> dict[int, Forecast]:
    """Return a forecast per project that the plan finishes.

    Args:
        given: what the planner was asked.
        plan: what it answered.
        prospects: what the simulation says of each project; where it says nothing, a
            reserve by rule stands between the plan's end and the day.

    Source: docs/domain/promises.md, rules D4, D5, D8 and D10.
    """
    told = prospects or {}
    numbers: dict[int, list[int]] = {}
    for n, card in enumerate(given.cards):
        if not card.is_after_hand_over and card.state != JobCard.State.DONE:
            numbers.setdefault(card.project_id, []).append(n)
    return {
        pk: _forecast(given, plan, found, told.get(pk)) for pk, found in numbers.items()
    }


def _forecast(
    given: PlanInput, plan: planner.Plan, numbers: list[int], told: Prospect | None
) -> Forecast:
    last = max(numbers, key=lambda n: (plan.assignments[n].end, n))
    finish_on = given.slots.day(plan.assignments[last].end)
    waits = [wait for n in numbers for wait in given.waits.get(given.cards[n].pk, ())]
    confidence = _confidence(waits)
    chain = _chain(plan, last)
    root = given.waits.get(given.cards[chain[-1]].pk, [])
    is_part = plan.reason(chain[-1]).kind == planner.ReasonKind.PART
    return Forecast(
        finish_on=finish_on,
        promised_on=_promised_on(given, finish_on, confidence, told),
        confidence=confidence,
        evidence=_evidence(given, numbers, waits, finish_on)
        | ({"simulated": told.simulated} if told else {}),
        chain=[given.cards[n].pk for n in chain],
        root_part=root[-1].as_detail() if root and is_part else None,
    )


def _promised_on(
    given: PlanInput, finish_on: date, confidence: Confidence, told: Prospect | None
) -> date:
    """No sooner than the plan itself ends, and on a day on which the house is open."""
    if told is not None:
        return given.open_day(max(finish_on, told.on))
    to_go = (finish_on - given.at.astimezone(given.slots.zone).date()).days
    reserve = timedelta(days=ceil(max(0, to_go) * RESERVE[confidence]))
    return given.open_day(finish_on + reserve)


def _confidence(waits: list[PartWait]) -> Confidence:
    if any(w.on is None for w in waits):
        return Confidence.ROUGH
    return Confidence.FIRM if all(w.is_ordered for w in waits) else Confidence.LIKELY


def _chain(plan: planner.Plan, last: int) -> list[int]:
    """Follow the reasons back from the last operation to where the chain begins."""
    chain = [last]
    while True:
        before = plan.reason(chain[-1]).operation
        if before is None or before in chain:
            return chain
        chain.append(before)


def _evidence(
    given: PlanInput, numbers: list[int], waits: list[PartWait], finish_on: date
) -> Evidence:
    return {
        "finish_on": finish_on.isoformat(),
        "parts": {str(w.row.demand_id): w.as_detail() for w in waits},
        "cards": {
            str(given.cards[n].pk): {
                "minutes": given.cards[n].minutes,
                "work": given.problem.operations[n].work,
            }
            for n in numbers
        },
        "people": list(given.people),
    }


def must_move(promise: Promise | None, forecast: Forecast) -> bool:
    """Whether the date in force no longer says what the plan says.

    A plan that ends later than promised moves it; one that ends much earlier too. In
    between the reserve does its work and nobody is disturbed.
    """
    if promise is None or forecast.finish_on > promise.promised_on:
        return True
    return promise.promised_on - forecast.promised_on >= WORTH_TELLING


def cause_of(
    promise: Promise | None, forecast: Forecast, *, overruns: Mapping[int, JobCard]
) -> tuple[str, dict[str, Any]]:
    """Return what moved a date and what that names, by comparing the evidence.

    Args:
        promise: the one in force, with the evidence it was given on.
        forecast: of the new plan.
        overruns: cards that took or take much longer than planned.

    Source: docs/domain/promises.md, rule D3.
    """
    if promise is None:
        return Cause.FIRST, {}
    old, new = promise.evidence, forecast.evidence
    is_later = forecast.finish_on > promise.promised_on
    part = _moved_part(old, forecast, is_later=is_later)
    if part is not None:
        return (Cause.PART_LATE if is_later else Cause.PART_EARLY), part
    if set(new["cards"]) - set(old.get("cards", {})):
        return Cause.WORK_CHANGED, {}
    for pk, card in overruns.items():
        if is_later and str(pk) in old.get("cards", {}):
            return Cause.WORK_LONGER, {
                "card": pk,
                "card_en": card.title_en,
                "card_ja": card.title_ja,
            }
    if _people_changed(old.get("people", []), new["people"]):
        return Cause.PEOPLE, {}
    return Cause.PROGRESS, {}


def _people_changed(was: list[str], now: list[str]) -> bool:
    """Whether somebody or a bay is gone, or somebody is newly away."""
    gone = {key for key in was if not key.startswith("a")} - set(now)
    away = {key for key in now if key.startswith("a")} - set(was)
    return bool(gone or away)


def _moved_part(
    old: Evidence, forecast: Forecast, *, is_later: bool
) -> dict[str, Any] | None:
    """The part at the root of the chain if its date moved, else the one moved most."""
    before: dict[str, dict[str, Any]] = old.get("parts", {})
    moved: list[tuple[bool, int, dict[str, Any]]] = []
    root = forecast.root_part["demand"] if forecast.root_part else None
    now: dict[str, dict[str, Any]] = forecast.evidence["parts"]
    for demand, detail in now.items():
        was = before.get(demand, {})
        days = _days_moved(was.get("part_on"), detail["part_on"])
        if (days > 0) if is_later else (days < 0):
            moved.append((str(root) == demand, abs(days), _move(was, detail)))
    if not is_later:
        for demand, was in before.items():
            if demand not in now:
                moved.append((False, 1, _move(was, {**was, "part_on": None})))
    if not moved:
        return None
    return max(moved, key=lambda m: (m[0], m[1]))[2]


def _move(was: Mapping[str, Any], detail: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **detail,
        "was_on": was.get("part_on"),
        "now_on": detail.get("part_on"),
    }


# A date that is lost weighs more than any that moved.
LOST = 10_000


def _days_moved(was: str | None, now: str | None) -> int:
    if was == now:
        return 0
    if now is None:
        return LOST
    if was is None:
        # New, or dated at last: compare with nothing, so it never explains a delay
        # better than a part whose date did move.
        return 1
    return (date.fromisoformat(now) - date.fromisoformat(was)).days


def overrun_cards(project_ids: list[int], *, at: datetime) -> list[JobCard]:
    """Return cards that were clocked well over their plan, in two queries."""
    started = (
        JobCard.objects.filter(project__in=project_ids, started_at__isnull=False)
        .prefetch_related("time_entries")
        .order_by("-started_at", "pk")
    )
    return [
        card
        for card in started
        if clocked_minutes(list(card.time_entries.all()), at=at)
        > card.minutes * OVERRUN
    ]
