"""Landed cost: exact shares, borne by what still lies there; what stock is worth."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import InvalidInput
from common.invariants import violations
from parts import commands, queries
from parts.models import Bin, LandedCost, LandedShare, StockLevel, StockMovement
from tests import build
from tests.parts.store import NOW, D, Store, key, refused


def newest() -> StockMovement:
    return StockMovement.objects.latest("pk")


def land(*receipts: StockMovement, amount: Any = 100, **fields: Any) -> LandedCost:
    fields = {"kind": "FREIGHT", "spread_by": "QUANTITY", "reason": "bill 7"} | fields
    return commands.add_landed_cost(
        movement_ids=[row.pk for row in receipts],
        amount=D(amount),
        **{"key": key(), "at": NOW} | fields,
    )


def shares(cost: LandedCost) -> list[tuple[Any, Any]]:
    rows = LandedShare.objects.filter(cost=cost).order_by("movement")
    return list(rows.values_list("amount", "into_stock"))


@given(
    st.integers(1, 10**9),
    st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any),
    st.sampled_from(["JPY", "EUR"]),
)
def test_shares_add_up_and_are_never_a_unit_off(
    cents: int, weights: list[int], currency: str
) -> None:
    step = D(1) if currency == "JPY" else D("0.01")
    amount = cents * step

    found = commands.spread(amount, [D(w) for w in weights], currency)

    assert sum(found) == amount
    for share, weight in zip(found, weights, strict=True):
        assert abs(share - amount * weight / sum(weights)) < step
        assert share % step == 0


@pytest.mark.django_db
def test_the_largest_remainders_take_the_last_yen() -> None:
    store = Store()
    receipts = []
    for _ in range(3):
        store.receive(1, bin_id=build.bin(store.site).pk)
        receipts.append(newest())

    cost = land(*receipts, amount=100)

    assert shares(cost) == [(34, 34), (33, 33), (33, 33)]
    costs = StockLevel.objects.order_by("pk").values_list("unit_cost", flat=True)
    assert list(costs) == [134, 133, 133]
    assert violations() == []


@pytest.mark.django_db
def test_what_has_left_bears_its_share_apart() -> None:
    store = Store()
    level = store.receive(4)
    receipt = newest()
    store.issue(store.want(1), 1)

    cost = land(receipt, amount=100)

    assert shares(cost) == [(100, 75)]
    level.refresh_from_db()
    assert level.unit_cost == 125


@pytest.mark.django_db
def test_pieces_are_followed_to_where_they_were_put_away() -> None:
    store = Store()
    dock = build.bin(store.site, kind=Bin.Kind.RECEIVING)
    at_dock = store.receive(10, bin_id=dock.pk)
    receipt = newest()
    commands.put_away(
        moves=[
            commands.PutAway(level_id=at_dock.pk, bin_id=store.shelf.pk, quantity=D(6))
        ],
        reason="tidy",
        key=key(),
        at=NOW,
    )
    store.issue(store.want(3, demand_key="x:1"), 3)

    cost = land(receipt, amount=1000)

    # Six went on to the shelf, four stayed; the dock gave three to a card.
    assert shares(cost) == [(400, 100), (600, 600)]
    on_shelf = StockLevel.objects.get(bin=store.shelf)
    at_dock.refresh_from_db()
    assert (at_dock.unit_cost, on_shelf.unit_cost) == (200, 200)
    assert violations() == []


@pytest.mark.django_db
def test_older_pieces_do_not_bear_the_freight_of_newer_ones() -> None:
    store = Store()
    level = store.receive(5)
    store.receive(5)
    receipt = newest()
    store.issue(store.want(6), 6)

    cost = land(receipt, amount=100)

    assert shares(cost) == [(100, 80)]
    level.refresh_from_db()
    assert level.unit_cost == 120


@pytest.mark.django_db
def test_costs_are_spread_by_value_and_by_weight() -> None:
    store = Store()
    light = build.part(weight_grams=100)
    heavy = build.part(weight_grams=900)
    store.receive(1, part_id=light.pk, unit_cost=D(3000))
    first = newest()
    store.receive(1, part_id=heavy.pk, unit_cost=D(1000))
    second = newest()

    by_value = land(first, second, amount=100, spread_by="VALUE")
    by_weight = land(first, second, amount=100, spread_by="WEIGHT")

    assert [amount for amount, _into in shares(by_value)] == [75, 25]
    assert [amount for amount, _into in shares(by_weight)] == [10, 90]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"amount": "0.5"}, "amount"),
        ({"amount": 0}, "amount"),
        ({"kind": "GIFT"}, "kind"),
        ({"spread_by": "COLOUR"}, "spread_by"),
        ({"spread_by": "WEIGHT"}, "spread_by"),
        ({"reason": ""}, "reason"),
    ],
)
def test_what_cannot_be_spread_is_named(fields: dict[str, Any], field: str) -> None:
    Store().receive(1)

    with pytest.raises(InvalidInput) as caught:
        land(newest(), **fields)

    assert caught.value.field == field
    assert not LandedCost.objects.exists()


@pytest.mark.django_db
def test_only_receipts_of_the_house_that_stand_bear_a_cost() -> None:
    store = Store()
    store.receive(2)
    undone = newest()
    commands.reverse_movement(movement_id=undone.pk, reason="twice", key=key(), at=NOW)
    theirs = commands.receive_owned(
        owner_id=build.customer().pk,
        part_id=store.part.pk,
        bin_id=store.shelf.pk,
        quantity=D(1),
        reason="kept",
        key=key(),
        at=NOW,
    )
    base = {
        "kind": "DUTY",
        "spread_by": "QUANTITY",
        "amount": D(5),
        "reason": "customs",
        "at": NOW,
    }

    for rows, kind in (
        ([undone.pk], commands.WrongState),
        ([newest().pk + 999], Exception),
        ([theirs.pk], commands.OwnedStock),
        ([], InvalidInput),
    ):
        refused(kind, commands.add_landed_cost, movement_ids=rows, key=key(), **base)


@pytest.mark.django_db
def test_a_bill_entered_twice_counts_once() -> None:
    store = Store()
    level = store.receive(1)
    receipt = newest()

    for _ in range(2):
        land(receipt, amount=50, key="bill-7")

    level.refresh_from_db()
    assert level.unit_cost == 150


@pytest.mark.django_db
def test_stock_is_worth_its_average_and_what_is_not_ours_is_not() -> None:
    store = Store(part=build.part(category="engine/timing"))
    store.receive(3, unit_cost=D("10.5"))
    store.receive(1, part_id=build.part(category="engine").pk, unit_cost=D(100))
    store.receive(1, part_id=build.part().pk, unit_cost=D(7))
    commands.receive_owned(
        owner_id=build.customer().pk,
        part_id=store.part.pk,
        bin_id=store.shelf.pk,
        quantity=D(1),
        reason="kept",
        key=key(),
        at=NOW,
    )

    [worth] = queries.stock_value()

    rows = [(row.category, row.positions, row.value) for row in worth.rows]
    assert rows == [("", 1, 7), ("engine", 2, 132)]
    assert (worth.total, worth.positions) == (139, 3)


@pytest.mark.django_db
def test_a_receipt_that_is_undone_takes_its_freight_along() -> None:
    store = Store()
    level = store.receive(10)
    store.receive(10)
    second = newest()
    land(second, amount=1000)
    level.refresh_from_db()
    assert level.unit_cost == 150

    commands.reverse_movement(movement_id=second.pk, reason="slip", key=key(), at=NOW)

    level.refresh_from_db()
    assert (level.on_hand, level.unit_cost) == (10, 100)
    assert violations() == []


@pytest.mark.django_db
def test_pieces_that_are_moved_back_bring_their_freight_back() -> None:
    store = Store()
    level = store.receive(10)
    receipt = newest()
    other = build.bin(store.site)
    moved = commands.move_stock(
        level_id=level.pk,
        bin_id=other.pk,
        quantity=D(10),
        reason="shelf",
        key=key(),
        at=NOW,
    )
    land(receipt, amount=1000)

    commands.reverse_movement(movement_id=moved.pk, reason="slip", key=key(), at=NOW)

    level.refresh_from_db()
    assert (level.on_hand, level.unit_cost) == (10, 200)
    assert violations() == []
