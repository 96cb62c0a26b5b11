"""Stocktakes, customers' pieces and putting away over HTTP."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from common.invariants import violations
from parts.models import Bin, StockLevel
from tests import build
from tests.parts.store import Store, key, position
from workshop.models import Role

pytestmark = pytest.mark.django_db


def api(role: str = Role.PARTS) -> APIClient:
    client = APIClient()
    client.force_login(build.user(role))
    return client


def send(client: APIClient, path: str, status: int, **body: Any) -> Any:
    answer = client.post(
        f"/api/v1/{path}/", body, format="json", headers={"Idempotency-Key": key()}
    )
    assert answer.status_code == status, answer.content
    return answer.json() if answer.content else None


def test_a_stocktake_runs_over_http() -> None:
    store = Store()
    level = store.receive(5)
    client = api()

    opened = send(
        client,
        "counts/open",
        201,
        site=store.site.pk,
        kind="CYCLE",
        bin=store.shelf.pk,
        reason="monthly",
        approval_limit="0",
    )
    at = f"counts/{opened['id']}"
    found = send(client, f"{at}/find", 201, level=level.pk, counted="4")
    seen = client.get(f"/api/v1/{at}/").json()
    assert (found["expected"], seen["lines"][0]["counted"]) == (None, "4.000")
    assert send(client, f"{at}/submit", 200)["variance_value"] == "100.00"
    assert send(client, f"{at}/write", 403)["code"] == "second_person_needed"
    assert send(api(Role.MANAGER), f"{at}/write", 200)["state"] == "POSTED"

    assert position(level) == (4, 0)
    assert send(client, f"{at}/cancel", 409, reason="no")["code"] == "wrong_state"
    assert violations() == []


def test_customers_pieces_come_and_go_over_http() -> None:
    store = Store()
    owner = build.customer()
    client = api()

    came = send(
        client,
        "stock-levels/receive-owned",
        201,
        owner=owner.pk,
        part=store.part.pk,
        bin=store.shelf.pk,
        quantity="2",
        reason="left here",
    )
    at = f"stock-levels/{came['level']}"
    send(client, f"{at}/hand-back", 201, quantity="2", reason="collected")

    assert send(client, f"{at}/hand-back", 409, quantity="1", reason="again")["code"]
    assert position(StockLevel.objects.get()) == (0, 0)


def test_units_are_named_over_http() -> None:
    store = Store(part=build.part("14411-05U00", is_serialised=True))
    dock = build.bin(store.site, kind=Bin.Kind.RECEIVING)
    client = api()
    base = {"part": store.part.pk, "bin": dock.pk, "unit_cost": "1", "reason": "found"}

    refused = send(client, "stock-levels/receive", 400, quantity="1", **base)
    assert refused["code"] == "units_needed"
    came = send(
        client, "stock-levels/receive", 201, quantity="2", serials=["A", "B"], **base
    )
    move = {
        "level": came["level"],
        "bin": store.shelf.pk,
        "quantity": "1",
        "serials": ["B"],
    }
    send(client, "stock-levels/put-away", 204, moves=[move], reason="put away")

    shelf = StockLevel.objects.get(bin=store.shelf)
    assert [unit.serial for unit in shelf.units.all()] == ["B"]
    assert violations() == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"moves": []},
        {"moves": [{"level": 1}]},
        {"moves": "x"},
        {"moves": [{"level": 1, "bin": 1, "quantity": "-1"}]},
    ],
)
def test_a_bad_body_is_a_clear_400(body: dict[str, Any]) -> None:
    send(api(), "stock-levels/put-away", 400, reason="tidy", **body)
