"""Drafts edited and suppliers asked over HTTP."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from common.invariants import violations
from common.models import AuditEntry
from parts import commands
from parts.models import PurchaseOrderLine, Quote, Rfq, SupplierOffer
from tests import build
from tests.parts.over_http import caller, fields, picture, read, refused, send, twice
from tests.parts.store import NOW, D, Store, key
from workshop.models import Role

pytestmark = pytest.mark.django_db


# --- A draft's lines ----------------------------------------------------------
def test_a_drafts_line_is_changed_and_taken_off_as_it_was_read() -> None:
    line = Store().order(4, send=False)
    client, at = caller(), f"purchase-order-lines/{line.pk}"
    seen = read(client, f"{at}/")["version"]

    changed = twice(
        client, f"{at}/change", 200, version=seen, quantity="6", reason="second engine"
    )
    left = twice(
        client, f"{at}/remove", 200, version=changed["version"], reason="found one"
    )

    assert (changed["quantity"], changed["unit_price"]) == ("6.000", seen_price(line))
    assert (left["id"], left["lines"]) == (line.order_id, [])
    assert not PurchaseOrderLine.objects.exists()
    told = AuditEntry.objects.filter(chain__subject=f"purchase-order:{line.order_id}")
    said = {row.command: row.detail.get("reason") for row in told}
    assert said["change_order_line"] == "second engine"
    assert said["remove_order_line"] == "found one"
    assert violations() == []


def seen_price(line: PurchaseOrderLine) -> str:
    return f"{line.unit_price:.2f}"


def test_what_was_changed_meanwhile_is_neither_changed_nor_taken_off() -> None:
    line = Store().order(4, send=False)
    client, at = caller(), f"purchase-order-lines/{line.pk}"
    seen = {"If-Match": f'"{read(client, f"{at}/")["version"]}"'}
    commands.change_order_line(line_id=line.pk, quantity=D(5), at=NOW)

    for act in ("change", "remove"):
        told = refused(client, f"{at}/{act}", 412, headers=seen, reason="late")
        assert told["code"] == "stale_version"
        without = refused(client, f"{at}/{act}", 428, reason="late")
        assert without["code"] == "version_required"


def test_a_line_that_is_under_way_is_not_edited() -> None:
    line = Store().order(4)
    client, at = caller(), f"purchase-order-lines/{line.pk}"
    seen = {"If-Match": f'"{read(client, f"{at}/")["version"]}"'}

    for act in ("change", "remove"):
        told = refused(client, f"{at}/{act}", 409, headers=seen, reason="late")
        assert told["code"] == "wrong_state"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "0.5"}, ""),
        ({"unit_price": "-1"}, "unit_price"),
        ({"unit_price": "9.50"}, "unit_price"),
        ({"due_on": "soon"}, "due_on"),
        ({"reason": ""}, "reason"),
        ({"part": 1}, "part"),
    ],
)
def test_a_bad_change_of_a_line_is_named(body: dict[str, Any], field: str) -> None:
    line = Store().order(4, send=False)
    client, at = caller(), f"purchase-order-lines/{line.pk}"
    seen = {"If-Match": f'"{read(client, f"{at}/")["version"]}"'}

    told = refused(
        client, f"{at}/change", 400, headers=seen, **({"reason": "typo"} | body)
    )

    assert not field or fields(told) == [field]


# --- Requests for quotation ---------------------------------------------------
def asked(store: Store, *, is_sent: bool = True) -> Rfq:
    rfq = commands.create_rfq(
        site_id=store.site.pk,
        lines=[commands.AskedFor(part_id=store.part.pk, quantity=D(2))],
        supplier_ids=[build.supplier().pk, build.supplier().pk],
        key=key(),
        at=NOW,
    )
    return commands.send_rfq(rfq_id=rfq.pk, at=NOW) if is_sent else rfq


def answer(rfq: Rfq, place: int, price: str) -> dict[str, Any]:
    asked_of = rfq.suppliers.order_by("pk")[place]
    line = rfq.lines.get()
    return {
        "supplier": asked_of.supplier_id,
        "currency": "JPY",
        "quotes": [{"line": line.pk, "price": price, "lead_days": 10}],
    }


def test_suppliers_are_asked_answer_and_the_best_is_bought() -> None:
    store = Store()
    one, other, third = (build.supplier() for _ in range(3))
    client = caller()

    written = twice(
        client,
        "rfqs",
        201,
        site=store.site.pk,
        suppliers=[one.pk, other.pk, third.pk],
        lines=[{"part": store.part.pk, "quantity": "2"}],
        note="soon, please",
    )
    at, line = f"rfqs/{written['id']}", written["lines"][0]["id"]
    sent = twice(client, f"{at}/send", 200)
    said = {"lead_days": 10, "line": line}
    dear = {"supplier": one.pk, "currency": "JPY", "quotes": [{"price": "900", **said}]}
    cheap = dear | {"supplier": other.pk, "quotes": [{"price": "800", **said}]}
    twice(client, f"{at}/answer", 200, **dear)
    quoted = twice(client, f"{at}/answer", 200, **cheap)
    declined = twice(client, f"{at}/decline", 200, supplier=third.pk)
    compared = read(client, f"{at}/compare/")
    bought = twice(client, f"{at}/choose", 201, quotes=[quoted[0]["id"]])

    assert (written["state"], sent["state"]) == ("DRAFT", "SENT")
    assert [row["has_declined"] for row in declined["suppliers"]] == [
        False, False, True,
    ]  # fmt: skip
    first, second = compared[0]["answers"]
    assert (first["quote"]["supplier"], first["amount"]) == (other.pk, "1600.00")
    assert (first["is_cheapest"], second["is_cheapest"]) == (True, False)
    assert [(row["supplier"], row["state"]) for row in bought] == [(other.pk, "DRAFT")]
    assert bought[0]["lines"][0]["quantity"] == "2.000"
    assert read(client, f"{at}/")["state"] == "CLOSED"
    assert SupplierOffer.objects.count() == 2
    assert violations() == []


def test_a_request_is_given_up_once_and_for_a_reason() -> None:
    rfq = asked(Store(), is_sent=False)
    client = caller()

    refused(client, f"rfqs/{rfq.pk}/cancel", 400)
    told = twice(client, f"rfqs/{rfq.pk}/cancel", 200, reason="the owner waits")

    assert told["state"] == "CANCELLED"
    assert refused(client, f"rfqs/{rfq.pk}/send", 409)["code"] == "wrong_state"


def test_a_draft_takes_no_answers_and_no_decision() -> None:
    rfq = asked(Store(), is_sent=False)
    client, at = caller(), f"rfqs/{rfq.pk}"

    refused(client, f"{at}/answer", 409, **answer(rfq, 0, "9"))
    refused(client, f"{at}/decline", 409, supplier=answer(rfq, 0, "9")["supplier"])
    refused(client, f"{at}/choose", 409, quotes=[1])


def test_only_those_asked_answer_and_only_their_quotes_are_chosen() -> None:
    store = Store()
    mine, theirs = asked(store), asked(store)
    client, at = caller(), f"rfqs/{mine.pk}"
    send(client, f"rfqs/{theirs.pk}/answer", 200, **answer(theirs, 0, "9"))
    foreign = Quote.objects.get().pk

    stranger = answer(mine, 0, "9") | {"supplier": build.supplier().pk}
    assert fields(refused(client, f"{at}/answer", 404, **stranger)) == ["supplier"]
    other_line = answer(mine, 0, "9") | {"quotes": answer(theirs, 0, "9")["quotes"]}
    assert fields(refused(client, f"{at}/answer", 400, **other_line)) == ["line"]
    assert fields(refused(client, f"{at}/choose", 400, quotes=[foreign])) == ["quotes"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"lines": []}, "lines"),
        ({"suppliers": []}, "suppliers"),
        ({"lines": [{"part": 1, "quantity": "-1"}]}, "lines.0.quantity"),
        ({"lines": [{"part": 1, "quantity": "1", "price": "1"}]}, "lines.0.price"),
        ({"answer_by": "soon"}, "answer_by"),
        ({"note": "n" * 301}, "note"),
        ({"site": None}, "site"),
    ],
)
def test_a_bad_request_is_named(body: dict[str, Any], field: str) -> None:
    store = Store()
    whole = {
        "site": store.site.pk,
        "suppliers": [build.supplier().pk],
        "lines": [{"part": store.part.pk, "quantity": "1"}],
    }

    assert fields(refused(caller(), "rfqs", 400, **(whole | body))) == [field]


def test_a_request_for_what_is_not_there_is_refused() -> None:
    store = Store()
    whole = {
        "site": store.site.pk,
        "suppliers": [build.supplier().pk],
        "lines": [{"part": store.part.pk, "quantity": "1"}],
    }
    none = 999_999_999

    for field, value in (
        ("site", none),
        ("suppliers", [none]),
        ("lines", [{"part": none, "quantity": "1"}]),
    ):
        refused(caller(), "rfqs", 404, **(whole | {field: value}))


ACTS = (
    "purchase-order-lines/{line}/change",
    "purchase-order-lines/{line}/remove",
    "rfqs/{rfq}/send",
    "rfqs/{rfq}/cancel",
    "rfqs/{rfq}/answer",
    "rfqs/{rfq}/decline",
    "rfqs/{rfq}/choose",
)
WHOLE: dict[str, Any] = {
    "change": {"reason": "x"},
    "remove": {"reason": "x"},
    "cancel": {"reason": "x"},
    "answer": {
        "supplier": 1,
        "currency": "JPY",
        "quotes": [{"line": 1, "price": "1", "lead_days": 1}],
    },
    "decline": {"supplier": 1},
    "choose": {"quotes": [1]},
}


@pytest.mark.parametrize("path", ACTS)
def test_what_is_not_there_is_missing_and_not_for_everybody(path: str) -> None:
    store = Store()
    line, rfq = store.order(2, send=False).pk, asked(store).pk
    act = WHOLE.get(path.rpartition("/")[2], {})
    seen = {"If-Match": '"1"'}

    nowhere = path.format(line=999_999_999, rfq=999_999_999)
    told = refused(caller(), nowhere, 404, headers=seen, **act)
    assert told["code"] == "not_found"
    there = path.format(line=line, rfq=rfq)
    for role in (Role.CUSTOMER, Role.TECHNICIAN):
        refused(caller(role), there, 403, headers=seen, **act)


@pytest.mark.parametrize("path", [*ACTS, "rfqs"])
def test_no_act_without_a_key(path: str) -> None:
    store = Store()
    there = path.format(line=store.order(2, send=False).pk, rfq=asked(store).pk)
    body = WHOLE.get(path.rpartition("/")[2], {})
    if path == "rfqs":
        body = {
            "site": store.site.pk,
            "suppliers": [1],
            "lines": [{"part": store.part.pk, "quantity": "1"}],
        }
    before = picture()

    answer = APIClient.post(
        caller(), f"/api/v1/{there}/", body, format="json",
        headers={"If-Match": '"1"'},
    )  # fmt: skip

    assert (answer.status_code, answer.json()["code"]) == (
        400,
        "idempotency_key_missing",
    )
    assert picture() == before
