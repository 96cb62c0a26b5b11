"""Pick lists and parcels: no unit is used twice."""

from typing import Any

import pytest

from common import labels
from common.errors import InvalidInput
from common.invariants import violations
from common.models import OutboxEvent
from parts import commands
from parts.models import Demand, PartsOrder, Shipment, ShipmentLine, StockLevel
from tests import build
from tests.parts.selling import confirmed, listed, packed, shipped
from tests.parts.store import NOW, D, Store, key, position, refused

pytestmark = pytest.mark.django_db
State = PartsOrder.State


def quantities(shipment: Shipment) -> list[Any]:
    return list(shipment.lines.order_by("pk").values_list("quantity", flat=True))


def test_a_parcel_is_picked_packed_shipped_and_delivered() -> None:
    store = Store()
    level = store.receive(5)
    order = confirmed(store)

    parcel = listed(order)
    assert position(level) == (5, 2)
    refused(commands.NotPicked, packed_unpicked, shipment=parcel)
    packed(parcel)
    refused(
        commands.WrongState, commands.deliver_shipment, shipment_id=parcel.pk, at=NOW
    )
    sent = shipped(parcel, key="k")
    assert shipped(parcel, key="k").pk == sent.pk
    commands.deliver_shipment(shipment_id=parcel.pk, at=NOW)

    order.refresh_from_db()
    line = ShipmentLine.objects.get()
    assert position(level) == (3, 0)
    assert line.movement is not None
    assert (line.movement.kind, line.movement.quantity) == ("SHIP", -2)
    assert order.state == State.DELIVERED
    assert [e.became for e in order.events.order_by("pk")] == [
        "QUOTE", "CONFIRMED", "SHIPPED", "DELIVERED",
    ]  # fmt: skip
    assert OutboxEvent.objects.filter(task="parts.mail_shipped").count() == 1
    assert violations() == []
    refused(commands.WrongState, shipped, shipment=parcel)


def packed_unpicked(*, shipment: Shipment) -> Shipment:
    return commands.pack_shipment(
        shipment_id=shipment.pk, boxes=1, weight_grams=1, at=NOW
    )


def test_two_pick_lists_never_name_one_unit_twice() -> None:
    store = Store()
    store.receive(1)
    line = store.order(5)
    order = confirmed(store, 3)

    first = listed(order)
    refused(commands.NothingToShip, listed, order=order)
    refused(
        commands.NothingToShip,
        commands.ship_parts_order,
        order_id=order.pk,
        carrier="Yamato",
        key=key(),
        at=NOW,
    )
    store.arrive(line, 5)
    second = listed(order)

    assert (quantities(first), quantities(second)) == ([1], [2])
    shipped(packed(second))
    shipped(packed(first))
    order.refresh_from_db()
    assert order.state == State.SHIPPED
    assert violations() == []


def test_a_cancelled_pick_leaves_its_pieces_held_for_the_next() -> None:
    store = Store()
    level = store.receive(5)
    order = confirmed(store)
    first = packed(listed(order))

    done = [
        commands.cancel_pick_list(shipment_id=first.pk, reason="dropped", at=NOW)
        for _ in range(2)
    ]

    assert done == [True, False]
    assert position(level) == (5, 2)
    refused(commands.WrongState, shipped, shipment=first)
    assert quantities(listed(order)) == [2]
    assert violations() == []


def test_what_is_being_picked_is_not_let_go() -> None:
    store = Store()
    level = store.receive(2)
    order = confirmed(store)
    parcel = listed(order)
    demand = Demand.objects.get()
    hold = demand.reservations.get()

    for call, arguments in (
        (commands.release_hold, {"reservation_id": hold.pk, "reason": "x"}),
        (commands.cancel_parts_order, {"order_id": order.pk, "reason": "x"}),
        (commands.cancel_order_lines, {"order_id": order.pk, "reason": "x"}),
    ):
        refused(commands.BeingPicked, call, at=NOW, **arguments)
    refused(
        commands.InsufficientStock,
        commands.adjust_stock,
        level_id=level.pk,
        counted=D(1),
        reason="count",
        key=key(),
        at=NOW,
    )

    shipped(packed(parcel))
    assert position(level) == (0, 0)
    assert violations() == []


