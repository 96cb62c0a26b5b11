"""What a customer sees of a project, in a constant number of queries."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Prefetch, Q, Sum

from common.querysets import get_visible
from restoration.models import (
    ChangeOrder,
    Estimate,
    JobCard,
    Ownership,
    Phase,
    Photo,
    Project,
    ProjectEvent,
    Vehicle,
)
from restoration.queries.promised import PromiseChip, chips_of, promise_history
from workshop.models import Invoice, Promise, Viewer

WHOLE = 100
Done = JobCard.State.DONE


@dataclass(frozen=True, slots=True)
class PhaseProgress:
    """How far one phase is. Minutes are planned ones."""

    phase: Phase
    minutes: int
    done_minutes: int
    running_cards: int

    @property
    def percent(self) -> int:
        return self.done_minutes * WHOLE // self.minutes if self.minutes else 0

    @property
    def is_done(self) -> bool:
        return self.done_minutes == self.minutes


@dataclass(frozen=True, slots=True)
class Decision:
    """Something the customer is asked: an estimate or a change order."""

    project: Project
    estimate: Estimate | None
    change_order: ChangeOrder | None
    asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened to the car: a step, or a new date."""

    happened_at: datetime
    event: ProjectEvent | None = None
    promise: Promise | None = None


@dataclass(frozen=True, slots=True)
class Money:
    """What was agreed, invoiced and paid, all in one currency."""

    currency: str
    approved: Decimal
    invoiced: Decimal
    paid: Decimal
    invoices: Sequence[Invoice]

    @property
    def open(self) -> Decimal:
        return self.invoiced - self.paid


@dataclass(frozen=True, slots=True)
class ProjectCard:
    """One line in the list of projects."""

    project: Project
    chip: PromiseChip | None
    percent: int
    decisions: int


@dataclass(frozen=True, slots=True)
class ProjectSummary:
    """Everything on a project's page."""

    project: Project
    chip: PromiseChip | None
    promises: Sequence[Promise]
    phases: Sequence[PhaseProgress]
    decisions: Sequence[Decision]
    timeline: Sequence[TimelineEntry]
    money: Money
    photos: Sequence[Photo]
    estimates: Sequence[Estimate]

    @property
    def percent(self) -> int:
        minutes = sum(p.minutes for p in self.phases)
        done = sum(p.done_minutes for p in self.phases)
        return done * WHOLE // minutes if minutes else 0


def project_cards(user: Viewer) -> list[ProjectCard]:
    """Return the projects this person may see, newest first."""
    projects = list(
        Project.objects.visible_to(user)
        .select_related("vehicle__variant", "vehicle__colour", "customer", "site")
        .order_by("-opened_at", "-pk")
    )
    chips = chips_of(projects)
    percents = percents_of(projects)
    waiting: dict[int, int] = defaultdict(int)
    for decision in open_decisions(projects):
        waiting[decision.project.pk] += 1
    return [
        ProjectCard(p, chips.get(p.pk), percents.get(p.pk, 0), waiting[p.pk])
        for p in projects
    ]


def vehicles_of(user: Viewer) -> list[Vehicle]:
    """Return the cars this person may see, with owners, in order of frame number."""
    owners = Ownership.objects.select_related("customer").order_by("-period")
    return list(
        Vehicle.objects.visible_to(user)
        .select_related("variant", "colour")
        .prefetch_related(
            Prefetch("ownerships", queryset=owners),
            Prefetch("projects", queryset=Project.objects.visible_to(user)),
        )
        .order_by("frame_number", "pk")
    )


def project_summary(user: Viewer, *, number: str) -> ProjectSummary:
    """Return one project's page as this person may see it.

    Args:
        user: who asks; a customer gets the entries meant for customers.
        number: such as ``P-26-0012``.

    Raises:
        NotFound: missing and foreign alike.
    """
    rows = Project.objects.select_related(
        "vehicle__variant", "vehicle__colour", "customer", "site", "template"
    )
    project = get_visible(rows, user, number=number)
    promises = promise_history(project)
    chip = PromiseChip(promises[0], promises[-1].promised_on) if promises else None
    for_customer = not getattr(user, "is_house", False)
    return ProjectSummary(
        project=project,
        chip=chip,
        promises=promises,
        phases=phases_of(project),
        decisions=open_decisions([project]),
        timeline=_timeline(project, promises, for_customer=for_customer),
        money=money_of(project, user),
        photos=_photos(project, for_customer=for_customer),
        estimates=list(
            Estimate.objects.visible_to(user)
            .filter(project=project)
            .select_related("approval")
            .order_by("-version")
        ),
    )


