"""Stocktakes: blind finds, movements in between, four eyes, differences written."""

from datetime import timedelta
from typing import Any

import pytest

from common.errors import InvalidInput
from common.invariants import violations
from parts import commands, queries
from parts.models import Bin, Count, CountLine, StockLevel, StockMovement
from tests import build
from tests.parts.store import NOW, D, Store, key, position, refused

pytestmark = pytest.mark.django_db


def opened(store: Store, **fields: Any) -> Count:
    fields = {"kind": "CYCLE", "bin_id": store.shelf.pk, "reason": "monthly"} | fields
    return commands.open_count(site_id=store.site.pk, key=key(), at=NOW, **fields)


def found(count: Count, level: StockLevel, counted: Any, **fields: Any) -> CountLine:
    return commands.enter_find(
        count_id=count.pk,
        level_id=level.pk,
        counted=D(counted),
        **{"key": key(), "at": NOW} | fields,
    )


def written(count: Count, **fields: Any) -> Count:
    commands.submit_count(count_id=count.pk, at=NOW)
    return commands.post_count(count_id=count.pk, **{"key": key(), "at": NOW} | fields)


def test_a_difference_becomes_one_line_of_the_ledger() -> None:
    store = Store()
    level = store.receive(5)
    count = opened(store)

    found(count, level, 3)
    written(count)

    assert position(level) == (3, 0)
    line = StockMovement.objects.get(kind="COUNT")
    assert (line.quantity, line.subject_key) == (-2, f"count:{count.pk}")
    assert CountLine.objects.get().movement == line
    count.refresh_from_db()
    assert (count.state, count.variance_value) == ("POSTED", 200)
    assert violations() == []


def test_movements_before_and_after_a_find_do_not_spoil_it() -> None:
    store = Store()
    level = store.receive(10)
    count = opened(store)
    store.issue(store.want(2), 2)

    found(count, level, 7)
    store.issue(store.want(3), 3)
    store.receive(4)
    written(count)

    # Eight were expected when seven were found: one is gone, whatever moved since.
    assert position(level) == (8, 0)
    assert StockMovement.objects.get(kind="COUNT").quantity == -1


def test_a_second_find_replaces_the_first() -> None:
    store = Store()
    level = store.receive(5)
    count = opened(store)

    found(count, level, 3)
    found(count, level, 5)
    written(count)

    assert position(level) == (5, 0)
    assert not StockMovement.objects.filter(kind="COUNT").exists()


def test_something_found_where_nothing_was_is_worth_what_the_others_are() -> None:
    store = Store()
    store.receive(4, unit_cost=D(250))
    other = build.bin(store.site, parent=store.shelf)
    count = opened(store)
    found(count, StockLevel.objects.get(), 4)

    line = commands.enter_find(
        count_id=count.pk,
        part_id=store.part.pk,
        bin_id=other.pk,
        counted=D(2),
        key=key(),
        at=NOW,
    )
    written(count)

    assert position(line.level) == (2, 0)
    assert line.level.unit_cost == 250


def test_a_cycle_count_takes_a_bin_and_all_that_stands_in_it() -> None:
    store = Store()
    inner = build.bin(store.site, parent=build.bin(store.site, parent=store.shelf))
    aside = build.bin(store.site)
    here, deep = store.receive(1), store.receive(1, bin_id=inner.pk)
    store.receive(1, bin_id=aside.pk)

    count = opened(store)

    lines = count.lines.order_by("level").values_list("level", flat=True)
    assert list(lines) == [here.pk, deep.pk]


def test_counts_are_narrowed_by_value_and_by_the_last_count() -> None:
    store = Store()
    cheap = store.receive(1, unit_cost=D(10))
    dear = store.receive(3, unit_cost=D(50), bin_id=build.bin(store.site).pk)
    commands.adjust_stock(
        level_id=dear.pk, counted=D(2), reason="count", key=key(), at=NOW
    )

    by_value = opened(store, bin_id=None, value_from=D(100))
    by_day = opened(store, bin_id=None, not_since=NOW - timedelta(days=1))

    assert [line.level_id for line in by_value.lines.all()] == [dear.pk]
    assert [line.level_id for line in by_day.lines.all()] == [cheap.pk]


