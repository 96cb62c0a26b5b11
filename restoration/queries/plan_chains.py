"""Why a bar stands where it stands, and what chain of work ends a car's date."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, QuerySet

from common.errors import NotFound
from restoration.models import (
    Assignment,
    BayBooking,
    JobCardLink,
    PlanRun,
    Project,
    TechnicianBooking,
)
from restoration.queries.board import Risk, risk_of
from restoration.queries.promised import PromiseChip, chips_of
from restoration.queries.words import reason_sentence
from workshop.models import Bay, Technician, Viewer


@dataclass(frozen=True, slots=True)
class Step:
    """One card of the plan with who, where and why not sooner."""

    assignment: Assignment
    # Another card of the same plan that it waits for, where there is one.
    awaited: Assignment | None = None

    @property
    def reason(self) -> str:
        """In the reader's language."""
        return reason_sentence(self.assignment.reason)

    @property
    def people(self) -> list[Technician]:
        """Whom the plan gives it to."""
        return [b.technician for b in self.assignment.technician_bookings.all()]

    @property
    def bays(self) -> list[Bay]:
        """Where the plan puts it."""
        return [b.bay for b in self.assignment.bay_bookings.all()]

    @property
    def part(self) -> int | None:
        """The key of the part it waits for, where that is the reason."""
        key = self.assignment.reason.get("part")
        return key if isinstance(key, int) else None


@dataclass(frozen=True, slots=True)
class CarStory:
    """When a car is promised and planned, and the chain that ends its work."""

    project: Project
    run: PlanRun | None
    chip: PromiseChip | None
    risk: Risk
    # From where the trouble begins to the last card of the car.
    steps: Sequence[Step] = field(default_factory=list)

    @property
    def finish_on(self) -> date | None:
        """The day on which the plan ends the work, on the workshop's clock."""
        if not self.steps:
            return None
        zone = ZoneInfo(self.project.site.time_zone)
        return self.steps[-1].assignment.ends_at.astimezone(zone).date()


def bar_story(user: Viewer, *, assignment_id: int) -> Step:
    """Return one bar of a plan with what it waits for.

    Args:
        user: who asks.
        assignment_id: the bar.

    Raises:
        NotFound: there is none, or it is not theirs to see.
    """
    found = _told().filter(pk=assignment_id, run__in=PlanRun.objects.visible_to(user))
    assignment = found.first()
    if assignment is None:
        raise NotFound
    awaited = None
    if isinstance(card := assignment.reason.get("card"), int):
        awaited = _told().filter(run=assignment.run_id, card=card).first()
    return Step(assignment, awaited)


def car_story(user: Viewer, *, number: str) -> CarStory:
    """Return the chain of work that ends a car's plan, in constant queries.

    Args:
        user: who asks.
        number: of the project.

    Raises:
        NotFound: no such project.
    """
    project = (
        Project.objects.visible_to(user)
        .filter(number=number)
        .select_related("vehicle", "site", "customer")
        .first()
    )
    if project is None:
        raise NotFound
    run = PlanRun.objects.filter(site=project.site_id, is_in_force=True).first()
    chip = chips_of([project]).get(project.pk)
    order = chain_of(run, project.pk) if run else []
    rows = {a.pk: a for a in _told().filter(pk__in=order)}
    steps = [
        Step(rows[pk], rows[before] if before else None)
        for pk, before in zip(order, [None, *order], strict=False)
    ]
    return CarStory(project, run, chip, risk_of(project, chip), steps)


# Where nothing before is to blame: the chain begins here.
ROOTS = ("PART", "ARRIVAL", "NOW", "FIXED")


class _Link(NamedTuple):
    """What the chain is followed by, of one card."""

    assignment: int
    ends_at: datetime
    kind: str
    awaited: int | None


def chain_of(run: PlanRun, project_id: int) -> list[int]:
    """Return a car's critical chain as assignments, from its root to its last card.

    Followed backwards: what each card waits for by its reason; where the reason names
    no card, the card before it that ends last. A part, the car's arrival, or a start
    now is a root.

    Args:
        run: the plan.
        project_id: whose.

    Source: docs/domain/planning.md, rule P9.
    """
    at: dict[int, _Link] = {}
    own: list[tuple[datetime, int]] = []
    for card, project, is_after, *link in (
        Assignment.objects.filter(run=run)
        .order_by("pk")
        .values_list(
            "card_id", "card__project_id", "card__is_after_hand_over",
            "pk", "ends_at", "reason__kind", "reason__card",
        )
    ):  # fmt: skip
        at[card] = _Link(*link)
        if project == project_id and not is_after:
            own.append((at[card].ends_at, card))
    before = _before(run)
    chain: list[int] = []
    following = max(own)[1] if own else None
    while following is not None:
        chain.append(following)
        following = _following(at, before, chain)
    return [at[card].assignment for card in reversed(chain)]


def _following(
    at: Mapping[int, _Link], before: Mapping[int, Sequence[int]], chain: Sequence[int]
) -> int | None:
    """Return what the last card of a chain waited for, None at its root."""
    link = at[chain[-1]]
    if link.awaited in at and link.awaited not in chain:
        return link.awaited
    if link.kind in ROOTS:
        return None
    known = [b for b in before.get(chain[-1], ()) if b in at and b not in chain]
    return max(known, key=lambda b: at[b].ends_at, default=None)


def _before(run: PlanRun) -> dict[int, list[int]]:
    """Return the cards that each card of a plan has to wait for."""
    found: dict[int, list[int]] = defaultdict(list)
    links = JobCardLink.objects.filter(after__assignments__run=run)
    for before, after in links.order_by("pk").values_list("before_id", "after_id"):
        found[after].append(before)
    return found


def _told() -> QuerySet[Assignment]:
    """Assignments with all that a step tells of them."""
    return (
        Assignment.objects.select_related("card__project__vehicle", "run__site")
        .prefetch_related(
            Prefetch(
                "technician_bookings",
                TechnicianBooking.objects.select_related("technician").order_by("pk"),
            ),
            Prefetch("bay_bookings", BayBooking.objects.select_related("bay")),
        )
        .order_by("pk")
    )
