"""Several suppliers are asked, compared and chosen from."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail

from common.errors import InvalidInput, NotFound
from common.invariants import violations
from common.models import OutboxEvent
from parts import commands, effects, queries
from parts.models import (
    Observation,
    Part,
    PurchaseOrder,
    Quote,
    Rfq,
    Supplier,
    SupplierOffer,
    Watch,
)
from tests import build
from tests.parts.store import NOW, D, Store, key, refused
from tests.parts.test_lead_times import delivered
from workshop.commands import enter_rate

pytestmark = pytest.mark.django_db


def asked_of(store: Store, *suppliers: Supplier, quantity: int = 4) -> Rfq:
    rfq = commands.create_rfq(
        site_id=store.site.pk,
        lines=[commands.AskedFor(part_id=store.part.pk, quantity=D(quantity))],
        supplier_ids=[supplier.pk for supplier in suppliers],
        key=key(),
        at=NOW,
    )
    return commands.send_rfq(rfq_id=rfq.pk, at=NOW)


def say(
    rfq: Rfq, supplier: Supplier, price: Any, days: int = 10, **fields: Any
) -> Quote:
    currency = fields.pop("currency", "JPY")
    line = fields.pop("line", None) or rfq.lines.get()
    return commands.record_quotes(
        rfq_id=rfq.pk,
        supplier_id=supplier.pk,
        quotes=[
            commands.Quoted(
                line_id=line.pk, price=D(str(price)), lead_days=days, **fields
            )
        ],
        currency=currency,
        at=NOW,
    )[0]


def test_lines_of_one_part_are_added_up_and_a_repetition_is_one() -> None:
    store = Store()
    asked: dict[str, Any] = {
        "site_id": store.site.pk,
        "lines": [
            commands.AskedFor(part_id=store.part.pk, quantity=D(1)),
            commands.AskedFor(part_id=store.part.pk, quantity=D(2)),
        ],
        "supplier_ids": [build.supplier().pk],
        "key": "k",
        "at": NOW,
    }

    first, again = commands.create_rfq(**asked), commands.create_rfq(**asked)

    assert first == again
    assert first.lines.get().quantity == 3
    assert first.state == Rfq.State.DRAFT


def test_what_is_no_request_is_refused() -> None:
    store = Store()
    line = commands.AskedFor(part_id=store.part.pk, quantity=D(1))
    sound: dict[str, Any] = {
        "site_id": store.site.pk,
        "lines": [line],
        "supplier_ids": [build.supplier().pk],
        "at": NOW,
    }
    for fields, kind in (
        ({"lines": []}, InvalidInput),
        ({"supplier_ids": []}, InvalidInput),
        ({"supplier_ids": [0]}, NotFound),
        ({"site_id": 0}, NotFound),
        ({"lines": [commands.AskedFor(part_id=0, quantity=D(1))]}, NotFound),
        ({"note": "x" * 301}, InvalidInput),
    ):
        refused(kind, commands.create_rfq, **(sound | fields), key=key())
    assert not Rfq.objects.exists()


def test_each_supplier_is_written_to_in_their_language_once() -> None:
    store = Store()
    kanto = build.supplier(email="kanto@example.jp", country="JP")
    osaka = build.supplier(email="parts@example.com", country="GB")
    rfq = asked_of(store, kanto, osaka, build.supplier(email=""))
    commands.send_rfq(rfq_id=rfq.pk, at=NOW)

    for event in OutboxEvent.objects.filter(task="parts.mail_rfq").order_by("pk"):
        effects.mail_rfq(**event.payload)

    assert [letter.to for letter in mail.outbox] == [[kanto.email], [osaka.email]]
    assert "見積" in mail.outbox[0].subject
    assert mail.outbox[1].subject == f"{rfq.number}: request for quotation"
    assert "- 13020-05U00" in mail.outbox[1].body
    assert ": 4 piece" in mail.outbox[1].body


def test_answers_become_offers_and_observations_and_wishes_are_asked_again() -> None:
    store, supplier = Store(), build.supplier()
    rfq = asked_of(store, supplier)
    OutboxEvent.objects.all().delete()

    say(rfq, supplier, 900, 12, minimum_quantity=D(2))
    say(rfq, supplier, 950, 12, minimum_quantity=D(2))
    say(rfq, supplier, 950, 12, minimum_quantity=D(2))

    offer = SupplierOffer.objects.get()
    assert (offer.price, offer.lead_days, offer.minimum_quantity) == (950, 12, 2)
    seen = Observation.objects.order_by("pk").values_list("kind", "price", "was_price")
    assert list(seen) == [("FIRST_SEEN", 900, None), ("PRICE_MOVED", 950, 900)]
    assert Quote.objects.count() == 1
    asked = OutboxEvent.objects.filter(task="parts.check_availability")
    assert [row.payload["part_ids"] for row in asked] == [[store.part.pk]]


def test_answers_that_cannot_be_taken_are_refused() -> None:
    store, supplier = Store(), build.supplier()
    rfq, other = asked_of(store, supplier), asked_of(store, supplier)
    foreign = other.lines.get()

    for fields, kind in (
        ({"price": "0.5"}, InvalidInput),
        ({"price": -1}, InvalidInput),
        ({"price": 1, "days": -1}, InvalidInput),
        ({"price": 1, "line": foreign}, InvalidInput),
        ({"price": 1, "minimum_quantity": D(0)}, InvalidInput),
    ):
        with pytest.raises(kind):
            say(rfq, supplier, **fields)
    with pytest.raises(NotFound):
        say(rfq, build.supplier(), 5)
    commands.cancel_rfq(rfq_id=rfq.pk, reason="no", at=NOW)
    with pytest.raises(commands.WrongState):
        say(rfq, supplier, 5)
    assert not Quote.objects.exists()
    assert not SupplierOffer.objects.exists()


def test_answers_stand_beside_each_other_in_the_sites_currency() -> None:
    store = Store()
    near, far, far_off = (build.supplier(), build.supplier(), build.supplier())
    rfq = asked_of(store, near, far, far_off, quantity=4)
    say(rfq, near, 1000, 10)
    say(rfq, far, "5.50", 5, currency="EUR", minimum_quantity=D(6))
    say(rfq, far_off, 1, 5, currency="USD")
    for _ in range(3):
        delivered(store, near, 21)
    commands.learn_lead_times(at=NOW)
    enter_rate(
        currency="EUR",
        base="JPY",
        per_unit=D(160),
        valid_on=date(2026, 11, 20),
        source="bank",
        actor_id=None,
        at=NOW,
    )

    answers = queries.comparison(rfq, date(2026, 11, 23))[0].answers

    told = [
        (each.quote.asked.supplier, each.quantity, each.amount, each.late_by)
        for each in answers
    ]
    # 5.50 € × 6 × 160 = 5,280 ¥, although six have to be bought.
    assert told == [
        (near, 4, 4000, 11),
        (far, 6, 5280, 0),
        (far_off, 4, None, 0),
    ]
    assert [each.is_cheapest for each in answers] == [True, False, False]
    assert [each.is_quickest for each in answers] == [False, True, True]


def two_parts(store: Store) -> tuple[Rfq, Part, Supplier, Supplier]:
    other = build.part("OTHER")
    one, two = build.supplier(), build.supplier()
    rfq = commands.create_rfq(
        site_id=store.site.pk,
        lines=[
            commands.AskedFor(part_id=store.part.pk, quantity=D(4)),
            commands.AskedFor(part_id=other.pk, quantity=D(1)),
        ],
        supplier_ids=[one.pk, two.pk],
        key=key(),
        at=NOW,
    )
    return commands.send_rfq(rfq_id=rfq.pk, at=NOW), other, one, two


def test_chosen_quotes_become_one_draft_for_each_supplier() -> None:
    store = Store()
    rfq, other, one, two = two_parts(store)
    lines = {line.part_id: line for line in rfq.lines.all()}
    first = say(rfq, one, 90, 10, line=lines[store.part.pk], minimum_quantity=D(5))
    second = say(rfq, two, 70, 20, line=lines[other.pk])
    chosen: dict[str, Any] = {
        "rfq_id": rfq.pk,
        "quote_ids": [first.pk, second.pk],
        "key": "k",
        "at": NOW,
    }

    orders, again = commands.choose_quotes(**chosen), commands.choose_quotes(**chosen)

    assert orders == again
    assert [order.supplier for order in orders] == [one, two]
    line = orders[0].lines.get()
    assert (line.quantity, line.unit_price, line.due_on) == (
        5,
        90,
        date(2026, 11, 23) + timedelta(days=10),
    )
    assert all(order.state == PurchaseOrder.State.DRAFT for order in orders)
    rfq.refresh_from_db()
    assert rfq.state == Rfq.State.CLOSED
    with pytest.raises(commands.WrongState):
        commands.choose_quotes(**(chosen | {"key": "l"}))
    assert violations() == []


def test_one_line_is_bought_from_one_supplier() -> None:
    store, one, two = Store(), build.supplier(), build.supplier()
    rfq, other = asked_of(store, one, two), asked_of(store, one)
    quotes = [say(rfq, one, 90), say(rfq, two, 80)]
    foreign = say(other, one, 70)

    for ids in ([], [quotes[0].pk, quotes[1].pk], [foreign.pk], [0]):
        refused(
            InvalidInput,
            commands.choose_quotes,
            rfq_id=rfq.pk,
            quote_ids=ids,
            key=key(),
            at=NOW,
        )
    assert PurchaseOrder.objects.count() == 0


def test_a_supplier_may_have_nothing() -> None:
    store, one, two = Store(), build.supplier(), build.supplier()
    rfq = asked_of(store, one, two)
    say(rfq, two, Decimal(5))

    said = {"rfq_id": rfq.pk, "at": NOW}
    assert commands.decline_rfq(supplier_id=one.pk, **said)
    assert not commands.decline_rfq(supplier_id=one.pk, **said)
    with pytest.raises(commands.WrongState):
        commands.decline_rfq(supplier_id=two.pk, **said)


def test_breaks_of_an_earlier_price_do_not_outlive_a_new_answer() -> None:
    store = Store()
    supplier = build.supplier()
    offer = SupplierOffer.objects.create(
        supplier=supplier, part=store.part, price=1000, currency="JPY", lead_days=9,
        seen_on=date(2026, 1, 1),
    )  # fmt: skip
    offer.breaks.create(from_quantity=2, price=990)
    rfq = asked_of(store, supplier)

    say(rfq, supplier, 900)

    (live,) = queries.live_offers([store.part.pk])[store.part.pk]
    assert live.price_of(D(4)) == 900


def watched(store: Store) -> Watch:
    return commands.watch_part(part_id=store.part.pk, reason="rare", at=NOW)


def sights() -> list[tuple[Any, ...]]:
    rows = Observation.objects.order_by("pk")
    return list(rows.values_list("kind", "price", "was_price", "source"))


def test_an_answer_wakes_the_watch_on_its_number() -> None:
    store, supplier = Store(), build.supplier()
    watch, rfq = watched(store), asked_of(store, supplier)

    for price, seen in ((900, "FIRST_SEEN"), (950, "PRICE_MOVED")):
        say(rfq, supplier, price)
        watch.refresh_from_db()
        assert (watch.last_seen, watch.seen_at) == (seen, None)

    assert sights() == [
        ("FIRST_SEEN", 900, None, rfq.number),
        ("PRICE_MOVED", 950, 900, rfq.number),
    ]


def test_what_is_no_more_to_be_had_is_seen_gone_and_seen_anew() -> None:
    store, supplier = Store(), build.supplier()
    watch, rfq = watched(store), asked_of(store, supplier)
    say(rfq, supplier, 900)
    OutboxEvent.objects.all().delete()
    none = {
        "rfq_id": rfq.pk,
        "supplier_id": supplier.pk,
        "quotes": [],
        "gone_line_ids": [rfq.lines.get().pk],
        "currency": "JPY",
        "at": NOW,
    }

    for _twice in range(2):
        assert commands.record_quotes(**none) == []

    watch.refresh_from_db()
    assert watch.last_seen == "GONE"
    assert SupplierOffer.objects.get().is_withdrawn
    assert Quote.objects.count() == 0
    assert sights()[1:] == [("GONE", 900, None, rfq.number)]
    asked = OutboxEvent.objects.filter(task="parts.check_availability")
    assert [row.payload["part_ids"] for row in asked] == [[store.part.pk]]

    say(rfq, supplier, 900)
    offer = SupplierOffer.objects.get()
    assert not offer.is_withdrawn
    # On the same day at the same price it was seen already.
    assert len(sights()) == 2
    say(rfq, supplier, 990)
    assert sights()[2:] == [("PRICE_MOVED", 990, 900, rfq.number)]


def test_a_supplier_without_any_takes_back_what_he_offered() -> None:
    store, supplier = Store(), build.supplier()
    say(asked_of(store, supplier), supplier, 900)
    other = build.part("99999-00000")
    again = commands.create_rfq(
        site_id=store.site.pk,
        lines=[
            commands.AskedFor(part_id=part.pk, quantity=D(1))
            for part in (store.part, other)
        ],
        supplier_ids=[supplier.pk],
        key=key(),
        at=NOW,
    )
    commands.send_rfq(rfq_id=again.pk, at=NOW)

    commands.decline_rfq(rfq_id=again.pk, supplier_id=supplier.pk, at=NOW)

    assert SupplierOffer.objects.get().is_withdrawn
    assert sights()[1:] == [("GONE", 900, None, again.number)]


def test_one_line_has_one_answer() -> None:
    store, supplier = Store(), build.supplier()
    rfq = asked_of(store, supplier)
    line = rfq.lines.get()
    base = {
        "rfq_id": rfq.pk, "supplier_id": supplier.pk, "currency": "JPY", "at": NOW,
    }  # fmt: skip
    quote = commands.Quoted(line_id=line.pk, price=D(9), lead_days=1)

    for quotes, gone in (([quote], [line.pk]), ([], [line.pk + 99]), ([], [])):
        with pytest.raises(InvalidInput):
            commands.record_quotes(quotes=quotes, gone_line_ids=gone, **base)

    assert Observation.objects.count() == Quote.objects.count() == 0
