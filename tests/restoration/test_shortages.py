"""Which cars wait for which parts, and what the plan pays for it."""

import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from parts import commands as parts
from restoration import queries
from restoration.models import JobCardPart, Project
from tests import build
from tests.restoration.shop import AT, Shop, shop
from tests.restoration.test_plans import answer, plan
from tests.restoration.test_query_counts import copy_rows, count
from workshop.models import Role

pytestmark = pytest.mark.django_db


def lines(house: Shop) -> list[queries.ShortageLine]:
    cars = queries.costed(queries.shortages(house.manager), at=AT)
    return [line for car in cars for line in car.lines]


def test_a_part_costs_the_days_its_card_waits_for_it() -> None:
    house = shop()
    project = house.approved()
    answer(house)
    plan(house)

    (line,) = lines(house)

    assert line.project == project
    assert line.since == AT
    # Wanted on Monday 23 November; it comes on 3 December, its card begins after.
    assert line.shortage.available_on.isoformat() == "2026-12-03"
    assert (line.cost.held_days, line.cost.decides) == (11, True)
    assert line.cost.assumed_days is None
    assert line.cost.sentence == (
        "Its card begins 11 days later for it. The promised date rests on it."
    )


def test_a_part_that_nothing_waits_for_costs_no_day() -> None:
    house = shop()
    house.approved()
    answer(house)
    plan(house)
    row = JobCardPart.objects.get()
    other = build.part("21010-24U27", name_en="Water pump")
    demand = parts.raise_demand(
        demand_key="card-part:extra",
        subject_key=row.card.project.subject_key,
        part_id=other.pk,
        site_id=house.site.pk,
        quantity=Decimal(1),
        at=AT,
    )
    JobCardPart.objects.create(
        card=row.card, part=other, required_part=other, quantity=1, demand=demand
    )

    costs = {line.number: line.cost for line in lines(house)}

    assert costs["21010-24U27"].held_days == 0
    assert costs["21010-24U27"].sentence == (
        "Costs no day: something else holds its card as long or longer."
    )
    assert costs["13028-20P25"].held_days == 11


def test_a_car_without_a_plan_says_so() -> None:
    house = shop()
    house.approved()

    (line,) = lines(house)

    assert line.cost.sentence == "Its card has no place in the plan yet."


def test_the_same_lines_are_grouped_by_part() -> None:
    house = shop()
    first, second = house.approved(), house.approved()
    answer(house)
    plan(house)

    cars = queries.costed(queries.shortages(house.manager), at=AT)
    (group,) = queries.by_part(cars)

    assert group.part == house.belt
    assert {line.project for line in group.lines} == {first, second}


def test_more_shortages_take_no_more_statements() -> None:
    house = shop()
    project = house.approved()
    answer(house)
    plan(house)

    def read() -> None:
        for line in lines(house):
            assert line.answer
            assert line.cost.sentence

    few = count(read)
    copy_rows(house, project, 5)
    more = [house.approved() for _n in range(3)]
    answer(house)
    assert Project.objects.count() >= len(more)

    assert count(read) == few


@pytest.mark.parametrize("by", ["car", "part"])
def test_desk_and_board_show_them(by: str) -> None:
    house = shop()
    project = house.approved()
    answer(house)
    plan(house)
    people = {
        "board:shortages": house.manager,
        "admin:claims_shortages": build.user(Role.PARTS),
    }

    for name, person in people.items():
        client = Client()
        client.force_login(person)
        page = client.get(reverse(name), {"by": by})

        assert page.status_code == 200
        text = page.content.decode()
        assert project.number in text
        assert "Timing belt" in text
        assert "Its card begins" in text
        assert text.count('<details class="card fold" open>') == 1
        assert re.search(r"the last one here on <time[^>]*>Thu 3 Dec 2026", text)


def test_a_part_without_a_number_shows_no_code_of_ours() -> None:
    house = shop()
    house.approved()
    plan(house)
    house.belt.numbers.update(is_primary=False)
    client = Client()
    client.force_login(house.manager)

    page = client.get("/board/shortages/", {"by": "part"}).content.decode()

    assert page.count("number unknown") == 1
    assert house.belt.code not in page


def test_the_api_lists_them() -> None:
    house = shop()
    project = house.approved()
    answer(house)
    plan(house)
    client = Client()
    client.force_login(house.manager)

    (row,) = client.get("/api/v1/shortages/").json()

    assert (row["project_number"], row["held_days"]) == (
        project.number,
        row["held_days"],
    )
    assert row["part_number"] == "13028-20P25"
    assert row["expected_on"] == "2026-12-03"
