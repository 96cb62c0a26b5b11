"""Whether a card's parts are here, on the floor and on the board."""

from decimal import Decimal

import pytest
from django.test import Client

from parts import commands as parts
from parts.models import Demand
from restoration import queries
from tests import build
from tests.restoration.shop import AT, key, shop
from tests.restoration.test_plans import answer
from tests.restoration.test_query_counts import count

pytestmark = pytest.mark.django_db


def test_a_badge_says_until_when_a_card_waits_and_that_its_parts_are_here() -> None:
    house = shop()
    project = house.approved()
    card = house.card(project, house.strip)
    assert queries.parts_badges([card.pk])[card.pk].label == (
        "Waits for parts without a date"
    )
    answer(house)
    waiting = queries.parts_badges([card.pk])[card.pk]
    assert (waiting.state, waiting.label) == (
        "WAITING",
        "Waits for parts until Thu 3 Dec 2026",
    )

    parts.receive_stock(
        part_id=house.belt.pk,
        bin_id=build.bin(house.site).pk,
        quantity=Decimal(1),
        unit_cost=Decimal(4000),
        reason="Came",
        key=key(),
        at=AT,
    )
    parts.reserve_for_demand(demand_id=Demand.objects.get().pk, at=AT)

    here = queries.parts_badges([card.pk])[card.pk]
    assert (here.state, here.label) == ("READY", "Parts are here")


def test_cards_without_parts_have_no_badge_and_more_cards_no_more_statements() -> None:
    house = shop()
    cards = [house.card(house.approved(), house.strip).pk for _n in range(3)]
    painted = house.card(house.approved(), house.paint)

    assert painted.pk not in queries.parts_badges([painted.pk])
    few = count(lambda: queries.parts_badges(cards[:1]))
    assert count(lambda: queries.parts_badges(cards)) == few


def test_the_floors_list_and_the_boards_cards_show_it() -> None:
    house = shop()
    project = house.approved()
    answer(house)
    client = Client()
    client.force_login(house.manager)

    listed = client.get("/floor/cards/?who=all").content.decode()
    board = client.get(f"/board/projects/{project.number}/cards/").content.decode()

    assert "Waits for parts until Thu 3 Dec 2026" in listed
    assert "Waits for parts until Thu 3 Dec 2026" in board
