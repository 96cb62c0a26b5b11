"""Successions ended, numbers watched and landed costs spread over HTTP."""

from typing import Any

import pytest

from common.invariants import violations
from common.models import AuditEntry
from parts import commands
from parts.models import Alternate, StockLevel, StockMovement, Watch
from tests import build
from tests.parts.over_http import (
    API,
    caller,
    fields,
    picture,
    read,
    refused,
    send_as,
    twice,
)
from tests.parts.store import NOW, TODAY, D, Store, key, position
from workshop.models import Role

pytestmark = pytest.mark.django_db
NOWHERE = 999_999_999


def a_receipt(store: Store, quantity: int = 4) -> StockMovement:
    store.receive(quantity)
    return StockMovement.objects.latest("pk")


def a_bill(*receipts: StockMovement) -> dict[str, Any]:
    return {
        "receipts": [row.pk for row in receipts],
        "kind": "FREIGHT",
        "spread_by": "QUANTITY",
        "amount": "40",
        "reason": "bill 7",
    }


# --- Successions and stand-ins ------------------------------------------------
def test_a_succession_is_ended_on_a_day_with_its_source() -> None:
    old, new = build.part(), build.part()
    row = commands.add_supersession(
        old_id=old.pk, new_id=new.pk, kind="ONE_WAY", source="list", key=key(), at=NOW
    )
    client, at = caller(), f"supersessions/{row.pk}"

    ended = twice(client, f"{at}/end", 200, ends_on="2026-12-31", reason="bulletin 41")

    assert ended["ends_on"] == "2026-12-31"
    assert read(client, f"supersessions/?old={old.pk}")["results"] == [ended]
    told = AuditEntry.objects.get(command="end_supersession").detail
    assert (told["ends_on"], told["reason"]) == ("2026-12-31", "bulletin 41")


def test_a_succession_does_not_end_before_it_begins() -> None:
    row = commands.add_supersession(
        old_id=build.part().pk, new_id=build.part().pk, kind="ONE_WAY", source="list",
        terms=commands.SuccessionTerms(starts_on=TODAY), key=key(), at=NOW,
    )  # fmt: skip

    told = refused(
        caller(), f"supersessions/{row.pk}/end", 400, ends_on="2020-01-01", reason="x"
    )

    assert fields(told) == ["ends_on"]


def test_a_stand_in_is_entered_and_taken_back() -> None:
    part, other = build.part(), build.part()
    client = caller()

    entered = twice(
        client, "alternates", 201, part=part.pk, alternate=other.pk, source="fitted"
    )
    listed = read(client, f"alternates/?part={part.pk}")["results"]
    twice(client, f"alternates/{entered['id']}/end", 204, reason="does not clear")

    assert (listed, entered["needs_consent"]) == ([entered], True)
    assert not Alternate.objects.exists()
    told = AuditEntry.objects.get(command="remove_alternate").detail
    assert told["reason"] == "does not clear"


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"source": ""}, 400, "source"),
        ({"alternate": 0}, 400, "alternate"),
        ({"part": None}, 400, "part"),
        ({"colour": "red"}, 400, "colour"),
        ({"alternate": NOWHERE}, 404, "part"),
    ],
)
def test_a_bad_stand_in_is_named(body: dict[str, Any], status: int, field: str) -> None:
    whole = {"part": build.part().pk, "alternate": build.part().pk, "source": "me"}

    assert fields(refused(caller(), "alternates", status, **(whole | body))) == [field]
    itself = whole | {"alternate": whole["part"]}
    assert fields(refused(caller(), "alternates", 400, **itself)) == ["alternate"]


# --- Watched numbers ----------------------------------------------------------
def test_a_number_is_watched_seen_looked_at_and_let_be() -> None:
    part, client = build.part(), caller()
    at = f"parts/{part.pk}"

    watched = twice(client, f"{at}/watch", 200, reason="the last ones")
    seen = {"kind": "GONE", "seen_on": "2026-11-20", "source": "the maker's list"}
    assert twice(client, f"{at}/observe", 200, **seen)["is_new"]
    alerts = read(client, "watches/?alert=true")["results"]
    looked = twice(client, f"watches/{watched['id']}/look", 200)

    assert [row["last_seen"] for row in alerts] == ["GONE"]
    assert looked["seen_at"] is not None
    assert read(client, "watches/?alert=true")["results"] == []
    noted = read(client, f"observations/?part={part.pk}")["results"]
    assert [(row["kind"], row["source"]) for row in noted] == [
        ("GONE", "the maker's list")
    ]
    twice(client, f"{at}/unwatch", 204, reason="bought")
    assert not Watch.objects.exists()


