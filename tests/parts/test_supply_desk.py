"""Requests, comparison and proposals on the desk; the reasoning on the console."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from parts import commands, queries
from parts.models import OfferBreak, PurchaseOrder, Quote, ReorderRule, Rfq
from tests import build
from tests.parts.store import NOW, D, Store
from tests.parts.test_admin import desk, press
from tests.parts.test_answers import offer
from tests.parts.test_asking import asked_of, say, two_parts
from workshop.models import Role

pytestmark = pytest.mark.django_db


def test_a_request_is_written_sent_answered_and_decided_on_the_desk() -> None:
    store, supplier = Store(), build.supplier()
    client = desk()
    soon = timezone.localdate() + timedelta(days=5)

    press(
        client,
        "/admin/parts/rfq/add/",
        **{
            "site": store.site.pk,
            "suppliers": [supplier.pk],
            "answer_by": soon.isoformat(),
            "form-TOTAL_FORMS": "2",
            "form-INITIAL_FORMS": "0",
            "form-0-part": store.part.pk,
            "form-0-quantity": "3",
        },
    )
    rfq = Rfq.objects.get()
    line = rfq.lines.get()
    press(client, f"/admin/parts/rfq/{rfq.pk}/act/send/")
    press(
        client,
        f"/admin/parts/rfq/{rfq.pk}/answers/{supplier.pk}/",
        **{
            "currency": "jpy",
            "form-TOTAL_FORMS": "1",
            "form-INITIAL_FORMS": "1",
            "form-0-line": line.pk,
            "form-0-price": "120",
            "form-0-lead_days": "9",
            "form-0-minimum_quantity": "",
        },
    )
    quote = Quote.objects.get()
    press(
        client,
        f"/admin/parts/rfq/{rfq.pk}/compare/",
        **{f"line-{line.pk}": quote.pk},
    )

    rfq.refresh_from_db()
    assert (rfq.state, rfq.answer_by) == (Rfq.State.CLOSED, soon)
    bought = PurchaseOrder.objects.get().lines.get()
    assert (bought.part, bought.quantity, bought.unit_price) == (store.part, 3, 120)


def test_a_refusal_stays_on_its_page() -> None:
    store, supplier = Store(), build.supplier()
    client = desk()
    rfq = asked_of(store, supplier)

    nothing = press(client, f"/admin/parts/rfq/{rfq.pk}/compare/")
    half = press(
        client,
        f"/admin/parts/rfq/{rfq.pk}/answers/{supplier.pk}/",
        **{
            "currency": "JPY",
            "form-TOTAL_FORMS": "1",
            "form-INITIAL_FORMS": "1",
            "form-0-line": rfq.lines.get().pk,
            "form-0-price": "120",
        },
    )

    assert nothing.status_code == 400
    assert "Choose quotes of this request" in nothing.content.decode()
    assert "Enter the days from order to arrival." in half.content.decode()
    assert not Quote.objects.exists()


def test_what_is_short_without_a_supplier_fills_a_new_request() -> None:
    store = Store()
    store.want(4)

    page = desk().get(f"/admin/parts/rfq/add/?site={store.site.pk}")

    first = page.context["lines"].forms[0]
    assert first.initial == {"part": store.part.pk, "quantity": D(4)}


def test_the_comparison_asks_as_often_for_many_answers_as_for_one() -> None:
    store = Store()
    client = desk()
    one = build.supplier()
    few = asked_of(store, one)
    say(few, one, 5)
    many, other, first, second = two_parts(store)
    for supplier in (first, second):
        for line in many.lines.all():
            say(many, supplier, 5, line=line)
    asked = []
    for rfq in (few, few, many):
        with CaptureQueriesContext(connection) as statements:
            page = client.get(f"/admin/parts/rfq/{rfq.pk}/compare/")
        assert page.status_code == 200
        asked.append(len(statements))

    assert asked[1] == asked[2]
    assert other.name in page.content.decode()


def test_proposals_are_ordered_by_one_button() -> None:
    store = Store()
    offer(store.part, 5)
    ReorderRule.objects.create(part=store.part, site=store.site, minimum=1, maximum=4)
    other = build.part("NOBODY")
    store.want(1, part_id=other.pk)
    client = desk()
    address = f"/admin/parts/reorderrule/proposals/?site={store.site.pk}"

    page = client.get(address).content.decode()
    press(client, address, parts=[store.part.pk])
    again = press(client, address, parts=[store.part.pk])

    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "× (1 + 5 / 100) ÷ 0.8 = 525" in text
    assert "No supplier known" in page
    assert again.status_code == 302
    assert PurchaseOrder.objects.get().lines.get().quantity == 4


def test_technicians_see_no_requests_and_no_proposals() -> None:
    store = Store()
    client = desk(Role.TECHNICIAN)
    rfq = asked_of(store, build.supplier())

    for address in (f"rfq/{rfq.pk}/compare/", "reorderrule/proposals/"):
        assert client.get(f"/admin/parts/{address}").status_code in (302, 403, 404)


def explained(number: str, language: str) -> str:
    out = StringIO()
    call_command("check_availability", explain=number, language=language, stdout=out)
    return out.getvalue()


def test_the_console_explains_the_whole_reasoning() -> None:
    store, newer = Store(), build.part("13020-05U01")
    theirs = offer(store.part, 60, minimum_quantity=2)
    OfferBreak.objects.create(offer=theirs, from_quantity=10, price=80)
    store.part.superseded_by.create(new=newer, condition="only with bracket X")
    store.receive(2)
    store.want(2, priority=1)
    store.want(1, needed_on=NOW.date())

    told = explained("１３０２０－０５Ｕ００", "en")

    assert f"bin {store.shelf.code}: 2 free" in told
    assert "offer: Kanto, 100 JPY, 60 days; at least 2; from 10 on 80" in told
    assert "(only with bracket X)" in told
    assert "1. project:1 wants 2 (priority 1, no day named): " in told
    assert f"Firm: 2 on hand in bin {store.shelf.code}" in told
    assert "2. project:1 wants 1 (priority 100, needed Mon 23 Nov 2026)" in told
    assert "Earlier if: Order it from Kanto now" in told


def test_the_console_explains_in_japanese_and_says_when_there_is_nothing() -> None:
    store = Store()

    told = explained("13020-05U00", "ja")

    assert "待っている要求はありません。" in told
    with pytest.raises(CommandError):
        explained("99999", "en")
    commands.check_all_availability(at=NOW)
    assert store.part.demands.count() == 0


def test_a_supplier_with_nothing_to_offer_is_noted_on_the_desk() -> None:
    supplier = build.supplier()
    rfq = asked_of(Store(), supplier)
    at = f"/admin/parts/rfq/{rfq.pk}/act/decline/"

    press(desk(), at, supplier=supplier.pk)
    again = press(desk(), at, supplier=supplier.pk)

    assert rfq.suppliers.get().has_declined
    # Whoever has answered is not offered again.
    assert again.status_code == 200


def test_a_drafts_line_is_changed_on_the_desk_as_it_was_read() -> None:
    line, client = Store().order(4, send=False), desk()
    at = f"/admin/parts/purchaseorderline/{line.pk}/act"
    seen = queries.line_version(line)
    due = (timezone.localdate() + timedelta(days=5)).isoformat()
    said = {"quantity": "6", "unit_price": "90", "due_on": due, "version": seen}

    changed = press(client, f"{at}/change/", **said)
    late = press(client, f"{at}/change/", **(said | {"quantity": "9"}))
    stale = press(client, f"{at}/remove/", reason="found one", version=seen)

    assert (changed.status_code, late.status_code, stale.status_code) == (302, 412, 412)
    line.refresh_from_db()
    assert line.quantity == 6
    now = queries.line_version(line)
    press(client, f"{at}/remove/", reason="found one", version=now)
    assert not PurchaseOrder.objects.get().lines.exists()
