"""What an answer rests on: conditions of successors, kits, own pieces, consent."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from common.models import OutboxEvent
from parts import commands, queries
from parts.models import Availability, OfferBreak, Part, StockLevel, SupplierOffer
from tests import build
from tests.parts.store import NOW, TODAY, D, Store
from workshop.models import Customer

pytestmark = pytest.mark.django_db
Kind = Availability.Kind
Sure = Availability.Confidence


def offer(part: Part, days: int, name: str = "Kanto", **fields: Any) -> SupplierOffer:
    return SupplierOffer.objects.create(
        part=part,
        supplier=build.supplier(name_en=name, name_ja="関東"),
        lead_days=days,
        **{"price": 100, "currency": "JPY", "seen_on": TODAY} | fields,
    )


def answer_to(demand: Any) -> Availability:
    commands.check_availability(demand_ids=[demand.pk], at=NOW)
    return Availability.objects.get(demand=demand)


def told(found: Availability) -> tuple[str, date | None, str]:
    return found.kind, found.available_on, found.confidence


def hints(found: Availability) -> str:
    return queries.availability_hint(found)


@pytest.mark.parametrize(
    ("conditions", "car", "answer"),
    [
        ({"ends_on": TODAY}, {}, (Kind.SUPERSEDED, TODAY, Sure.FIRM)),
        ({"ends_on": TODAY - timedelta(days=1)}, {}, (Kind.NO_SOURCE, None, Sure.NONE)),
        ({"frames": (1, 100)}, {"frame": 100}, (Kind.SUPERSEDED, TODAY, Sure.FIRM)),
        ({"frames": (1, 100)}, {"frame": 101}, (Kind.NO_SOURCE, None, Sure.NONE)),
        ({"frames": (None, 100)}, {"frame": 5}, (Kind.SUPERSEDED, TODAY, Sure.FIRM)),
        ({"frames": (1, 100)}, {}, (Kind.SUPERSEDED, TODAY, Sure.ROUGH)),
        ({"frames": (1, 100)}, {"other": True}, (Kind.NO_SOURCE, None, Sure.NONE)),
        (
            {"built_to": date(1990, 8, 1)},
            {"built_month": date(1990, 8, 20)},
            (Kind.SUPERSEDED, TODAY, Sure.FIRM),
        ),
        (
            {"built_to": date(1990, 8, 1)},
            {"built_month": date(1990, 9, 1)},
            (Kind.NO_SOURCE, None, Sure.NONE),
        ),
        ({"built_to": date(1990, 8, 1)}, {}, (Kind.SUPERSEDED, TODAY, Sure.ROUGH)),
    ],
)
def test_a_successor_counts_for_the_cars_it_is_for(
    conditions: dict[str, Any], car: dict[str, Any], answer: tuple[Any, ...]
) -> None:
    store, newer, variant = Store(), build.part("13020-05U01"), build.variant()
    step, wish = dict(conditions), dict(car)
    if frames := step.pop("frames", None):
        step |= {"variant": variant, "first_frame": frames[0], "last_frame": frames[1]}
    if "frame" in wish:
        wish = {"frame_number": wish["frame"], "variant_id": variant.pk}
    if wish.pop("other", False):
        wish["variant_id"] = build.variant().pk
    store.part.superseded_by.create(new=newer, **step)
    store.receive(3, part_id=newer.pk)

    assert told(answer_to(store.want(2, **wish))) == answer


def test_a_successor_for_some_cars_says_for_which_when_the_car_is_unknown() -> None:
    store, newer = Store(), build.part("13020-05U01")
    variant = build.variant(name_en="GT-R V-spec")
    store.part.superseded_by.create(
        new=newer, variant=variant, first_frame=10, built_from=date(1993, 2, 1)
    )
    store.receive(3, part_id=newer.pk)

    found = answer_to(store.want(2))

    assert queries.availability_sentence(found) == (
        f"as its successor 13020-05U01: 2 on hand in bin {store.shelf.code} "
        "(condition: only for GT-R V-spec frames 10– built 1993-02–)"
    )
    assert hints(found) == "Have the successor confirmed and ordered."


def test_either_of_two_replaces_the_other() -> None:
    store, other = Store(), build.part("13020-05U01")
    other.superseded_by.create(new=store.part, kind="TWO_WAY")
    store.receive(1, part_id=other.pk)

    assert told(answer_to(store.want(1))) == (Kind.SUPERSEDED, TODAY, Sure.FIRM)


def test_a_successor_that_needs_a_bracket_comes_when_the_bracket_does() -> None:
    store, newer, bracket = Store(), build.part("N-1"), build.part("B-1")
    store.part.superseded_by.create(new=newer, only_with=bracket)
    store.receive(5, part_id=newer.pk)
    wish = store.want(2)

    assert answer_to(wish).kind == Kind.NO_SOURCE

    store.receive(1, part_id=bracket.pk)
    offer(bracket, 7)
    found = answer_to(wish)

    assert told(found) == (Kind.SUPERSEDED, date(2026, 11, 30), Sure.ROUGH)
    sentence = queries.availability_sentence(found)
    assert f"as its successor N-1: 2 on hand in bin {store.shelf.code}" in sentence
    assert "only together with B-1: 1 on hand" in sentence
    assert "only together with B-1: 1 from Kanto in 7 days" in sentence


def test_a_bracket_taken_for_one_is_not_there_for_another() -> None:
    store, newer, bracket = Store(), build.part("N-1"), build.part("B-1")
    store.part.superseded_by.create(new=newer, only_with=bracket)
    store.receive(5, part_id=newer.pk)
    store.receive(1, part_id=bracket.pk)
    first, second = store.want(1), store.want(1)

    commands.check_availability(part_ids=[bracket.pk], at=NOW)

    assert Availability.objects.get(demand=first).kind == Kind.SUPERSEDED
    assert Availability.objects.get(demand=second).kind == Kind.NO_SOURCE


def test_an_alternate_that_needs_consent_is_named_and_not_used() -> None:
    store, other = Store(), build.part("REPRO-1", grade=Part.Grade.REPRODUCTION)
    store.part.alternates.create(alternate=other)
    store.receive(1, part_id=other.pk)
    own = store.want(1, part_id=other.pk, priority=200)

    found = answer_to(store.want(1))

    assert told(found) == (Kind.NO_SOURCE, None, Sure.NONE)
    assert hints(found) == (
        f"With the owner's consent: REPRO-1 {other.name_en} (Reproduction), "
        "there on Mon 23 Nov 2026. Ask suppliers for an offer."
    )
    # Nothing was taken from the one who wants the alternate itself.
    assert Availability.objects.get(demand=own).kind == Kind.ON_HAND


def test_an_alternate_that_is_no_sooner_is_no_hint() -> None:
    store, other = Store(), build.part("REPRO-1")
    store.part.alternates.create(alternate=other)
    offer(store.part, 5)
    offer(other, 5)

    assert "consent" not in hints(answer_to(store.want(1)))


def kit_of(store: Store, **pieces: int) -> dict[str, Part]:
    parts = {}
    for number, quantity in pieces.items():
        parts[number] = build.part(number)
        store.part.kit_lines.create(component=parts[number], quantity=quantity)
    return parts


def test_a_kit_on_the_shelf_is_on_hand() -> None:
    store = Store()
    kit_of(store, C1=2)
    store.receive(1)

    assert told(answer_to(store.want(1))) == (Kind.ON_HAND, TODAY, Sure.FIRM)


def test_a_kit_is_answered_by_its_components_level_by_level() -> None:
    store = Store()
    parts = kit_of(store, C1=2, SUB=1)
    inner = build.part("INNER")
    parts["SUB"].kit_lines.create(component=inner, quantity=3)
    store.receive(9, part_id=parts["C1"].pk)
    store.receive(1, part_id=parts["SUB"].pk)
    store.receive(3, part_id=inner.pk)
    line = store.order(9, days=30, part_id=inner.pk)

    found = answer_to(store.want(3))

    assert told(found) == (Kind.KIT, date(2026, 12, 23), Sure.LIKELY)
    assert found.quantity == 3
    bin_ = store.shelf.code
    assert queries.availability_sentence(found) == (
        f"3 to be put together; component C1: 6 on hand in bin {bin_}; "
        f"component SUB: 1 on hand in bin {bin_}; "
        f"component INNER: 3 on hand in bin {bin_}; "
        f"component INNER: 3 on order {line.order.number} from "
        f"{line.order.supplier.name_en}, due Wed 23 Dec 2026"
    )


def test_as_many_kits_are_promised_as_can_be_put_together() -> None:
    store = Store()
    parts = kit_of(store, C1=2, C2=1)
    store.receive(5, part_id=parts["C1"].pk)
    store.receive(9, part_id=parts["C2"].pk)
    kit, single = store.want(4), store.want(3, part_id=parts["C1"].pk)

    found = answer_to(kit)

    assert told(found) == (Kind.NO_SOURCE, None, Sure.NONE)
    assert found.quantity == 2
    assert "2 to be put together" in queries.availability_sentence(found)
    assert "2 without a source" in queries.availability_sentence(found)
    # The first in the queue has taken four of the five.
    assert Availability.objects.get(demand=single).quantity == 1


def test_a_kit_is_bought_whole_when_that_is_sooner() -> None:
    store = Store()
    parts = kit_of(store, C1=2)
    offer(parts["C1"], 20)
    offer(store.part, 10)

    found = answer_to(store.want(1))

    assert told(found) == (Kind.SUPPLIER, date(2026, 12, 3), Sure.ROUGH)


def own_pieces(store: Store, owner: Customer, quantity: int) -> StockLevel:
    level = store.receive(quantity, bin_id=build.bin(store.site).pk, unit_cost=D(0))
    StockLevel.objects.filter(pk=level.pk).update(owner=owner)
    return level


def test_the_owners_own_pieces_come_first_and_serve_nobody_else() -> None:
    store, owner = Store(), build.customer()
    own_pieces(store, owner, 1)
    store.receive(1)
    mine, theirs = store.want(1, owner_id=owner.pk), store.want(1)
    last = store.want(1, owner_id=build.customer().pk)

    sentence = queries.availability_sentence(answer_to(mine))

    assert sentence.startswith("1 of the owner's own in bin ")
    assert Availability.objects.get(demand=theirs).kind == Kind.ON_HAND
    assert Availability.objects.get(demand=last).kind == Kind.NO_SOURCE


def test_several_suppliers_and_minimum_quantities_are_named_but_no_price() -> None:
    store = Store()
    quick = offer(store.part, 5, "Kanto", minimum_quantity=4)
    OfferBreak.objects.create(offer=quick, from_quantity=4, price=80)
    offer(store.part, 9, "Osaka")

    found = answer_to(store.want(2))

    place = found.detail["places"][0]
    assert [other["supplier_en"] for other in place["others"]] == ["Osaka"]
    assert "price" not in str(found.detail)
    assert "(at least 4 are sold)" in queries.availability_sentence(found)
    offers = queries.live_offers([store.part.pk])[store.part.pk]
    assert [offer.price_of(D(4)) for offer in offers] == [80, 100]
    assert offers[0].price_of(D(3)) == 100


def test_what_lies_here_for_a_later_wish_would_be_sooner() -> None:
    store = Store()
    store.receive(2)
    later = store.want(2, needed_on=date(2027, 3, 1))
    store.reserve(later)
    line = store.order(5, days=30)

    found = answer_to(store.want(1, priority=1))

    assert hints(found) == (
        "2 lie here for a later wish, which needs them on Mon 1 Mar 2027. "
        f"Ask {line.order.supplier.name_en} for an earlier delivery of order "
        f"{line.order.number}, or by air."
    )
    assert "later wish" not in hints(answer_to(later))


def test_a_quicker_supplier_than_the_order_is_named() -> None:
    store = Store()
    store.order(5, days=30)
    offer(store.part, 3)

    found = answer_to(store.want(1))

    assert found.kind == Kind.INCOMING
    assert "Ordered from Kanto today it would be here on Thu 26 Nov 2026." in hints(
        found
    )


def test_another_hint_is_written_and_told_to_nobody() -> None:
    store = Store()
    store.order(5, days=30)
    demand = store.want(1)
    answer_to(demand)
    offer(store.part, 3)

    assert commands.check_availability(demand_ids=[demand.pk], at=NOW) == []

    assert "Ordered from Kanto" in hints(Availability.objects.get(demand=demand))
    news = OutboxEvent.objects.filter(task="restoration.parts_answers_changed")
    assert news.count() == 1


def test_every_sentence_and_hint_is_told_in_japanese() -> None:
    store = Store()
    parts = kit_of(store, C1=2)
    offer(parts["C1"], 20, minimum_quantity=9)
    other = build.part("REPRO-1")
    store.part.alternates.create(alternate=other)
    store.receive(1, part_id=other.pk)

    found = answer_to(store.want(1))

    with translation.override("ja"):
        text = queries.availability_sentence(found) + hints(found)
    assert "put together" not in text
    assert "consent" not in text


def test_only_what_somebody_waits_for_connects_parts() -> None:
    bolt, other = build.part("BOLT"), build.part("OTHER")
    kits = [build.part(f"KIT-{n}") for n in range(3)]
    for kit in kits:
        kit.kit_lines.create(component=bolt, quantity=1)
        kit.kit_lines.create(component=other, quantity=1)
    store = Store(part=kits[0])

    assert queries.connected_parts([bolt.pk]) == {bolt.pk}

    store.want(1)

    assert queries.connected_parts([bolt.pk]) == {bolt.pk, kits[0].pk, other.pk}


def test_a_touched_part_is_followed_in_one_statement() -> None:
    store = Store()
    last = store.part
    for n in range(6):
        newer = build.part(f"CHAIN-{n}")
        last.superseded_by.create(new=newer)
        last = newer
    store.want(1)

    with CaptureQueriesContext(connection) as asked:
        reached = queries.connected_parts([last.pk])

    assert len(reached) == 7
    assert len(asked) == 1
