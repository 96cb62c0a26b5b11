"""Finding a card on the floor, and the small lists its forms choose from."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum

from common.errors import NotFound
from common.querysets import get_visible
from parts.models import Bin
from restoration.models import (
    Assignment,
    ChecklistItem,
    InspectionItem,
    JobCard,
    JobCardNeed,
    JobCardPart,
    Measurement,
    Project,
    RemovedPart,
    TimeEntry,
)
from restoration.queries.blockers import blockers_of
from restoration.queries.floor import FloorCard
from workshop.models import Technician, Viewer

if TYPE_CHECKING:
    from django.db.models import QuerySet

# A car is in the house from the release of its work until it is handed over.
IN_THE_HOUSE = (Project.State.IN_WORK, Project.State.READY)
UNFINISHED = (JobCard.State.OPEN, JobCard.State.RUNNING, JobCard.State.PAUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSearch:
    """Which cards are looked for. Empty values do not narrow the list."""

    text: str = ""
    state: str = ""
    project_id: int | None = None
    technician: Technician | None = None


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One line of a card's checklist with what was measured for it."""

    line: ChecklistItem
    measured: Sequence[Measurement]

    @property
    def takes_measurement(self) -> bool:
        """Whether the line asks for a number."""
        return self.line.item is not None and bool(self.line.item.unit)


@dataclass(frozen=True, slots=True)
class CheckCount:
    """How many lines of a checklist are open."""

    open: int
    total: int

    @property
    def done(self) -> int:
        return self.total - self.open


def cards_in_the_house(user: Viewer, *, search: CardSearch) -> "QuerySet[JobCard]":
    """Return the cards of the cars in the house, in the order of the plan.

    Args:
        user: who asks.
        search: what narrows the list; without a state, finished cards are left out.
    """
    planned = Assignment.objects.filter(run__is_in_force=True, card=OuterRef("pk"))
    cards = (
        JobCard.objects.visible_to(user)
        .filter(project__state__in=IN_THE_HOUSE)
        .annotate(planned_at=Subquery(planned.values("starts_at")[:1]))
        .select_related("project__vehicle__variant", "operation__phase", "bay_kind")
    )
    cards = cards.filter(state__in=[search.state] if search.state else UNFINISHED)
    if search.project_id is not None:
        cards = cards.filter(project=search.project_id)
    if search.technician is not None:
        needs = JobCardNeed.objects.filter(card=OuterRef("pk"))
        mine = needs.filter(skill__in=search.technician.skills.all())
        cards = cards.filter(Q(Exists(mine)) | ~Q(Exists(needs)))
    for word in search.text.split():
        cards = cards.filter(
            Q(title_en__icontains=word)
            | Q(title_ja__icontains=word)
            | Q(operation__code__iexact=word)
            | Q(project__number__icontains=word)
            | Q(project__vehicle__frame_number__icontains=word)
        )
    return cards.order_by("planned_at", "project__number", "number", "pk")


def listed_cards(cards: Sequence[JobCard], *, at: datetime) -> list[FloorCard]:
    """Return cards with their place in the plan and what they wait for.

    Args:
        cards: one page of them.
        at: now, aware.
    """
    ids = [card.pk for card in cards]
    rows = Assignment.objects.filter(run__is_in_force=True, card__in=ids)
    planned = {
        a.card_id: a
        for a in rows.prefetch_related(
            "bay_bookings__bay", "technician_bookings__technician"
        )
    }
    waiting = [card.pk for card in cards if card.finished_at is None]
    blockers = blockers_of(waiting, at=at)
    return [
        FloorCard(card, planned.get(card.pk), None, blockers.get(card.pk, []))
        for card in cards
    ]


def projects_in_the_house(user: Viewer) -> "QuerySet[Project]":
    """Return the projects whose cars stand here."""
    return (
        Project.objects.visible_to(user)
        .filter(state__in=IN_THE_HOUSE)
        .select_related("vehicle")
        .order_by("number")
    )


def check_counts(card_ids: Collection[int]) -> dict[int, CheckCount]:
    """Return the open and all lines of each card that has a checklist, in one query."""
    rows = (
        ChecklistItem.objects.filter(card__in=card_ids)
        .values("card")
        .annotate(
            open=Count("pk", filter=Q(result=ChecklistItem.Result.OPEN)),
            total=Count("pk"),
        )
        .order_by("card")
    )
    return {row["card"]: CheckCount(row["open"], row["total"]) for row in rows}


def clocked_before(
    technician: Technician, card_ids: Collection[int]
) -> dict[int, timedelta]:
    """Return a technician's finished stretches on each card, in one query."""
    rows = (
        TimeEntry.objects.filter(
            technician=technician, card__in=card_ids, ended_at__isnull=False
        )
        .values("card")
        .annotate(clocked=Sum(F("ended_at") - F("started_at")))
        .order_by("card")
    )
    return {row["card"]: row["clocked"] for row in rows}


def check_lines(
    checklist: Sequence[ChecklistItem], measurements: Sequence[Measurement]
) -> list[CheckLine]:
    """Put each measured value to the line that asked for it; no query."""
    return [
        CheckLine(
            line, [m for m in measurements if m.item_id and m.item_id == line.item_id]
        )
        for line in checklist
    ]


def check_line(user: Viewer, *, card_id: int, item_id: int) -> CheckLine:
    """Return one line of a card's checklist.

    Raises:
        NotFound: no such card, or no such line on it.
    """
    card = get_visible(JobCard, user, pk=card_id)
    rows = card.checklist.select_related("item", "card", "checked_by")
    line = rows.filter(pk=item_id).first()
    if line is None:
        raise NotFound
    measured = card.measurements.filter(item=line.item_id) if line.item_id else []
    return CheckLine(line, list(measured))


def card_part(user: Viewer, *, card_id: int, row_id: int) -> JobCardPart:
    """Return one line of a card's parts.

    Raises:
        NotFound: no such card, or no such line on it.
    """
    card = get_visible(JobCard, user, pk=card_id)
    row = card.parts.select_related("part").filter(pk=row_id).first()
    if row is None:
        raise NotFound
    return row


def removed_part(user: Viewer, *, card_id: int, removed_id: int) -> RemovedPart:
    """Return one original that came off on a card.

    Raises:
        NotFound: no such card, or no such original on it.
    """
    card = get_visible(JobCard, user, pk=card_id)
    row = card.removed_parts.filter(pk=removed_id).first()
    if row is None:
        raise NotFound
    return row


def entry_card(user: Viewer, *, card_id: int) -> JobCard:
    """Return a card as its small forms name it.

    Raises:
        NotFound: no such card.
    """
    rows = JobCard.objects.select_related("project__vehicle", "operation")
    return get_visible(rows, user, pk=card_id)


def measured_items(card: JobCard) -> list[InspectionItem]:
    """Return the items of a card's checklist that ask for a number, in its order."""
    lines = card.checklist.select_related("item").order_by("position")
    return [line.item for line in lines if line.item is not None and line.item.unit]


def originals_bins(card: JobCard) -> list[Bin]:
    """Return the bins of the card's site where removed originals lie."""
    bins = Bin.objects.filter(site=card.project.site_id, kind=Bin.Kind.ORIGINALS)
    return list(bins.order_by("code"))


def parts_that_come_off(card: JobCard) -> list[JobCardPart]:
    """Return the card's parts, whose old pieces come off the car."""
    return list(card.parts.select_related("part").order_by("pk"))
