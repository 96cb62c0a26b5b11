"""Which unit goes: chosen or scanned for a parcel, kept for it, read by the buyer."""

import pytest

from common.errors import InvalidInput
from common.invariants import violations
from parts import commands, queries
from parts.models import PartsOrder, Shipment, ShipmentUnit, Unit
from tests import build
from tests.parts.selling import confirmed, listed, shipped
from tests.parts.store import NOW, D, Store, key, refused
from tests.parts.test_laws import sql
from tests.parts.test_store_desk import AT, desk

pytestmark = pytest.mark.django_db


def turbos(*serials: str, wanted: int = 1) -> tuple[Store, PartsOrder, Shipment]:
    store = Store(part=build.part("14411-05U00", is_serialised=True))
    store.receive(len(serials), serials=serials)
    order = confirmed(store, wanted)
    return store, order, listed(order)


def scan(shipment: Shipment, code: str) -> bool:
    line = commands.pick_by_scan(shipment_id=shipment.pk, code=code, at=NOW)
    return line.is_picked


def packed(shipment: Shipment) -> Shipment:
    return commands.pack_shipment(
        shipment_id=shipment.pk, boxes=1, weight_grams=900, at=NOW
    )


def test_the_scanned_unit_is_the_one_that_leaves_and_the_customer_reads_it() -> None:
    _store, order, parcel = turbos("A", "B", "C")
    said = refused(
        commands.UnitsNeeded,
        commands.pick_by_scan,
        shipment_id=parcel.pk,
        code="14411-05U00",
        at=NOW,
    )
    assert said == "Say which serial numbers leave: A, B, C lie here."

    assert scan(parcel, "B")
    shipped(packed(parcel))

    assert Unit.objects.get(level=None).serial == "B"
    assert violations() == []
    page = queries.customer_order_page(order.customer.user, number=order.number)
    assert [place.serials for place in page.lines[0].places] == [["B"]]
    paper = queries.paper(
        order.customer.user, kind="packing_list", number=parcel.number
    )
    assert "serial number B" in paper.contents["rows"][0][1]


def test_a_line_of_two_is_ticked_with_its_second_unit() -> None:
    _store, _order, parcel = turbos("A", "B", "C", wanted=2)
    label = Unit.objects.get(serial="C")

    assert not scan(parcel, f"/s/u/{label.pk}")
    assert not scan(parcel, "C")
    assert scan(parcel, "A")

    chosen = ShipmentUnit.objects.values_list("unit__serial", flat=True)
    assert sorted(chosen) == ["A", "C"]


def test_where_all_go_nobody_is_asked_and_they_stay_the_ones() -> None:
    store, _order, parcel = turbos("A")
    assert scan(parcel, "14411-05U00")
    store.receive(1, serials=["B"])

    shipped(packed(parcel))

    assert Unit.objects.get(level=None).serial == "A"
    assert violations() == []


def test_a_chosen_unit_goes_nowhere_else() -> None:
    store, _order, parcel = turbos("A", "B", "C")
    scan(parcel, "B")
    level = store.receive(1, serials=["D"])
    other = listed(confirmed(store, 1))
    scrap = {"level_id": level.pk, "reason": "bent", "at": NOW}

    said = refused(
        commands.BeingPicked,
        commands.scrap_stock,
        quantity=D(1),
        serials=["B"],
        key=key(),
        **scrap,
    )
    assert said == f"Unit B is on pick list {parcel.number}."
    refused(
        commands.BeingPicked,
        commands.pick_by_scan,
        shipment_id=other.pk,
        code="B",
        at=NOW,
    )
    commands.scrap_stock(quantity=D(1), serials=["A"], key=key(), **scrap)
    assert violations() == []


def test_a_tick_takes_the_units_with_it_and_off_again() -> None:
    _store, _order, parcel = turbos("A", "B")
    line = parcel.lines.get()
    tick = {"shipment_id": parcel.pk, "line_id": line.pk, "at": NOW}

    refused(commands.UnitsNeeded, commands.pick_line, **tick)
    refused(InvalidInput, commands.pick_line, serials=["X"], **tick)
    refused(commands.UnitsNeeded, commands.pick_line, serials=["A", "B"], **tick)
    assert commands.pick_line(serials=["A"], **tick).is_picked
    assert not commands.pick_line(is_picked=False, **tick).is_picked
    assert ShipmentUnit.objects.count() == 0


def test_the_pick_page_offers_the_units_and_says_what_to_do() -> None:
    _store, _order, parcel = turbos("A", "B", wanted=1)
    client, line = desk(), parcel.lines.get()
    page = f"{AT}/shipment/{parcel.pk}/pick/"

    shown = client.get(page).content.decode()
    assert 'name="serial" value="A"' in shown
    refusal = client.post(page, {"line": line.pk, "picked": "yes"})
    assert refusal.status_code == 400
    assert "Choose or scan one serial number" in refusal.content.decode()
    assert client.post(page, {"code": "B"}).status_code == 302

    assert 'class="mono">B</span>' in client.get(page).content.decode()
    line.refresh_from_db()
    assert line.is_picked


@pytest.mark.parametrize(
    ("statement", "law"),
    [
        (
            "UPDATE parts_shipmentunit SET unit_id ="
            " (SELECT id FROM parts_unit WHERE serial = 'Z')",
            "chosen_lie_where_they_are_picked",
        ),
        (
            "UPDATE parts_shipmentunit SET unit_id ="
            " (SELECT min(unit_id) FROM parts_shipmentunit)",
            "chosen_once",
        ),
    ],
)
def test_planted_corruption_of_choices_is_found(statement: str, law: str) -> None:
    store, _order, parcel = turbos("A", "B", "C")
    scan(parcel, "B")
    scan(listed(confirmed(store, 1)), "C")
    store.receive(1, serials=["Z"], bin_id=build.bin(store.site).pk)
    assert violations() == []

    sql(statement)()

    assert f"parts.{law}" in {each.name for each in violations()}
