"""A technician at the tablet: signed in, with cards of the plan in force."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from parts import commands as parts
from restoration.models import Assignment, JobCard, PlanRun, Project
from tests import build
from tests.restoration.shop import Shop, shop
from workshop.models import User

_keys = count(1)


def key() -> str:
    return f"floor-key-{next(_keys)}"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@dataclass
class Floor:
    """A house with one project in work, and its mechanic at the tablet."""

    house: Shop
    project: Project
    client: Client

    @property
    def strip(self) -> JobCard:
        return self.house.card(self.project, self.house.strip)

    @property
    def paint(self) -> JobCard:
        return self.house.card(self.project, self.house.paint)

    @property
    def last(self) -> JobCard:
        return self.house.card(self.project, self.house.finish)

    def post(self, url: str, **values: Any) -> HttpResponse:
        given = {"idempotency_key": key()} | values
        answer = self.client.post(url, given)
        assert isinstance(answer, HttpResponse)
        return answer

    def act(self, name: str, card: JobCard, **values: Any) -> HttpResponse:
        """Tap a button of the clock, with the version that the page showed."""
        return self.post(
            f"/floor/cards/{card.pk}/{name}/", **({"version": card.version} | values)
        )


def floor(*, with_part: bool = False) -> Floor:
    house = shop(with_part=with_part)
    project = house.approved()
    return Floor(house, project, signed_in(person_of(house)))


def person_of(house: Shop) -> User:
    person = house.mechanic.user
    assert person is not None
    return person


def plan(house: Shop, cards: list[JobCard], *, in_days: int = 0) -> None:
    """Book the mechanic and the lift for cards, an hour each, from now on."""
    run = PlanRun.objects.get_or_create(
        site=house.site,
        is_in_force=True,
        change_count=0,
        defaults={"state": "DONE", "requested_at": build.NOW},
    )[0]
    first = timezone.now() + timedelta(days=in_days)
    for number, card in enumerate(cards):
        at = first + timedelta(seconds=number)
        assignment = Assignment.objects.create(
            run=run,
            card=card,
            starts_at=at,
            ends_at=at + timedelta(hours=1),
            reason={"kind": "NOW"},
        )
        period = (assignment.starts_at, assignment.ends_at)
        assignment.technician_bookings.create(
            technician=house.mechanic, period=period, is_binding=False
        )
        assignment.bay_bookings.create(bay=house.lift, period=period, is_binding=False)


def more_cards(project: Project, rows: int) -> list[JobCard]:
    base = project.job_cards.count()
    return JobCard.objects.bulk_create(
        JobCard(
            project=project,
            number=base + number,
            title_en=f"Card {base + number}",
            minutes=60,
        )
        for number in range(1, rows + 1)
    )


def bring_belts(house: Shop, quantity: int = 1) -> str:
    """Put timing belts into a bin and return its code."""
    place = build.bin(house.site)
    parts.receive_stock(
        part_id=house.belt.pk,
        bin_id=place.pk,
        quantity=Decimal(quantity),
        unit_cost=Decimal(4000),
        reason="test",
        key=key(),
        at=timezone.now(),
    )
    parts.check_all_availability(at=timezone.now())
    return str(place.code)
