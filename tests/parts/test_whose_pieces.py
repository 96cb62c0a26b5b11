"""Pieces keep their owner, their order and their number, whatever is undone."""

from typing import Any

import pytest

from common.errors import InvalidInput
from common.invariants import violations
from parts import commands
from parts.models import Demand, StockLevel, StockMovement
from tests import build
from tests.parts.selling import confirmed, listed, packed, sold_out
from tests.parts.store import NOW, D, Store, key, position, refused

pytestmark = pytest.mark.django_db


def left(store: Store, owner: Any, quantity: int = 1, **fields: Any) -> StockLevel:
    wanted = {"part_id": store.part.pk, "bin_id": store.shelf.pk} | fields
    return commands.receive_owned(
        owner_id=owner.pk,
        quantity=D(quantity),
        reason="bought himself",
        key=key(),
        at=NOW,
        **wanted,
    ).level


def back(store: Store, demand: Demand, quantity: int, **fields: Any) -> Demand:
    wanted = {"bin_id": store.shelf.pk, "reason": "spare", "key": key(), "at": NOW}
    return commands.return_parts(
        demand_id=demand.pk, quantity=D(quantity), **wanted | fields
    )


def at(level: StockLevel) -> list[str]:
    return list(level.units.order_by("serial").values_list("serial", flat=True))


def test_a_unit_comes_back_to_whom_it_belongs() -> None:
    store = Store(part=build.part("14411-05U00", is_serialised=True))
    owner = build.customer()
    theirs = left(store, owner, serials=["THEIRS"])
    ours = store.receive(1, serials=["OURS"])
    demand = store.want(2, owner_id=owner.pk)
    store.issue(demand, 2)

    back(store, demand, 1, serials=["THEIRS"])
    assert (at(theirs), at(ours)) == (["THEIRS"], [])
    back(store, demand, 1)

    assert (at(theirs), at(ours)) == (["THEIRS"], ["OURS"])
    assert violations() == []


def test_two_units_of_two_owners_come_back_in_one_go() -> None:
    store = Store(part=build.part("14411-05U00", is_serialised=True))
    owner = build.customer()
    theirs = left(store, owner, serials=["THEIRS"])
    ours = store.receive(1, serials=["OURS"])
    demand = store.want(2, owner_id=owner.pk)
    store.issue(demand, 2)

    back(store, demand, 2)

    assert (at(theirs), at(ours)) == (["THEIRS"], ["OURS"])
    assert violations() == []


def test_a_draw_is_not_undone_for_an_owner_whose_pieces_are_back() -> None:
    store = Store()
    owner = build.customer()
    left(store, owner)
    ours = store.receive(1)
    demand = store.want(2, owner_id=owner.pk)
    store.issue(demand, 2)
    drawn = StockMovement.objects.get(level=ours, kind="ISSUE")
    back(store, demand, 1, still_wanted=True)

    refused(
        commands.WrongState,
        commands.reverse_movement,
        movement_id=drawn.pk,
        reason="slip",
        key=key(),
        at=NOW,
    )
    assert position(ours) == (1, 0)


@pytest.mark.parametrize("name", ["issue_parts", "cancel_demand", "change_demand"])
def test_what_is_sold_is_not_drawn_or_given_up_behind_its_order(name: str) -> None:
    store = Store()
    store.receive(5)
    wish = confirmed(store, 2).lines.get().demand
    assert wish is not None
    more: dict[str, dict[str, Any]] = {
        "issue_parts": {"quantity": D(1), "key": key()},
        "cancel_demand": {"reason": "slip"},
        "change_demand": {"quantity": D(1)},
    }

    said = refused(
        commands.WrongState,
        getattr(commands, name),
        demand_id=wish.pk,
        at=NOW,
        **more[name],
    )

    assert "SO-" in said


def test_what_was_sold_does_not_come_back_as_from_a_card() -> None:
    store = Store()
    store.receive(2)
    wish = sold_out(store, 2).lines.get().demand
    assert wish is not None

    refused(commands.WrongState, back, store=store, demand=wish, quantity=1, key=key())


def test_a_number_that_does_not_lie_here_is_named() -> None:
    store = Store(part=build.part("14411-05U00", is_serialised=True))
    store.receive(2, serials=["A", "B"])
    demand = store.want(2)

    for serials in (["A", "X"], ["A"], ["A", "B", "X"]):
        refused(InvalidInput, store.issue, demand=demand, quantity=2, serials=serials)

    store.issue(demand, 2, serials=["A", "B"])
    assert violations() == []


def test_a_number_that_is_in_no_parcel_is_not_passed_over() -> None:
    store = Store(part=build.part("14411-05U00", is_serialised=True))
    store.receive(1, serials=["A"])
    parcel = packed(listed(confirmed(store, 1)))

    for serials in (["X"], ["A", "X"]):
        refused(
            InvalidInput,
            commands.ship_shipment,
            shipment_id=parcel.pk,
            carrier="Yamato",
            serials=serials,
            key=key(),
            at=NOW,
        )


def test_the_houses_pieces_do_not_lie_among_removed_originals() -> None:
    store = Store()
    originals = build.bin(store.site, kind="ORIGINALS")

    refused(commands.WrongState, store.receive, quantity=1, bin_id=originals.pk)
    level = store.receive(1)
    refused(
        commands.WrongState,
        commands.move_stock,
        level_id=level.pk,
        bin_id=originals.pk,
        quantity=D(1),
        reason="slip",
        key=key(),
        at=NOW,
    )
