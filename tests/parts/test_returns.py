"""What customers send back: within what was shipped, at the cost at which it left."""

from typing import Any

import pytest
from django.core import mail

from common.errors import InvalidInput
from common.invariants import violations
from common.models import OutboxEvent
from parts import commands, effects, queries
from parts.models import Part, PartsOrder, Return, StockLevel
from tests import build
from tests.parts.selling import confirmed, listed, packed, shipped, sold_out
from tests.parts.store import NOW, D, Store, key, position, refused
from workshop.models import Customer
from workshop.queries import owed_by

pytestmark = pytest.mark.django_db


def agree(order: PartsOrder, quantity: Any = 1, **fields: Any) -> Return:
    wanted = {"kind": "RETURN", "reason": "wrong size", "key": key(), "at": NOW}
    return commands.agree_return(
        line_id=order.lines.get().pk, quantity=D(quantity), **wanted | fields
    )


def take_in(back: Return, store: Store, **fields: Any) -> Return:
    wanted = {"bin_id": store.closed.pk, "key": key(), "at": NOW} | fields
    return commands.receive_return(return_id=back.pk, **wanted)


def test_no_more_comes_back_than_was_shipped() -> None:
    store = Store()
    store.receive(5)
    order = sold_out(store, 2)

    first = agree(order, 1)
    refused(commands.MoreThanWanted, agree, order=order, quantity=2)
    commands.refuse_return(return_id=first.pk, reason="did not come", at=NOW)
    second = agree(order, 2)

    assert second.number.startswith("RT-")
    assert violations() == []


def test_what_comes_back_enters_at_the_cost_at_which_it_left() -> None:
    store = Store()
    store.receive(2, unit_cost=D(100))
    order = sold_out(store, 2)
    store.receive(2, unit_cost=D(500))

    back = take_in(agree(order, 2), store, key="k")

    assert back.movement is not None
    assert (back.movement.kind, back.movement.unit_cost) == ("CUSTOMER_RETURN", 100)
    assert position(back.movement.level) == (2, 0)
    assert back.movement.level.bin == store.closed
    assert take_in(back, store, key="k").pk == back.pk
    refused(commands.WrongState, take_in, back=back, store=store)
    assert violations() == []


