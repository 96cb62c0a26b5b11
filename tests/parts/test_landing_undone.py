"""A landed cost undone: what still lies there is as cheap as without it."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.invariants import violations
from common.models import AuditEntry
from parts import commands
from parts.models import (
    LandedCost,
    LandedReversal,
    LandedTaken,
    StockLevel,
    StockMovement,
)
from tests import build
from tests.parts.store import NOW, D, Store, key, refused

pytestmark = pytest.mark.django_db


def newest() -> StockMovement:
    return StockMovement.objects.latest("pk")


def land(*receipts: StockMovement, amount: Any = 1000) -> LandedCost:
    return commands.add_landed_cost(
        movement_ids=[row.pk for row in receipts],
        kind="FREIGHT",
        spread_by="QUANTITY",
        amount=D(amount),
        reason="bill 7",
        key=key(),
        at=NOW,
    )


def undo(cost: LandedCost, **fields: Any) -> LandedReversal:
    fields = {"reason": "not ours", "key": key(), "at": NOW} | fields
    return commands.undo_landed_cost(cost_id=cost.pk, **fields)


def move(level: StockLevel, quantity: Any, bin_id: int) -> StockMovement:
    return commands.move_stock(
        level_id=level.pk,
        bin_id=bin_id,
        quantity=D(quantity),
        reason="shelf",
        key=key(),
        at=NOW,
    )


def reverse(line: StockMovement) -> None:
    commands.reverse_movement(movement_id=line.pk, reason="slip", key=key(), at=NOW)


def stands(level: StockLevel) -> tuple[Any, Any]:
    level.refresh_from_db()
    assert violations() == []
    return level.on_hand, level.unit_cost


def test_what_has_left_keeps_its_share_and_the_rest_is_taken_back() -> None:
    store, actor = Store(), build.user("PARTS")
    level = store.receive(10)
    receipt = newest()
    cost = land(receipt)
    store.issue(store.want(4), 4)

    undone = undo(cost, actor_id=actor.pk)

    assert stands(level) == (6, 100)
    assert (undone.amount, undone.reason, undone.undone_by) == (600, "not ours", actor)
    [taken] = LandedTaken.objects.all()
    assert (taken.movement, taken.amount) == (receipt, 600)
    assert (taken.unit_cost_before, taken.unit_cost_after) == (200, 100)
    told = AuditEntry.objects.get(command="undo_landed_cost")
    assert told.actor_id == actor.pk
    assert (told.detail["taken_back"], told.detail["reason"]) == ("600", "not ours")


def test_it_is_undone_once() -> None:
    store = Store()
    level = store.receive(10)
    cost = land(newest())

    first = undo(cost, key="again")
    assert undo(cost, key="again") == first
    refused(
        commands.WrongState,
        commands.undo_landed_cost,
        cost_id=cost.pk,
        reason="again",
        key=key(),
        at=NOW,
    )

    assert stands(level) == (10, 100)


@pytest.mark.parametrize("reason", ["", "   "])
def test_it_is_not_undone_without_a_reason(reason: str) -> None:
    store = Store()
    level = store.receive(1)
    cost = land(newest())

    refused(
        Exception,
        commands.undo_landed_cost,
        cost_id=cost.pk,
        reason=reason,
        key=key(),
        at=NOW,
    )

    assert stands(level) == (1, 1100)


def test_nothing_is_taken_back_where_nothing_lies() -> None:
    store = Store()
    level = store.receive(2)
    cost = land(newest())
    store.issue(store.want(2), 2)

    assert undo(cost).amount == 0
    assert stands(level)[0] == 0
    assert not LandedTaken.objects.exists()


def test_a_receipt_undone_afterwards_takes_along_only_what_was_not_taken_back() -> None:
    store = Store()
    level = store.receive(10)
    store.receive(10)
    second = newest()
    undo(land(second))

    reverse(second)

    assert stands(level) == (10, 100)


def test_a_receipt_undone_after_half_came_back_leaves_the_others_alone() -> None:
    store = Store()
    level = store.receive(10, unit_cost=D(50))
    cost = land(newest())
    receipt = newest()
    store.issue(store.want(4), 4)
    issue = newest()
    undo(cost)
    reverse(issue)
    # Four bear 150, six 50.
    assert stands(level) == (10, 90)

    reverse(receipt)

    assert stands(level)[0] == 0


def test_pieces_that_were_moved_since_are_followed() -> None:
    store = Store()
    level = store.receive(10)
    other = build.bin(store.site)
    cost = land(newest())
    out = move(level, 6, other.pk)
    there = StockLevel.objects.get(bin=other)
    assert stands(there) == (6, 200)

    assert undo(cost).amount == 1000

    assert (stands(level), stands(there)) == ((4, 100), (6, 100))
    reverse(out)
    assert stands(level) == (10, 100)


def test_a_move_undone_in_between_brings_its_part_back() -> None:
    store = Store()
    level = store.receive(10)
    other = build.bin(store.site)
    before = move(level, 5, other.pk)
    receipt = StockMovement.objects.get(kind="RECEIPT")
    cost = land(receipt)
    reverse(before)
    assert stands(level) == (10, 200)

    assert undo(cost).amount == 1000

    assert stands(level) == (10, 100)
    reverse(receipt)
    assert stands(level)[0] == 0


def test_other_pieces_and_a_second_cost_are_left_alone() -> None:
    store = Store()
    level = store.receive(10, unit_cost=D(40))
    store.receive(10, unit_cost=D(60))
    receipt = newest()
    wrong, right = land(receipt, amount=1000), land(receipt, amount=200)
    assert stands(level) == (20, 110)
    store.issue(store.want(10), 10)

    assert undo(wrong).amount == 500

    assert stands(level) == (10, 60)
    assert undo(right).amount == 100
    assert stands(level) == (10, 50)


class Life:
    """A part's life in two bins; what cannot be done is left out."""

    def __init__(self) -> None:
        self.store = Store(part=build.part())
        self.bins = [self.store.shelf.pk, build.bin(self.store.site).pk]
        self.wishes: dict[str, int] = {}
        self.store.receive(10)

    def step(self, name: str, pieces: int) -> None:
        levels = self.levels().filter(on_hand__gte=pieces)
        level = levels.order_by("-on_hand", "pk").first()
        told = {"reason": "step", "key": key(), "at": NOW}
        try:
            if name == "receive":
                self.store.receive(pieces, unit_cost=D(37))
            elif name in ("undo", "give_back"):
                getattr(self, name)(told)
            elif level is not None:
                getattr(self, name)(level, pieces, told)
        except (
            commands.WrongState,
            commands.InsufficientStock,
            commands.MoreThanWanted,
        ):
            return

    def levels(self) -> Any:
        return StockLevel.objects.filter(part=self.store.part)

    def last(self, *kinds: str) -> StockMovement:
        rows = StockMovement.objects.filter(
            kind__in=kinds, level__part=self.store.part, reversed_by__isnull=True
        )
        line = rows.order_by("pk").last()
        if line is None:
            raise commands.WrongState("nothing of the kind")
        return line

    def undo(self, told: Any) -> None:
        line = self.last("ISSUE", "MOVE_OUT", "SCRAP")
        commands.reverse_movement(movement_id=line.pk, **told)

    def give_back(self, told: Any) -> None:
        wish = self.wishes[self.last("ISSUE").subject_key]
        commands.return_parts(
            demand_id=wish, quantity=D(1), bin_id=self.bins[0], **told
        )

    def issue(self, level: StockLevel, pieces: int, told: Any) -> None:
        wish = self.store.want(pieces)
        self.wishes[wish.demand_key] = wish.pk
        self.store.issue(wish, pieces)

    def move(self, level: StockLevel, pieces: int, told: Any) -> None:
        other = next(pk for pk in self.bins if pk != level.bin_id)
        commands.move_stock(level_id=level.pk, bin_id=other, quantity=D(pieces), **told)

    def scrap(self, level: StockLevel, pieces: int, told: Any) -> None:
        commands.scrap_stock(level_id=level.pk, quantity=D(pieces), **told)

    def lose(self, level: StockLevel, pieces: int, told: Any) -> None:
        left = level.on_hand - pieces
        commands.adjust_stock(level_id=level.pk, counted=left, **told)

    def stands(self) -> list[tuple[Any, ...]]:
        rows = self.levels().filter(on_hand__gt=0).order_by("pk")
        return [(self.bins.index(r.bin_id), r.on_hand, r.unit_cost) for r in rows]


ACTS = ["receive", "issue", "give_back", "undo", "move", "scrap", "lose"]
STEPS = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(1, 6)), max_size=8)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS, amount=st.integers(1, 5000))
def test_afterwards_everything_costs_what_it_would_have_cost(
    db: None, steps: list[tuple[str, int]], amount: int
) -> None:
    found = []
    for with_cost in (False, True):
        life = Life()
        cost = land(newest(), amount=amount) if with_cost else None
        for name, pieces in steps:
            life.step(name, pieces)
        if cost is not None:
            undo(cost)
        found.append(life.stands())

    for plain, undone in zip(*found, strict=True):
        assert undone[:2] == plain[:2]
        assert abs(undone[2] - plain[2]) < D("0.005")
    assert violations() == []
