"""Half a litre is something; half a piece is not."""

from typing import Any

import pytest

from common.errors import InvalidInput
from common.invariants import violations
from parts import commands
from parts.models import Part, StockLevel
from tests import build
from tests.parts.selling import quoted
from tests.parts.store import NOW, D, Store, key, position, refused
from tests.parts.test_laws import sql
from tests.parts.test_store_desk import AT, desk, press, text_of

pytestmark = pytest.mark.django_db
POURED = [Part.Unit.LITRE, Part.Unit.METRE, Part.Unit.KILOGRAM]


def store_of(unit: str) -> Store:
    return Store(part=build.part("KLAJ0-05304", unit=unit))


@pytest.mark.parametrize("unit", POURED)
def test_half_a_litre_is_received_held_drawn_returned_moved_and_counted(
    unit: str,
) -> None:
    store = store_of(unit)
    level = store.receive("4.5", unit_cost=D(1200))
    demand = store.want("0.5")
    store.reserve(demand)
    assert position(level) == (D("4.5"), D("0.5"))

    store.issue(demand, "0.25")
    store.issue(demand, "0.25")
    commands.return_parts(
        demand_id=demand.pk, quantity=D("0.125"), bin_id=store.shelf.pk,
        reason="left over", key=key(), at=NOW,
    )  # fmt: skip
    commands.move_stock(
        level_id=level.pk, bin_id=build.bin(store.site).pk, quantity=D("1.125"),
        reason="to the bay", key=key(), at=NOW,
    )  # fmt: skip
    commands.adjust_stock(
        level_id=level.pk, counted=D("2.999"), reason="spilt", key=key(), at=NOW
    )

    assert position(level) == (D("2.999"), 0)
    assert level.unit_cost == 1200
    assert violations() == []


def test_half_a_litre_is_ordered_received_and_sold() -> None:
    store = store_of(Part.Unit.LITRE)
    line = store.order("2.5", price=1000)

    store.arrive(line, "0.5")
    store.arrive(line, 2)

    assert position(StockLevel.objects.get())[0] == D("2.5")
    assert quoted(store, "1.5").lines.get().quantity == D("1.5")
    assert violations() == []


@pytest.mark.parametrize("unit", [Part.Unit.EACH, Part.Unit.SET, Part.Unit.PAIR])
def test_half_a_piece_is_refused_everywhere(unit: str) -> None:
    store = store_of(unit)
    level, demand = store.receive(4), store.want(2)
    half: dict[str, Any] = {"quantity": D("0.5"), "key": key(), "at": NOW}
    why = {"reason": "x"}
    where = {"part_id": store.part.pk, "bin_id": store.shelf.pk, "unit_cost": D(1)}

    for call, fields in (
        (commands.receive_stock, where | why),
        (commands.issue_parts, {"demand_id": demand.pk}),
        (commands.scrap_stock, {"level_id": level.pk} | why),
        (commands.reserve_stock, {"level_id": level.pk, "demand_key": "x:1"}),
    ):
        refused(InvalidInput, call, **fields, **half | {"key": key()})
    refused(InvalidInput, store.want, quantity="0.5")
    refused(InvalidInput, store.order, quantity="0.5")
    refused(
        InvalidInput,
        commands.adjust_stock,
        level_id=level.pk, counted=D("3.5"), key=key(), at=NOW, **why,
    )  # fmt: skip


def test_a_fraction_of_a_piece_that_is_held_is_found() -> None:
    store = store_of(Part.Unit.EACH)
    store.receive(4)
    store.reserve(store.want(2))

    sql("UPDATE parts_reservation SET quantity = 1.5")()

    assert "parts.holds_are_whole" in {each.name for each in violations()}


def test_a_ten_thousandth_is_too_fine_for_anything() -> None:
    refused(InvalidInput, store_of(Part.Unit.LITRE).receive, quantity="0.0005")


def test_the_desk_takes_half_a_litre_and_no_half_piece() -> None:
    client = desk()
    for unit, status in ((Part.Unit.LITRE, 302), (Part.Unit.EACH, 400)):
        store = Store(part=build.part(unit=unit))
        done = press(
            client,
            f"{AT}/part/{store.part.pk}/act/receive/",
            bin=store.shelf.pk,
            quantity="0.5",
            unit_cost="10",
            reason="found",
        )
        assert done.status_code == status


def test_the_unit_stays_while_pieces_lie_there() -> None:
    store, client = store_of(Part.Unit.METRE), desk()
    page = f"{AT}/part/{store.part.pk}/change/"
    assert 'name="unit"' in text_of(client, page)

    store.receive("0.5")

    assert 'name="unit"' not in text_of(client, page)
