"""After a substitution the part that was agreed to stays beside the one of now."""

import html
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from parts import commands as parts
from parts.models import Demand, Part
from restoration import commands
from restoration.models import JobCardPart, Project
from tests import build
from tests.restoration.shop import AT, Shop, key, shop
from workshop.models import User

pytestmark = pytest.mark.django_db


def replaced(house: Shop, project: Project, number: str = "13028-RSR45") -> Part:
    """The project's belt gives way to another, and its cards hear of it."""
    new = build.part(number, name_en="NISMO belt")
    demands = Demand.objects.filter(subject_key=project.subject_key)
    moved = list(demands.values_list("pk", flat=True))
    parts.replace_part(
        old_id=house.belt.pk,
        new_id=new.pk,
        demand_ids=moved,
        reason="superseded",
        key=key(),
        at=AT,
    )
    commands.note_parts_replaced(
        demand_ids=moved, old_id=house.belt.pk, new_id=new.pk, at=AT
    )
    return new


def words_of(user: User | None, path: str) -> str:
    """What a page says, without its tags."""
    assert user is not None
    client = Client()
    client.force_login(user)
    page = client.get(path)
    assert page.status_code == 200
    plain = html.unescape(re.sub(r"<[^>]+>", " ", page.content.decode()))
    return re.sub(r"\s+", " ", plain)


def queries_of(user: User | None, path: str) -> int:
    assert user is not None
    client = Client()
    client.force_login(user)
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_the_owner_reads_the_signed_line_with_the_part_of_now_beside_it() -> None:
    house = shop()
    project = house.approved()
    path = f"/portal/estimates/{project.estimates.get().pk}/"
    assert "now: " not in words_of(house.customer.user, path)

    replaced(house, project)

    words = words_of(house.customer.user, path)
    assert "Timing belt" in words
    assert "13028-20P25" in words
    assert "now: NISMO belt 13028-RSR45" in words


def test_the_card_on_the_floor_names_both() -> None:
    house = shop()
    project = house.approved()
    path = f"/floor/cards/{house.card(project, house.strip).pk}/"
    assert "agreed: " not in words_of(house.mechanic.user, path)

    replaced(house, project)

    words = words_of(house.mechanic.user, path)
    assert "13028-RSR45 NISMO belt" in words
    assert "agreed: Timing belt 13028-20P25 · now: 13028-RSR45" in words


def test_the_board_names_both() -> None:
    house = shop()
    project = house.approved()

    replaced(house, project)

    words = words_of(house.manager, f"/board/projects/{project.number}/parts/")
    assert "agreed: Timing belt 13028-20P25 , now: NISMO belt" in words


def test_a_replacement_taken_back_shows_one_part_again() -> None:
    house = shop()
    project = house.approved()
    new = replaced(house, project)
    row = JobCardPart.objects.get(card__project=project)
    parts.replace_part(
        old_id=new.pk,
        new_id=house.belt.pk,
        demand_ids=[row.demand_id or 0],
        reason="It does not fit",
        key=key(),
        at=AT,
    )
    commands.note_parts_replaced(
        demand_ids=[row.demand_id or 0], old_id=new.pk, new_id=house.belt.pk, at=AT
    )

    path = f"/floor/cards/{row.card_id}/"
    assert "agreed: " not in words_of(house.mechanic.user, path)


def test_many_replaced_parts_are_read_in_as_many_statements_as_one() -> None:
    house = shop()
    project = house.approved()
    card = house.card(project, house.strip)
    replaced(house, project)
    paths = [
        (house.mechanic.user, f"/floor/cards/{card.pk}/"),
        (house.manager, f"/board/projects/{project.number}/parts/"),
    ]
    few = [queries_of(user, path) for user, path in paths]

    for n in range(4):
        old, new = build.part(f"1000{n}-20P25"), build.part(f"1000{n}-RSR45")
        demand = parts.raise_demand(
            demand_key=key(),
            subject_key=project.subject_key,
            part_id=new.pk,
            site_id=house.site.pk,
            quantity=Decimal(1),
            at=AT,
        )
        JobCardPart.objects.create(
            card=card, part=new, required_part=old, quantity=1, demand=demand
        )

    assert [queries_of(user, path) for user, path in paths] == few
