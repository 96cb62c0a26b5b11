"""Pieces that lie in the store get their serial numbers, all at once, and lose them."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from common.errors import DomainError, InvalidInput
from common.invariants import violations
from common.models import AuditEntry
from parts import commands
from parts.commands.ledger import Act, post
from parts.models import Part, StockLevel, StockMovement, Unit, UnitMove
from tests import build
from tests.parts.selling import confirmed, listed
from tests.parts.store import NOW, D, Store, key, position, refused
from tests.parts.test_laws import sql
from tests.parts.test_store_desk import AT, desk, press, text_of

pytestmark = pytest.mark.django_db


def number(store: Store, serials: dict[StockLevel, list[str]], **fields: Any) -> Any:
    return commands.number_pieces(**asked(store, serials, **fields))


def asked(store: Store, serials: dict[StockLevel, list[str]], **fields: Any) -> Any:
    base = {"part_id": store.part.pk, "reason": "warranty", "key": key(), "at": NOW}
    return base | {"serials": {row.pk: s for row, s in serials.items()}} | fields


def at(level: StockLevel) -> list[str]:
    return list(level.units.order_by("serial").values_list("serial", flat=True))


def test_every_piece_gets_its_number_and_none_moves() -> None:
    store = Store()
    level = store.receive(2)
    other = store.receive(1, bin_id=store.closed.pk, lot="L1")
    demand = store.want(1)
    store.reserve(demand)

    number(store, {level: [" Ｂ２ ", "A1"], other: ["C3"]})

    store.part.refresh_from_db()
    assert store.part.is_serialised
    assert (at(level), at(other)) == (["A1", "B2"], ["C3"])
    assert (position(level), position(other)) == ((2, 1), (1, 0))
    lines = StockMovement.objects.filter(kind="NUMBERED")
    assert {(row.quantity, row.balance) for row in lines} == {(0, 2), (0, 1)}
    assert AuditEntry.objects.get(command="number_pieces").detail["units"] == 3
    assert violations() == []
    store.issue(demand, 1, serials=["B2"])
    assert at(level) == ["A1"]
    assert violations() == []


def test_the_numbers_of_a_position_match_its_pieces_line_by_line() -> None:
    store = Store()
    level, other = store.receive(3), store.receive(1, bin_id=store.closed.pk)
    cases = {
        f"Bin {store.shelf.code}: 3 lie there, 2 numbers were given.": {
            level: ["A", "B"], other: ["C"],
        },
        f"Bin {store.closed.code}: 1 lie there, 0 numbers were given.": {
            level: ["A", "B", "C"],
        },
        "Line 3: A stands in line 1 already.": {level: ["A", "B", "Ａ"], other: ["C"]},
        "Line 2: a serial number has 1 to 60 characters.": {
            level: ["A", " ", "C"], other: ["D"],
        },
        "Line 1: B was given in another bin already.": {
            level: ["A", "B", "C"], other: ["B"],
        },
    }  # fmt: skip

    for sentence, serials in cases.items():
        said = refused(
            DomainError,
            commands.number_pieces,
            **asked(store, serials),
        )
        assert said == sentence
    store.part.refresh_from_db()
    assert not store.part.is_serialised
    assert Unit.objects.count() == 0


def test_oil_has_no_serial_number() -> None:
    store = Store(part=build.part(unit=Part.Unit.LITRE))

    refused(commands.WrongState, commands.number_pieces, **asked(store, {}))


def test_a_part_without_pieces_is_kept_by_number_from_the_next_receipt_on() -> None:
    store = Store()

    number(store, {})

    with pytest.raises(InvalidInput):
        store.receive(1)
    assert at(store.receive(1, serials=["A"])) == ["A"]
    refused(commands.WrongState, commands.number_pieces, **asked(store, {}))


def test_nobody_numbers_what_is_picked_or_counted() -> None:
    store = Store()
    store.receive(2)
    listed(confirmed(store, 1))
    level = StockLevel.objects.get()

    said = refused(
        commands.BeingPicked,
        commands.number_pieces,
        **asked(store, {level: ["A", "B"]}),
    )
    assert "ship or cancel it first" in said


def test_pieces_that_left_without_a_number_come_back_with_one() -> None:
    store = Store()
    level = store.receive(3)
    demand = store.want(2)
    store.issue(demand, 2)
    number(store, {level: ["A"]})
    back = {
        "demand_id": demand.pk, "bin_id": store.shelf.pk, "reason": "not needed",
        "at": NOW,
    }  # fmt: skip

    refused(
        commands.UnitsNeeded, commands.return_parts, quantity=D(1), key=key(), **back
    )
    refused(
        InvalidInput,
        commands.return_parts,
        quantity=D(1),
        serials=["A"],
        key=key(),
        **back,
    )
    commands.return_parts(quantity=D(2), serials=["X", "Y"], key=key(), **back)

    assert at(level) == ["A", "X", "Y"]
    assert violations() == []


def test_given_up_the_pieces_are_counted_only_and_may_be_numbered_again() -> None:
    store = Store(part=build.part(is_serialised=True))
    level = store.receive(2, serials=["A", "B"])
    demand = store.want(1)
    store.issue(demand, 1, serials=["B"])
    end = {"part_id": store.part.pk, "reason": "too much work", "at": NOW}

    commands.end_numbers(key=key(), **end)

    assert (at(level), position(level)) == ([], (1, 0))
    assert UnitMove.objects.filter(movement__kind="UNNUMBERED").count() == 1
    assert violations() == []
    store.receive(1)
    assert position(level) == (2, 0)
    refused(commands.WrongState, commands.end_numbers, key=key(), **end)
    # B is in a car; A may carry its number again.
    said = refused(
        commands.SerialTaken,
        commands.number_pieces,
        **asked(store, {level: ["A", "B"]}),
    )
    assert said.startswith("Line 2: B of ")
    number(store, {level: ["A", "C"]})
    assert at(level) == ["A", "C"]
    assert violations() == []


def test_a_position_read_before_its_part_got_numbers_is_not_moved() -> None:
    store = Store()
    level = store.receive(1)
    stale = StockLevel.objects.locked().get(pk=level.pk)
    number(store, {level: ["A"]})
    # Its lock shows the row as it is now, and what was joined to it as it was.
    stale.refresh_from_db()
    act = Act(command_id=uuid4(), actor_id=None, at=NOW)

    with transaction.atomic(), pytest.raises(commands.WrongState):
        post(act, stale, StockMovement.Kind.SCRAP, D(-1))


def test_the_desk_numbers_pieces_line_by_line() -> None:
    store = Store()
    level = store.receive(2)
    client, page = desk(), f"{AT}/part/{store.part.pk}/act/number/"
    field = f"serials-{level.pk}"

    shown = text_of(client, page)
    assert f"{store.shelf.code}: 2 pieces, one serial number per line" in shown
    twice = press(client, page, **{field: "A\r\nA\r\n", "reason": "x"})
    assert twice.status_code == 400
    assert "Line 2: A stands in line 1 already." in twice.content.decode()
    done = press(client, page, **{field: "A\r\n\r\nB\r\n", "reason": "x"})
    assert done.status_code == 302
    assert at(level) == ["A", "B"]

    ended = press(client, f"{AT}/part/{store.part.pk}/act/end-numbers/", reason="x")
    assert ended.status_code == 302
    assert at(level) == []


def test_a_number_line_that_moves_pieces_is_found() -> None:
    store = Store()
    number(store, {store.receive(1): ["A"]})
    assert violations() == []

    sql(
        "SET CONSTRAINTS ALL IMMEDIATE;"
        "ALTER TABLE parts_stockmovement DROP CONSTRAINT"
        " parts_movement_sign_matches_kind;"
        "UPDATE parts_stockmovement SET quantity = 1 WHERE kind = 'NUMBERED'"
    )()

    assert "parts.numbers_move_nothing" in {each.name for each in violations()}