def test_no_position_is_counted_twice_at_a_time() -> None:
    store = Store()
    level = store.receive(1)
    first = opened(store)

    refused(
        commands.WrongState,
        commands.open_count,
        site_id=store.site.pk,
        kind="FULL",
        reason="year",
        key=key(),
        at=NOW,
    )
    commands.cancel_count(count_id=first.pk, reason="later", at=NOW)
    second = opened(store, kind="FULL", bin_id=None)
    assert [line.level_id for line in second.lines.all()] == [level.pk]


def test_above_the_limit_somebody_who_did_not_count_agrees() -> None:
    store = Store()
    level = store.receive(5, unit_cost=D(1000))
    counter, second = build.user("PARTS"), build.user("MANAGER")
    count = opened(store, approval_limit=D(1999))
    found(count, level, 3, actor_id=counter.pk)
    commands.submit_count(count_id=count.pk, at=NOW, actor_id=second.pk)

    for person in (counter.pk, second.pk, None):
        said = refused(
            commands.SecondPersonNeeded,
            commands.post_count,
            count_id=count.pk,
            key=key(),
            at=NOW,
            actor_id=person,
        )
        assert "somebody who did not count" in said
    third = build.user("MANAGER")
    commands.post_count(count_id=count.pk, key=key(), at=NOW, actor_id=third.pk)

    assert position(level) == (3, 0)
    assert Count.objects.get().approved_by == third


def test_at_the_limit_one_person_is_enough() -> None:
    store = Store()
    level = store.receive(5, unit_cost=D(1000))
    counter = build.user("PARTS")
    count = opened(store, approval_limit=D(2000))
    found(count, level, 3, actor_id=counter.pk)
    commands.submit_count(count_id=count.pk, at=NOW, actor_id=counter.pk)

    commands.post_count(count_id=count.pk, key=key(), at=NOW, actor_id=counter.pk)

    assert position(level) == (3, 0)


def test_what_is_held_is_not_counted_away_and_the_holds_are_named() -> None:
    store = Store()
    level = store.receive(5)
    demand = store.want(4)
    store.reserve(demand)
    count = opened(store)
    found(count, level, 3)
    commands.submit_count(count_id=count.pk, at=NOW)

    said = refused(
        commands.InsufficientStock,
        commands.post_count,
        count_id=count.pk,
        key=key(),
        at=NOW,
    )

    assert f"3 would be left, but 4 are held ({demand.demand_key}: 4)" in said


def test_a_correction_after_the_find_asks_for_another_look() -> None:
    store = Store()
    level = store.receive(5)
    count = opened(store)
    found(count, level, 3)
    commands.adjust_stock(
        level_id=level.pk, counted=D(3), reason="seen", key=key(), at=NOW
    )
    commands.submit_count(count_id=count.pk, at=NOW)

    refused(
        commands.CountedSince,
        commands.post_count,
        count_id=count.pk,
        key=key(),
        at=NOW,
    )
    commands.reopen_count(count_id=count.pk, reason="again", at=NOW)
    found(count, level, 3)
    written(count)

    assert position(level) == (3, 0)


def test_a_stocktake_is_whole_or_leaves_out_by_choice() -> None:
    store = Store()
    level = store.receive(5)
    store.receive(2, lot="B")
    count = opened(store)
    found(count, level, 5)

    said = refused(
        commands.WrongState, commands.submit_count, count_id=count.pk, at=NOW
    )
    commands.submit_count(count_id=count.pk, at=NOW, leave_out=True)

    assert said == "1 position is not counted yet."
    assert count.lines.count() == 1


