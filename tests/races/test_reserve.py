"""Sixteen callers want the last twenty of a part, over HTTP, at the same moment."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from common.invariants import violations
from parts.models import Reservation, StockLevel
from tests import build
from tests.parts.store import Store
from tests.races.callers import Call
from tests.races.server import crowd, many, race, web_server
from workshop.models import ApiToken, Role

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True, serialized_rollback=False),
]
PROCESSES = 16
EACH = 3
ON_HAND = 20


def last_twenty() -> StockLevel:
    return Store().receive(ON_HAND)


def token() -> str:
    _row, text = ApiToken.objects.create(
        user=build.user(Role.MANAGER),
        expiry=timedelta(hours=1),
        scope=ApiToken.Scope.WRITE,
    )
    return str(text)


def wanting(level: StockLevel) -> list[list[Call]]:
    return many(
        PROCESSES,
        EACH,
        lambda n: Call(
            path=f"/api/v1/stock-levels/{level.pk}/reserve/",
            body={"quantity": "1", "demand_key": f"race:{n}"},
            key=f"race-{n}",
        ),
    )


def run(module: str) -> tuple[Counter[int], StockLevel]:
    level, caller = last_twenty(), token()
    with web_server(module) as port:
        statuses = Counter(race(port, caller, wanting(level)))
    level.refresh_from_db()
    return statuses, level


def held() -> Any:
    return Reservation.objects.held().count()


def test_the_last_twenty_go_to_twenty() -> None:
    statuses, level = run("config.wsgi")

    assert statuses == {201: ON_HAND, 409: PROCESSES * EACH - ON_HAND}
    assert (level.on_hand, level.reserved, held()) == (ON_HAND, ON_HAND, ON_HAND)
    assert violations() == []


@pytest.mark.unlawful
def test_the_checker_finds_a_command_that_does_not_lock() -> None:
    statuses, level = run("tests.races.unlocked")

    broken = [law.name for law in violations()]
    assert "parts.held_of_levels" in broken
    assert statuses[201] > ON_HAND or held() != level.reserved


def test_the_same_request_sent_by_all_has_its_effect_once() -> None:
    level, caller = last_twenty(), token()
    same = Call(
        path=f"/api/v1/stock-levels/{level.pk}/reserve/",
        body={"quantity": "2", "demand_key": "race:same"},
        key="race-same",
    )

    with web_server() as port:
        statuses = crowd(port, caller, [[same] for _ in range(PROCESSES)])

    level.refresh_from_db()
    assert statuses == [[201]] * PROCESSES
    assert (level.reserved, held()) == (2, 1)
    assert timezone.now() >= level.reservations.get().created_at
    assert violations() == []
