"""The laws of stock in SQL: they hold after commands and find planted corruption."""

from collections.abc import Callable

import pytest
from django.db import connection

from common.invariants import violations
from parts import commands
from parts.models import StockLevel, StockMovement
from tests import build
from tests.parts.selling import confirmed, listed, sold_out
from tests.parts.store import NOW, D, Store, key

pytestmark = pytest.mark.django_db


def lived_in() -> Store:
    """A store in which everything has happened once."""
    store = Store()
    store.receive(10)
    drawn, waiting = store.want(3), store.want(20)
    store.reserve(drawn)
    line = store.order(15)
    store.reserve(waiting)
    store.issue(drawn, 3)
    store.arrive(line, 4)
    level = StockLevel.objects.get(bin=store.shelf)
    found = store.receive(2, bin_id=store.closed.pk)
    commands.reverse_movement(
        movement_id=found.movements.get().pk, reason="twice", key=key(), at=NOW
    )
    assert level.on_hand == 11
    assert violations() == []
    return store


def past_the_triggers() -> None:
    """Whoever corrupts a ledger goes past the triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")


def sql(statement: str) -> Callable[[], None]:
    def run() -> None:
        past_the_triggers()
        with connection.cursor() as cursor:
            cursor.execute(statement)

    return run


@pytest.mark.parametrize(
    ("statement", "law"),
    [
        ("UPDATE parts_stocklevel SET on_hand = on_hand + 1", "ledger_is_on_hand"),
        (
            "UPDATE parts_stocklevel SET last_sequence = last_sequence + 1",
            "ledger_without_gaps",
        ),
        (
            "UPDATE parts_stockmovement SET balance = balance + 1 WHERE sequence = 1",
            "ledger_balances",
        ),
        ("UPDATE parts_stocklevel SET reserved = 0", "held_of_levels"),
        ("UPDATE parts_purchaseorderline SET reserved = 0", "held_of_order_lines"),
        ("UPDATE parts_purchaseorder SET state = 'CANCELLED'", "pegs_on_the_way"),
        (
            "UPDATE parts_stockmovement SET subject_key = 'x' WHERE kind = 'ISSUE'",
            "drawn_is_ledger",
        ),
        (
            "UPDATE parts_demand SET state = 'RESERVED' WHERE state = 'OPEN'",
            "wishes_in_state",
        ),
        (
            "UPDATE parts_demand SET state = 'CANCELLED' WHERE state = 'OPEN'",
            "closed_wishes_hold_nothing",
        ),
        (
            "UPDATE parts_demand SET quantity = drawn + 1 WHERE state = 'OPEN'",
            "holds_within_wishes",
        ),
        (
            "UPDATE parts_purchaseorderline SET received = received - 1",
            "received_is_receipts",
        ),
        (
            "UPDATE parts_receipt SET quantity = quantity + 1",
            "receipts_are_movements",
        ),
        (
            "UPDATE parts_stockmovement SET quantity = 2 WHERE kind = 'REVERSAL'",
            "reversals_undo",
        ),
        (
            "UPDATE parts_stockmovement SET kind = 'MOVE_OUT' WHERE kind = 'ISSUE'",
            "moves_have_two_ends",
        ),
        (
            "UPDATE parts_purchaseorderline SET currency = 'EUR'",
            "one_currency_per_order",
        ),
        ("UPDATE parts_stocklevel SET unit_cost = -1", "costs_are_costs"),
        (
            "UPDATE parts_purchaseorder SET state = 'RECEIVED'",
            "orders_end_with_their_lines",
        ),
        (
            "INSERT INTO parts_grouparrival (group_key, arrived_at)"
            " VALUES ('job-card:1', now())",
            "arrivals_have_wishes",
        ),
    ],
)
def test_planted_corruption_is_found(statement: str, law: str) -> None:
    lived_in()

    sql(statement)()

    assert f"parts.{law}" in [found.name for found in violations()]


def sold_from() -> None:
    """A store that has sold, shipped and taken back."""
    store = Store()
    store.receive(10)
    order = sold_out(store, 4)
    back = commands.agree_return(
        line_id=order.lines.get().pk,
        kind="RETURN",
        quantity=D(3),
        reason="wrong",
        key=key(),
        at=NOW,
    )
    commands.receive_return(return_id=back.pk, bin_id=store.shelf.pk, key=key(), at=NOW)
    listed(confirmed(store, 2))
    assert violations() == []


@pytest.mark.parametrize(
    ("statement", "law"),
    [
        (
            "UPDATE parts_partsorder SET state = 'DELIVERED'",
            "orders_went_step_by_step",
        ),
        ("UPDATE parts_partsorderevent SET was = 'QUOTE'", "steps_follow_steps"),
        ("UPDATE parts_reservation SET state = 'RELEASED'", "picked_is_held"),
        ("UPDATE parts_shipmentline SET movement_id = NULL", "parcels_are_ledger"),
        (
            "UPDATE parts_shipment SET order_id = (SELECT min(id) FROM"
            " parts_partsorder)",
            "parcels_carry_their_order",
        ),
        ("UPDATE parts_return SET quantity = 5", "returns_within_shipped"),
        ("UPDATE parts_return SET quantity = 2", "returns_are_ledger"),
        (
            "UPDATE parts_partsorderline SET cancelled = 1",
            "shipped_orders_are_drawn",
        ),
    ],
)
def test_corruption_of_sales_is_found(statement: str, law: str) -> None:
    sold_from()

    sql(statement)()

    assert f"parts.{law}" in [found.name for found in violations()]


def test_a_circle_of_successors_is_found() -> None:
    first, second, third = (build.part() for _ in range(3))
    past_the_triggers()
    for old, new in ((first, second), (second, third), (third, first)):
        old.superseded_by.create(new=new)

    assert [found.name for found in violations()] == ["parts.successions_end"]


def test_moves_and_counts_keep_the_laws() -> None:
    store = lived_in()
    level = StockLevel.objects.get(bin=store.shelf)
    free = level.on_hand - level.reserved
    assert free == 0

    more = store.receive(5)
    moved = commands.move_stock(
        level_id=more.pk,
        bin_id=build.bin(store.site).pk,
        quantity=D(2),
        reason="tidy",
        key=key(),
        at=NOW,
    )
    commands.adjust_stock(
        level_id=more.pk, counted=D(12), reason="count", key=key(), at=NOW
    )
    commands.scrap_stock(
        level_id=more.pk, quantity=D(1), reason="rust", key=key(), at=NOW
    )
    commands.reverse_movement(
        movement_id=moved.pk, reason="wrong bin", key=key(), at=NOW
    )

    more.refresh_from_db()
    assert (more.on_hand, more.reserved) == (13, 11)
    assert violations() == []


def counted_and_owned() -> None:
    """A store with a written stocktake, a customer's pieces and serial units."""
    store = lived_in()
    owner = build.customer()
    theirs = commands.receive_owned(
        owner_id=owner.pk,
        part_id=store.part.pk,
        bin_id=store.shelf.pk,
        quantity=D(2),
        reason="kept",
        key=key(),
        at=NOW,
    ).level
    store.reserve(store.want(1, owner_id=owner.pk))
    turbo = build.part(is_serialised=True)
    store.receive(1, part_id=turbo.pk, serials=["A"])
    cost, _again = (
        commands.add_landed_cost(
            movement_ids=[StockMovement.objects.filter(kind="RECEIPT").latest("pk").pk],
            kind="DUTY",
            spread_by="QUANTITY",
            amount=D(10),
            reason="customs",
            key=key(),
            at=NOW,
        )
        for _ in range(2)
    )
    commands.undo_landed_cost(cost_id=cost.pk, reason="not ours", key=key(), at=NOW)
    count = commands.open_count(
        site_id=store.site.pk, kind="FULL", reason="year", key=key(), at=NOW
    )
    for line in count.lines.select_related("level"):
        commands.enter_find(
            count_id=count.pk,
            level_id=line.level_id,
            counted=D(3) if line.level == theirs else line.level.on_hand,
            serials=["A"] if line.level.part_id == turbo.pk else [],
            key=key(),
            at=NOW,
        )
    commands.submit_count(count_id=count.pk, at=NOW)
    commands.post_count(count_id=count.pk, key=key(), at=NOW)
    assert violations() == []


