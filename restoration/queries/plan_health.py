"""How good the plan in force is, whom it makes late, and what it changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import (
    Case,
    Count,
    DurationField,
    F,
    IntegerField,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Greatest

from restoration.models import PlanChange, PlanRun, Project
from restoration.queries.promised import chips_of
from restoration.queries.scenario_result import ends_of
from workshop.models import Site, Technician

Kind = PlanChange.Kind


@dataclass(frozen=True, slots=True)
class LateCar:
    """A car that the plan ends after the day it was promised for, or is due."""

    project: Project
    due_on: date
    # PROMISE, else WISH where nothing was promised, PLAN where nothing was wished for;
    # empty in plans of before.
    due_by: str
    end_on: date
    # The promise as it stands since.
    promised_on: date | None
    # Parts of the chain that ends its work.
    links: int

    @property
    def days(self) -> int:
        return (self.end_on - self.due_on).days


@dataclass(frozen=True, slots=True)
class ChangedCard:
    """One card that a run moved, with names."""

    change: PlanChange
    was_people: Sequence[str]
    people: Sequence[str]

    @property
    def days(self) -> int | None:
        """By how many days it starts later; None where it did not move."""
        minutes = self.change.moved_minutes
        return None if minutes is None else round(minutes / 1440)

    @property
    def is_end_alone(self) -> bool:
        """Whether it begins when it did, and only ends at another time."""
        change = self.change
        return change.kind == Kind.MOVED and change.moved_minutes == 0


def gap_percent(run: PlanRun) -> Decimal | None:
    """Return how far above its bound a plan's cost is, in percent of the cost.

    None where nothing is proven, or where there is nothing to lower.
    """
    if run.cost is None or run.lower_bound is None or not run.cost:
        return None
    return max(Decimal(0), (run.cost - run.lower_bound) * 100 / run.cost)


def cost_today(run: PlanRun) -> Decimal:
    """Return what a plan costs by the promises of today, in weighted days after them.

    The plan's own figure is by those that stood when it was made, and publishing it
    moved them. Without a promise the wish counts; a car with neither counts nothing. As
    many queries for one car as for all.

    Args:
        run: the plan.

    Source: docs/domain/planning.md, rule P22.
    """
    ends = ends_of(run)
    projects = Project.objects.filter(pk__in=ends).only("pk", "weight", "wished_on")
    chips = chips_of(list(projects))
    zone = ZoneInfo(run.site.time_zone)
    late = timedelta()
    for project in projects:
        chip = chips.get(project.pk)
        due_on = chip.promised_on if chip else project.wished_on
        if due_on is not None:
            due = datetime.combine(due_on + timedelta(days=1), time(), zone)
            late += project.weight * max(timedelta(), ends[project.pk] - due)
    return (Decimal(late.total_seconds()) / 86_400).quantize(Decimal("0.001"))


def late_cars(run: PlanRun) -> list[LateCar]:
    """Return the cars that a plan ends after their promise, the costliest first."""
    told = run.detail.get("late", ())
    keys = {str(row["vehicle"]).partition("-")[0]: row for row in told}
    projects = Project.objects.filter(pk__in=[k for k in keys if k.isdecimal()])
    by_key = {str(p.pk): p for p in projects.select_related("vehicle", "customer")}
    chips = chips_of(list(by_key.values()))
    return [
        LateCar(
            project=by_key[key],
            due_on=date.fromisoformat(row["due_on"]),
            due_by=str(row.get("due_by", "")),
            promised_on=chips[int(key)].promised_on if int(key) in chips else None,
            end_on=date.fromisoformat(row["end_on"]),
            links=len(row.get("chain", ())),
        )
        for key, row in keys.items()
        if key in by_key
    ]


@dataclass(frozen=True, slots=True)
class Band:
    """What a plan costs that keeps so many days of the one before."""

    days: int
    # Weighted days after promises; of these, what keeping them costs.
    cost: Decimal
    more: Decimal
    # Of the cards of the next two weeks, how many keep their day.
    near: int
    near_kept: int


@dataclass(frozen=True, slots=True)
class Bands:
    """The prices of keeping a plan, and when they were reckoned."""

    at: datetime
    rows: Sequence[Band]

    def of(self, days: int) -> Band | None:
        """The price of keeping so many days."""
        return next((row for row in self.rows if row.days == days), None)


def bands_of(site: Site) -> Bands | None:
    """Return what keeping the plan in force was last found to cost; None if never.

    Reckoned by the nightly run with the same search for each number of days.

    Args:
        site: the workshop.

    Source: docs/domain/planning.md, rule P24.
    """
    runs = PlanRun.objects.filter(
        site=site, state=PlanRun.State.DONE, detail__has_key="bands"
    )
    run = runs.exclude(kind=PlanRun.Kind.SCENARIO).order_by("-finished_at").first()
    if run is None or run.finished_at is None or not run.detail["bands"]:
        return None
    told = sorted(run.detail["bands"], key=lambda row: row["days"])
    costs = [Decimal(str(row["cost"])) for row in told]
    rows = [
        Band(
            days=round(row["days"]),
            cost=cost,
            # A search may by luck do better with less freedom.
            more=max(Decimal(0), cost - costs[0]),
            near=row["near"],
            near_kept=row["near_kept"],
        )
        for row, cost in zip(told, costs, strict=True)
    ]
    return Bands(run.finished_at, rows)


def change_counts(run: PlanRun) -> dict[str, int]:
    """Return how many cards a run changed in which way."""
    rows = PlanChange.objects.filter(run=run).values_list("kind").order_by("kind")
    return dict(rows.annotate(count=Count("pk")))


def changes_of(run: PlanRun) -> QuerySet[PlanChange]:
    """Return a run's changes: those farthest moved first, then the others."""
    # How far, whichever way.
    moved = Greatest(
        F("starts_at") - F("was_starts_at"),
        F("was_starts_at") - F("starts_at"),
        output_field=DurationField(),
    )
    order = Case(
        *(When(kind=kind, then=Value(k)) for k, kind in enumerate(ORDER)),
        output_field=IntegerField(),
    )
    return (
        PlanChange.objects.filter(run=run)
        .select_related("card__project", "was_bay", "bay")
        .annotate(moved=moved, rank=order)
        .order_by("rank", F("moved").desc(nulls_last=True), "pk")
    )


ORDER = (
    Kind.MOVED,
    Kind.REASSIGNED,
    Kind.ADDED,
    Kind.DROPPED,
    Kind.STARTED,
    Kind.FINISHED,
)


def changed_cards(changes: Sequence[PlanChange]) -> list[ChangedCard]:
    """Return changes with the names of their people, in one query."""
    keys = {pk for c in changes for pk in (*c.was_technicians, *c.technicians)}
    names: Mapping[int, str] = dict(
        Technician.objects.filter(pk__in=keys).values_list("pk", "name")
    )
    return [
        ChangedCard(
            change=each,
            was_people=[names[pk] for pk in each.was_technicians if pk in names],
            people=[names[pk] for pk in each.technicians if pk in names],
        )
        for each in changes
    ]
