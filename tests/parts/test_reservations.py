"""Holding: on one position, for a demand, and giving it back."""

from datetime import timedelta

import pytest

from common.errors import InvalidInput, KeyReused, NotFound
from common.invariants import violations
from common.models import AuditEntry, OutboxEvent
from parts import commands
from parts.models import Demand, Reservation
from tests import build
from tests.parts.store import NOW, D, Store, key, position, refused

pytestmark = pytest.mark.django_db
HELD = Reservation.State.HELD


def hold(level_id: int, quantity: str = "1", **fields: object) -> Reservation:
    wanted = {"demand_key": "quote:1", "key": key(), "at": NOW} | fields
    return commands.reserve_stock(level_id=level_id, quantity=D(quantity), **wanted)  # type: ignore[arg-type]


def test_a_hold_leaves_on_hand_and_takes_from_what_is_free() -> None:
    level = Store().receive(5)

    held = hold(level.pk, "2")

    assert (held.state, held.quantity, held.level_id) == (HELD, 2, level.pk)
    assert position(level) == (5, 2)
    assert violations() == []
    entry = AuditEntry.objects.latest("pk")
    assert (entry.command, entry.chain.subject) == (
        "reserve_stock",
        f"part:{level.part_id}",
    )
    assert OutboxEvent.objects.latest("pk").task == "parts.check_availability"


def test_the_same_key_returns_the_first_hold() -> None:
    level = Store().receive(5)

    first = hold(level.pk, "2", key="k")
    second = hold(level.pk, "2", key="k")

    assert first.pk == second.pk
    assert position(level) == (5, 2)


def test_the_same_wish_returns_the_first_hold() -> None:
    level = Store().receive(5)

    first, second = hold(level.pk, "2"), hold(level.pk, "2")

    assert first.pk == second.pk
    assert position(level) == (5, 2)


def test_the_same_key_for_something_else_is_refused() -> None:
    level = Store().receive(5)
    hold(level.pk, "2", key="k")

    refused(KeyReused, hold, level_id=level.pk, quantity="3", key="k")


def test_the_same_wish_for_another_quantity_is_refused() -> None:
    level = Store().receive(5)
    hold(level.pk, "2")

    sentence = refused(
        commands.ConflictingDemand, hold, level_id=level.pk, quantity="3"
    )
    assert sentence == "quote:1 already holds 2 here."


def test_more_than_is_free_is_refused() -> None:
    level = Store().receive(5)
    hold(level.pk, "4")

    sentence = refused(
        commands.InsufficientStock,
        hold,
        level_id=level.pk,
        quantity="2",
        demand_key="quote:2",
    )
    assert sentence == "Only 1 is free here; 2 were asked for."


def test_quarantine_is_closed_for_promises() -> None:
    store = Store()
    level = store.receive(5, bin_id=store.closed.pk)

    refused(commands.InsufficientStock, hold, level_id=level.pk)


@pytest.mark.parametrize("quantity", ["0", "-1", "0.0001", "1000000000", "NaN"])
def test_a_quantity_that_is_none_is_refused(quantity: str) -> None:
    level = Store().receive(5)

    refused(InvalidInput, hold, level_id=level.pk, quantity=quantity)


def test_a_missing_level_is_not_found() -> None:
    refused(NotFound, hold, level_id=999_999)


def test_a_hold_for_a_demand_belongs_to_it_and_fits_it() -> None:
    store = Store()
    level = store.receive(5)
    demand = store.want(2)

    held = hold(level.pk, "2", demand_key=demand.demand_key)

    demand.refresh_from_db()
    assert (held.demand_id, demand.state) == (demand.pk, Demand.State.RESERVED)
    assert violations() == []


def test_a_hold_beyond_its_demand_is_refused() -> None:
    store = Store()
    level = store.receive(5)
    demand = store.want(2)

    refused(
        commands.MoreThanWanted,
        hold,
        level_id=level.pk,
        quantity="3",
        demand_key=demand.demand_key,
    )


def test_a_hold_of_another_part_than_the_demand_wants_is_refused() -> None:
    store = Store()
    level = store.receive(5, part_id=build.part().pk)
    demand = store.want(2)

    refused(
        commands.ConflictingDemand,
        hold,
        level_id=level.pk,
        demand_key=demand.demand_key,
    )


def test_a_demand_holds_the_shelf_first_then_what_is_on_order() -> None:
    store = Store()
    level = store.receive(2)
    later, sooner = store.order(5, days=30), store.order(1, days=10)
    demand = store.want(4)

    holds = store.reserve(demand)

    assert [(row.level_id, row.order_line_id, row.quantity) for row in holds] == [
        (level.pk, None, 2),
        (None, sooner.pk, 1),
        (None, later.pk, 1),
    ]
    demand.refresh_from_db()
    assert demand.state == Demand.State.OPEN
    assert violations() == []


def test_reserving_again_changes_nothing() -> None:
    store = Store()
    store.receive(2)
    demand = store.want(2)

    first, second = store.reserve(demand), store.reserve(demand)

    assert [row.pk for row in first] == [row.pk for row in second]
    assert violations() == []


def test_a_peg_is_swapped_for_stock_once_there_is_some() -> None:
    store = Store()
    line = store.order(5)
    demand = store.want(3)
    store.reserve(demand)
    level = store.receive(2)

    store.reserve(demand)

    line.refresh_from_db()
    assert position(level) == (2, 2)
    assert line.reserved == 1
    assert violations() == []


def test_demands_are_served_in_turn() -> None:
    store = Store()
    store.receive(3)
    second, first = store.want(2), store.want(2, priority=1)

    commands.reserve_for_demands(demand_ids=[second.pk, first.pk], at=NOW)

    held = {row.demand_id: row.quantity for row in Reservation.objects.held()}
    assert held == {first.pk: 2, second.pk: 1}


def test_a_release_gives_back_once() -> None:
    store = Store()
    level = store.receive(5)
    demand = store.want(2)
    (held,) = store.reserve(demand)

    first = commands.release_hold(reservation_id=held.pk, reason="no", at=NOW)
    second = commands.release_hold(reservation_id=held.pk, reason="no", at=NOW)

    demand.refresh_from_db()
    assert (first, second) == (True, False)
    assert (position(level), demand.state) == ((5, 0), Demand.State.OPEN)
    assert violations() == []


def test_holds_lapse_at_their_instant_and_not_before() -> None:
    level = Store().receive(5)
    until = NOW + timedelta(hours=1)
    hold(level.pk, "2", held_until=until)
    hold(level.pk, "1", demand_key="quote:2")

    before = commands.release_lapsed_holds(at=until - timedelta(seconds=1))
    after = commands.release_lapsed_holds(at=until)
    again = commands.release_lapsed_holds(at=until)

    assert (before, after, again) == (0, 1, 0)
    assert position(level) == (5, 1)