def test_a_written_stocktake_is_closed_and_its_lines_are_undone_by_others() -> None:
    store = Store()
    level = store.receive(5)
    count = opened(store)
    find = {"count_id": count.pk, "level_id": level.pk, "counted": D(3), "at": NOW}
    commands.enter_find(key="find", **find)
    commands.enter_find(key="find", **find)
    once = key()
    commands.submit_count(count_id=count.pk, at=NOW)
    commands.post_count(count_id=count.pk, key=once, at=NOW)
    commands.post_count(count_id=count.pk, key=once, at=NOW)

    for call in (commands.enter_find, commands.cancel_count, commands.reopen_count):
        fields = {"count_id": count.pk, "at": NOW, "reason": "again"}
        if call is commands.enter_find:
            fields = {**find, "key": key()}
        refused(commands.WrongState, call, **fields)
    commands.reverse_movement(
        movement_id=StockMovement.objects.get(kind="COUNT").pk,
        reason="miscounted",
        key=key(),
        at=NOW,
    )

    assert position(level) == (5, 0)
    assert violations() == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "FULL"}, "kind"),
        ({"bin_id": None}, "kind"),
        ({"kind": "SOME"}, "kind"),
        ({"value_from": D(-1)}, "value_from"),
        ({"approval_limit": D("NaN")}, "approval_limit"),
        ({"reason": " "}, "reason"),
        ({"value_from": D(10_000)}, "site"),
    ],
)
def test_bad_wishes_are_named(fields: dict[str, Any], field: str) -> None:
    store = Store()
    store.receive(5)

    with pytest.raises(InvalidInput) as caught:
        opened(store, **fields)

    assert caught.value.field == field
    assert not Count.objects.exists()


def test_half_a_piece_is_not_found() -> None:
    store = Store()
    level = store.receive(5)
    count = opened(store)

    refused(
        commands.WholePieces,
        commands.enter_find,
        count_id=count.pk,
        level_id=level.pk,
        counted=D("2.5"),
        key=key(),
        at=NOW,
    )


def test_serial_units_are_counted_by_their_numbers() -> None:
    store = Store(part=build.part(is_serialised=True))
    level = store.receive(2, serials=["A", "B"])
    count = opened(store)

    found(count, level, 2, serials=["B", "C"])
    written(count)

    assert position(level) == (2, 0)
    assert [u.serial for u in level.units.order_by("serial")] == ["B", "C"]
    quantities = StockMovement.objects.filter(kind="COUNT").order_by("pk")
    assert list(quantities.values_list("quantity", flat=True)) == [1, -1]
    assert violations() == []


def test_a_stocktake_without_a_difference_counts_as_counted() -> None:
    store = Store()
    level = store.receive(5)
    since = NOW - timedelta(days=90)
    assert list(queries.counts_due(since)) == [level]
    count = opened(store)
    found(count, level, 5)
    written(count)

    assert list(queries.counts_due(since)) == []
    assert queries.with_last_counted(StockLevel.objects.all()).get().counted_last == NOW


def test_bins_below_a_bin_are_found_without_its_neighbours() -> None:
    site = build.site()
    top = build.bin(site)
    inner = build.bin(site, parent=top)
    Bin.objects.create(site=build.site(), code="Z")
    build.bin(site)

    assert queries.bins_below(top.pk) == {top.pk, inner.pk}


def test_a_line_undone_after_the_find_asks_for_another_look() -> None:
    store = Store()
    level = store.receive(5)
    demand = store.want(1)
    store.issue(demand, 1)
    slip = StockMovement.objects.latest("pk")
    count = opened(store)
    # The draw was a slip: all five lie there.
    found(count, level, 5)
    commands.submit_count(count_id=count.pk, at=NOW)
    commands.reverse_movement(movement_id=slip.pk, reason="slip", key=key(), at=NOW)

    refused(
        commands.CountedSince,
        commands.post_count,
        count_id=count.pk,
        key=key(),
        at=NOW,
    )
    assert position(level) == (5, 0)


def test_another_unit_in_the_place_of_a_held_one_is_written() -> None:
    store = Store(part=build.part("14411-05U00", is_serialised=True))
    level = store.receive(1, serials=["A"])
    store.reserve(store.want(1))
    count = opened(store)
    found(count, level, 1, serials=["B"])

    written(count)

    assert position(level) == (1, 1)
    assert [unit.serial for unit in level.units.all()] == ["B"]
    assert violations() == []
