"""A released card says which car its parts are for, and hears when all are here."""

import pytest
from django.test import Client

from common.invariants import violations
from common.models import OutboxEvent
from parts import commands as parts
from parts.models import Demand
from restoration import commands, tasks
from restoration.models import JobCard, JobCardEvent
from tests.floor.rows import bring_belts, person_of
from tests.restoration.shop import AT, Shop, shop

pytestmark = pytest.mark.django_db


def arrived(house: Shop) -> list[str]:
    """Bring the belts; return the groups that the outbox tells the workshop of."""
    bring_belts(house)
    for event in OutboxEvent.objects.filter(task="parts.note_arrivals"):
        parts.note_arrivals(at=AT, **event.payload)
    told = OutboxEvent.objects.filter(task="restoration.parts_arrived")
    return [key for event in told for key in event.payload["group_keys"]]


def card_with_part(house: Shop) -> JobCard:
    return house.card(house.approved(), house.strip)


def test_a_release_says_which_car_and_whose_pieces_and_what_arrives_together() -> None:
    house = shop(with_part=True)
    card = card_with_part(house)

    demand = Demand.objects.get()

    assert demand.group_key == f"job-card:{card.pk}"
    assert demand.owner_id == house.customer.pk
    assert (demand.variant_id, demand.frame_number, demand.built_month) == (
        house.car.variant_id,
        house.car.serial,
        house.car.built_month,
    )


def test_a_card_hears_once_that_its_parts_are_here_and_the_floor_shows_it() -> None:
    house = shop(with_part=True)
    card = card_with_part(house)

    groups = arrived(house)
    tasks.parts_arrived(group_keys=groups)
    noted = commands.note_parts_arrived(group_keys=groups, at=AT)

    assert groups == [f"job-card:{card.pk}"]
    assert noted == []
    event = JobCardEvent.objects.get(card=card)
    assert (event.command, event.was, event.became) == ("parts_arrived", "OPEN", "OPEN")
    client = Client()
    client.force_login(person_of(house))
    page = client.get(f"/floor/cards/{card.pk}/").content.decode()
    assert "All parts have arrived" in page
    assert violations() == []


def test_a_card_that_is_over_and_a_group_that_is_none_are_passed_over() -> None:
    house = shop(with_part=True)
    card = card_with_part(house)
    JobCard.objects.filter(pk=card.pk).update(state="CANCELLED")

    keys = [f"job-card:{card.pk}", "order:1", "job-card:x", "job-card:999999"]

    assert commands.note_parts_arrived(group_keys=keys, at=AT) == []
    assert not JobCardEvent.objects.exists()


def test_the_news_does_not_make_an_open_page_stale() -> None:
    house = shop()
    card = house.card(house.approved(), house.strip)

    commands.note_parts_arrived(group_keys=[f"job-card:{card.pk}"], at=AT)

    before = card.version
    card.refresh_from_db()
    assert card.version == before