@pytest.mark.parametrize(("lots", "kept"), [(("A7",), "A7"), (("A7", "B2"), "")])
def test_what_comes_back_lies_in_the_lot_it_left_if_it_was_one(
    lots: tuple[str, ...], kept: str
) -> None:
    store = Store()
    for lot in lots:
        store.receive(2 // len(lots), lot=lot)
    order = sold_out(store, 2)

    back = take_in(agree(order, 2), store)

    assert back.movement is not None
    assert back.movement.level.lot == kept
    assert violations() == []


def test_a_return_is_refunded_once_with_its_tax() -> None:
    store = Store()
    store.receive(5)
    order = sold_out(store, 2)
    back = agree(order, 1)
    refused(commands.WrongState, commands.refund_return, return_id=back.pk, at=NOW)
    take_in(back, store)
    for wrong in (0, 901):
        refused(
            InvalidInput,
            commands.refund_return,
            return_id=back.pk,
            net=D(wrong),
            at=NOW,
        )

    for _ in range(2):
        commands.refund_return(return_id=back.pk, at=NOW)

    back.refresh_from_db()
    assert (back.state, back.refund) == (Return.State.REFUNDED, 990)
    assert owed_by(customer_id=order.customer_id, currency="JPY") == -990
    assert violations() == []
    refused(
        commands.WrongState,
        commands.refuse_return,
        return_id=back.pk,
        reason="late",
        at=NOW,
    )


def test_an_old_core_becomes_stock_of_another_part_and_its_charge_comes_back() -> None:
    store = Store()
    store.receive(5)
    core: Part = build.part(grade=Part.Grade.USED)
    order = sold_out(store, 2, line={"core_charge": D(3000)})
    Customer.objects.update(email="buyer@example.com", language="ja")
    back = agree(order, 1, kind="CORE")
    for wrong in (None, store.part.pk):
        refused(InvalidInput, take_in, back=back, store=store, part_id=wrong)

    taken = take_in(back, store, part_id=core.pk)
    refunded = commands.refund_return(return_id=back.pk, at=NOW)
    for event in OutboxEvent.objects.filter(task="parts.mail_refund"):
        effects.mail_refund(**event.payload)

    assert [each.subject for each in mail.outbox] == [
        f"{order.number}：ご返金のお知らせ"
    ]
    assert back.number in mail.outbox[0].body
    assert "3,300" in mail.outbox[0].body
    assert taken.movement is not None
    assert taken.movement.level.part == core
    assert taken.movement.unit_cost == 3000
    assert refunded.refund == 3300
    assert violations() == []


def test_a_core_is_not_taken_for_a_line_without_a_charge() -> None:
    store = Store()
    store.receive(5)

    order = sold_out(store, 2)

    refused(commands.WrongState, agree_core, order=order)


def agree_core(*, order: PartsOrder) -> Return:
    return agree(order, kind="CORE")


def test_a_return_goes_into_a_bin_of_its_site_that_takes_it() -> None:
    store = Store()
    store.receive(5)
    back = agree(sold_out(store, 2))

    for bin_ in (
        build.bin(build.site()),
        build.bin(store.site, kind="ORIGINALS"),
    ):
        refused(InvalidInput, take_in, back=back, store=store, bin_id=bin_.pk)


def test_what_is_back_on_the_shelf_is_sold_again() -> None:
    store = Store()
    store.receive(2)
    order = sold_out(store, 2)
    take_in(agree(order, 1), store, bin_id=store.shelf.pk)

    sold_out(store, 1)

    assert StockLevel.objects.get(bin=store.shelf).on_hand == 0
    assert violations() == []


def test_what_is_refused_is_the_customers_own_and_is_sold_to_nobody() -> None:
    store = Store()
    store.receive(2, unit_cost=D(100))
    order = sold_out(store, 2)
    back = take_in(agree(order, 2), store, bin_id=store.shelf.pk)
    assert back.movement is not None
    level = back.movement.level

    for _ in range(2):
        commands.refuse_return(return_id=back.pk, reason="was used", at=NOW)

    theirs = StockLevel.objects.get(owner=order.customer)
    assert (position(level), position(theirs)) == ((0, 0), (2, 0))
    assert (theirs.bin, theirs.unit_cost) == (store.shelf, 0)
    assert queries.stock_position(store.part.pk).on_hand == 0
    commands.hand_back_owned(
        level_id=theirs.pk, quantity=D(2), reason="sent back", key=key(), at=NOW
    )
    assert violations() == []


def test_a_refused_unit_keeps_its_number() -> None:
    store = Store(part=build.part("14411-05U00", is_serialised=True))
    store.receive(1, serials=["A"])
    order = sold_out(store, 1)
    back = take_in(agree(order, 1), store)

    commands.refuse_return(return_id=back.pk, reason="was opened", at=NOW)

    theirs = StockLevel.objects.get(owner=order.customer)
    assert [unit.serial for unit in theirs.units.all()] == ["A"]
    assert violations() == []


def test_pieces_that_somebody_holds_by_now_are_not_given_over() -> None:
    store = Store()
    store.receive(1)
    order = sold_out(store, 1)
    back = take_in(agree(order, 1), store, bin_id=store.shelf.pk)
    store.reserve(store.want(1))

    refused(
        commands.InsufficientStock,
        commands.refuse_return,
        return_id=back.pk,
        reason="was used",
        at=NOW,
    )


def test_a_core_charge_comes_back_once_with_the_piece_or_with_the_old_one() -> None:
    store = Store()
    store.receive(2)
    order = sold_out(store, 2, line={"core_charge": D(50)})
    agree(order, 1, kind="CORE")
    first, second = (take_in(agree(order, 1), store) for _ in range(2))

    for back in (first, second):
        commands.refund_return(return_id=back.pk, at=NOW)

    first.refresh_from_db()
    second.refresh_from_db()
    # 900 and one of two charges; the other went for the old piece.
    assert first.refund - second.refund == D(50) * (1 + order.tax_rate)
    refused(commands.MoreThanWanted, agree, order=order, quantity=1, kind="CORE")


def test_a_whole_piece_that_comes_back_brings_no_old_one_besides() -> None:
    store = Store()
    store.receive(1)
    order = sold_out(store, 1, line={"core_charge": D(50)})
    agree(order, 1)

    refused(commands.MoreThanWanted, agree, order=order, quantity=1, kind="CORE")


def test_a_core_of_a_foreign_order_needs_a_rate_to_be_worth_something() -> None:
    store = Store()
    store.receive(1)
    order = sold_out(store, 1, currency="GBP", line={"core_charge": D(50)})
    PartsOrder.objects.filter(pk=order.pk).update(rate=None)
    back = agree(order, 1, kind="CORE")
    core = build.part("13020-CORE")

    refused(commands.NoRate, take_in, back=back, store=store, part_id=core.pk)


def test_an_old_core_with_a_number_of_its_own_is_taken_in() -> None:
    store = Store()
    store.receive(1)
    order = sold_out(store, 1, line={"core_charge": D(50)})
    core = build.part("13020-CORE", is_serialised=True)
    back = agree(order, 1, kind="CORE")

    done = take_in(back, store, part_id=core.pk, serials=["OLD-1"])

    assert done.movement is not None
    assert [unit.serial for unit in done.movement.level.units.all()] == ["OLD-1"]
    assert violations() == []


def test_what_was_shipped_as_a_successor_comes_back_as_it() -> None:
    store = Store()
    new = build.part("13020-24U00")
    order = confirmed(store, 1)
    wish = order.lines.get().demand
    assert wish is not None
    commands.replace_part(
        old_id=store.part.pk,
        new_id=new.pk,
        demand_ids=[wish.pk],
        reason="replaced",
        key=key(),
        at=NOW,
    )
    store.receive(1, part_id=new.pk)
    commands.serve_back_orders(part_ids=[new.pk], at=NOW)
    parcel = listed(order)
    commands.pick_by_scan(shipment_id=parcel.pk, code="13020-24U00", at=NOW)
    shipped(packed(parcel))

    back = take_in(agree(order, 1), store)

    assert back.movement is not None
    assert back.movement.level.part == new
    assert violations() == []
