"""Serial units go with the ledger's lines, piece by piece."""

import pytest

from common.errors import InvalidInput
from common.invariants import violations
from common.models import AuditEntry
from parts import commands
from parts.models import StockLevel, StockMovement, Unit
from tests import build
from tests.parts.store import NOW, D, Store, key, position, refused

pytestmark = pytest.mark.django_db


def turbos() -> Store:
    return Store(part=build.part("14411-05U00", is_serialised=True))


def at(level: StockLevel) -> list[str]:
    return list(level.units.order_by("serial").values_list("serial", flat=True))


def test_a_receipt_needs_one_number_for_each_piece() -> None:
    store = turbos()
    base = {
        "part_id": store.part.pk,
        "bin_id": store.shelf.pk,
        "quantity": D(2),
        "unit_cost": D(1),
        "reason": "bought",
        "at": NOW,
    }

    for serials in ([], ["A"], ["A", "A"], ["A", " "], ["A", "B", "C"]):
        refused(
            InvalidInput, commands.receive_stock, key=key(), serials=serials, **base
        )
    level = commands.receive_stock(key=key(), serials=["Ａ１", " B "], **base).level

    assert at(level) == ["A1", "B"]
    assert Unit.objects.first().provenance == "bought"
    assert violations() == []


def test_a_part_counted_by_pieces_takes_no_numbers() -> None:
    store = Store()

    with pytest.raises(InvalidInput):
        store.receive(1, serials=["A"])

    assert not StockMovement.objects.exists()


def test_a_number_is_in_the_store_once() -> None:
    store = turbos()
    store.receive(1, serials=["A"])

    with pytest.raises(InvalidInput, match="A lies in the store already"):
        store.receive(1, serials=["A"], bin_id=build.bin(store.site).pk)

    assert StockMovement.objects.count() == 1


def test_units_move_with_their_pieces() -> None:
    store = turbos()
    level = store.receive(2, serials=["A", "B"])
    other = build.bin(store.site)
    move = {"bin_id": other.pk, "reason": "tidy", "at": NOW, "level_id": level.pk}

    said = refused(
        commands.UnitsNeeded, commands.move_stock, quantity=D(1), key=key(), **move
    )
    assert said == "Say which serial numbers leave: A, B lie here."
    moved = commands.move_stock(quantity=D(1), serials=["B"], key=key(), **move)
    there = StockLevel.objects.get(bin=other)
    assert (at(level), at(there)) == (["A"], ["B"])
    commands.reverse_movement(movement_id=moved.pk, reason="no", key=key(), at=NOW)

    assert (at(level), at(there)) == (["A", "B"], [])
    assert violations() == []


def test_a_unit_is_drawn_fitted_and_comes_back() -> None:
    store = turbos()
    level = store.receive(2, serials=["A", "B"])
    demand = store.want(1)
    store.reserve(demand)

    refused(
        commands.UnitsNeeded,
        commands.issue_parts,
        demand_id=demand.pk,
        quantity=D(1),
        key=key(),
        at=NOW,
    )
    store.issue(demand, 1, serials=["B"])
    fitted = Unit.objects.get(serial="B")
    assert (fitted.level, fitted.fitted_key) == (None, demand.demand_key)
    assert position(level) == (1, 0)
    commands.return_parts(
        demand_id=demand.pk,
        quantity=D(1),
        bin_id=store.shelf.pk,
        reason="wrong",
        key=key(),
        at=NOW,
    )

    assert at(level) == ["A", "B"]
    assert Unit.objects.get(serial="B").fitted_key == ""
    assert violations() == []


def test_a_named_unit_is_drawn_where_it_lies() -> None:
    store = turbos()
    first = store.receive(1, serials=["A"])
    second = store.receive(1, serials=["B"], bin_id=build.bin(store.site).pk)
    demand = store.want(1)
    store.reserve(demand)
    assert position(first) == (1, 1)

    store.issue(demand, 1, serials=["B"])

    assert (position(first), position(second)) == ((1, 0), (0, 0))
    assert violations() == []


def test_all_that_lie_there_need_no_naming() -> None:
    store = turbos()
    level = store.receive(2, serials=["A", "B"])

    commands.scrap_stock(
        level_id=level.pk, quantity=D(2), reason="bent", key=key(), at=NOW
    )

    assert at(level) == []
    assert violations() == []


def test_a_receipt_undone_takes_its_own_units() -> None:
    store = turbos()
    level = store.receive(1, serials=["A"])
    store.receive(1, serials=["B"])

    commands.reverse_movement(
        movement_id=StockMovement.objects.order_by("pk").first().pk,
        reason="twice",
        key=key(),
        at=NOW,
    )

    assert at(level) == ["B"]
    assert store.receive(1, serials=["A"]).pk == level.pk
    assert violations() == []


def test_units_arrive_on_an_order() -> None:
    store = turbos()
    line = store.order(2)

    level = store.arrive(line, 2, serials=["A", "B"]).level

    assert at(level) == ["A", "B"]


def test_a_unit_that_lies_elsewhere_does_not_leave_here() -> None:
    store = turbos()
    level = store.receive(1, serials=["A"])

    said = refused(
        InvalidInput,
        commands.scrap_stock,
        level_id=level.pk,
        quantity=D(1),
        reason="bent",
        serials=["X"],
        key=key(),
        at=NOW,
    )

    assert said == "Unit X does not lie here."


def test_where_a_unit_comes_from_is_written_down_and_what_stood_there_is_kept() -> None:
    store = turbos()
    store.receive(1, serials=["A"])
    unit = Unit.objects.get()
    note = {"unit_id": unit.pk, "reason": "papers found", "at": NOW}

    for _ in range(2):
        commands.note_provenance(provenance=" From BNR32-000123. ", **note)

    unit.refresh_from_db()
    assert unit.provenance == "From BNR32-000123."
    entry = AuditEntry.objects.get(command="note_provenance")
    assert entry.detail["before"] == "found"
    refused(InvalidInput, commands.note_provenance, provenance="x" * 2001, **note)
