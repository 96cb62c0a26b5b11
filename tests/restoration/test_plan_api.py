"""Pins, scenarios, feeds and changes of plans over HTTP."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from restoration import commands, queries
from restoration.models import CalendarFeed, Pin, Scenario
from tests.restoration.shop import AT, Shop, key, shop
from tests.restoration.test_plans import plan
from workshop.models import User

pytestmark = pytest.mark.django_db


def post(user: User | None, path: str, body: dict[str, Any], **headers: str) -> Any:
    client = Client()
    assert user is not None
    client.force_login(user)
    given = {"Idempotency-Key": key()} | headers
    return client.post(
        f"/api/v1/{path}/", body, content_type="application/json", headers=given
    )


def planned() -> tuple[Shop, int]:
    house = shop(with_part=False)
    card = house.card(house.approved(), house.strip)
    plan(house)
    return house, card.pk


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


def test_a_card_is_tried_pinned_and_released() -> None:
    house, card = planned()
    wish = {"starts_at": (AT + timedelta(days=1)).isoformat()}

    tried = post(house.manager, f"job-cards/{card}/try_pin", wish).json()
    body = wish | {"reason": "asked for"}
    version = {"If-Match": '"1"'}
    held = post(house.manager, f"job-cards/{card}/pin", body, **version)
    pin = held.json()["id"]
    released = post(house.manager, f"pins/{pin}/release", {})

    assert (tried["refusal"], tried["price"]) == ("", "0.000")
    assert tried["technicians"] == [house.mechanic.pk]
    assert held.status_code == 201
    assert released.json()["released_at"]
    refused = post(
        house.manager,
        f"job-cards/{card}/pin",
        body | {"technicians": [house.painter.pk]},
        **version,
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "pin_refused")
    assert post(house.mechanic.user, f"job-cards/{card}/pin", body).status_code == 403
    assert Pin.objects.count() == 1


def test_a_run_lists_what_it_changes() -> None:
    house, card = planned()
    client = Client()
    client.force_login(house.manager)

    run = client.get("/api/v1/plan-runs/").json()["results"][0]
    rows = client.get(f"/api/v1/plan-runs/{run['id']}/changes/").json()["results"]

    assert (run["kind"], run["change_count"]) == ("USUAL", 3)
    assert rows[0]["card"] == card
    assert {row["kind"] for row in rows} == {"ADDED"}


def test_a_feed_has_one_secret_and_an_end() -> None:
    house = shop()
    body = {"technician": house.mechanic.pk}

    made = post(house.mechanic.user, "calendar-feeds/issue", body)
    secret = made.json()["secret"]
    feed = CalendarFeed.objects.get()

    assert queries.feed_by_secret(secret) == feed
    assert secret not in (feed.secret_hash, "")
    assert queries.feed_by_secret(secret[:-1]) is None
    assert post(house.painter.user, "calendar-feeds/issue", body).status_code == 403
    assert post(house.manager, "calendar-feeds/issue", {}).status_code == 400
    for _again in range(2):
        gone = post(house.mechanic.user, f"calendar-feeds/{feed.pk}/revoke", {})
        assert gone.status_code == 200
    assert queries.feed_by_secret(secret) is None


def test_the_same_key_hands_out_the_same_address() -> None:
    house = shop()

    found = {
        commands.issue_feed(
            bay_id=house.lift.pk, user_id=house.manager.pk, key="one-key-for-all", at=AT
        )[1]
        for _ in range(2)
    }

    assert len(found) == 1
    assert CalendarFeed.objects.count() == 1


def test_a_scenario_is_opened_and_thrown_away() -> None:
    house, _card = planned()
    change = {
        "kind": "ABSENCE", "technician": house.painter.pk,
        "from_on": "2026-12-01", "to_on": "2026-12-24", "cost": "0.00",
    }  # fmt: skip
    body = {"site": house.site.pk, "name": "Without", "changes": [change]}

    made = post(house.manager, "scenarios/open", body)
    pk = made.json()["id"]
    busy = post(house.manager, f"scenarios/{pk}/publish", {})
    gone = post(house.manager, f"scenarios/{pk}/discard", {})

    assert (made.status_code, made.json()["state"]) == (202, "RUNNING")
    assert made.json()["said"][0].startswith(f"Without {house.painter.name} from ")
    assert (busy.status_code, gone.json()["state"]) == (409, "DISCARDED")
    assert post(house.mechanic.user, "scenarios/open", body).status_code == 403
    bad = post(house.manager, "scenarios/open", body | {"changes": [{"kind": "CAR"}]})
    assert bad.status_code == 400
    assert "changes.0.template" in bad.content.decode()
    assert Scenario.objects.count() == 1


def test_a_technician_says_what_is_left() -> None:
    house, card = planned()
    house.start(house.strip.job_cards.get(pk=card))

    said = post(
        house.mechanic.user,
        f"job-cards/{card}/remaining",
        {"minutes": 30},
        **{"If-Match": '"2"'},
    )

    assert (said.status_code, said.json()["remaining_minutes"]) == (200, 30)
