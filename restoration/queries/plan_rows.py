"""The rows a plan is made from, read in a fixed number of queries.

At thousands of cards a model's row costs more than its query, and a list of keys more
than a join: only cards, projects and pins are rows here.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, QuerySet

from restoration.models import (
    Assignment,
    BayBooking,
    JobCard,
    JobCardLink,
    JobCardNeed,
    Operation,
    Pin,
    Project,
    TechnicianBooking,
    TimeEntry,
)
from workshop.models import BayKind, Site, Skill

# A finished card's most waiting time is kept while there is still room to meet it.
LEAST_ROOM = timedelta(days=2)
State = JobCard.State


class CardLink(NamedTuple):
    """One card waits for another, at least and at most so long."""

    before_id: int
    after_id: int
    min_lag_minutes: int
    max_lag_minutes: int | None
    before: JobCard


class Need(NamedTuple):
    """A skill that a card takes, and of how many people."""

    skill: Skill
    people: int


class Stand(NamedTuple):
    """Where the plan in force has a card."""

    starts_at: datetime
    ends_at: datetime
    technicians: tuple[int, ...]
    bay: int | None


@dataclass(slots=True)
class PlanRows:
    """Everything the problem is built from."""

    site: Site
    at: datetime
    horizon_days: int
    keep_lags_of_done: bool
    projects: dict[int, Project] = field(default_factory=dict)
    cards: list[JobCard] = field(default_factory=list)
    links: list[CardLink] = field(default_factory=list)
    times: dict[int, list[TimeEntry]] = field(default_factory=dict)
    in_force: dict[int, Stand] = field(default_factory=dict)
    # The oldest first: of two that cannot stand together the older one does.
    pins: list[Pin] = field(default_factory=list)

    @property
    def unfinished(self) -> QuerySet[JobCard]:
        """The cards that are planned, to be joined with what hangs on them."""
        cards = JobCard.objects.filter(project__site=self.site).unfinished()
        return cards.exclude(project__state=Project.State.CANCELLED)


def read_rows(rows: PlanRows, *, without_pins: Collection[int] = ()) -> PlanRows:
    """Fill in the rows of a site.

    Args:
        rows: whose, when, how far.
        without_pins: cards whose pins are left out.
    """
    at_work = JobCard.objects.filter(project=OuterRef("pk")).unfinished()
    projects = Project.objects.filter(Exists(at_work), site=rows.site)
    rows.projects = {
        p.pk: p
        for p in projects.exclude(state=Project.State.CANCELLED).select_related(
            "vehicle", "customer"
        )
    }
    unfinished = _cards(rows)
    known = {c.pk: c for c in unfinished}
    _read_needs(rows, known)
    _read_links(rows, known)
    done = {
        link.before_id: link.before
        for link in rows.links
        if rows.keep_lags_of_done and _still_bounds(link, rows.at)
    }
    rows.cards = [*unfinished, *done.values()]
    times: dict[int, list[TimeEntry]] = defaultdict(list)
    entries = TimeEntry.objects.filter(card__in=rows.unfinished.values("pk"))
    for entry in entries.order_by("started_at"):
        times[entry.card_id].append(entry)
    rows.times = times
    _read_in_force(rows, known)
    pins = Pin.objects.active().filter(card__in=rows.unfinished.values("pk"))
    rows.pins = [
        pin
        for pin in pins.filter(card__state=State.OPEN)
        .prefetch_related("technicians")
        .order_by("pinned_at", "pk")
        if pin.card_id in known and pin.card_id not in without_pins
    ]
    return rows


def _cards(rows: PlanRows) -> list[JobCard]:
    """The unfinished cards, each with its operation and its kind of bay."""
    found = JobCard.objects.filter(project__in=rows.projects).unfinished()
    cards = list(found.order_by("project_id", "number"))
    operations = Operation.objects.in_bulk({c.operation_id for c in cards} - {None})
    kinds = {kind.pk: kind for kind in BayKind.objects.all()}
    for card in cards:
        card.operation = operations.get(card.operation_id or 0)
        card.bay_kind = kinds.get(card.bay_kind_id or 0)
    return cards


def _read_needs(rows: PlanRows, cards: Mapping[int, JobCard]) -> None:
    """Each card's needs, where readers find what `prefetch_related` has brought."""
    skills = {skill.pk: skill for skill in Skill.objects.all()}
    found: dict[int, list[Need]] = defaultdict(list)
    needs = JobCardNeed.objects.filter(card__in=rows.unfinished.values("pk"))
    told = needs.order_by("pk").values_list("card_id", "skill_id", "people")
    for card_id, skill_id, people in told:
        found[card_id].append(Need(skills[skill_id], people))
    # Read as tuples, for there are thousands; the stubs do not know the cache.
    for card in cards.values():
        card._prefetched_objects_cache = {  # type: ignore[attr-defined]
            "needs": found.get(card.pk, [])
        }


def _read_links(rows: PlanRows, cards: Mapping[int, JobCard]) -> None:
    """Links with what is before; most of it is among the cards at hand."""
    links = JobCardLink.objects.filter(after__in=rows.unfinished.values("pk"))
    found = [
        row
        for row in links.order_by("pk").values_list(
            "before_id", "after_id", "min_lag_minutes", "max_lag_minutes"
        )
        if row[1] in cards
    ]
    far = {row[0] for row in found} - set(cards)
    known = {**JobCard.objects.in_bulk(far), **cards}
    rows.links = [CardLink(*row, before=known[row[0]]) for row in found]


def _read_in_force(rows: PlanRows, cards: Mapping[int, JobCard]) -> None:
    """Where the plan in force has the cards, with whom and in which bay."""
    of_plan: dict[str, Any] = {
        "assignment__run__site": rows.site,
        "assignment__run__is_in_force": True,
    }
    people: dict[int, list[int]] = defaultdict(list)
    booked = TechnicianBooking.objects.filter(**of_plan).order_by("pk")
    for card, technician in booked.values_list("assignment__card_id", "technician_id"):
        people[card].append(technician)
    places = BayBooking.objects.filter(**of_plan).order_by("-pk")
    bays = dict(places.values_list("assignment__card_id", "bay_id"))
    stands = Assignment.objects.filter(run__site=rows.site, run__is_in_force=True)
    rows.in_force = {
        card: Stand(start, end, tuple(people.get(card, ())), bays.get(card))
        for card, start, end in stands.order_by("pk").values_list(
            "card_id", "starts_at", "ends_at"
        )
        if card in cards
    }


def _still_bounds(link: CardLink, at: datetime) -> bool:
    before = link.before
    if before.state != State.DONE or before.finished_at is None:
        return False
    if link.max_lag_minutes is None:
        return False
    last = before.finished_at + timedelta(minutes=link.max_lag_minutes)
    return last > at + LEAST_ROOM
