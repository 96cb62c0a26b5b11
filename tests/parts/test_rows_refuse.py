"""What PostgreSQL itself refuses of the store, whatever the code above it does."""

from decimal import Decimal as D

import pytest
from django.db import IntegrityError, connection, transaction

from common.database import constraint_of
from parts import commands
from parts.models import (
    Bin,
    KitLine,
    Part,
    PartNumber,
    StockLevel,
    StockMovement,
    Supersession,
)
from tests import build
from tests.parts.store import NOW, Store

pytestmark = pytest.mark.django_db


def refused(law: str, write) -> None:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        write()
    assert constraint_of(caught.value) == law


def movement(level: StockLevel, **fields) -> StockMovement:
    row = {
        "kind": "RECEIPT",
        "quantity": D(1),
        "sequence": 1,
        "balance": D(1),
        "command_id": "0190a0a0-0000-7000-8000-000000000000",
        "moved_at": NOW,
    }
    return StockMovement.objects.create(level=level, **row | fields)


def test_half_a_piece_is_refused_by_the_ledger():
    level = StockLevel.objects.create(part=build.part(), bin=build.bin(build.site()))
    half = {"quantity": D("0.5"), "balance": D("0.5")}
    refused("parts_whole_pieces", lambda: movement(level, **half))


def test_half_a_litre_is_not():
    oil = build.part(unit=Part.Unit.LITRE)
    level = StockLevel.objects.create(part=oil, bin=build.bin(build.site()))
    assert movement(level, quantity=D("0.5"), balance=D("0.5")).pk


def test_a_million_pieces_are_a_slip_of_the_finger():
    level = StockLevel.objects.create(part=build.part(), bin=build.bin(build.site()))
    many = {"quantity": D(100001), "balance": D(100001)}
    refused("parts_movement_believable", lambda: movement(level, **many))


def test_the_command_says_that_pieces_are_whole_and_writes_nothing():
    store = Store()
    with pytest.raises(commands.WholePieces) as caught:
        store.receive(D("1.5"))
    assert (caught.value.status, caught.value.field) == (400, "quantity")
    assert not StockMovement.objects.exists()


def test_what_belongs_to_a_customer_cannot_be_shipped():
    level = StockLevel.objects.create(
        part=build.part(), bin=build.bin(build.site()), owner=build.customer()
    )
    movement(level)
    away = {"kind": "SHIP", "quantity": D(-1), "sequence": 2, "balance": D(0)}
    refused("parts_owned_is_not_sold", lambda: movement(level, **away))


def test_a_customers_pieces_lie_apart_and_are_not_promised():
    store = Store()
    store.receive(2)
    StockLevel.objects.create(
        part=store.part, bin=store.shelf, owner=build.customer(), on_hand=5
    )
    usable = StockLevel.objects.usable().filter(part=store.part)
    assert [level.on_hand for level in usable] == [2]


def test_a_number_is_not_replaced_step_by_step_by_itself():
    one, two, three = (build.part() for _ in range(3))
    Supersession.objects.create(old=one, new=two)
    Supersession.objects.create(old=two, new=three)
    refused(
        "parts_supersession_no_circle",
        lambda: Supersession.objects.create(old=three, new=one),
    )


def test_two_numbers_may_replace_each_other():
    one, two = build.part(), build.part()
    Supersession.objects.create(old=one, new=two)
    Supersession.objects.create(old=two, new=one, kind=Supersession.Kind.TWO_WAY)


def test_a_kit_does_not_hold_itself():
    one, two = build.part(), build.part()
    KitLine.objects.create(kit=one, component=two, quantity=1)
    refused(
        "parts_kitline_no_circle",
        lambda: KitLine.objects.create(kit=two, component=one, quantity=1),
    )


def test_a_bin_does_not_stand_inside_itself():
    site = build.site()
    outer = build.bin(site)
    inner = build.bin(site, parent=outer)
    refused(
        "parts_bin_no_circle",
        lambda: Bin.objects.filter(pk=outer.pk).update(parent=inner),
    )


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("05u0", True),
        ("13020-05", True),
        ("timing", True),
        ("タイミング", True),
        ("ﾀｲﾐﾝｸﾞ", True),
        ("たいみんぐ", True),
        ("ング", True),
        ("07u0", False),
    ],
)
def test_the_search_text_holds_numbers_names_and_readings(asked, found):
    part = build.part(name_en="Timing belt", name_ja="タイミングベルト")
    PartNumber.objects.create(part=part, as_printed="13020-05U00", is_primary=False)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM parts_part WHERE parts_grams(search_text)"
            " @> parts_grams(parts_fold(%s))"
            " AND position(parts_fold(%s) IN search_text) > 0",
            [asked, asked],
        )
        assert ((part.pk,) in cursor.fetchall()) is found


def test_a_renamed_part_is_found_under_its_new_name():
    part = build.part(name_en="Belt")
    Part.objects.filter(pk=part.pk).update(name_en="Camshaft drive belt")
    part.refresh_from_db()
    assert "camshaft" in part.search_text


def test_receiving_the_same_part_twice_finds_one_position():
    store = Store()
    store.receive(1)
    store.receive(2)
    assert StockLevel.objects.get(part=store.part).on_hand == 3
