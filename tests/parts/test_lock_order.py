"""Locks are taken in one order: wishes, order lines, orders, positions."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.invariants import violations
from parts import commands
from parts.models import PurchaseOrder, PurchaseOrderLine, Reservation
from tests import build
from tests.parts.selling import confirmed, listed, packed
from tests.parts.store import NOW, D, Store, key, position

pytestmark = pytest.mark.django_db
ORDER = (
    "parts_demand",
    "parts_purchaseorderline",
    "parts_purchaseorder",
    "parts_stocklevel",
)


def locks(call: Callable[[], Any]) -> list[str]:
    """The tables in the order in which a command first locks or changes rows."""
    with CaptureQueriesContext(
        connection,
    ) as seen:
        call()
    found: list[str] = []
    for query in seen.captured_queries:
        text = query["sql"]
        if not ("FOR NO KEY UPDATE" in text or text.startswith("UPDATE")):
            continue
        table = text.split('"parts_', 1)[-1].split('"')[0]
        if f"parts_{table}" in ORDER and f"parts_{table}" not in found:
            found.append(f"parts_{table}")
    return found


def in_order(tables: list[str]) -> bool:
    return tables == sorted(tables, key=ORDER.index)


def pegged(store: Store) -> tuple[Any, PurchaseOrderLine]:
    """A wish for two that waits for an order, beside free pieces that came since."""
    line = store.order(5)
    demand = store.want(2)
    store.reserve(demand)
    store.receive(5)
    return demand, line


def test_drawing_locks_the_pegs_it_lets_go_before_the_shelf() -> None:
    store = Store()
    demand, line = pegged(store)

    tables = locks(lambda: store.issue(demand, 2))

    assert in_order(tables)
    assert "parts_purchaseorderline" in tables
    line.refresh_from_db()
    assert line.reserved == 0


def test_holding_one_position_locks_the_pegs_first() -> None:
    store = Store()
    demand, _line = pegged(store)
    level = store.part.levels.get()

    tables = locks(
        lambda: commands.reserve_stock(
            level_id=level.pk,
            quantity=D(2),
            demand_key=demand.demand_key,
            key=key(),
            at=NOW,
        )
    )

    assert in_order(tables)
    assert "parts_purchaseorderline" in tables


def test_an_arrival_locks_its_order_before_the_shelf() -> None:
    store = Store()
    line = store.order(5)

    tables = locks(lambda: store.arrive(line, 2))

    assert in_order(tables)
    assert tables[-2:] == ["parts_purchaseorder", "parts_stocklevel"]


def test_what_comes_back_is_locked_in_the_order_of_keys() -> None:
    store = Store()
    owner = build.customer()
    theirs = commands.receive_owned(
        owner_id=owner.pk,
        part_id=store.part.pk,
        bin_id=store.shelf.pk,
        quantity=D(1),
        reason="his",
        key=key(),
        at=NOW,
    ).level
    ours = store.receive(1)
    assert theirs.pk < ours.pk
    demand = store.want(2, owner_id=owner.pk)
    store.issue(demand, 2)

    with CaptureQueriesContext(connection) as seen:
        commands.return_parts(
            demand_id=demand.pk,
            quantity=D(2),
            bin_id=store.shelf.pk,
            reason="spare",
            key=key(),
            at=NOW,
        )

    locked = [
        query["sql"]
        for query in seen.captured_queries
        if "FOR NO KEY UPDATE" in query["sql"] and "stocklevel" in query["sql"]
    ]
    # One statement, which locks in the order of the keys.
    assert len(locked) == 1
    assert 'ORDER BY "parts_stocklevel"."id"' in locked[0]
    assert violations() == []


def test_nothing_is_pegged_to_an_order_that_was_cancelled_while_its_line_was_locked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = Store()
    line = store.order(5)
    demand = store.want(2)
    plain = type(PurchaseOrderLine.objects.all()).locked

    def cancelled_first(rows: Any) -> Any:
        found = list(plain(rows))
        # What another session has committed while this one waited for the line.
        PurchaseOrder.objects.filter(pk=line.order_id).update(state="CANCELLED")
        return found

    monkeypatch.setattr(
        type(PurchaseOrderLine.objects.all()), "locked", cancelled_first
    )

    assert commands.reserve_for_demand(demand_id=demand.pk, at=NOW) == []


def test_a_hold_that_is_picked_keeps_no_other_lapsed_hold() -> None:
    store = Store()
    store.receive(5)
    order = confirmed(store, 1)
    packed(listed(order))
    picked = Reservation.objects.get(demand__order_line__order=order)
    lapsed = NOW - timedelta(days=2)
    Reservation.objects.filter(pk=picked.pk).update(held_until=lapsed)
    quote = commands.reserve_stock(
        level_id=store.part.levels.get().pk,
        quantity=D(2),
        demand_key="quote:1",
        held_until=NOW - timedelta(days=1),
        key=key(),
        at=NOW,
    )

    assert commands.release_lapsed_holds(at=NOW) == 1

    quote.refresh_from_db()
    picked.refresh_from_db()
    assert (quote.state, picked.state) == ("RELEASED", "HELD")
    assert violations() == []


def test_what_is_held_on_does_not_lapse_with_what_was_held_for_a_day() -> None:
    store = Store()
    level = store.receive(5)
    demand = store.want(3)
    commands.reserve_stock(
        level_id=level.pk,
        quantity=D(1),
        demand_key=demand.demand_key,
        held_until=NOW + timedelta(days=1),
        key=key(),
        at=NOW,
    )

    store.reserve(demand)

    assert commands.release_lapsed_holds(at=NOW + timedelta(days=2)) == 0
    assert position(level) == (5, 3)
