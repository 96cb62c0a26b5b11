"""What began since the plan was made waits for nothing, wherever a person reads it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from restoration.models import Assignment, JobCard, PlanRun
from tests.board.test_calendars import issued
from tests.restoration.shop import AT, Shop, shop
from tests.restoration.test_plans import plan
from tests.restoration.test_query_counts import copy_rows

pytestmark = pytest.mark.django_db
BEGUN, WAITS = "Under way or done.", "Waits for “Paint”."


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def house() -> Shop:
    house = shop(with_part=False)
    house.approved()
    plan(house)
    Assignment.objects.filter(card=strip(house)).update(
        reason={"kind": "PREDECESSOR", "card_en": "Paint"}
    )
    return house


@pytest.fixture
def manager(house: Shop) -> Client:
    client = Client()
    client.force_login(house.manager)
    return client


def strip(house: Shop) -> JobCard:
    return JobCard.objects.get(operation=house.strip)


def rows_path() -> str:
    run = PlanRun.objects.get(is_in_force=True)
    return f"/api/v1/plan-runs/{run.pk}/assignments/?page_size=100"


def reason_by_api(client: Client, card: JobCard) -> str:
    rows = client.get(rows_path()).json()["results"]
    return str(next(row["reason"] for row in rows if row["card"] == card.pk))


def test_the_api_tells_the_reason_as_the_card_stands(
    house: Shop, manager: Client
) -> None:
    card = strip(house)
    before = reason_by_api(manager, card)

    house.start(card)

    assert (before, reason_by_api(manager, card)) == (WAITS, BEGUN)


def test_the_api_asks_as_often_for_thirty_rows_as_for_three(
    house: Shop, manager: Client
) -> None:
    counts = []
    for more in (0, 27):
        copy_rows(house, strip(house).project, more)
        with CaptureQueriesContext(connection) as caught:
            rows = manager.get(rows_path()).json()["results"]
        counts.append((len(rows), len(caught)))

    assert [rows for rows, _asked in counts] == [3, 30]
    assert counts[0][1] == counts[1][1]


@pytest.mark.parametrize("page", ["", "{}/change/"])
def test_the_desk_tells_the_reason_as_the_card_stands(
    house: Shop, manager: Client, page: str
) -> None:
    row = Assignment.objects.get(card=strip(house))
    url = f"/admin/restoration/assignment/{page.format(row.pk)}"
    before = manager.get(url).content.decode()

    house.start(row.card)
    after = manager.get(url).content.decode()

    assert (WAITS in before, WAITS in after, BEGUN in after) == (True, False, True)


def test_the_floor_tells_the_reason_as_the_card_stands(house: Shop) -> None:
    assert house.mechanic.user is not None
    technician = Client()
    technician.force_login(house.mechanic.user)
    url = f"/floor/cards/{strip(house).pk}/"
    before = technician.get(url).content.decode()

    house.start(strip(house))
    after = technician.get(url).content.decode()

    assert f"<dd>{WAITS}</dd>" in before
    assert f"<dd>{BEGUN}</dd>" in after


@pytest.mark.parametrize("owner", ["technician", "bay"])
def test_a_calendar_tells_what_began_and_is_not_taken_for_unchanged(
    house: Shop, manager: Client, owner: str
) -> None:
    whose = house.mechanic if owner == "technician" else house.lift
    path = issued(manager, **{owner: whose.pk})
    first = Client().get(path)

    house.start(strip(house), at=AT + timedelta(minutes=5))
    second = Client().get(path, headers={"If-None-Match": first["ETag"]})
    third = Client().get(path, headers={"If-None-Match": second["ETag"]})

    told = second.content.decode().replace("\r\n ", "")
    assert WAITS in first.content.decode().replace("\r\n ", "")
    assert (second.status_code, BEGUN in told, WAITS in told) == (200, True, False)
    assert f"DTSTAMP:{AT + timedelta(minutes=5):%Y%m%dT%H%M%SZ}" in told
    assert third.status_code == 304
