"""Wishes: raised once, changed, given up; drawn and returned."""

from typing import Any

import pytest

from common.errors import InvalidInput, KeyReused, NotFound
from common.invariants import violations
from common.models import OutboxEvent
from parts import commands
from parts.models import Demand, StockMovement
from tests import build
from tests.parts.store import NOW, TODAY, D, Store, key, position, refused

pytestmark = pytest.mark.django_db
State = Demand.State


def test_a_wish_is_raised_once_and_answered_after() -> None:
    store = Store()

    first = store.want(2, demand_key="card-part:1", needed_on=TODAY)
    second = store.want(2, demand_key="card-part:1", needed_on=TODAY)

    assert first.pk == second.pk
    asked = OutboxEvent.objects.get(task="parts.check_availability")
    assert asked.payload == {"demand_ids": [first.pk]}


@pytest.mark.parametrize("change", ["quantity", "part_id", "site_id", "subject_key"])
def test_the_same_key_for_another_wish_is_refused(change: str) -> None:
    store = Store()
    store.want(2, demand_key="card-part:1")
    other: dict[str, Any] = {
        "quantity": 3,
        "part_id": build.part().pk,
        "site_id": build.site().pk,
        "subject_key": "project:2",
    }
    wish = {"quantity": 2, "demand_key": "card-part:1"} | {change: other[change]}

    refused(commands.ConflictingDemand, store.want, **wish)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"quantity": 0}, InvalidInput),
        ({"priority": -1}, InvalidInput),
        ({"priority": 32_768}, InvalidInput),
        ({"demand_key": ""}, InvalidInput),
        ({"demand_key": "x" * 61}, InvalidInput),
        ({"part_id": 999_999}, NotFound),
        ({"site_id": 999_999}, NotFound),
    ],
)
def test_a_wish_out_of_range_is_refused(
    fields: dict[str, Any], kind: type[Exception]
) -> None:
    refused(kind, Store().want, **fields)


def test_a_wish_that_shrinks_gives_back_what_it_holds_too_much() -> None:
    store = Store()
    level = store.receive(5)
    demand = store.want(4)
    store.reserve(demand)

    commands.change_demand(demand_id=demand.pk, quantity=D(3), at=NOW)

    assert position(level) == (5, 3)
    assert violations() == []


def test_a_wish_cannot_shrink_below_what_was_drawn() -> None:
    store = Store()
    store.receive(5)
    demand = store.issue(store.want(4), 2)

    refused(
        commands.MoreThanWanted,
        commands.change_demand,
        demand_id=demand.pk,
        quantity=D(1),
        at=NOW,
    )


def test_a_wish_given_up_holds_nothing() -> None:
    store = Store()
    level = store.receive(2)
    line = store.order(5)
    demand = store.want(4)
    store.reserve(demand)

    first = commands.cancel_demand(demand_id=demand.pk, reason="no", at=NOW)
    second = commands.cancel_demand(demand_id=demand.pk, reason="no", at=NOW)

    line.refresh_from_db()
    assert (first, second) == (True, False)
    assert (position(level), line.reserved) == ((2, 0), 0)
    assert violations() == []


def test_a_drawn_wish_cannot_be_given_up() -> None:
    store = Store()
    store.receive(2)
    demand = store.issue(store.want(2), 2)

    refused(
        commands.WrongState,
        commands.cancel_demand,
        demand_id=demand.pk,
        reason="no",
        at=NOW,
    )


def test_drawing_takes_what_is_held_first() -> None:
    store = Store()
    level = store.receive(5)
    demand = store.want(4)
    store.reserve(demand)

    store.issue(demand, 3)

    demand.refresh_from_db()
    line = StockMovement.objects.latest("pk")
    assert position(level) == (2, 1)
    assert (demand.drawn, demand.state) == (3, State.RESERVED)
    assert (line.kind, line.quantity, line.balance) == ("ISSUE", -3, 2)
    assert (line.sequence, line.subject_key) == (2, demand.demand_key)
    assert violations() == []


def test_drawing_takes_free_stock_over_several_bins() -> None:
    store = Store()
    first = store.receive(2)
    second = store.receive(2, bin_id=build.bin(store.site).pk)
    demand = store.issue(store.want(3), 3)

    assert demand.state == State.FULFILLED
    assert (position(first), position(second)) == ((0, 0), (1, 0))
    assert violations() == []


def test_drawing_with_the_same_key_draws_once() -> None:
    store = Store()
    level = store.receive(5)
    demand = store.want(4)

    store.issue(demand, 2, key="k")
    store.issue(demand, 2, key="k")

    assert position(level) == (3, 0)
    refused(KeyReused, store.issue, demand=demand, quantity=1, key="k")


def test_what_others_hold_is_not_drawn() -> None:
    store = Store()
    store.receive(2)
    store.reserve(store.want(2))
    other = store.want(1)

    refused(commands.InsufficientStock, store.issue, demand=other, quantity=1)


def test_nobody_draws_more_than_was_asked_for() -> None:
    store = Store()
    store.receive(5)
    demand = store.want(2)

    refused(commands.MoreThanWanted, store.issue, demand=demand, quantity=3)


def give_back(store: Store, demand: Demand, quantity: int, **fields: Any) -> Demand:
    return commands.return_parts(
        demand_id=demand.pk,
        quantity=D(quantity),
        **{"bin_id": store.shelf.pk, "reason": "spare", "key": key(), "at": NOW}
        | fields,
    )


def test_what_comes_back_shrinks_the_wish() -> None:
    store = Store()
    level = store.receive(5)
    demand = store.issue(store.want(4), 4)

    demand = give_back(store, demand, 1)

    assert (demand.quantity, demand.drawn, demand.state) == (3, 3, State.FULFILLED)
    assert position(level) == (2, 0)
    assert give_back(store, demand, 3).state == State.CANCELLED
    assert violations() == []


def test_a_wrong_piece_that_comes_back_opens_the_wish_again() -> None:
    store = Store()
    store.receive(5)
    demand = store.issue(store.want(4), 4)

    demand = give_back(store, demand, 1, bin_id=store.closed.pk, still_wanted=True)

    assert (demand.quantity, demand.drawn, demand.state) == (4, 3, State.OPEN)
    assert violations() == []


def test_more_than_was_drawn_cannot_come_back() -> None:
    store = Store()
    store.receive(5)
    demand = store.issue(store.want(4), 2)

    refused(commands.MoreThanWanted, give_back, store=store, demand=demand, quantity=3)


def test_parts_come_back_to_their_own_site() -> None:
    store = Store()
    store.receive(5)
    demand = store.issue(store.want(4), 2)
    away = build.bin(build.site())

    refused(
        commands.WrongState,
        give_back,
        store=store,
        demand=demand,
        quantity=1,
        bin_id=away.pk,
    )
