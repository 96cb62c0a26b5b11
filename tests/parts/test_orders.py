"""Orders to suppliers and of customers."""

from datetime import date, timedelta
from typing import Any

import pytest

from common.errors import InvalidInput, NotFound
from common.invariants import violations
from parts import commands
from parts.models import (
    Demand,
    PartsOrder,
    PurchaseOrder,
    Reservation,
    StockLevel,
)
from tests import build
from tests.parts.store import NOW, TODAY, D, Store, key, position, refused

pytestmark = pytest.mark.django_db
State = PurchaseOrder.State


def order(store: Store, **fields: Any) -> PurchaseOrder:
    line = {
        "part_id": store.part.pk,
        "quantity": D(2),
        "unit_price": D(100),
        "due_on": TODAY,
    } | fields.pop("line", {})
    wanted = {
        "supplier_id": fields.pop("supplier_id", None) or build.supplier().pk,
        "site_id": store.site.pk,
        "key": key(),
        "at": NOW,
    } | fields
    return commands.create_purchase_order(lines=[commands.Ordered(**line)], **wanted)


def test_a_draft_gets_the_next_number_and_the_suppliers_currency() -> None:
    store = Store()
    dealer = build.supplier(currency="EUR")

    first = order(store, supplier_id=dealer.pk, line={"unit_price": D("9.50")})
    second = order(store)

    assert (first.state, first.currency) == (State.DRAFT, "EUR")
    assert int(second.number.removeprefix("PO-")) == 1 + int(
        first.number.removeprefix("PO-")
    )


def test_the_same_key_writes_one_order() -> None:
    store = Store()
    dealer = build.supplier()

    first = order(store, supplier_id=dealer.pk, key="k")
    second = order(store, supplier_id=dealer.pk, key="k")

    assert first.pk == second.pk


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"line": {"quantity": D(0)}}, InvalidInput),
        ({"line": {"unit_price": D(-1)}}, InvalidInput),
        ({"line": {"unit_price": D("0.5")}}, InvalidInput),
        ({"line": {"part_id": 999_999}}, NotFound),
        ({"currency": "XXQ"}, InvalidInput),
        ({"site_id": 999_999}, NotFound),
    ],
)
def test_an_order_out_of_range_is_refused(
    fields: dict[str, Any], kind: type[Exception]
) -> None:
    refused(kind, order, store=Store(), supplier_id=build.supplier().pk, **fields)


def test_a_number_that_is_taken_is_refused() -> None:
    store = Store()
    order(store, number="PO-X1")

    refused(commands.NumberTaken, order, store=store, number="PO-X1")


def test_an_arrival_serves_the_wishes_that_waited_in_turn() -> None:
    store = Store()
    line = store.order(5)
    second, first = store.want(2), store.want(2, priority=1)
    for demand in (second, first):
        store.reserve(demand)

    store.arrive(line, 3)

    level = StockLevel.objects.get()
    line.refresh_from_db()
    states = dict(Demand.objects.values_list("pk", "state"))
    assert position(level) == (3, 3)
    assert (line.received, line.reserved) == (3, 1)
    assert states == {first.pk: "RESERVED", second.pk: "OPEN"}
    assert violations() == []

    store.arrive(line, 2)
    line.order.refresh_from_db()
    assert line.order.state == State.RECEIVED
    assert position(level) == (5, 4)
    assert violations() == []


def test_an_arrival_in_quarantine_is_promised_to_nobody() -> None:
    store = Store()
    line = store.order(2)
    demand = store.want(2)
    store.reserve(demand)

    store.arrive(line, 2, bin_id=store.closed.pk)

    assert not Reservation.objects.held().exists()
    assert violations() == []


def test_more_than_was_ordered_needs_a_word() -> None:
    store = Store()
    line = store.order(2)

    refused(commands.OverDelivery, store.arrive, line=line, quantity=3)
    store.arrive(line, 3, accept_surplus=True, reason="kept")

    assert position(StockLevel.objects.get()) == (3, 0)
    assert violations() == []


def test_a_draft_cannot_arrive() -> None:
    store = Store()
    line = store.order(2, send=False)

    refused(commands.WrongState, store.arrive, line=line, quantity=1)


def test_an_arrival_goes_to_its_own_site() -> None:
    store = Store()
    line = store.order(2)
    away = build.bin(build.site())

    refused(commands.WrongState, store.arrive, line=line, quantity=1, bin_id=away.pk)


