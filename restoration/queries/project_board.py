"""One project as the managers follow it: its cards in the plan, its parts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, QuerySet

from parts.models import Availability
from parts.queries import availability_sentence
from restoration.models import (
    Assignment,
    BayBooking,
    JobCard,
    JobCardPart,
    PlanRun,
    Project,
    TechnicianBooking,
)
from restoration.queries.blockers import answer_of, is_here, with_parts_state
from restoration.queries.words import start_reason

State = JobCard.State


@dataclass(frozen=True, slots=True)
class PlannedCard:
    """One card and where the plan in force has it; ``assignment`` None: nowhere."""

    card: JobCard
    assignment: Assignment | None

    @property
    def people(self) -> list[str]:
        """Who the plan gives it to."""
        if self.assignment is None:
            return []
        return [b.technician.name for b in self.assignment.technician_bookings.all()]

    @property
    def bays(self) -> list[str]:
        """Where the plan puts it."""
        if self.assignment is None:
            return []
        return [b.bay.code for b in self.assignment.bay_bookings.all()]

    @property
    def reason(self) -> str:
        """Why it does not start earlier; empty where no plan has it."""
        if self.assignment is None or self.card.state == State.DONE:
            return ""
        return start_reason(self.card, self.assignment.reason)


@dataclass(frozen=True, slots=True)
class WantedRow:
    """One part that a card of a project takes, and the newest answer about it."""

    row: JobCardPart
    is_here: bool
    number: str

    @property
    def answer(self) -> Availability | None:
        return answer_of(self.row)

    @property
    def available_on(self) -> date | None:
        answer = self.answer
        return answer.available_on if answer is not None else None

    @property
    def sentence(self) -> str:
        """The answer with its source; empty while it is being asked."""
        answer = self.answer
        return availability_sentence(answer) if answer is not None else ""


def cards_in_plan(project: Project) -> QuerySet[JobCard]:
    """Return a project's cards in order, each with its place in the plan in force.

    The place is read by `planned`, without further queries.
    """
    in_force = (
        Assignment.objects.filter(run__is_in_force=True)
        .order_by("pk")
        .prefetch_related(
            Prefetch(
                "technician_bookings",
                TechnicianBooking.objects.select_related("technician").order_by("pk"),
            ),
            Prefetch("bay_bookings", BayBooking.objects.select_related("bay")),
        )
    )
    return (
        project.job_cards.select_related("operation__phase")
        .prefetch_related(Prefetch("assignments", in_force, to_attr="in_force"))
        .order_by("number")
    )


def planned(cards: Collection[JobCard]) -> list[PlannedCard]:
    """Return cards from `cards_in_plan` with their places."""
    return [PlannedCard(c, next(iter(getattr(c, "in_force", [])), None)) for c in cards]


def wanted_parts(project: Project) -> QuerySet[JobCardPart]:
    """Return what a project's cards take, in order of the cards."""
    rows = with_parts_state(JobCardPart.objects.filter(card__project=project))
    return rows.select_related(
        "part", "required_part", "card", "demand__availability"
    ).prefetch_related("required_part__numbers")


def answered(rows: Collection[JobCardPart]) -> list[WantedRow]:
    """Return rows from `wanted_parts` with number and answer."""
    return [
        WantedRow(
            row=row,
            is_here=is_here(row),
            number=next(
                (n.as_printed for n in row.part.numbers.all() if n.is_primary), ""
            ),
        )
        for row in rows
    ]


# What a run's cause says of a project, by its key.
OF_PROJECTS = ("released", "cancelled")


def causes_of(runs: Sequence[PlanRun]) -> dict[str, str]:
    """Return the names of the projects and cards that runs were asked for.

    Args:
        runs: their ``cause`` names projects (``released``, ``cancelled``) and cards
            (``finished``).

    Returns:
        ``released:<pk>``, ``cancelled:<pk>`` or ``finished:<pk>`` → number or title.
    """
    of_projects = {r.cause[k] for r in runs for k in OF_PROJECTS if k in r.cause}
    finished = [r.cause["finished"] for r in runs if "finished" in r.cause]
    projects = Project.objects.filter(pk__in=of_projects)
    cards = JobCard.objects.filter(pk__in=finished).select_related("project")
    names = {f"{kind}:{p.pk}": p.number for p in projects for kind in OF_PROJECTS}
    return names | {f"finished:{c.pk}": f"{c.project.number} {c.title}" for c in cards}