def test_lines_are_ticked_by_any_spelling_of_their_number() -> None:
    store = Store()
    store.receive(5)
    parcel = listed(confirmed(store))

    line = commands.pick_by_scan(
        shipment_id=parcel.pk, code="１３０２０－０５ｕ００", at=NOW
    )

    assert line.is_picked
    for code in ("13020-05U00", "99999-00000"):
        refused(
            commands.NotOnThisList,
            commands.pick_by_scan,
            shipment_id=parcel.pk,
            code=code,
            at=NOW,
        )
    refused(
        InvalidInput, commands.pick_by_scan, shipment_id=parcel.pk, code=" ", at=NOW
    )
    commands.pick_line(shipment_id=parcel.pk, line_id=line.pk, is_picked=False, at=NOW)
    refused(commands.NotPicked, packed_unpicked, shipment=parcel)


@pytest.mark.parametrize("kind", ["p", "l"])
def test_lines_are_ticked_by_the_labels_of_parts_and_positions(kind: str) -> None:
    store = Store()
    level = store.receive(5)
    parcel = listed(confirmed(store))
    pk = store.part.pk if kind == "p" else level.pk

    line = commands.pick_by_scan(
        shipment_id=parcel.pk, code=labels.path_of(kind, pk), at=NOW
    )

    assert line.is_picked


def test_a_parcel_of_chosen_lines_leaves_the_others() -> None:
    store = Store()
    store.receive(5)
    other = build.part()
    store.receive(5, part_id=other.pk)
    order = commands.place_parts_order(
        customer_id=build.customer().pk,
        site_id=store.site.pk,
        lines=[
            commands.Sold(part_id=part.pk, quantity=D(1), unit_price=D(9))
            for part in (store.part, other)
        ],
        key=key(),
        at=NOW,
    )
    commands.confirm_parts_order(order_id=order.pk, at=NOW)
    one, two = order.lines.order_by("pk")

    first = listed(order, line_ids=[two.pk])
    second = listed(order)

    assert [line.line_id for line in first.lines.all()] == [two.pk]
    assert [line.line_id for line in second.lines.all()] == [one.pk]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"boxes": 0}, "boxes"),
        ({"weight_grams": 0}, "weight_grams"),
        ({"weight_grams": 10**9}, "weight_grams"),
    ],
)
def test_boxes_and_weight_are_believable(fields: dict[str, int], field: str) -> None:
    store = Store()
    store.receive(5)
    parcel = listed(confirmed(store))

    with pytest.raises(InvalidInput) as refusal:
        commands.pack_shipment(
            **{"shipment_id": parcel.pk, "boxes": 1, "weight_grams": 1} | fields,
            at=NOW,
        )

    assert refusal.value.field == field


def test_what_comes_free_serves_the_oldest_back_order_first() -> None:
    store = Store()
    first, second = confirmed(store, 2), confirmed(store, 2)
    store.receive(2)

    # Nobody has worked on the outbox: the younger order asks first.
    refused(commands.NothingToShip, listed, order=second, key="k")
    assert quantities(listed(first)) == [2]


def test_a_back_order_does_not_take_what_an_older_card_wants() -> None:
    store = Store()
    card = store.want(2)
    order = confirmed(store, 2)
    store.receive(3)

    commands.serve_back_orders(part_ids=[store.part.pk], at=NOW)
    refused(commands.NothingToShip, listed, order=order)
    store.issue(card, 2)
    store.receive(1)
    commands.serve_back_orders(part_ids=[store.part.pk], at=NOW)

    assert quantities(listed(order)) == [2]
    assert violations() == []


def test_the_rest_of_an_order_is_given_up_and_what_was_shipped_stays_sold() -> None:
    store = Store()
    store.receive(1)
    order = confirmed(store, 3)
    shipped(packed(listed(order)))

    done = commands.cancel_order_lines(
        order_id=order.pk, reason="no longer made", at=NOW
    )

    order.refresh_from_db()
    line = order.lines.get()
    assert done
    assert (order.state, line.cancelled, line.owed) == (State.SHIPPED, 2, 1)
    assert violations() == []


def test_an_order_given_up_line_by_line_before_anything_left_is_cancelled() -> None:
    store = Store()
    order = confirmed(store, 3)

    commands.cancel_order_lines(
        order_id=order.pk,
        line_ids=[order.lines.get().pk],
        reason="no",
        at=NOW,
    )

    order.refresh_from_db()
    assert order.state == State.CANCELLED
    assert violations() == []


def test_an_order_held_in_two_bins_is_picked_from_both() -> None:
    store = Store()
    store.receive(1)
    store.receive(1, bin_id=build.bin(store.site).pk)

    parcel = shipped(packed(listed(confirmed(store, 2))))

    assert parcel.lines.count() == 2
    assert [level.on_hand for level in StockLevel.objects.all()] == [0, 0]
    assert violations() == []
