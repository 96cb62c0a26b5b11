"""Customers' own pieces: kept apart, used for their owner only, handed back."""

from typing import Any

import pytest

from common.errors import NotFound
from common.invariants import violations
from parts import commands, queries
from parts.models import Reservation, StockCost, StockLevel, StockMovement
from tests import build
from tests.parts.store import NOW, D, Store, key, position, refused
from workshop.models import Customer

pytestmark = pytest.mark.django_db


def leave(
    store: Store, owner: Customer, quantity: Any = 2, **fields: Any
) -> StockLevel:
    fields = {"part_id": store.part.pk, "bin_id": store.shelf.pk} | fields
    return commands.receive_owned(
        owner_id=owner.pk,
        quantity=D(quantity),
        reason="bought himself",
        key=key(),
        at=NOW,
        **fields,
    ).level


def test_a_customers_pieces_cost_nothing_and_are_not_the_houses() -> None:
    store = Store()
    ours = store.receive(1)
    theirs = leave(store, build.customer())

    assert position(theirs) == (2, 0)
    assert theirs.unit_cost == 0
    assert theirs.pk != ours.pk
    assert StockCost.objects.count() == 1
    assert queries.stock_position(store.part.pk).on_hand == 1
    assert violations() == []


def test_a_wish_of_their_owner_holds_them_before_the_houses() -> None:
    store = Store()
    owner = build.customer()
    ours, theirs = store.receive(5), leave(store, owner)
    demand = store.want(3, owner_id=owner.pk)

    store.reserve(demand)
    store.issue(demand, 3)

    assert (position(ours), position(theirs)) == ((4, 0), (0, 0))
    assert violations() == []


def test_they_are_drawn_before_the_houses_without_a_hold() -> None:
    store = Store()
    owner = build.customer()
    ours, theirs = store.receive(5), leave(store, owner)

    store.issue(store.want(3, owner_id=owner.pk), 3)

    assert (position(ours), position(theirs)) == ((4, 0), (0, 0))


def test_nobody_else_holds_or_draws_them() -> None:
    store = Store()
    theirs = leave(store, build.customer())
    stranger = store.want(1, owner_id=build.customer().pk)
    nobody = store.want(1)

    for demand in (stranger, nobody):
        assert store.reserve(demand) == []
        refused(
            commands.InsufficientStock,
            commands.issue_parts,
            demand_id=demand.pk,
            quantity=D(1),
            key=key(),
            at=NOW,
        )
        refused(
            commands.OwnedStock,
            commands.reserve_stock,
            level_id=theirs.pk,
            quantity=D(1),
            demand_key=demand.demand_key,
            key=key(),
            at=NOW,
        )
    assert not Reservation.objects.exists()


def test_what_came_from_the_owner_comes_back_to_the_owner() -> None:
    store = Store()
    owner = build.customer()
    ours, theirs = store.receive(1), leave(store, owner)
    demand = store.want(3, owner_id=owner.pk)
    store.issue(demand, 3)

    commands.return_parts(
        demand_id=demand.pk,
        quantity=D(2),
        bin_id=store.shelf.pk,
        reason="not needed",
        key=key(),
        at=NOW,
    )

    # The house's piece first, the rest to its owner.
    assert (position(ours), position(theirs)) == ((1, 0), (1, 0))
    ours.refresh_from_db()
    assert ours.unit_cost == 100
    assert violations() == []


def test_they_are_handed_back_and_the_line_is_undone_by_another() -> None:
    store = Store()
    theirs = leave(store, build.customer())

    movement = commands.hand_back_owned(
        level_id=theirs.pk, quantity=D(2), reason="collected", key=key(), at=NOW
    )
    assert (movement.kind, position(theirs)) == ("HANDED_BACK", (0, 0))
    commands.reverse_movement(
        movement_id=movement.pk, reason="came back", key=key(), at=NOW
    )

    assert position(theirs) == (2, 0)
    assert violations() == []


def test_the_houses_own_and_what_is_held_are_not_handed_back() -> None:
    store = Store()
    owner = build.customer()
    ours, theirs = store.receive(2), leave(store, owner)
    store.reserve(store.want(1, owner_id=owner.pk))

    for level, kind in (
        (ours, commands.NotOwned),
        (theirs, commands.InsufficientStock),
    ):
        refused(
            kind,
            commands.hand_back_owned,
            level_id=level.pk,
            quantity=D(2),
            reason="collected",
            key=key(),
            at=NOW,
        )


def test_an_owner_whom_nobody_knows_is_named() -> None:
    store = Store()

    with pytest.raises(NotFound) as caught:
        commands.receive_owned(
            owner_id=999_999,
            part_id=store.part.pk,
            bin_id=store.shelf.pk,
            quantity=D(1),
            reason="left here",
            key=key(),
            at=NOW,
        )

    assert caught.value.context["field"] == "owner"
    assert not StockMovement.objects.exists()
