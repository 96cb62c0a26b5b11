"""What a manager sees: promises at risk, shortages by car, decisions that stick."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db.models import Max, Q
from django.utils.translation import gettext as _

from parts.models import Availability, Demand
from restoration.models import (
    Assignment,
    Estimate,
    JobCard,
    JobCardPart,
    PlanRun,
    Project,
)
from restoration.queries.blockers import is_here, part_label, with_parts_state
from restoration.queries.projects import Decision, open_decisions, percents_of
from restoration.queries.promised import PromiseChip, chips_of
from restoration.queries.words import shown_date
from workshop.models import Viewer

TIGHT_DAYS = 7
Kind = Availability.Kind


class Risk(StrEnum):
    """How a project's date stands."""

    ON_TRACK = "ON_TRACK"
    TIGHT = "TIGHT"  # within a week of the wish, or the date is rough
    AFTER_WISH = "AFTER_WISH"  # promised for a day after the one wished for
    AFTER_FIRST = "AFTER_FIRST"  # promised for a day after the first promise
    NO_DATE = "NO_DATE"


# A day that somebody was told, or asked for, is not kept.
BROKEN = (Risk.AFTER_WISH, Risk.AFTER_FIRST)


@dataclass(frozen=True, slots=True)
class BoardProject:
    """One project on the board."""

    project: Project
    chip: PromiseChip | None
    # When the plan in force ends its work.
    planned_end_at: datetime | None
    percent: int
    risk: Risk

    @property
    def days_after_wish(self) -> int | None:
        wished = self.project.wished_on
        if self.chip is None or wished is None:
            return None
        return (self.chip.promised_on - wished).days

    @property
    def days_after_first(self) -> int | None:
        return self.chip.days_after_first if self.chip is not None else None

    @property
    def cause(self) -> str:
        """What moved the date last, in the reader's language."""
        return self.chip.sentence if self.chip is not None else ""


@dataclass(frozen=True, slots=True)
class Shortage:
    """A part that a car waits for."""

    row: JobCardPart
    card: JobCard
    kind: str
    kind_label: str
    available_on: date | None
    detail: dict[str, object]

    @property
    def label(self) -> str:
        return part_label(self.row)

    @property
    def sentence(self) -> str:
        """The answer in a few words."""
        if self.available_on is None:
            return self.kind_label
        return _("%(kind)s: %(date)s") % {
            "kind": self.kind_label,
            "date": shown_date(self.available_on),
        }


@dataclass(frozen=True, slots=True)
class CarShortages:
    """All that one car waits for, the latest first."""

    project: Project
    shortages: Sequence[Shortage]

    @property
    def undated(self) -> int:
        return sum(s.available_on is None for s in self.shortages)


@dataclass(frozen=True, slots=True)
class StuckDecision:
    """Something a customer was asked, and for how long."""

    decision: Decision
    days: int


def board_projects(user: Viewer) -> list[BoardProject]:
    """Return the open projects, those at risk first, in few and constant queries."""
    projects = list(
        Project.objects.visible_to(user)
        .exclude(state__in=[Project.State.HANDED_OVER, Project.State.CANCELLED])
        .select_related("vehicle__variant", "customer", "site")
        .order_by("number", "pk")
    )
    chips, percents = chips_of(projects), percents_of(projects)
    ends = dict(
        Assignment.objects.filter(
            run__is_in_force=True,
            card__project__in=projects,
            card__is_after_hand_over=False,
        )
        .values_list("card__project")
        .annotate(end=Max("ends_at"))
        .values_list("card__project", "end")
        .order_by()
    )
    rows = [
        BoardProject(
            project=p,
            chip=chips.get(p.pk),
            planned_end_at=ends.get(p.pk),
            percent=percents.get(p.pk, 0),
            risk=risk_of(p, chips.get(p.pk)),
        )
        for p in projects
    ]
    order = [*BROKEN, Risk.TIGHT, Risk.NO_DATE, Risk.ON_TRACK]
    return sorted(rows, key=lambda r: order.index(r.risk))


def risk_of(project: Project, chip: PromiseChip | None) -> Risk:
    """Return how a project's promise stands against the wish and the first promise.

    Whether the plan keeps the promise is another question: `plan_health.late_cars`.
    """
    if chip is None:
        return Risk.NO_DATE
    wished = project.wished_on
    if wished and chip.promised_on > wished:
        return Risk.AFTER_WISH
    if chip.days_after_first > 0:
        return Risk.AFTER_FIRST
    if wished and (wished - chip.promised_on).days < TIGHT_DAYS:
        return Risk.TIGHT
    return Risk.TIGHT if chip.promise.confidence == "ROUGH" else Risk.ON_TRACK


def shortages(user: Viewer) -> list[CarShortages]:
    """Return the parts that cars in work wait for, by car; the latest first."""
    projects = {
        p.pk: p
        for p in Project.objects.visible_to(user)
        .filter(state__in=[Project.State.IN_WORK, Project.State.READY])
        .select_related("vehicle", "site")
    }
    open_wishes = Q(demand__state__in=[Demand.State.OPEN, Demand.State.RESERVED])
    rows = with_parts_state(
        JobCardPart.objects.filter(open_wishes, card__project__in=projects)
    ).select_related("part", "required_part", "demand__availability", "card__operation")
    by_project: dict[int, list[Shortage]] = defaultdict(list)
    for row in rows:
        if not is_here(row):
            by_project[row.card.project_id].append(_shortage(row))
    return [
        CarShortages(projects[pk], sorted(found, key=_latest_first))
        for pk, found in sorted(
            by_project.items(), key=lambda item: projects[item[0]].number
        )
    ]


def decisions_stuck(user: Viewer, *, at: datetime) -> list[StuckDecision]:
    """Return what customers were asked and have not answered, longest first."""
    projects = list(Project.objects.visible_to(user).select_related("vehicle"))
    asked = [
        StuckDecision(d, (at - d.asked_at).days if d.asked_at else 0)
        for d in open_decisions(projects)
    ]
    return sorted(asked, key=lambda s: -s.days)


def plan_runs(site_id: int, *, limit: int = 10) -> list[PlanRun]:
    """Return a site's newest runs with what each was asked and answered."""
    runs = PlanRun.objects.filter(site_id=site_id).select_related("requested_by")
    # What only asks "what if" is told on its own page.
    runs = runs.exclude(kind=PlanRun.Kind.SCENARIO)
    return list(runs.order_by("-requested_at", "-pk")[:limit])


def open_estimates(user: Viewer) -> list[Estimate]:
    """Return drafts and sent versions, newest first."""
    states = [Estimate.State.DRAFT, Estimate.State.SENT]
    rows = Estimate.objects.visible_to(user).filter(state__in=states)
    return list(
        rows.select_related("project__vehicle", "project__customer").order_by("-pk")
    )


def _shortage(row: JobCardPart) -> Shortage:
    answer = getattr(row.demand, "availability", None)
    if answer is None:
        return Shortage(row, row.card, "", _("Being asked"), None, {})
    return Shortage(
        row=row,
        card=row.card,
        kind=answer.kind,
        kind_label=str(Kind(answer.kind).label),
        available_on=answer.available_on,
        detail=answer.detail,
    )


def _latest_first(shortage: Shortage) -> tuple[bool, int]:
    day = shortage.available_on
    return (day is not None, -day.toordinal() if day else 0)
