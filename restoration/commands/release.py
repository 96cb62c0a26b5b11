"""Accepted lines become job cards, checklists and wishes for parts."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from parts import commands as parts
from restoration import queries
from restoration.commands.card_parts import group_key_of
from restoration.commands.milestones import plan_milestones
from restoration.commands.plans import request_plan
from restoration.commands.projects import WrongState, existing
from restoration.models import (
    ChecklistItem,
    Estimate,
    EstimateLine,
    InspectionItem,
    JobCard,
    JobCardLink,
    JobCardNeed,
    JobCardPart,
    OperationLink,
    Project,
)

Kind = EstimateLine.Kind
MINUTES_A_DAY = 24 * 60


class CircularWork(DomainError):
    """Cards would wait for each other, and none could ever begin."""

    todo = _("Have the order of these operations mended in the catalogue.")


@transaction.atomic
def release_work(*, estimate_id: int, at: datetime) -> list[JobCard]:
    """Turn an approved estimate into work. A second release changes nothing.

    Args:
        estimate_id: an approved version.
        at: now, aware.

    Returns:
        The cards of this version.

    Raises:
        NotFound: no such estimate.
        WrongState: it is not approved.
        CircularWork: by the catalogue its cards wait for each other in a circle.

    Source: docs/domain/estimate.md, rules E9 and E10.
    """
    estimate = existing(Estimate.objects.filter(pk=estimate_id).first())
    project = Project.objects.locked().get(pk=estimate.project_id)
    estimate = Estimate.objects.get(pk=estimate_id)
    if estimate.state != Estimate.State.APPROVED:
        raise WrongState(
            _("Version %(version)s is “%(state)s”; only approved work is released."),
            version=estimate.version,
            state=estimate.get_state_display(),
        )
    released = list(JobCard.objects.filter(estimate_line__estimate=estimate))
    if released:
        return released
    accepted = list(
        estimate.lines.filter(decision=EstimateLine.Decision.ACCEPTED)
        .select_related("operation", "part")
        .prefetch_related("operation__needs")
        .order_by("position")
    )
    cards = _cards(project, [line for line in accepted if line.kind != Kind.PART])
    _needs_and_checks(cards, queries.generation_of_car(project.vehicle))
    _links(project)
    wanted = _parts(cards, [line for line in accepted if line.kind == Kind.PART])
    plan_milestones(project=project, accepted=accepted)
    _raise_demands(project, wanted, at)
    if not wanted:
        # Otherwise the answers about the parts ask for the plan.
        request_plan(site_id=project.site_id, cause={"released": project.pk}, at=at)
    return cards


def _cards(project: Project, lines: Sequence[EstimateLine]) -> list[JobCard]:
    newest = project.job_cards.aggregate(newest=Max("number"))["newest"] or 0
    return JobCard.objects.bulk_create(
        [
            _card(project, line, number)
            for number, line in enumerate(lines, start=newest + 1)
        ]
    )


def _card(project: Project, line: EstimateLine, number: int) -> JobCard:
    operation = line.operation
    card = JobCard(
        project=project,
        number=number,
        operation=operation,
        estimate_line=line,
        title_en=line.text_en,
        title_ja=line.text_ja,
        minutes=max(1, line.minutes_likely),
    )
    if operation is not None:
        card.bay_kind_id = operation.bay_kind_id
        card.is_unbroken = operation.is_unbroken and not operation.is_outside
        card.is_after_hand_over = operation.is_after_hand_over
        card.is_outside = operation.is_outside
        card.outside_days = operation.outside_days
    if card.is_outside:
        # Whatever is done there, the car is away for so many days.
        card.bay_kind_id = None
        card.minutes = max(1, card.outside_days) * MINUTES_A_DAY
    return card


def _needs_and_checks(cards: Sequence[JobCard], generation: str) -> None:
    items = defaultdict(list)
    operations = [c.operation_id for c in cards if c.operation_id]
    for item in InspectionItem.objects.filter(
        operation__in=operations, generation__in={"", generation}
    ).order_by("code"):
        items[item.operation_id].append(item)
    JobCardNeed.objects.bulk_create(
        JobCardNeed(card=card, skill_id=need.skill_id, people=need.people)
        for card in cards
        if card.operation is not None and not card.is_outside
        for need in card.operation.needs.all()
    )
    ChecklistItem.objects.bulk_create(
        ChecklistItem(
            card=card,
            position=position,
            item=item,
            text_en=item.name_en,
            text_ja=item.name_ja,
        )
        for card in cards
        for position, item in enumerate(items[card.operation_id], start=1)
    )


def _links(project: Project) -> None:
    """Put all cards of the project in the order of their operations, gaps bridged."""
    cards = {
        c.operation_id: c.pk
        for c in project.job_cards.exclude(state=JobCard.State.CANCELLED)
        if c.operation_id is not None
    }
    links = [
        queries.Link(b, a, low, high)
        for b, a, low, high in OperationLink.objects.values_list(
            "before_id", "after_id", "min_lag_minutes", "max_lag_minutes"
        )
    ]
    found = queries.bridged(links, cards.keys())
    _refuse_circles(project, found)
    JobCardLink.objects.bulk_create(
        [
            JobCardLink(
                before_id=cards[link.before],
                after_id=cards[link.after],
                min_lag_minutes=link.min_lag_minutes,
                max_lag_minutes=link.max_lag_minutes,
            )
            for link in found
        ],
        # A later version adds to what an earlier one has linked already.
        ignore_conflicts=True,
    )


def _refuse_circles(project: Project, links: Sequence[queries.Link]) -> None:
    """Cards that wait for each other are never begun: nobody could plan them."""
    waits_for: dict[int, list[int]] = defaultdict(list)
    for link in links:
        waits_for[link.after].append(link.before)
    circle = queries.circle_of(waits_for)
    if not circle:
        return
    by_operation = {c.operation_id: c for c in project.job_cards.all()}
    names = [queries.card_names(by_operation[pk]) for pk in circle]
    raise CircularWork(
        _("These cards wait for each other in a circle: %(circle)s."),
        circle=queries.circle_words(names),
    )


def _parts(
    cards: Sequence[JobCard], lines: Sequence[EstimateLine]
) -> list[JobCardPart]:
    by_operation = {c.operation_id: c for c in cards}
    return JobCardPart.objects.bulk_create(
        [
            JobCardPart(
                card=by_operation[line.operation_id],
                part=line.part,
                required_part=line.part,
                estimate_line=line,
                quantity=line.quantity,
            )
            for line in lines
            if line.part is not None
            and not line.is_contingent
            and line.operation_id in by_operation
        ]
    )


def _raise_demands(project: Project, wanted: list[JobCardPart], at: datetime) -> None:
    """Want the parts, hold what there is, and have every wish answered."""
    if not wanted:
        return
    car = project.vehicle
    demands = parts.raise_demands(
        wishes=[
            parts.Wish(
                demand_key=f"card-part:{row.pk}",
                part_id=row.part_id,
                quantity=row.quantity,
                # What the customer has left with us may go into their own car.
                owner_id=project.customer_id,
                variant_id=car.variant_id,
                frame_number=car.serial,
                built_month=car.built_month,
                group_key=group_key_of(row.card_id),
            )
            for row in wanted
        ],
        subject_key=project.subject_key,
        site_id=project.site_id,
        at=at,
    )
    for row, demand in zip(wanted, demands, strict=True):
        row.demand = demand
    JobCardPart.objects.bulk_update(wanted, ["demand"])
    parts.reserve_for_demands(demand_ids=[d.pk for d in demands], at=at)
