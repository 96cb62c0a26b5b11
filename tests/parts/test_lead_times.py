"""How long suppliers take is learnt from their deliveries and used for dates."""

from datetime import date, timedelta
from typing import Any

import pytest

from common.models import OutboxEvent
from parts import commands, queries
from parts.models import Availability, LeadTime, Part, PurchaseOrderLine, Supplier
from tests import build
from tests.parts.store import NOW, Store, key
from tests.parts.test_answers import answer_to, offer, told

pytestmark = pytest.mark.django_db
Kind = Availability.Kind
Sure = Availability.Confidence


def delivered(
    store: Store, supplier: Supplier, days: int, part: Part | None = None
) -> PurchaseOrderLine:
    """Order one piece and receive it so many days later."""
    line = store.order(
        1, supplier_id=supplier.pk, part_id=(part or store.part).pk, send=False
    )
    before = NOW - timedelta(days=days)
    commands.send_purchase_order(order_id=line.order_id, at=before)
    store.arrive(line, 1, bin_id=store.closed.pk)
    return line


def learnt() -> dict[Any, Any]:
    rows = LeadTime.objects.values_list(
        "supplier_id", "part_id", "samples", "median_days", "late_days"
    )
    return {row[:2]: row[2:] for row in rows}


def test_median_and_four_of_five_are_learnt_of_the_part_and_of_the_supplier() -> None:
    store, supplier, other = Store(), build.supplier(), build.part("OTHER")
    for days in (10, 4, 6, 8, 30):
        delivered(store, supplier, days)
    delivered(store, supplier, 50, other)

    changed = commands.learn_lead_times(at=NOW)

    assert changed == 3
    assert learnt() == {
        (supplier.pk, store.part.pk): (5, 8, 10),
        (supplier.pk, other.pk): (1, 50, 50),
        (supplier.pk, None): (6, 8, 30),
    }
    assert commands.learn_lead_times(at=NOW) == 0


def test_a_line_counts_once_it_is_whole_from_its_last_receipt() -> None:
    store, supplier = Store(), build.supplier()
    line = store.order(2, supplier_id=supplier.pk)
    store.arrive(line, 1, at=NOW + timedelta(days=3))
    commands.learn_lead_times(at=NOW)
    assert learnt() == {}

    store.arrive(line, 1, at=NOW + timedelta(days=12))
    asked = OutboxEvent.objects.get(task="parts.learn_lead_times")
    commands.learn_lead_times(at=NOW, **asked.payload)

    assert asked.payload == {"supplier_ids": [supplier.pk]}
    assert learnt()[supplier.pk, store.part.pk] == (1, 12, 12)


def test_what_was_undone_is_unlearnt() -> None:
    store, supplier = Store(), build.supplier()
    line = delivered(store, supplier, 9)
    commands.learn_lead_times(at=NOW)
    movement = line.receipts.get().movement
    commands.reverse_movement(
        movement_id=movement.pk, reason="not ours", key=key(), at=NOW
    )

    assert commands.learn_lead_times(at=NOW, supplier_ids=[supplier.pk]) == 2
    assert learnt() == {}


def test_others_are_left_alone() -> None:
    store, one, other = Store(), build.supplier(), build.supplier()
    delivered(store, one, 9)
    delivered(store, other, 5)

    commands.learn_lead_times(at=NOW, supplier_ids=[one.pk])

    assert {supplier for supplier, _part in learnt()} == {one.pk}


def test_a_date_rests_on_what_was_learnt_and_says_both() -> None:
    store = Store()
    supplier = offer(store.part, 3).supplier
    demand = store.want(1)
    assert told(answer_to(demand)) == (Kind.SUPPLIER, date(2026, 11, 26), Sure.ROUGH)
    for days in (6, 8, 10, 9, 7):
        delivered(store, supplier, days)
    commands.learn_lead_times(at=NOW)

    found = answer_to(demand)

    # Nine days from 23 November is a Wednesday.
    assert told(found) == (Kind.SUPPLIER, date(2026, 12, 2), Sure.LIKELY)
    assert queries.availability_sentence(found) == (
        "1 from Kanto: of 5 deliveries half came within 8 days, four of five within 9;"
        " they said 3 days on Mon 23 Nov 2026"
    )


def test_two_deliveries_say_nothing_and_the_suppliers_history_helps_out() -> None:
    store, other = Store(), build.part("OTHER")
    supplier = offer(store.part, 3).supplier
    demand = store.want(1)
    for days in (20, 20):
        delivered(store, supplier, days)
    commands.learn_lead_times(at=NOW)
    assert told(answer_to(demand)) == (Kind.SUPPLIER, date(2026, 11, 26), Sure.ROUGH)

    delivered(store, supplier, 14, other)
    commands.learn_lead_times(at=NOW)

    found = answer_to(demand)
    assert told(found) == (Kind.SUPPLIER, date(2026, 12, 14), Sure.LIKELY)
    assert found.detail["places"][0]["learnt"] == {
        "samples": 3,
        "median_days": 20,
        "late_days": 20,
        "of_part": False,
    }


def test_the_quickest_is_who_delivers_not_who_promises() -> None:
    store = Store()
    boaster = offer(store.part, 1, "Boaster").supplier
    offer(store.part, 5, "Honest")
    for _ in range(3):
        delivered(store, boaster, 40)
    commands.learn_lead_times(at=NOW)

    place = answer_to(store.want(1)).detail["places"][0]

    assert place["supplier_en"] == "Honest"


def test_those_who_wait_are_answered_again_when_something_is_learnt() -> None:
    store, quiet = Store(), build.part("QUIET")
    supplier = offer(store.part, 3).supplier
    offer(quiet, 3)
    store.want(1)
    for _ in range(3):
        delivered(store, supplier, 40)
    OutboxEvent.objects.all().delete()

    commands.learn_lead_times(at=NOW)

    asked = OutboxEvent.objects.get(task="parts.check_availability")
    assert asked.payload["part_ids"] == [store.part.pk]
