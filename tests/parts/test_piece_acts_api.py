"""Kits, numbered pieces and chosen units over HTTP."""

from typing import Any

import pytest

from common.invariants import violations
from parts import commands
from parts.models import ShipmentUnit, StockLevel, Unit
from tests import build
from tests.parts.over_http import caller, fields, read, refused, send, twice
from tests.parts.selling import confirmed, listed
from tests.parts.store import NOW, D, Store, key
from workshop.models import Role

pytestmark = pytest.mark.django_db
NOWHERE = 999_999_999


def a_kit(store: Store) -> Any:
    """A kit of two bolts; five bolts lie here at 100."""
    kit = build.part("A0A01-05U00")
    commands.set_kit(
        kit_id=kit.pk,
        lines=[commands.Component(part_id=store.part.pk, quantity=D(2))],
        key=key(),
        at=NOW,
    )
    store.receive(5)
    return kit


def test_a_kit_is_put_together_and_taken_apart_once() -> None:
    store, client = Store(), caller()
    kit = a_kit(store)
    work = {"bin": store.shelf.pk, "quantity": "2", "reason": "next engines"}

    made = twice(client, f"parts/{kit.pk}/assemble", 201, **work)

    assert (made["kind"], D(made["quantity"])) == ("KIT_MADE", 2)
    level = StockLevel.objects.get(part=kit)
    assert (level.on_hand, level.unit_cost) == (2, 200)
    work |= {"quantity": "1"}
    opened = twice(client, f"stock-levels/{level.pk}/take-apart", 201, **work)
    assert (opened["kind"], D(opened["quantity"])) == ("KIT_OPENED", -1)
    assert StockLevel.objects.get(part=store.part).on_hand == 3
    assert violations() == []


def test_what_a_kit_misses_is_refused_and_nobody_else_puts_it_together() -> None:
    store = Store()
    kit = a_kit(store)
    work = {"bin": store.shelf.pk, "quantity": "3", "reason": "x"}

    refused(caller(), f"parts/{kit.pk}/assemble", 409, **work)
    refused(caller(), f"parts/{NOWHERE}/assemble", 404, **work)
    assert fields(
        refused(caller(), f"parts/{kit.pk}/assemble", 400, **(work | {"bin": 0}))
    ) == ["bin"]
    refused(caller(Role.TECHNICIAN), f"parts/{kit.pk}/assemble", 403, **work)


def test_pieces_are_numbered_and_their_numbers_given_up() -> None:
    store, client = Store(), caller()
    level = store.receive(2)
    at = f"parts/{store.part.pk}"
    body = {
        "positions": [{"level": level.pk, "serials": ["A-1", "A-2"]}],
        "reason": "warranty",
    }

    few = [{"level": level.pk, "serials": ["A-1"]}]
    refused(client, f"{at}/number-pieces", 400, **(body | {"positions": few}))
    doubled = body | {"positions": body["positions"] * 2}
    refused(client, f"{at}/number-pieces", 400, **doubled)
    twice(client, f"{at}/number-pieces", 200, **body)

    units = Unit.objects.filter(level=level).order_by("serial")
    assert list(units.values_list("serial", flat=True)) == ["A-1", "A-2"]
    twice(client, f"{at}/end-numbers", 200, reason="the maker stopped")
    store.part.refresh_from_db()
    assert not store.part.is_serialised
    assert violations() == []
    assert read(client, f"{at}/")["id"] == store.part.pk


def test_units_are_chosen_for_a_line_of_a_pick_list() -> None:
    store = Store(part=build.part("14411-05U00", is_serialised=True))
    store.receive(2, serials=["A", "B"])
    parcel = listed(confirmed(store, 1))
    line, client = parcel.lines.get(), caller()
    at = f"shipments/{parcel.pk}/tick"

    refused(client, at, 400, line=line.pk)
    refused(client, at, 400, line=line.pk, serials=["X"])
    ticked = send(client, at, 200, line=line.pk, serials=["B"])

    assert [row["is_picked"] for row in ticked["lines"]] == [True]
    assert [row.unit.serial for row in ShipmentUnit.objects.all()] == ["B"]
