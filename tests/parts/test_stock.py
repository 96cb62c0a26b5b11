"""Stock that comes, moves, is counted, is thrown away; and mistakes undone."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from common.errors import InvalidInput, KeyReused, NotFound
from common.invariants import violations
from parts import commands
from parts.models import Demand, PurchaseOrder, StockCost, StockLevel, StockMovement
from tests import build
from tests.parts.store import NOW, D, Store, key, position, refused

pytestmark = pytest.mark.django_db


def once(**fields: Any) -> dict[str, Any]:
    return {"reason": "because", "key": key(), "at": NOW} | fields


def test_receipts_move_the_average_and_issues_leave_at_it() -> None:
    store = Store()
    store.receive(2, unit_cost=D(100))
    level = store.receive(1, unit_cost=D(400))
    store.issue(store.want(1), 1)

    level.refresh_from_db()
    assert level.unit_cost == 200
    assert StockMovement.objects.latest("pk").unit_cost == 200
    amounts = StockCost.objects.order_by("pk").values_list("amount", "currency")
    assert list(amounts) == [(200, "JPY"), (400, "JPY")]
    assert violations() == []


def test_a_receipt_with_the_same_key_comes_once() -> None:
    store = Store()
    values = {
        "part_id": store.part.pk,
        "bin_id": store.shelf.pk,
        "quantity": D(2),
        "unit_cost": D(1),
    }
    first = commands.receive_stock(**values, **once(key="k"))
    second = commands.receive_stock(**values, **once(key="k"))

    assert first.pk == second.pk
    refused(
        KeyReused,
        commands.receive_stock,
        **{**values, "quantity": D(3)},
        **once(key="k"),
    )


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"quantity": D(0)}, InvalidInput),
        ({"unit_cost": D(-1)}, InvalidInput),
        ({"unit_cost": D("0.00001")}, InvalidInput),
        ({"reason": "  "}, InvalidInput),
        ({"reason": "x" * 201}, InvalidInput),
        ({"part_id": 999_999}, NotFound),
        ({"bin_id": 999_999}, NotFound),
    ],
)
def test_a_receipt_out_of_range_is_refused(
    fields: dict[str, Any], kind: type[Exception]
) -> None:
    store = Store()
    values = {
        "part_id": store.part.pk,
        "bin_id": store.shelf.pk,
        "quantity": D(2),
        "unit_cost": D(1),
    }

    refused(kind, commands.receive_stock, **{**values, **once(), **fields})


def test_a_move_keeps_number_and_value() -> None:
    store = Store()
    level = store.receive(5, unit_cost=D(120))
    target = build.bin(store.site)

    out = commands.move_stock(
        level_id=level.pk, bin_id=target.pk, quantity=D(2), **once()
    )

    other = StockLevel.objects.get(bin=target)
    assert (position(level), position(other)) == ((3, 0), (2, 0))
    assert other.unit_cost == 120
    assert StockMovement.objects.filter(command_id=out.command_id).count() == 2
    assert violations() == []


def test_what_is_held_does_not_move_nor_go_to_scrap() -> None:
    store = Store()
    level = store.receive(5)
    store.reserve(store.want(4))

    refused(
        commands.InsufficientStock,
        commands.move_stock,
        level_id=level.pk,
        bin_id=build.bin(store.site).pk,
        quantity=D(2),
        **once(),
    )
    refused(
        commands.InsufficientStock,
        commands.scrap_stock,
        level_id=level.pk,
        quantity=D(2),
        **once(),
    )


def test_a_move_into_the_same_bin_is_refused() -> None:
    store = Store()
    level = store.receive(5)

    refused(
        InvalidInput,
        commands.move_stock,
        level_id=level.pk,
        bin_id=store.shelf.pk,
        quantity=D(1),
        **once(),
    )


def test_a_count_writes_the_difference_or_nothing() -> None:
    level = Store().receive(5)

    agreed = commands.adjust_stock(level_id=level.pk, counted=D(5), **once())
    short = commands.adjust_stock(level_id=level.pk, counted=D(3), **once())

    assert agreed is None
    assert short is not None
    assert (short.kind, short.quantity, short.balance) == ("COUNT", -2, 3)
    assert position(level) == (3, 0)


def test_a_count_cannot_take_what_is_held() -> None:
    store = Store()
    level = store.receive(5)
    store.reserve(store.want(4))

    refused(
        commands.InsufficientStock,
        commands.adjust_stock,
        level_id=level.pk,
        counted=D(3),
        **once(),
    )


def undo(movement: StockMovement, **fields: Any) -> StockMovement:
    return commands.reverse_movement(movement_id=movement.pk, **once(**fields))


def test_a_receipt_is_undone_once_and_the_average_goes_back() -> None:
    store = Store()
    store.receive(2, unit_cost=D(100))
    level = store.receive(1, unit_cost=D(400))
    last = StockMovement.objects.latest("pk")

    undone = undo(last)

    level.refresh_from_db()
    assert (undone.kind, undone.quantity, undone.reverses_id) == (
        "REVERSAL",
        -1,
        last.pk,
    )
    assert (level.on_hand, level.unit_cost) == (2, 100)
    refused(commands.WrongState, undo, movement=last)
    refused(commands.WrongState, undo, movement=undone)


def test_the_receipt_of_an_order_is_undone_once() -> None:
    store = Store()
    line = store.order(1)
    arrival = store.arrive(line, 1)
    undo = {"movement_id": arrival.pk, "reason": "miscounted", "at": NOW}
    commands.reverse_movement(key=key(), **undo)

    with pytest.raises(commands.WrongState):
        commands.reverse_movement(key=key(), **undo)

    line.refresh_from_db()
    assert line.received == 0


def test_a_receipt_that_was_drawn_since_cannot_be_undone() -> None:
    store = Store()
    store.receive(2)
    receipt = StockMovement.objects.get()
    store.issue(store.want(1), 1)

    refused(commands.InsufficientStock, undo, movement=receipt)


def test_undoing_an_issue_opens_its_wish() -> None:
    store = Store()
    level = store.receive(2)
    demand = store.issue(store.want(2), 2)

    undo(StockMovement.objects.latest("pk"))

    demand.refresh_from_db()
    assert (demand.drawn, demand.state) == (0, Demand.State.OPEN)
    assert position(level) == (2, 0)
    assert violations() == []


def test_undoing_an_order_receipt_waits_for_the_order_again() -> None:
    store = Store()
    line = store.order(2)
    movement = store.arrive(line, 2)

    undo(movement)

    line.refresh_from_db()
    assert line.received == 0
    assert line.order.state == PurchaseOrder.State.SENT
    assert violations() == []


def test_undoing_a_move_undoes_both_its_ends() -> None:
    store = Store()
    level = store.receive(5)
    target = build.bin(store.site)
    out = commands.move_stock(
        level_id=level.pk, bin_id=target.pk, quantity=D(2), **once()
    )

    undo(out)

    assert position(level) == (5, 0)
    assert position(StockLevel.objects.get(bin=target)) == (0, 0)
    assert violations() == []


def test_the_ledger_refuses_to_be_edited() -> None:
    Store().receive(5)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        StockMovement.objects.update(quantity=6)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        StockCost.objects.all().delete()