# --- Landed costs -------------------------------------------------------------
def test_a_cost_is_spread_over_receipts_once() -> None:
    store = Store()
    receipt = a_receipt(store)
    client = caller()

    spread = twice(client, "landed-costs", 201, **a_bill(receipt))

    assert (spread["amount"], spread["currency"]) == ("40.00", "JPY")
    assert [(row["movement"], row["amount"]) for row in spread["shares"]] == [
        (receipt.pk, "40.00")
    ]
    assert StockLevel.objects.get().unit_cost == D(110)
    assert read(client, f"landed-costs/{spread['id']}/") == spread
    assert violations() == []


def test_a_cost_is_undone_once() -> None:
    store = Store()
    client = caller()
    spread = twice(client, "landed-costs", 201, **a_bill(a_receipt(store)))
    at = f"landed-costs/{spread['id']}"

    undone = twice(client, f"{at}/undo", 200, reason="not our bill")

    told = undone["reversal"]
    assert (told["amount"], told["reason"]) == ("40.00", "not our bill")
    assert [row["amount"] for row in told["taken"]] == ["40.00"]
    assert StockLevel.objects.get().unit_cost == D(100)
    assert spread["reversal"] is None
    assert read(client, f"{at}/") == undone
    refused(client, f"{at}/undo", 409, reason="again")
    refused(client, f"landed-costs/{NOWHERE}/undo", 404, reason="again")


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"receipts": []}, 400, "receipts"),
        ({"receipts": [NOWHERE]}, 404, "receipts"),
        ({"kind": "BRIBE"}, 400, "kind"),
        ({"amount": "0"}, 400, "amount"),
        ({"amount": "1.50"}, 400, "amount"),
        ({"spread_by": "WEIGHT"}, 400, "spread_by"),
        ({"reason": ""}, 400, "reason"),
        ({"part": 1}, 400, "part"),
    ],
)
def test_a_bad_cost_is_named(body: dict[str, Any], status: int, field: str) -> None:
    store = Store()
    level = store.receive(4)
    bill = a_bill(StockMovement.objects.get())

    assert fields(refused(caller(), "landed-costs", status, **(bill | body))) == [field]
    assert position(level) == (4, 0)


# --- Whose they are -----------------------------------------------------------
@pytest.mark.parametrize("act", ["succession", "stand-in", "look", "cost"])
def test_what_is_not_there_is_missing_and_not_for_everybody(act: str) -> None:
    store = Store()
    part, other = store.part, build.part()
    successor = part.superseded_by.create(new=other)
    stand_in = part.alternates.create(alternate=other)
    watched = commands.watch_part(part_id=part.pk, reason="rare", at=NOW)
    path, pk, body = {
        "succession": (
            "supersessions/{}/end",
            successor.pk,
            {"ends_on": "2026-12-31", "reason": "x"},
        ),
        "stand-in": ("alternates/{}/end", stand_in.pk, {"reason": "x"}),
        "look": ("watches/{}/look", watched.pk, {}),
        "cost": ("landed-costs", 0, a_bill(a_receipt(store))),
    }[act]

    if pk:
        told = refused(caller(), path.format(NOWHERE), 404, **body)
        assert told["code"] == "not_found"
    for role in (Role.CUSTOMER, Role.TECHNICIAN):
        refused(caller(role), path.format(pk), 403, **body)
    before = picture()
    keyless = send_as(caller(), path.format(pk), 400, {}, body)
    assert keyless["code"] == "idempotency_key_missing"
    assert picture() == before


@pytest.mark.parametrize(
    "path", ["supersessions", "alternates", "watches", "observations", "landed-costs"]
)
def test_the_lists_are_for_the_desk(path: str) -> None:
    assert caller(Role.TECHNICIAN).get(f"{API}/{path}/").status_code == 403
    assert caller(Role.CUSTOMER).get(f"{API}/{path}/").status_code == 403
    assert caller().get(f"{API}/{path}/{NOWHERE}/").status_code == 404
    assert read(caller(), f"{path}/")["results"] == []


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"price": "0.5", "currency": "JPY"}, 400, "price"),
        ({"supplier": NOWHERE}, 404, "supplier"),
        ({"kind": "LOST"}, 400, "kind"),
    ],
)
def test_a_bad_observation_is_named(
    body: dict[str, Any], status: int, field: str
) -> None:
    seen = {"kind": "FIRST_SEEN", "seen_on": "2026-11-20"}
    at = f"parts/{build.part().pk}/observe"

    assert fields(refused(caller(), at, status, **(seen | body))) == [field]