def decisions_waiting(user: Viewer) -> list[Decision]:
    """Return all that this person's projects are asked, oldest first."""
    return open_decisions(
        list(Project.objects.visible_to(user).select_related("vehicle"))
    )


def phases_of(project: Project) -> list[PhaseProgress]:
    """Return the phases of a project's work in order, with how far each is."""
    rows = (
        project.job_cards.exclude(state=JobCard.State.CANCELLED)
        .filter(operation__isnull=False)
        .values("operation__phase")
        .annotate(
            all_minutes=Sum("minutes"),
            done_minutes=Sum("minutes", filter=Q(state=Done), default=0),
            running=Count("pk", filter=Q(state=JobCard.State.RUNNING)),
        )
        .order_by()
    )
    found: dict[int, Any] = {r["operation__phase"]: r for r in rows}
    return [
        PhaseProgress(
            phase=phase,
            minutes=found[phase.pk]["all_minutes"],
            done_minutes=found[phase.pk]["done_minutes"],
            running_cards=found[phase.pk]["running"],
        )
        for phase in Phase.objects.filter(pk__in=found).order_by("sequence")
    ]


def money_of(project: Project, user: Viewer) -> Money:
    """Return what was agreed, invoiced and paid for a project."""
    rows = (
        Invoice.objects.visible_to(user)
        .filter(subject_key=project.subject_key, currency=project.currency)
        .exclude(state=Invoice.State.VOID)
    )
    received = Sum("payments__amount", default=Decimal(0))
    # Each invoice carries ``received``, for the face's table.
    invoices = list(rows.annotate(received=received).order_by("issued_on", "pk"))
    approved = Estimate.objects.filter(
        project=project, state=Estimate.State.APPROVED
    ).aggregate(total=Sum("approval__amount_likely", default=Decimal(0)))["total"]
    return Money(
        currency=project.currency,
        approved=approved,
        invoiced=sum((i.total for i in invoices if i.issued_on), Decimal(0)),
        paid=rows.aggregate(paid=received)["paid"],
        invoices=invoices,
    )


def percents_of(projects: Sequence[Project]) -> dict[int, int]:
    """Return how far each project is, in percent of planned minutes."""
    rows = (
        JobCard.objects.filter(project__in=projects)
        .exclude(state=JobCard.State.CANCELLED)
        .values("project")
        .annotate(
            all_minutes=Sum("minutes"),
            done_minutes=Sum("minutes", filter=Q(state=Done), default=0),
        )
        .order_by()
    )
    return {r["project"]: r["done_minutes"] * WHOLE // r["all_minutes"] for r in rows}


def open_decisions(projects: Sequence[Project]) -> list[Decision]:
    """Return what these projects' customers are asked, in two queries."""
    by_pk = {p.pk: p for p in projects}
    estimates = Estimate.objects.filter(
        project__in=by_pk, state=Estimate.State.SENT
    ).order_by("sent_at", "pk")
    changes = ChangeOrder.objects.filter(
        project__in=by_pk, state=ChangeOrder.State.SENT
    ).select_related("finding")
    return [
        *(Decision(by_pk[e.project_id], e, None, e.sent_at) for e in estimates),
        *(
            Decision(by_pk[c.project_id], None, c, _asked_at(c))
            for c in changes.order_by("project", "number")
        ),
    ]


def _asked_at(change: ChangeOrder) -> datetime | None:
    return change.finding.raised_at if change.finding is not None else None


def _timeline(
    project: Project, promises: Sequence[Promise], *, for_customer: bool
) -> list[TimelineEntry]:
    events = project.events.select_related("actor")
    if for_customer:
        events = events.filter(is_for_customer=True)
    entries = [TimelineEntry(e.happened_at, event=e) for e in events.order_by("pk")]
    entries += [TimelineEntry(p.given_at, promise=p) for p in promises]
    # Within one instant too, the later step stands above.
    return sorted(entries, key=lambda e: e.happened_at)[::-1]


def _photos(project: Project, *, for_customer: bool) -> list[Photo]:
    photos = project.photos.select_related("attachment")
    if for_customer:
        photos = photos.filter(is_for_customer=True)
    return list(photos.order_by("-taken_at", "-pk"))
