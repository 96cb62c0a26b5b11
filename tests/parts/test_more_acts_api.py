"""Quarantine, stocktakes counted again, wishes given up and proposals, over HTTP."""

from typing import Any

import pytest

from common.invariants import violations
from parts import commands
from parts.models import Bin, Count, Demand, ReorderRule, StockLevel
from tests.parts.over_http import caller, fields, refused, twice
from tests.parts.store import NOW, D, Store, key, position
from tests.parts.test_answers import offer
from workshop.models import Role

pytestmark = pytest.mark.django_db
NOWHERE = 999_999_999


def test_pieces_are_set_aside_and_released() -> None:
    store = Store()
    level = store.receive(5)
    client, scratched = caller(), {"quantity": "2", "reason": "scratched"}

    twice(
        client, f"stock-levels/{level.pk}/quarantine", 201,
        bin=store.closed.pk, **scratched,
    )  # fmt: skip
    aside = StockLevel.objects.get(bin=store.closed)
    assert (position(level), position(aside)) == ((3, 0), (2, 0))
    too_many = {"bin": store.shelf.pk, "quantity": "3", "reason": "polished"}
    at = f"stock-levels/{aside.pk}/release-quarantine"
    assert refused(client, at, 409, **too_many)["code"] == "insufficient_stock"
    twice(client, at, 201, **(too_many | {"quantity": "1"}))

    assert (position(level), position(aside)) == ((4, 0), (1, 0))
    assert Bin.objects.get(pk=store.closed.pk).kind == Bin.Kind.QUARANTINE
    assert violations() == []


def test_a_stocktake_is_counted_again_before_it_is_written() -> None:
    store = Store()
    level = store.receive(5)
    count = commands.open_count(
        site_id=store.site.pk, kind="FULL", reason="year", key=key(), at=NOW
    )
    client, at = caller(), f"counts/{count.pk}/reopen"
    assert refused(client, at, 409, reason="again")["code"] == "wrong_state"
    commands.enter_find(
        count_id=count.pk, level_id=level.pk, counted=D(4), key=key(), at=NOW
    )
    commands.submit_count(count_id=count.pk, at=NOW)

    told = twice(client, at, 200, reason="the upper shelves were left out")

    assert (told["state"], Count.objects.get().state) == ("OPEN", "OPEN")


def test_a_wish_is_given_up_and_frees_what_it_held() -> None:
    store = Store()
    level = store.receive(5)
    demand = store.want(2)
    store.reserve(demand)

    told = twice(caller(), f"demands/{demand.pk}/cancel", 200, reason="not wanted")

    assert told["state"] == Demand.State.CANCELLED
    assert position(level) == (5, 0)
    for role in (Role.CUSTOMER, Role.TECHNICIAN):
        refused(caller(role), f"demands/{demand.pk}/cancel", 403, reason="x")


def test_proposals_become_drafts_once() -> None:
    store = Store()
    supplier = offer(store.part, 5).supplier
    ReorderRule.objects.create(part=store.part, site=store.site, minimum=2, maximum=6)

    drafts = twice(
        caller(), "purchase-orders/propose", 201,
        site=store.site.pk, parts=[store.part.pk],
    )  # fmt: skip

    assert [(row["supplier"], row["state"]) for row in drafts] == [
        (supplier.pk, "DRAFT")
    ]
    assert drafts[0]["lines"][0]["quantity"] == "6.000"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("stock-levels/{}/quarantine", {"bin": 1, "quantity": "1", "reason": "x"}),
        (
            "stock-levels/{}/release-quarantine",
            {"bin": 1, "quantity": "1", "reason": "x"},
        ),
        ("counts/{}/reopen", {"reason": "x"}),
        ("demands/{}/cancel", {"reason": "x"}),
    ],
)
def test_what_is_not_there_is_missing_and_needs_a_reason(
    path: str, body: dict[str, Any]
) -> None:
    client, at = caller(), path.format(NOWHERE)

    assert refused(client, at, 404, **body)["code"] == "not_found"
    without = refused(client, at, 400, **(body | {"reason": ""}))
    assert fields(without) == ["reason"]
