"""The demo's house: who works there, and who did which card when."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from config.seeding.demo_stages import Begun, Stage
from config.seeding.past import Past, Piece
from restoration.models import JobCard, JobCardLink, Project
from workshop.models import Role, Site, Technician, User

LOOK_BACK = timedelta(days=500)
# The time somebody spends with what is done by another house.
OUTSIDE_MINUTES = 15
# A clock that runs now began so long ago, whatever the time of day.
RUNNING_SINCE = timedelta(minutes=40)


class House:
    """Who works in the demo's house, and the time they had."""

    def __init__(self, site: Site, now: datetime) -> None:
        self.site = site
        self.now = now
        self.crew = list(
            Technician.objects.employed()
            .filter(site=site)
            .select_related("user")
            .prefetch_related("skills")
            .order_by("pk")
        )
        self.manager = _first(Role.MANAGER)
        self.buyer = _first(Role.PARTS)
        first, last = now - LOOK_BACK, now - 2 * RUNNING_SINCE
        self.past = Past(site, self.crew, first=first, last=last)

    def able(self, card: JobCard) -> list[int]:
        """Return who has a skill that the card takes; anybody where it takes none."""
        wanted = {need.skill_id for need in card.needs.all()}
        return [
            person.pk
            for person in self.crew
            if not wanted or wanted & {skill.pk for skill in person.skills.all()}
        ]

    def person(self, pk: int) -> Technician:
        return next(person for person in self.crew if person.pk == pk)


def work_of(
    house: House, project: Project, stage: Stage
) -> Iterator[tuple[JobCard, list[Piece], Begun | None]]:
    """Give each card that was worked on, with the time that went into it.

    Cards are taken from the last to the first, each as late as what follows it allows.

    Args:
        house: whose people's time is taken.
        project: with its cards.
        stage: how far it is.
    """
    cards = {
        c.pk: c
        for c in project.job_cards.select_related("operation")
        .prefetch_related("needs")
        .order_by("number")
    }
    followers: dict[int, list[JobCardLink]] = defaultdict(list)
    befores: dict[int, list[int]] = defaultdict(list)
    for link in JobCardLink.objects.filter(after__in=cards).order_by("pk"):
        followers[link.before_id].append(link)
        befores[link.after_id].append(link.before_id)
    begun = {
        pk: stage.begun[c.operation.code]
        for pk, c in cards.items()
        if c.operation is not None and c.operation.code in stage.begun
    }
    named = [
        pk
        for pk, c in cards.items()
        if c.operation is not None and c.operation.code in stage.done
    ]
    until = house.now - timedelta(days=stage.idle_days)
    starts: dict[int, datetime] = {}
    for pk in _last_first([*named, *begun], befores):
        card = cards[pk]
        bounds = [
            starts[link.after_id] - timedelta(minutes=link.min_lag_minutes)
            for link in followers[pk]
            if link.after_id in starts
        ]
        pieces = _pieces(house, card, begun.get(pk), min([until, *bounds]))
        starts[pk] = pieces[0].starts_at
        yield card, pieces, begun.get(pk)


def _pieces(
    house: House, card: JobCard, begun: Begun | None, until: datetime
) -> list[Piece]:
    if card.is_outside:
        back = until - timedelta(days=card.outside_days)
        return house.past.take(OUTSIDE_MINUTES, house.able(card), until=back)
    if begun is None:
        return house.past.take(card.minutes, house.able(card), until=until)
    who = [person.pk for person in house.crew if person.code == begun.technician]
    return house.past.take(round(card.minutes * begun.share), who, until=until)


def _last_first(wanted: list[int], befores: dict[int, list[int]]) -> list[int]:
    """Return these cards and all they rest on, no card before one that follows it."""
    seen: dict[int, None] = {}

    def visit(pk: int) -> None:
        if pk not in seen:
            for before in befores[pk]:
                visit(before)
            seen[pk] = None

    for pk in wanted:
        visit(pk)
    return list(reversed(seen))


def _first(role: Role) -> User:
    return User.objects.filter(role=role, is_demo=True).order_by("pk")[0]
