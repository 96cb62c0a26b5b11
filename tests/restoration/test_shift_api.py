"""Absences and extra days over HTTP."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from common.models import OutboxEvent
from tests import build
from tests.restoration.shop import AT, Shop, key, shop
from tests.restoration.test_plan_api import post
from workshop.models import Absence, ExtraDay, Role, User

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
# A Saturday.
OPEN_ON = date(2026, 11, 28)


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def house() -> Shop:
    return shop(with_part=False)


def listed(user: User, path: str) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(f"/api/v1/{path}").json()["results"]


def away(house: Shop, **more: object) -> dict[str, object]:
    return {
        "technician": house.mechanic.pk,
        "starts_at": AT.isoformat(),
        "ends_at": (AT + DAY).isoformat(),
        "reason": "ill",
    } | more


def saturday(house: Shop, **more: object) -> dict[str, object]:
    hours = {"opens": "09:00", "closes": "12:00"}
    return {"site": house.site.pk, "from_on": f"{OPEN_ON}", **hours} | more


def test_an_absence_is_entered_listed_and_taken_back(house: Shop) -> None:
    once = {"Idempotency-Key": key()}
    made = [
        post(house.manager, "absences/enter", away(house), **once) for _n in range(2)
    ]
    pk = made[0].json()["id"]
    path = f"absences/?technician__site={house.site.pk}"
    rows = listed(house.manager, path)

    again = {"Idempotency-Key": key()}
    ended = [post(house.manager, f"absences/{pk}/end", {}, **again) for _n in range(2)]

    assert [answer.status_code for answer in made] == [201, 201]
    assert rows == [made[1].json()]
    assert (rows[0]["technician"], rows[0]["reason"]) == (house.mechanic.pk, "ill")
    assert rows[0]["ends_at"] == "2026-11-24T09:00:00+09:00"
    assert [answer.status_code for answer in ended] == [204, 204]
    assert not Absence.objects.exists()
    assert OutboxEvent.objects.filter(task="restoration.people_changed").count() == 2


def test_what_a_key_entered_and_was_taken_back_since_is_missing(house: Shop) -> None:
    once = {"Idempotency-Key": key()}
    made = post(house.manager, "absences/enter", away(house), **once)
    post(house.manager, f"absences/{made.json()['id']}/end", {})

    again = post(house.manager, "absences/enter", away(house), **once)

    assert (again.status_code, Absence.objects.count()) == (404, 0)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"ends_at": AT.isoformat()}, 400),
        ({"starts_at": (AT - DAY).isoformat(), "ends_at": AT.isoformat()}, 400),
        ({"starts_at": "0001-01-01T00:00:00Z"}, 400),
        ({"ends_at": "9999-12-31T23:59:00Z"}, 400),
        ({"technician": 999_999_999}, 404),
        ({"days": 3}, 400),
    ],
)
def test_what_is_no_absence_is_refused(
    house: Shop, body: dict[str, object], status: int
) -> None:
    answer = post(house.manager, "absences/enter", away(house, **body))

    assert (answer.status_code, Absence.objects.count()) == (status, 0)


def test_a_second_absence_at_a_time_is_a_conflict(house: Shop) -> None:
    post(house.manager, "absences/enter", away(house))

    answer = post(house.manager, "absences/enter", away(house))

    assert (answer.status_code, answer.json()["code"]) == (409, "away_already")
    assert Absence.objects.count() == 1


def test_extra_days_are_entered_listed_and_withdrawn(house: Shop) -> None:
    once, weeks = {"Idempotency-Key": key()}, {"to_on": f"{OPEN_ON + 14 * DAY}"}
    body = saturday(house, **weeks)
    made = [post(house.manager, "extra-days/enter", body, **once) for _n in range(2)]
    rows = made[0].json()
    path = f"extra-days/?site={house.site.pk}&withdrawn_at__isnull=true"

    assert [answer.status_code for answer in made] == [201, 201]
    assert rows == made[1].json() == listed(house.manager, path)
    days = [f"{OPEN_ON + n * 7 * DAY}" for n in range(3)]
    assert [row["day"] for row in rows] == days
    assert len({row["batch"] for row in rows}) == 1

    first = f"extra-days/{rows[0]['id']}/withdraw"
    gone = [post(house.manager, first, {}) for _n in range(2)]
    assert {answer.status_code for answer in gone} == {200}
    assert gone[0].json()["withdrawn_at"]
    assert [row["day"] for row in listed(house.manager, path)] == days[1:]

    post(house.manager, f"extra-days/{rows[1]['id']}/withdraw", {"whole_batch": True})
    assert listed(house.manager, path) == []


def test_long_keys_that_begin_alike_are_two_keys(house: Shop) -> None:
    for number in range(2):
        body = saturday(house, from_on=f"{OPEN_ON + number * DAY}")
        once = {"Idempotency-Key": "k" * 199 + str(number)}
        answer = post(house.manager, "extra-days/enter", body, **once)
        assert answer.status_code == 201

    assert ExtraDay.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"site": 999_999_999}, 404),
        ({"from_on": "2026-11-20"}, 400),
        ({"from_on": "9999-12-31"}, 400),
        ({"closes": None}, 400),
        ({"closes": "08:00"}, 400),
        ({"to_on": "2099-01-01"}, 400),
    ],
)
def test_what_is_no_extra_day_is_refused(
    house: Shop, body: dict[str, object], status: int
) -> None:
    answer = post(house.manager, "extra-days/enter", saturday(house, **body))

    assert (answer.status_code, ExtraDay.objects.count()) == (status, 0)


def test_only_managers_enter_and_take_back(house: Shop) -> None:
    made = post(house.manager, "absences/enter", away(house)).json()["id"]
    row = post(house.manager, "extra-days/enter", saturday(house)).json()[0]["id"]
    acts = {
        "absences/enter": away(house, starts_at=(AT + DAY).isoformat()),
        f"absences/{made}/end": {},
        "extra-days/enter": saturday(house),
        f"extra-days/{row}/withdraw": {},
    }

    for who in (house.mechanic.user, build.user(Role.PARTS), house.signer):
        answers = [post(who, path, body).status_code for path, body in acts.items()]
        assert answers == [403] * 4
    missing = [
        post(house.manager, path, {}).status_code
        for path in ("absences/999999999/end", "extra-days/999999999/withdraw")
    ]

    assert missing == [404, 404]
    assert (Absence.objects.count(), ExtraDay.objects.valid().count()) == (1, 1)
