"""What a scenario changes in the shop before it is planned."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count

from restoration.models import (
    JobCard,
    JobCardNeed,
    OperationLink,
    Project,
    TemplateOperation,
)
from restoration.queries.plan_rows import CardLink
from restoration.queries.precedence import Link, bridged
from workshop.models import Customer, Site

MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class AddedCar:
    """A car that could be taken in: what is done to it, from when, until when."""

    name: str
    template_code: str
    weight: int = 1
    arrives_on: date | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class OpenDays:
    """Weekdays (0 is Monday) that are worked from one day to another, both included.

    The hours are those of the nearest earlier weekday that has some.
    """

    weekday: int
    from_on: date
    to_on: date


@dataclass(frozen=True, slots=True)
class ShopChanges:
    """The shop as it could be, against how it is."""

    # Technician, from, to.
    away: tuple[tuple[int, datetime, datetime], ...] = ()
    open_days: tuple[OpenDays, ...] = ()
    # Wish for a part → the day on which it comes instead.
    part_dates: Mapping[int, date] = field(default_factory=dict)
    cars: tuple[AddedCar, ...] = ()


@dataclass(frozen=True, slots=True)
class Sketch:
    """A car that is not there: rows like those of the database, with keys below 0."""

    project: Project
    arrives_on: date | None
    cards: list[JobCard]
    links: list[CardLink]


def sketches(site: Site, cars: tuple[AddedCar, ...]) -> list[Sketch]:
    """Return unsaved projects, cards and links of added cars, in two queries each."""
    keys = count(-1, -1)
    return [_sketch(site, car, -n, keys) for n, car in enumerate(cars, start=1)]


def _sketch(site: Site, car: AddedCar, pk: int, keys: "count[int]") -> Sketch:
    project = Project(
        pk=pk,
        site=site,
        number=car.name,
        title_en=car.name,
        customer=Customer(name=car.name),
        weight=car.weight,
        wished_on=car.due_on,
        state=Project.State.IN_WORK,
    )
    rows = (
        TemplateOperation.objects.filter(
            template__code=car.template_code, is_optional=False
        )
        .select_related("operation__bay_kind")
        .prefetch_related("operation__needs__skill")
        .order_by("pk")
    )
    cards = {
        row.operation_id: _card(project, row, n, next(keys))
        for n, row in enumerate(rows, start=1)
    }
    found = OperationLink.objects.values_list(
        "before_id", "after_id", "min_lag_minutes", "max_lag_minutes"
    )
    links = [
        CardLink(
            cards[link.before].pk,
            cards[link.after].pk,
            link.min_lag_minutes,
            link.max_lag_minutes,
            before=cards[link.before],
        )
        for link in bridged([Link(*each) for each in found], cards.keys())
    ]
    return Sketch(project, car.arrives_on, list(cards.values()), links)


def _card(project: Project, row: TemplateOperation, number: int, pk: int) -> JobCard:
    operation = row.operation
    card = JobCard(
        pk=pk,
        project=project,
        number=number,
        operation=operation,
        title_en=operation.name_en,
        title_ja=operation.name_ja,
        minutes=max(1, operation.minutes_likely),
        is_after_hand_over=operation.is_after_hand_over,
        is_outside=operation.is_outside,
        is_unbroken=operation.is_unbroken and not operation.is_outside,
    )
    needs: list[JobCardNeed] = []
    if card.is_outside:
        card.minutes = max(1, operation.outside_days) * MINUTES_A_DAY
    else:
        card.bay_kind = operation.bay_kind
        needs = [
            JobCardNeed(card=card, skill=need.skill, people=need.people)
            for need in operation.needs.all()
        ]
    # What a query would have fetched: these rows are in no table.
    card._prefetched_objects_cache = {"needs": needs}  # type: ignore[attr-defined]
    return card
