"""What a scenario makes of dates, money and promises, against the plan in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max

from restoration.models import Assignment, ClaimRule, PlanRun, Scenario
from restoration.queries.outlooks import prospects
from restoration.queries.plan_reading import PlanInput
from restoration.queries.promise_causes import Forecast, forecasts, must_move
from restoration.queries.refusals import refusal_sentence
from restoration.queries.scenario_changes import extra_cost
from restoration.queries.scenario_words import (
    ChangeNames,
    change_names,
    change_sentence,
    todo_sentence,
)
from restoration.queries.slots import UNITS_A_DAY
from workshop import planner


@dataclass(frozen=True, slots=True)
class ScenarioCar:
    """One car before and after. Without a project it is an added one."""

    project: int | None
    number: str
    was_on: date | None
    now_on: date
    was_promised_on: date | None
    now_promised_on: date
    late_was: int
    late_now: int

    @property
    def moved_days(self) -> int | None:
        """How many days later the work ends; None where it had no end before."""
        return (self.now_on - self.was_on).days if self.was_on else None

    @property
    def promise_moved_days(self) -> int | None:
        """How many days later it would be promised; None without a promise before."""
        if self.was_promised_on is None:
            return None
        return (self.now_promised_on - self.was_promised_on).days


@dataclass(frozen=True, slots=True)
class ScenarioStory:
    """A scenario as it is read. Sums are in ``currency``; cost is weighted days."""

    scenario: Scenario
    changes: Sequence[str]
    cars: Sequence[ScenarioCar]
    cost_was: Decimal | None
    cost_now: Decimal | None
    late_money_was: Decimal
    late_money_now: Decimal
    extra_money: Decimal
    currency: str
    refusal: str
    left_to_do: Sequence[str]

    @property
    def money_moved(self) -> Decimal:
        """What it costs all in all; below 0 it is a gain."""
        return self.late_money_now - self.late_money_was + self.extra_money

    @property
    def promises_moved(self) -> int:
        return sum(bool(car.promise_moved_days) for car in self.cars)


def ends_of(run: PlanRun) -> dict[int, datetime]:
    """Return when a plan ends each project's work."""
    rows = (
        Assignment.objects.filter(run=run, card__is_after_hand_over=False)
        .order_by()
        .values_list("card__project")
        .annotate(end=Max("ends_at"))
    )
    return dict(rows)


def cost_of(given: PlanInput, ends: Mapping[int, datetime]) -> Decimal:
    """Return what a plan costs by the promises that a problem knows.

    A plan's own figure is by those that stood when it was made: beside a scenario's, it
    would show promises that have moved since as days that the scenario saves.
    """
    late = 0.0
    for car in given.problem.vehicles:
        end = ends.get(int(car.id)) if str(car.id).isdecimal() else None
        if end is not None:
            late += car.weight * max(0, given.slots.ceil(end) - car.due)
    return (Decimal(late) / UNITS_A_DAY).quantize(Decimal("0.001"))


def scenario_result(
    given: PlanInput,
    plan: planner.Plan,
    base: PlanRun,
    changes: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return the comparison that a scenario's row keeps.

    Args:
        given: what the planner was asked, the changes worked in.
        plan: its answer.
        base: the plan in force.
        changes: the scenario's.

    Source: docs/domain/planning.md, rule P20.
    """
    ends = ends_of(base)
    zone = ZoneInfo(given.site.time_zone)
    was = {pk: end.astimezone(zone).date() for pk, end in ends.items()}
    rate = ClaimRule.of(given.site).day_rate
    found = forecasts(given, plan, prospects(given, plan))
    cars = [
        _car(given, pk, forecast, was.get(pk)) for pk, forecast in sorted(found.items())
    ]
    return {
        "cars": cars,
        "cost_was": str(cost_of(given, ends)),
        "cost_now": str(plan.weighted_tardiness_days),
        "late_money_was": str(sum(c["late_was"] for c in cars) * rate),
        "late_money_now": str(sum(c["late_now"] for c in cars) * rate),
        "extra_money": str(extra_cost(changes)),
        "currency": given.site.currency,
    }


def _car(
    given: PlanInput, pk: int, forecast: Forecast, was_on: date | None
) -> dict[str, Any]:
    chip = given.chips.get(pk)
    project = given.projects[pk]
    promised = chip.promised_on if chip is not None else None
    due = promised or project.wished_on
    moves = must_move(chip.promise if chip is not None else None, forecast)
    becomes = forecast.promised_on if moves or promised is None else promised
    return {
        "project": pk if pk > 0 else None,
        "number": project.number,
        "was_on": was_on.isoformat() if was_on else None,
        "now_on": forecast.finish_on.isoformat(),
        "was_promised_on": promised.isoformat() if promised else None,
        "now_promised_on": becomes.isoformat(),
        "late_was": _late(was_on, due),
        "late_now": _late(forecast.finish_on, due),
    }


def _late(end: date | None, due: date | None) -> int:
    return max(0, (end - due).days) if end is not None and due is not None else 0


def scenario_story(
    scenario: Scenario, names: ChangeNames | None = None
) -> ScenarioStory:
    """Return a scenario with its changes, comparison and what is left, in words.

    Args:
        scenario: with its site and run.
        names: of what it changes, where they were read for several at once.
    """
    names = names or change_names([scenario])
    result: Mapping[str, Any] = scenario.result
    site = scenario.site

    def amount(name: str) -> Decimal:
        return Decimal(str(result.get(name) or 0))

    return ScenarioStory(
        scenario=scenario,
        changes=[change_sentence(site, each, names) for each in scenario.changes],
        cars=[_read(row) for row in result.get("cars", ())],
        cost_was=amount("cost_was") if result.get("cost_was") else None,
        cost_now=amount("cost_now") if result.get("cost_now") else None,
        late_money_was=amount("late_money_was"),
        late_money_now=amount("late_money_now"),
        extra_money=amount("extra_money"),
        currency=str(result.get("currency") or site.currency),
        refusal=refusal_sentence(scenario.run) if scenario.run is not None else "",
        left_to_do=[todo_sentence(each, names) for each in scenario.left_to_do],
    )


def _read(row: Mapping[str, Any]) -> ScenarioCar:
    def day(name: str) -> date | None:
        return date.fromisoformat(row[name]) if row.get(name) else None

    return ScenarioCar(
        project=row["project"],
        number=row["number"],
        was_on=day("was_on"),
        now_on=date.fromisoformat(row["now_on"]),
        was_promised_on=day("was_promised_on"),
        now_promised_on=date.fromisoformat(row["now_promised_on"]),
        late_was=row["late_was"],
        late_now=row["late_now"],
    )
