"""From the receiving bin to the shelf, with what is held; quarantine and back."""

from typing import Any

import pytest

from common.errors import InvalidInput
from common.invariants import violations
from parts import commands
from parts.models import Bin, Reservation, StockLevel, StockMovement
from tests import build
from tests.parts.selling import confirmed, listed
from tests.parts.store import NOW, D, Store, key, position, refused

pytestmark = pytest.mark.django_db


def docked(store: Store, quantity: Any = 5, **fields: Any) -> StockLevel:
    dock = build.bin(store.site, kind=Bin.Kind.RECEIVING)
    return store.receive(quantity, bin_id=dock.pk, **fields)


def go(level: StockLevel, bin_: Bin, quantity: Any, **fields: Any) -> commands.PutAway:
    return commands.PutAway(
        level_id=level.pk, bin_id=bin_.pk, quantity=D(quantity), **fields
    )


def put_away(*moves: commands.PutAway) -> int:
    return commands.put_away(moves=moves, reason="put away", key=key(), at=NOW)


def test_many_are_put_away_at_once_and_each_is_undone_alone() -> None:
    store = Store()
    other = build.bin(store.site)
    level = docked(store, 5)

    assert put_away(go(level, store.shelf, 2), go(level, other, 3)) == 2
    there = StockLevel.objects.get(bin=other)
    assert (position(level), position(there)) == ((0, 0), (3, 0))
    assert there.unit_cost == 100
    out = StockMovement.objects.filter(kind="MOVE_OUT").latest("pk")
    commands.reverse_movement(movement_id=out.pk, reason="no", key=key(), at=NOW)

    assert (position(level), position(there)) == ((3, 0), (0, 0))
    assert violations() == []


def test_holds_go_along_with_their_pieces() -> None:
    store = Store()
    level = docked(store, 5)
    demand = store.want(4)
    store.reserve(demand)

    put_away(go(level, store.shelf, 3))
    there = StockLevel.objects.get(bin=store.shelf)
    # One was free; two of the four held ones went along.
    assert (position(level), position(there)) == ((2, 2), (3, 2))
    put_away(go(level, store.shelf, 2))

    assert (position(level), position(there)) == ((0, 0), (5, 4))
    held = Reservation.objects.held().get()
    assert (held.level, held.quantity) == (there, 4)
    store.issue(demand, 4)
    assert violations() == []


def test_all_or_none_is_put_away() -> None:
    store = Store()
    level = docked(store, 5)

    said = refused(
        commands.InsufficientStock,
        commands.put_away,
        moves=[go(level, store.shelf, 3), go(level, build.bin(store.site), 3)],
        reason="tidy",
        key=key(),
        at=NOW,
    )

    assert said == "Only 2 lie here; 3 were to be put away."


@pytest.mark.parametrize("kind", ["QUARANTINE", "RECEIVING", "ORIGINALS"])
def test_only_shelves_take_what_is_put_away(kind: str) -> None:
    store = Store()
    level = docked(store)

    refused(
        commands.WrongState,
        commands.put_away,
        moves=[go(level, build.bin(store.site, kind=kind), 1)],
        reason="tidy",
        key=key(),
        at=NOW,
    )


def test_what_lies_on_a_shelf_is_moved_not_put_away() -> None:
    store = Store()
    base = {"reason": "tidy", "at": NOW}

    refused(
        commands.WrongState,
        commands.put_away,
        moves=[go(store.receive(1), build.bin(store.site), 1)],
        key=key(),
        **base,
    )
    refused(
        commands.WrongState,
        commands.put_away,
        moves=[go(docked(store), build.bin(build.site()), 1)],
        key=key(),
        **base,
    )
    refused(InvalidInput, commands.put_away, moves=[], key=key(), **base)


def test_units_are_put_away_by_their_numbers() -> None:
    store = Store(part=build.part(is_serialised=True))
    other = build.bin(store.site)
    level = docked(store, 3, serials=["A", "B", "C"])

    put_away(
        go(level, store.shelf, 1, serials=["B"]),
        go(level, other, 1, serials=["A"]),
        go(level, store.shelf, 1),
    )

    lies = StockLevel.objects.get(bin=store.shelf)
    serials = lies.units.order_by("serial").values_list("serial", flat=True)
    assert list(serials) == ["B", "C"]
    assert violations() == []


def test_quarantine_closes_pieces_away_and_lets_them_out() -> None:
    store = Store()
    level = store.receive(5)
    quarantined = commands.quarantine_stock(
        level_id=level.pk,
        bin_id=store.closed.pk,
        quantity=D(2),
        reason="scratched",
        key=key(),
        at=NOW,
    )
    closed = StockLevel.objects.get(bin=store.closed)
    assert (position(level), position(closed)) == ((3, 0), (2, 0))
    assert quarantined.reason == "scratched"

    commands.release_quarantine(
        level_id=closed.pk,
        bin_id=store.shelf.pk,
        quantity=D(1),
        reason="polished",
        key=key(),
        at=NOW,
    )

    assert (position(level), position(closed)) == ((4, 0), (1, 0))


def test_quarantine_is_named_by_its_bins() -> None:
    store = Store()
    level = store.receive(5)
    other = build.bin(store.site)
    base = {"level_id": level.pk, "quantity": D(1), "reason": "why", "at": NOW}

    for call in (commands.quarantine_stock, commands.release_quarantine):
        refused(commands.WrongState, call, bin_id=other.pk, key=key(), **base)
    refused(
        commands.WrongState,
        commands.release_quarantine,
        bin_id=store.closed.pk,
        key=key(),
        **base,
    )


def test_what_is_on_a_pick_list_stays_where_the_list_says() -> None:
    store = Store()
    dock = build.bin(store.site, kind="RECEIVING")
    level = store.receive(3, bin_id=dock.pk)
    listed(confirmed(store, 2))
    move = commands.PutAway(level_id=level.pk, bin_id=store.shelf.pk, quantity=D(2))

    refused(
        commands.BeingPicked,
        commands.put_away,
        moves=[move],
        reason="shelf",
        key=key(),
        at=NOW,
    )
    free = commands.PutAway(level_id=level.pk, bin_id=store.shelf.pk, quantity=D(1))
    commands.put_away(moves=[free], reason="shelf", key=key(), at=NOW)

    assert position(level) == (2, 2)
