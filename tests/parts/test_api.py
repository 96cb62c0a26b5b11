"""The parts house over HTTP: who sees what, and what commands answer."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from parts import commands
from parts.models import Reservation, StockMovement
from tests import build
from tests.parts import rows
from tests.parts.store import NOW, D, Store, key, position
from workshop.models import Role

pytestmark = pytest.mark.django_db
API = "/api/v1"


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(build.user(role))
    return client


def post(client: Client, path: str, body: dict[str, Any], with_key: str = "") -> Any:
    headers = {"Idempotency-Key": with_key} if with_key else {}
    return client.post(
        f"{API}/{path}", body, content_type="application/json", headers=headers
    )


def test_any_spelling_of_a_number_finds_the_part() -> None:
    store = Store()
    client = signed_in(Role.TECHNICIAN)

    for spelling in ("13020-05U00", "1302005u00", "１３０２０－０５Ｕ００"):
        found = client.get(f"{API}/parts/", {"search": spelling}).json()
        assert [row["id"] for row in found["results"]] == [store.part.pk]
        looked_up = client.get(f"{API}/parts/look-up/", {"number": spelling}).json()
        assert looked_up["part"]["id"] == store.part.pk


def test_a_japanese_name_is_found_in_either_width() -> None:
    belt = build.part(name_ja="タイミングベルト")
    client = signed_in(Role.PARTS)

    for spelling in ("ベルト", "ﾍﾞﾙﾄ"):
        found = client.get(f"{API}/parts/", {"search": spelling}).json()
        assert [row["id"] for row in found["results"]] == [belt.pk]


def test_an_address_that_leads_nowhere_is_told_to_a_machine_in_its_shape() -> None:
    for path in ("nonsense/", "parts/abc/"):
        answer = signed_in(Role.PARTS).get(f"{API}/{path}")
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == "not_found"


def test_an_unknown_number_is_not_found() -> None:
    assert (
        signed_in(Role.PARTS).get(f"{API}/parts/look-up/?number=zz").status_code == 404
    )


def test_nobody_signed_in_is_asked_to_sign_in() -> None:
    for path in ("parts", "stock-levels", "demands", "purchase-orders", "parts-orders"):
        assert Client().get(f"{API}/{path}/").status_code == 401


def test_prices_are_for_the_desk() -> None:
    store = Store()
    level = store.receive(5)

    desk = signed_in(Role.PARTS).get(f"{API}/stock-levels/{level.pk}/").json()
    floor = signed_in(Role.TECHNICIAN).get(f"{API}/stock-levels/{level.pk}/").json()

    assert desk["unit_cost"] == "100.0000"
    assert "unit_cost" not in floor
    assert floor["available"] == "5.000"
    part = signed_in(Role.CUSTOMER).get(f"{API}/parts/{store.part.pk}/").json()
    assert "sample_price" not in part
    assert "position" not in part


def test_customers_have_no_business_in_the_store() -> None:
    client = signed_in(Role.CUSTOMER)
    for path in ("stock-levels", "stock-movements", "demands", "reservations"):
        assert client.get(f"{API}/{path}/").status_code == 403


def test_a_hold_over_http_is_made_once() -> None:
    level = Store().receive(5)
    client = signed_in(Role.PARTS)
    body = {"quantity": "2", "demand_key": "quote:1"}

    first = post(client, f"stock-levels/{level.pk}/reserve/", body, "k1")
    second = post(client, f"stock-levels/{level.pk}/reserve/", body, "k1")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert position(level) == (5, 2)


def test_the_same_key_for_another_body_is_refused() -> None:
    level = Store().receive(5)
    client = signed_in(Role.PARTS)
    path = f"stock-levels/{level.pk}/reserve/"
    post(client, path, {"quantity": "2", "demand_key": "quote:1"}, "k1")

    answer = post(client, path, {"quantity": "3", "demand_key": "quote:1"}, "k1")

    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency_key_reused"
    assert position(level) == (5, 2)


def test_more_than_is_free_is_a_conflict() -> None:
    level = Store().receive(5)

    answer = post(
        signed_in(Role.PARTS),
        f"stock-levels/{level.pk}/reserve/",
        {"quantity": "6", "demand_key": "quote:1"},
        "k1",
    )

    assert answer.status_code == 409
    assert answer.json()["code"] == "insufficient_stock"
    assert position(level) == (5, 0)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"quantity": "0", "demand_key": "q"}, "quantity"),
        ({"quantity": "-1", "demand_key": "q"}, "quantity"),
        ({"quantity": "1.0001", "demand_key": "q"}, "quantity"),
        ({"quantity": "NaN", "demand_key": "q"}, "quantity"),
        ({"quantity": "1e9", "demand_key": "q"}, "quantity"),
        ({"quantity": None, "demand_key": "q"}, "quantity"),
        ({"quantity": "1", "demand_key": ""}, "demand_key"),
        ({"quantity": "1", "demand_key": "a\x00b"}, "demand_key"),
        ({"quantity": "1", "demand_key": "q" * 61}, "demand_key"),
        ({"quantity": "1", "demand_key": "q", "held_until": "soon"}, "held_until"),
    ],
)
def test_a_bad_value_is_named(body: dict[str, Any], field: str) -> None:
    level = Store().receive(5)

    answer = post(
        signed_in(Role.PARTS), f"stock-levels/{level.pk}/reserve/", body, "k1"
    )

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert position(level) == (5, 0)


def test_a_hold_without_a_key_is_refused() -> None:
    level = Store().receive(5)

    answer = post(
        signed_in(Role.PARTS),
        f"stock-levels/{level.pk}/reserve/",
        {"quantity": "1", "demand_key": "q"},
    )

    assert answer.status_code == 400
    assert answer.json()["code"] == "idempotency_key_missing"
    assert position(level) == (5, 0)


def test_a_release_gives_the_pieces_back() -> None:
    level = Store().receive(5)
    hold = commands.reserve_stock(
        level_id=level.pk, quantity=D(2), demand_key="q:1", key=key(), at=NOW
    )

    answer = post(
        signed_in(Role.PARTS), f"reservations/{hold.pk}/release/", {"reason": "no"}
    )

    assert answer.json()["state"] == Reservation.State.RELEASED
    assert position(level) == (5, 0)


def test_stock_comes_moves_and_is_counted_over_http() -> None:
    store = Store()
    other = build.bin(store.site)
    client = signed_in(Role.PARTS)

    came = post(
        client,
        "stock-levels/receive/",
        {
            "part": store.part.pk,
            "bin": store.shelf.pk,
            "quantity": "4",
            "unit_cost": "250",
            "reason": "found",
        },
        "k1",
    )
    level = StockMovement.objects.get(pk=came.json()["id"]).level
    moved = post(
        client,
        f"stock-levels/{level.pk}/move/",
        {"bin": other.pk, "quantity": "1", "reason": "tidy"},
        "k2",
    )
    counted = post(
        client,
        f"stock-levels/{level.pk}/adjust/",
        {"counted": "2", "reason": "count"},
        "k3",
    )
    scrapped = post(
        client,
        f"stock-levels/{level.pk}/scrap/",
        {"quantity": "1", "reason": "rust"},
        "k4",
    )

    codes = [answer.status_code for answer in (came, moved, counted, scrapped)]
    assert codes == [201, 201, 200, 201]
    assert position(level) == (1, 0)


def test_parts_are_drawn_and_returned_over_http() -> None:
    store = Store()
    level = store.receive(5)
    demand = store.want(2)
    client = signed_in(Role.TECHNICIAN)

    held = post(client, f"demands/{demand.pk}/reserve/", {})
    drawn = post(client, f"demands/{demand.pk}/issue/", {"quantity": "2"}, "k1")
    back = post(
        client,
        f"demands/{demand.pk}/return/",
        {"quantity": "1", "bin": store.shelf.pk, "reason": "spare"},
        "k2",
    )

    assert [row["quantity"] for row in held.json()] == ["2.000"]
    assert drawn.json()["state"] == "FULFILLED"
    assert back.json()["quantity"] == "1.000"
    assert position(level) == (4, 0)


def test_an_order_is_written_sent_moved_and_received_over_http() -> None:
    store = Store()
    client = signed_in(Role.PARTS)

    written = post(
        client,
        "purchase-orders/",
        {
            "supplier": build.supplier().pk,
            "site": store.site.pk,
            "lines": [
                {
                    "part": store.part.pk,
                    "quantity": "4",
                    "unit_price": "900",
                    "due_on": "2026-12-24",
                }
            ],
        },
        "k1",
    ).json()
    line = written["lines"][0]["id"]
    sent = post(client, f"purchase-orders/{written['id']}/send/", {})
    moved = post(
        client,
        f"purchase-order-lines/{line}/due-date/",
        {"due_on": "2027-01-12", "reason": "the maker is late"},
    )
    came = post(
        client,
        f"purchase-order-lines/{line}/receive/",
        {"quantity": "4", "bin": store.shelf.pk},
        "k2",
    )

    assert written["state"] == "DRAFT"
    assert sent.json()["state"] == "SENT"
    assert moved.json()["due_on"] == "2027-01-12"
    assert came.status_code == 201
    assert came.json()["balance"] == "4.000"


def test_a_customer_sees_own_orders_and_others_answer_as_missing() -> None:
    store = Store()
    store.receive(5)
    mine, theirs = build.customer(), build.customer()
    orders = [
        commands.place_parts_order(
            customer_id=buyer.pk,
            site_id=store.site.pk,
            lines=[
                commands.Sold(part_id=store.part.pk, quantity=D(1), unit_price=D(5000))
            ],
            key=key(),
            at=NOW,
        )
        for buyer in (mine, theirs)
    ]
    client = Client()
    client.force_login(mine.user)

    listed = client.get(f"{API}/parts-orders/").json()["results"]
    assert [row["id"] for row in listed] == [orders[0].pk]
    assert client.get(f"{API}/parts-orders/{orders[0].pk}/").status_code == 200
    assert client.get(f"{API}/parts-orders/{orders[1].pk}/").status_code == 404
    assert client.get(f"{API}/parts-orders/999999/").status_code == 404
    assert post(client, f"parts-orders/{orders[0].pk}/confirm/", {}).status_code == 403


def test_an_order_of_a_customer_is_confirmed_and_shipped_over_http() -> None:
    store = Store()
    level = store.receive(5)
    client = signed_in(Role.PARTS)

    placed = post(
        client,
        "parts-orders/",
        {
            "customer": build.customer().pk,
            "site": store.site.pk,
            "lines": [{"part": store.part.pk, "quantity": "2", "unit_price": "5000"}],
        },
        "k1",
    ).json()
    confirmed = post(client, f"parts-orders/{placed['id']}/confirm/", {})
    shipped = post(
        client, f"parts-orders/{placed['id']}/ship/", {"carrier": "Yamato"}, "k2"
    )

    assert confirmed.json()["state"] == "CONFIRMED"
    assert shipped.json()["state"] == "SHIPPED"
    assert position(level) == (3, 0)


@pytest.mark.parametrize(
    "path",
    [
        "stock-levels/999999/",
        "stock-movements/999999/",
        "demands/999999/",
        "reservations/999999/",
        "purchase-orders/999999/",
        "parts/999999999999999999/",
    ],
)
def test_a_missing_row_is_not_found(path: str) -> None:
    assert signed_in(Role.MANAGER).get(f"{API}/{path}").status_code == 404


def test_a_page_is_never_longer_than_a_hundred() -> None:
    for _ in range(101):
        build.part()

    page = signed_in(Role.PARTS).get(f"{API}/parts/?page_size=1000").json()

    assert len(page["results"]) == 100


LISTS = (
    "parts",
    "stock-levels",
    "stock-movements",
    "demands",
    "reservations",
    "purchase-orders",
    "purchase-order-lines",
    "parts-orders",
)


def test_lists_ask_the_database_as_often_for_200_rows_as_for_10() -> None:
    store = Store()
    client = signed_in(Role.PARTS)
    rows.fill(store, 10)
    for_few = {path: statements(client, path) for path in LISTS}
    rows.fill(store, 190)

    assert {path: statements(client, path) for path in LISTS} == for_few
    assert max(for_few.values()) <= 8


def statements(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(f"{API}/{path}/?page_size=100").status_code == 200
    return len(asked)


def test_a_draft_grows_and_a_sent_order_is_chased_and_closed_over_http() -> None:
    store = Store()
    line = store.order(2, send=False)
    client = signed_in(Role.PARTS)
    order = f"purchase-orders/{line.order_id}"
    more = {
        "part": store.part.pk, "quantity": "3", "unit_price": "5",
        "due_on": "2027-01-04",
    }  # fmt: skip

    added = post(client, f"{order}/lines/", more, with_key="a")
    again = post(client, f"{order}/lines/", more, with_key="a")
    post(client, f"{order}/send/", {})
    said = {"said": "on the ship", "due_on": "2027-02-01"}
    at = f"purchase-order-lines/{added.json()['id']}"
    chased = post(client, f"{at}/chase/", said, with_key="b")
    closed = post(client, f"{at}/close/", {"reason": "sunk"})
    rest = post(client, f"{order}/cancel-rest/", {"reason": "all sunk"})

    assert (added.status_code, again.json()) == (201, added.json())
    assert chased.json()["due_on"] == "2027-02-01"
    assert closed.json()["closed_reason"] == "sunk"
    assert (rest.status_code, rest.json()["state"]) == (200, "CANCELLED")
    late = post(client, f"{order}/lines/", more, with_key="c")
    assert (late.status_code, late.json()["code"]) == (409, "wrong_state")
