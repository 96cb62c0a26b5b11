"""One engine answers all demands: each kind of answer, the queue, the cost."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from common.models import OutboxEvent
from parts import commands, queries
from parts.models import Availability, Bin, Part, Supplier, SupplierOffer
from tests import build
from tests.parts.store import NOW, TODAY, D, Store
from workshop.models import Holiday

pytestmark = pytest.mark.django_db
Kind = Availability.Kind
Sure = Availability.Confidence


def offer(part: Part, days: int, supplier: Supplier | None = None) -> SupplierOffer:
    return SupplierOffer.objects.create(
        part=part,
        supplier=supplier or build.supplier(name_en="Kanto", name_ja="関東"),
        price=100,
        currency="JPY",
        lead_days=days,
        seen_on=TODAY,
    )


def answer_to(demand: Any) -> Availability:
    commands.check_availability(demand_ids=[demand.pk], at=NOW)
    return Availability.objects.get(demand=demand)


def told(found: Availability) -> tuple[str, date | None, str, Any]:
    return found.kind, found.available_on, found.confidence, found.quantity


def test_what_lies_free_is_there_today() -> None:
    store = Store()
    store.receive(5)

    found = answer_to(store.want(2))

    assert told(found) == (Kind.ON_HAND, TODAY, Sure.FIRM, 2)
    assert (
        queries.availability_sentence(found) == f"2 on hand in bin {store.shelf.code}"
    )
    assert queries.availability_hint(found) == ""


def test_what_is_held_for_a_wish_is_there_today() -> None:
    store = Store()
    store.receive(2)
    first = store.want(2)
    store.reserve(first)
    # Somebody more urgent comes later: what is held stays held.
    store.want(2, priority=1)

    assert told(answer_to(first)) == (Kind.ON_HAND, TODAY, Sure.FIRM, 2)


def test_quarantine_and_removed_originals_are_promised_to_nobody() -> None:
    store = Store()
    originals = build.bin(store.site)
    store.receive(5, bin_id=store.closed.pk)
    store.receive(5, bin_id=originals.pk)
    # Nothing is taken into such a bin; this is one that was turned into one.
    Bin.objects.filter(pk=originals.pk).update(kind=Bin.Kind.ORIGINALS)

    assert answer_to(store.want(1)).kind == Kind.NO_SOURCE


def test_what_is_on_order_comes_on_its_due_date() -> None:
    store = Store()
    line = store.order(10, days=30)

    found = answer_to(store.want(2))

    # 23 December 2026 is a Wednesday.
    assert told(found) == (Kind.INCOMING, date(2026, 12, 23), Sure.LIKELY, 2)
    assert queries.availability_sentence(found) == (
        f"2 on order {line.order.number} from {line.order.supplier.name_en}, "
        "due Wed 23 Dec 2026"
    )


def test_a_draft_is_not_on_its_way() -> None:
    store = Store()
    store.order(10, send=False)

    assert answer_to(store.want(2)).kind == Kind.NO_SOURCE


def test_a_delivery_on_a_closed_day_counts_from_the_next_open_one() -> None:
    store = Store()
    store.order(10, days=5)  # Saturday 28 November
    Holiday.objects.create(country="JP", day=date(2026, 11, 30), name_en="Closed")

    assert answer_to(store.want(2)).available_on == date(2026, 12, 1)


def test_a_late_line_keeps_its_old_date_and_says_so() -> None:
    store = Store()
    store.order(10, days=-4)

    found = answer_to(store.want(2))

    assert told(found) == (Kind.INCOMING, TODAY - timedelta(days=4), Sure.ROUGH, 2)
    assert found.detail["places"][0]["overdue"] is True
    assert "late since Thu 19 Nov 2026" in queries.availability_sentence(found)


def test_a_supplier_brings_it_after_his_days() -> None:
    store = Store()
    offer(store.part, 60)
    offer(store.part, 10)

    found = answer_to(store.want(2))

    assert told(found) == (Kind.SUPPLIER, date(2026, 12, 3), Sure.ROUGH, 2)
    with translation.override("ja"):
        sentence = queries.availability_sentence(found)
    assert "関東" in sentence


def test_a_withdrawn_offer_is_none() -> None:
    store = Store()
    offer(store.part, 10).delete()
    SupplierOffer.objects.create(
        part=store.part,
        supplier=build.supplier(),
        price=1,
        currency="JPY",
        lead_days=1,
        seen_on=TODAY,
        is_withdrawn=True,
    )

    assert answer_to(store.want(1)).kind == Kind.NO_SOURCE


def test_a_successor_answers_for_an_old_number() -> None:
    store = Store()
    newer, newest = build.part("13020-05U01"), build.part("13020-05U02")
    store.part.superseded_by.create(new=newer)
    newer.superseded_by.create(new=newest)
    store.receive(3, part_id=newest.pk)

    found = answer_to(store.want(2))

    assert told(found) == (Kind.SUPERSEDED, TODAY, Sure.FIRM, 2)
    assert queries.availability_sentence(found) == (
        f"as its successor 13020-05U02: 2 on hand in bin {store.shelf.code}"
    )
    assert queries.look_up_number("13020-05U00").newest == newest  # type: ignore[union-attr]


def test_a_successor_under_a_condition_is_a_lead() -> None:
    store = Store()
    newer = build.part("13020-05U01")
    store.part.superseded_by.create(new=newer, condition="only with bracket X")
    store.receive(3, part_id=newer.pk)

    found = answer_to(store.want(2))

    assert told(found) == (Kind.SUPERSEDED, TODAY, Sure.ROUGH, 2)
    assert "(condition: only with bracket X)" in queries.availability_sentence(found)


def test_a_successor_from_a_later_day_is_not_one_yet() -> None:
    store = Store()
    newer = build.part("13020-05U01")
    store.part.superseded_by.create(new=newer, starts_on=TODAY + timedelta(days=1))
    store.receive(3, part_id=newer.pk)

    assert answer_to(store.want(2)).kind == Kind.NO_SOURCE


def test_a_circle_of_successors_ends_the_search() -> None:
    store = Store()
    newer = build.part("13020-05U01")
    store.part.superseded_by.create(new=newer)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        newer.superseded_by.create(new=store.part)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")

    assert answer_to(store.want(2)).kind == Kind.NO_SOURCE


def test_an_alternate_is_a_lead_to_be_checked() -> None:
    store = Store()
    other = build.part("A1000-24U00")
    store.part.alternates.create(alternate=other, needs_consent=False)
    offer(other, 5)

    found = answer_to(store.want(1))

    assert told(found) == (Kind.ALTERNATE, date(2026, 11, 30), Sure.ROUGH, 1)
    assert "to be checked" in queries.availability_sentence(found)


@pytest.mark.parametrize(
    ("number", "life", "kind"),
    [
        ("", Part.Life.UNKNOWN, Kind.NUMBER_UNKNOWN),
        ("1-1", Part.Life.DISCONTINUED, Kind.NO_LONGER_MADE),
        ("1-1", Part.Life.PROVISIONALLY_DISCONTINUED, Kind.NO_LONGER_MADE),
        ("1-1", Part.Life.CURRENT, Kind.NO_SOURCE),
    ],
)
def test_nothing_says_which_kind_of_nothing_it_is(
    number: str, life: str, kind: str
) -> None:
    store = Store(part=build.part(number, life=life))

    found = answer_to(store.want(1))

    assert told(found) == (kind, None, Sure.NONE, 0)
    assert queries.availability_sentence(found)
    assert queries.availability_hint(found)


def test_a_discontinued_part_on_the_shelf_is_on_hand() -> None:
    store = Store(part=build.part("1-1", life=Part.Life.DISCONTINUED))
    store.receive(1)

    assert answer_to(store.want(1)).kind == Kind.ON_HAND


def test_a_mix_answers_with_its_latest_place_and_names_all() -> None:
    store = Store()
    store.receive(1)
    store.order(1, days=30)
    offer(store.part, 60)

    found = answer_to(store.want(3))

    assert told(found) == (Kind.SUPPLIER, date(2027, 1, 22), Sure.ROUGH, 3)
    assert [place["kind"] for place in found.detail["places"]] == [
        "ON_HAND",
        "INCOMING",
        "SUPPLIER",
    ]


def test_what_is_covered_in_part_has_no_date_and_says_how_much_is_short() -> None:
    store = Store()
    store.receive(1)

    found = answer_to(store.want(3))

    assert told(found) == (Kind.NO_SOURCE, None, Sure.NONE, 1)
    assert "2 without a source" in queries.availability_sentence(found)


def test_one_piece_is_never_the_answer_to_two_demands() -> None:
    store = Store()
    store.receive(2)
    late = store.want(1, needed_on=TODAY + timedelta(days=9))
    soon = store.want(1, needed_on=TODAY)
    whenever = store.want(1)
    urgent = store.want(1, priority=1)

    commands.check_availability(part_ids=[store.part.pk], at=NOW)

    kinds = {row.pk: row.availability.kind for row in (late, soon, whenever, urgent)}
    assert kinds == {
        urgent.pk: Kind.ON_HAND,
        soon.pk: Kind.ON_HAND,
        late.pk: Kind.NO_SOURCE,
        whenever.pk: Kind.NO_SOURCE,
    }


def test_a_piece_of_the_successor_is_not_promised_twice() -> None:
    store = Store()
    newer = build.part("13020-05U01")
    store.part.superseded_by.create(new=newer)
    store.receive(1, part_id=newer.pk)
    old, new = store.want(1), store.want(1, part_id=newer.pk)

    commands.check_availability(demand_ids=[new.pk], at=NOW)

    assert Availability.objects.get(demand=old).kind == Kind.SUPERSEDED
    assert Availability.objects.get(demand=new).kind == Kind.NO_SOURCE


def test_stock_elsewhere_is_what_an_earlier_date_would_need() -> None:
    store = Store()
    away = build.bin(build.site())
    store.receive(4, bin_id=away.pk)

    found = answer_to(store.want(1))

    assert found.kind == Kind.NO_SOURCE
    assert "4 are free at another site" in queries.availability_hint(found)


def news() -> list[dict[str, Any]]:
    rows = OutboxEvent.objects.filter(task="restoration.parts_answers_changed")
    return [row.payload for row in rows.order_by("pk")]


def test_those_who_wait_hear_of_a_changed_answer_and_its_cause() -> None:
    store = Store()
    demand = store.want(1)
    line = store.order(1)
    commands.check_availability(demand_ids=[demand.pk], at=NOW)
    commands.change_due_date(
        line_id=line.pk,
        due_on=date(2027, 2, 12),
        reason="the maker is late",
        at=NOW,
    )
    asked = OutboxEvent.objects.filter(task="parts.check_availability").latest("pk")

    commands.check_availability(at=NOW, **asked.payload)

    first, second = news()
    assert first["cause"] == {}
    assert second["subject_keys"] == ["project:1"]
    assert second["demand_ids"] == [demand.pk]
    assert second["cause"]["kind"] == "DUE_DATE_MOVED"
    assert second["cause"]["reason"] == "the maker is late"
    assert (second["cause"]["was"], second["cause"]["now"]) == (
        "2026-12-23",
        "2027-02-12",
    )


def test_asking_again_changes_nothing_and_tells_nobody() -> None:
    store = Store()
    store.receive(1)
    here, nowhere = store.want(1), store.want(1)
    commands.check_availability(demand_ids=[here.pk], at=NOW)
    told_before = len(news())

    tomorrow = NOW + timedelta(days=1)
    assert commands.check_all_availability(at=tomorrow) == 0

    assert len(news()) == told_before
    # On hand is always today.
    assert Availability.objects.get(demand=here).available_on == date(2026, 11, 24)
    assert Availability.objects.get(demand=nowhere).answered_at == tomorrow


def test_a_drawn_wish_has_no_answer_any_more() -> None:
    store = Store()
    store.receive(1)
    demand = store.want(1)
    answer_to(demand)
    store.issue(demand, 1)

    commands.check_availability(part_ids=[store.part.pk], at=NOW)

    assert not Availability.objects.filter(demand=demand).exists()


def many(store: Store, count: int) -> list[int]:
    wishes = [
        commands.Wish(
            demand_key=f"many:{count}:{n}",
            part_id=build.part(f"MANY-{count}-{n}").pk,
            quantity=D(1),
        )
        for n in range(count)
    ]
    raised = commands.raise_demands(
        wishes=wishes, subject_key="project:2", site_id=store.site.pk, at=NOW
    )
    return [demand.pk for demand in raised]


def test_200_demands_are_answered_in_as_many_statements_as_10() -> None:
    store = Store()
    asked = []
    for count in (10, 200):
        ids = many(store, count)
        with CaptureQueriesContext(connection) as statements:
            changed = commands.check_availability(demand_ids=ids, at=NOW)
        assert len(changed) == count
        asked.append(len(statements))

    assert asked[0] == asked[1]
    assert asked[0] <= 14