@pytest.mark.parametrize(
    ("statement", "law"),
    [
        ("UPDATE parts_unit SET level_id = NULL", "units_are_on_hand"),
        ("UPDATE parts_unit SET level_id = NULL", "units_follow_the_ledger"),
        (
            "UPDATE parts_unit SET level_id = (SELECT min(id) FROM parts_stocklevel)",
            "units_lie_with_their_part",
        ),
        (
            "UPDATE parts_stockmovement SET unit_cost = 5 WHERE level_id IN"
            " (SELECT id FROM parts_stocklevel WHERE owner_id IS NOT NULL)",
            "owned_are_not_sold",
        ),
        ("UPDATE parts_landedcost SET amount = amount + 1", "landed_is_shared"),
        (
            "UPDATE parts_landedshare SET unit_cost_before = unit_cost_after + 1",
            "landed_raises",
        ),
        (
            "UPDATE parts_landedreversal SET amount = amount - 1",
            "landed_is_taken_back",
        ),
        (
            "WITH r AS (UPDATE parts_landedreversal SET amount = 11)"
            " UPDATE parts_landedtaken SET amount = 11",
            "landed_is_taken_back",
        ),
        (
            "UPDATE parts_landedtaken SET movement_id ="
            " (SELECT min(id) FROM parts_stockmovement)",
            "landed_is_taken_back",
        ),
        ("UPDATE parts_demand SET owner_id = NULL", "held_for_their_owner"),
        (
            "UPDATE parts_countline SET counted = counted + 1"
            " WHERE movement_id IS NOT NULL",
            "counts_are_written",
        ),
        (
            "WITH c AS (INSERT INTO parts_count (number, site_id, kind, is_blind,"
            " state, reason, approval_limit, opened_at) SELECT 'CT-X' || n, site_id,"
            " kind, is_blind, 'OPEN', reason, 0, opened_at FROM parts_count,"
            " generate_series(1, 2) n RETURNING id) INSERT INTO parts_countline"
            " (count_id, level_id) SELECT c.id, (SELECT min(id) FROM parts_stocklevel)"
            " FROM c",
            "counted_once",
        ),
    ],
)
def test_corruption_of_counts_units_and_owned_is_found(
    statement: str, law: str
) -> None:
    counted_and_owned()

    sql(statement)()

    assert f"parts.{law}" in [found.name for found in violations()]