def test_an_order_in_another_currency_needs_the_cost_here() -> None:
    store = Store()
    line = store.order(2, price="9.50", currency="EUR")

    refused(InvalidInput, store.arrive, line=line, quantity=1)
    movement = store.arrive(line, 1, unit_cost=D(1600))

    assert movement.unit_cost == 1600


def test_a_due_date_moves_with_its_cause_once() -> None:
    store = Store()
    line = store.order(2)

    for _ in range(2):
        commands.change_due_date(
            line_id=line.pk, due_on=date(2027, 2, 1), reason="strike", at=NOW
        )

    change = line.due_changes.get()
    assert (change.due_on, change.reason) == (date(2027, 2, 1), "strike")


def test_no_date_lies_beyond_what_is_planned_for() -> None:
    store = Store()
    line = store.order(2)
    farthest = NOW.date() + timedelta(days=4 * 365)

    refused(
        InvalidInput,
        commands.change_due_date,
        line_id=line.pk,
        due_on=farthest + timedelta(days=1),
        reason="strike",
        at=NOW,
    )
    moved = commands.change_due_date(
        line_id=line.pk, due_on=farthest, reason="strike", at=NOW
    )

    assert moved.due_on == farthest


def test_the_date_of_what_has_arrived_does_not_move() -> None:
    store = Store()
    line = store.order(2)
    store.arrive(line, 2)

    refused(
        commands.WrongState,
        commands.change_due_date,
        line_id=line.pk,
        due_on=date(2027, 2, 1),
        reason="strike",
        at=NOW,
    )


def test_a_cancelled_order_lets_its_wishes_go() -> None:
    store = Store()
    line = store.order(2)
    store.reserve(store.want(2))

    first = commands.cancel_purchase_order(
        order_id=line.order_id, reason="gone", at=NOW
    )
    second = commands.cancel_purchase_order(
        order_id=line.order_id, reason="gone", at=NOW
    )

    assert (first, second) == (True, False)
    assert not Reservation.objects.held().exists()
    assert violations() == []
    refused(
        commands.WrongState,
        commands.send_purchase_order,
        order_id=line.order_id,
        at=NOW,
    )


def test_an_order_with_an_arrival_is_not_cancelled() -> None:
    store = Store()
    line = store.order(2)
    store.arrive(line, 1)

    refused(
        commands.WrongState,
        commands.cancel_purchase_order,
        order_id=line.order_id,
        reason="gone",
        at=NOW,
    )


def sold(store: Store, quantity: int = 2) -> PartsOrder:
    placed = commands.place_parts_order(
        customer_id=build.customer().pk,
        site_id=store.site.pk,
        lines=[
            commands.Sold(
                part_id=store.part.pk, quantity=D(quantity), unit_price=D(900)
            )
        ],
        key=key(),
        at=NOW,
    )
    return commands.confirm_parts_order(order_id=placed.pk, at=NOW)


def ship(order: PartsOrder, **fields: Any) -> Any:
    wanted = {"carrier": "Yamato", "key": key(), "at": NOW} | fields
    return commands.ship_parts_order(order_id=order.pk, **wanted)


def test_a_confirmed_order_holds_its_parts_and_ships_them_once() -> None:
    store = Store()
    level = store.receive(5)
    bought = sold(store)
    assert position(level) == (5, 2)

    first, second = ship(bought, key="k"), ship(bought, key="k")

    bought.refresh_from_db()
    assert first.pk == second.pk
    assert (bought.state, position(level)) == (PartsOrder.State.SHIPPED, (3, 0))
    assert violations() == []
    refused(commands.WrongState, ship, order=bought)


def test_an_order_ships_what_is_ready_and_later_the_rest() -> None:
    store = Store()
    store.receive(1)
    line = store.order(5)
    bought = sold(store)

    ship(bought)
    bought.refresh_from_db()
    assert bought.state == PartsOrder.State.CONFIRMED
    refused(commands.NothingToShip, ship, order=bought)
    store.arrive(line, 5)
    ship(bought)

    bought.refresh_from_db()
    assert bought.state == PartsOrder.State.SHIPPED
    assert bought.shipments.count() == 2
    assert violations() == []


def test_a_cancelled_order_gives_its_parts_back() -> None:
    store = Store()
    level = store.receive(5)
    bought = sold(store)

    commands.cancel_parts_order(order_id=bought.pk, reason="no", at=NOW)

    assert position(level) == (5, 0)
    assert violations() == []


def test_a_shipped_order_is_not_cancelled() -> None:
    store = Store()
    store.receive(5)
    bought = sold(store)
    ship(bought)

    refused(
        commands.WrongState,
        commands.cancel_parts_order,
        order_id=bought.pk,
        reason="no",
        at=NOW,
    )
