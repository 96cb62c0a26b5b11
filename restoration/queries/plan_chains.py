"""Why a bar stands where it stands, and what chain of work ends a car's date."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Prefetch, QuerySet

from common.errors import NotFound
from restoration.models import (
    Assignment,
    BayBooking,
    PlanRun,
    Project,
    TechnicianBooking,
)
from restoration.queries.board import Risk, risk_of
from restoration.queries.promised import PromiseChip, chips_of
from restoration.queries.words import start_reason
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
        return start_reason(self.assignment.card, self.assignment.reason)

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


# From the car's last card backwards, one card a step; a step back by the reason is
# taken before one by the order of the work.
CHAIN = """
WITH RECURSIVE chain AS (
    SELECT * FROM (
        SELECT a.id, a.card_id, a.reason, ARRAY[a.card_id] AS passed
        FROM restoration_assignment a
        JOIN restoration_jobcard c ON c.id = a.card_id
        WHERE a.run_id = %(run)s AND c.project_id = %(project)s
            AND NOT c.is_after_hand_over
        ORDER BY a.ends_at DESC, a.card_id DESC
        LIMIT 1
    ) last
    UNION ALL
    SELECT b.id, b.card_id, b.reason, chain.passed || b.card_id
    FROM chain
    CROSS JOIN LATERAL (
        SELECT id, card_id, reason
        FROM (
            SELECT a.id, a.card_id, a.reason, a.ends_at, 0 AS rank
            FROM restoration_assignment a
            WHERE a.run_id = %(run)s
                AND jsonb_typeof(chain.reason -> 'card') = 'number'
                AND a.card_id = (chain.reason ->> 'card')::bigint
            UNION ALL
            SELECT a.id, a.card_id, a.reason, a.ends_at, 1
            FROM restoration_jobcardlink l
            JOIN restoration_assignment a
                ON a.run_id = %(run)s AND a.card_id = l.before_id
            WHERE l.after_id = chain.card_id
                AND NOT (chain.reason ->> 'kind') = ANY(%(roots)s)
        ) waited
        WHERE NOT waited.card_id = ANY(chain.passed)
        ORDER BY rank, ends_at DESC, card_id
        LIMIT 1
    ) b
)
SELECT id FROM chain ORDER BY cardinality(passed) DESC
"""


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
    with connection.cursor() as cursor:
        cursor.execute(
            CHAIN, {"run": run.pk, "project": project_id, "roots": list(ROOTS)}
        )
        return [pk for (pk,) in cursor.fetchall()]


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
