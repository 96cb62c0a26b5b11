"""Quotes: validity, frozen rates, tax, holds, deposits."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils import timezone

from common.errors import InvalidInput, StaleVersion
from common.invariants import violations
from common.models import OutboxEvent
from parts import commands, effects, queries
from parts.models import Demand, PartsOrder, Reservation
from tests import build
from tests.parts.selling import confirmed, pay, quoted
from tests.parts.store import NOW, TODAY, D, Store, key, position, refused
from workshop.commands import enter_rate
from workshop.models import Customer, ExchangeRate, Invoice
from workshop.queries import owed_by

pytestmark = pytest.mark.django_db
State = PartsOrder.State


def steps(order: PartsOrder) -> list[tuple[str, str]]:
    return list(order.events.order_by("pk").values_list("was", "became"))


def offer(order: PartsOrder, days: int = 14) -> PartsOrder:
    return commands.offer_quote(
        order_id=order.pk, valid_until=TODAY + timedelta(days=days), at=NOW
    )


def accept(order: PartsOrder, **fields: Any) -> PartsOrder:
    wanted = {
        "seen": queries.quote_digest(order, order.lines.order_by("pk")),
        "at": NOW,
        "actor_id": order.customer.user_id,
    } | fields
    return commands.accept_quote(order_id=order.pk, **wanted)


def rate(value: str, days: int = 0, currency: str = "GBP") -> ExchangeRate:
    return enter_rate(
        currency=currency,
        base="JPY",
        per_unit=D(value),
        valid_on=TODAY + timedelta(days=days),
        source="bank",
        at=NOW,
        actor_id=None,
    )


@pytest.mark.parametrize(
    ("destination", "tax", "total"), [("JP", 194, 2134), ("GB", 0, 1940)]
)
def test_tax_follows_where_the_goods_go(destination: str, tax: int, total: int) -> None:
    order = quoted(
        Store(), terms=commands.Terms(destination=destination, freight=D(140))
    )

    money = queries.order_money(order, order.lines.all())

    assert (money.goods, money.whole.tax, money.whole.total) == (1800, tax, total)


def test_a_site_may_tax_its_exports() -> None:
    store = Store(site=build.site(export_tax_percent=D(5)))

    order = quoted(store, terms=commands.Terms(destination="GB"))

    assert order.tax_rate == D("0.05")


def test_the_newest_rate_of_the_day_is_frozen_when_a_quote_is_sent() -> None:
    store = Store()
    rate("190", -3)
    order = quoted(store, currency="GBP", terms=commands.Terms(destination="GB"))
    rate("195.5", -1)
    rate("199", 2)

    sent = offer(order)
    rate("250", -1)
    sent.refresh_from_db()

    assert (order.rate, sent.rate) == (190, D("195.5"))
    assert sent.rate_on == TODAY - timedelta(days=1)


def test_a_rate_is_put_right_by_a_newer_entry_and_told_twice_it_is_one() -> None:
    first, second = rate("190"), rate("190")
    rate("191")

    assert first.pk == second.pk
    assert ExchangeRate.objects.count() == 2
    for wrong in ({"value": "0"}, {"value": "1", "currency": "JPY"}):
        with pytest.raises(InvalidInput):
            rate(**wrong)


def test_a_quote_in_a_currency_without_a_rate_is_not_sent() -> None:
    order = quoted(Store(), currency="GBP")

    refused(commands.NoRate, offer, order=order)


def test_a_quote_is_changed_until_it_is_accepted_and_has_to_be_sent_again() -> None:
    store = Store()
    order = offer(quoted(store, terms=commands.Terms(deposit_percent=D(50))))
    assert order.deposit == 900

    changed = commands.change_quote(
        order_id=order.pk,
        lines=[commands.Sold(part_id=store.part.pk, quantity=D(3), unit_price=D(1000))],
        key="k",
        at=NOW,
    )

    assert (changed.offered_at, changed.deposit) == (None, 1500)
    refused(commands.WrongState, accept, order=changed)
    commands.confirm_parts_order(order_id=order.pk, at=NOW)
    refused(
        commands.WrongState,
        commands.change_quote,
        order_id=order.pk,
        terms=commands.Terms(freight=D(1)),
        key=key(),
        at=NOW,
    )


@pytest.mark.parametrize(
    "terms",
    [
        {"destination": "Japan"},
        {"incoterm": "FOO"},
        {"freight": D("0.5")},
        {"deposit": D(5000)},
        {"deposit_percent": D(101)},
    ],
)
def test_terms_out_of_range_are_refused_by_name(terms: dict[str, Any]) -> None:
    order = quoted(Store())

    with pytest.raises(InvalidInput) as refusal:
        commands.change_quote(
            order_id=order.pk, terms=commands.Terms(**terms), key=key(), at=NOW
        )

    assert refusal.value.field == next(iter(terms))


def test_a_customer_accepts_what_they_have_read() -> None:
    store = Store()
    level = store.receive(5)
    order = offer(quoted(store))
    refused(StaleVersion, accept, order=order, seen="something else")

    first, second = accept(order), accept(order)

    assert (first.state, second.state) == (State.CONFIRMED, State.CONFIRMED)
    assert position(level) == (5, 2)
    assert steps(order) == [("", "QUOTE"), ("QUOTE", "CONFIRMED")]
    assert violations() == []


def test_a_quote_past_its_last_day_says_what_to_do() -> None:
    order = offer(quoted(Store()), days=1)
    late = NOW + timedelta(days=2)

    sentence = refused(commands.QuoteExpired, accept, order=order, at=late)
    refused(
        commands.QuoteExpired, commands.confirm_parts_order, order_id=order.pk, at=late
    )

    assert "2026-11-24" in sentence
    again = commands.offer_quote(
        order_id=order.pk, valid_until=TODAY + timedelta(days=9), at=late
    )
    assert accept(again, at=late).state == State.CONFIRMED


def test_a_quote_holds_until_its_last_day_and_then_lets_go() -> None:
    store = Store()
    level = store.receive(5)
    order = offer(quoted(store), days=1)
    for _ in range(2):
        commands.hold_quote(order_id=order.pk, key=key(), at=NOW)
    assert position(level) == (5, 2)
    assert violations() == []

    commands.release_lapsed_holds(at=NOW + timedelta(hours=38))
    assert position(level) == (5, 2)
    commands.release_lapsed_holds(at=NOW + timedelta(hours=39))

    assert position(level) == (5, 0)
    assert violations() == []


def test_what_was_held_for_a_quote_becomes_the_orders() -> None:
    store = Store()
    level = store.receive(3)
    order = offer(quoted(store))
    commands.hold_quote(order_id=order.pk, key=key(), at=NOW)
    other = confirmed(store, 5)

    accept(order)
    commands.release_lapsed_holds(at=NOW + timedelta(days=400))

    mine = Demand.objects.get(order_line__order=order)
    theirs = Demand.objects.get(order_line__order=other)
    assert (mine.state, theirs.state) == ("RESERVED", "OPEN")
    assert position(level) == (3, 3)
    assert violations() == []


def test_changing_the_lines_lets_their_holds_go() -> None:
    store = Store()
    level = store.receive(5)
    order = offer(quoted(store))
    commands.hold_quote(order_id=order.pk, key=key(), at=NOW)

    commands.change_quote(
        order_id=order.pk,
        lines=[commands.Sold(part_id=store.part.pk, quantity=D(1), unit_price=D(9))],
        key=key(),
        at=NOW,
    )

    assert position(level) == (5, 0)
    assert violations() == []


def test_a_deposit_is_invoiced_and_holding_waits_for_it() -> None:
    store = Store()
    level = store.receive(5)
    order = offer(quoted(store, terms=commands.Terms(deposit_percent=D(30))))
    accept(order)
    order.refresh_from_db()
    invoice = order.deposit_invoice

    assert invoice is not None
    assert (order.state, invoice.subject_key) == (
        State.ACCEPTED,
        f"parts-order:{order.pk}",
    )
    assert (invoice.net, invoice.tax) == (540, 54)
    assert position(level) == (5, 0)
    refused(commands.DepositOpen, commands.settle_deposit, order_id=order.pk, at=NOW)
    pay(order)
    told = OutboxEvent.objects.filter(task="parts.invoice_paid").get()
    assert told.payload == {"subject_key": f"parts-order:{order.pk}"}
    for _ in range(2):
        commands.settle_deposit(order_id=order.pk, at=NOW)

    assert position(level) == (5, 2)
    assert steps(order)[1:] == [("QUOTE", "ACCEPTED"), ("ACCEPTED", "CONFIRMED")]
    assert violations() == []


def test_staff_go_on_without_the_deposit_and_say_why() -> None:
    store = Store()
    level = store.receive(5)
    order = quoted(store, terms=commands.Terms(deposit=D(100)))
    commands.confirm_parts_order(order_id=order.pk, at=NOW)
    refused(
        InvalidInput,
        commands.waive_deposit,
        order_id=order.pk,
        reason=" ",
        at=NOW,
        actor_id=None,
    )

    commands.waive_deposit(
        order_id=order.pk, reason="old friend", at=NOW, actor_id=None
    )

    assert position(level) == (5, 2)
    assert order.events.latest("pk").reason == "old friend"


def test_the_rest_is_invoiced_once_and_takes_what_rounding_left() -> None:
    store = Store()
    order = quoted(
        store, line={"unit_price": D(333)}, terms=commands.Terms(deposit=D(333))
    )
    commands.confirm_parts_order(order_id=order.pk, at=NOW)
    commands.waive_deposit(order_id=order.pk, reason="x", at=NOW, actor_id=None)

    first, second = (
        commands.invoice_parts_order(
            order_id=order.pk, due_on=TODAY, at=NOW, actor_id=None
        )
        for _ in range(2)
    )

    order.refresh_from_db()
    money = queries.order_money(order, order.lines.all())
    assert first.pk == second.pk
    assert order.deposit_invoice is not None
    assert order.deposit_invoice.total + first.total == money.whole.total == 733


def test_a_cancelled_order_gives_deposit_and_holds_back() -> None:
    store = Store()
    level = store.receive(5)
    order = offer(quoted(store, terms=commands.Terms(deposit=D(100))))
    accept(order)
    pay(order)
    commands.settle_deposit(order_id=order.pk, at=NOW)

    Customer.objects.update(email="buyer@example.com", language="ja")
    commands.cancel_parts_order(order_id=order.pk, reason="sold the car", at=NOW)
    for event in OutboxEvent.objects.filter(task="parts.mail_credit"):
        effects.mail_credit(**event.payload)

    (told,) = mail.outbox
    assert told.subject == f"{order.number}：ご返金のお知らせ"
    assert "取り消されました" in told.body
    assert "110" in told.body
    assert position(level) == (5, 0)
    assert owed_by(customer_id=order.customer_id, currency="JPY") == -110
    assert not Reservation.objects.held().exists()
    assert violations() == []


def test_an_unpaid_deposit_is_taken_back_with_its_order() -> None:
    order = quoted(Store(), terms=commands.Terms(deposit=D(100)))
    commands.confirm_parts_order(order_id=order.pk, at=NOW)

    commands.cancel_parts_order(order_id=order.pk, reason="no", at=NOW)

    order.refresh_from_db()
    assert order.deposit_invoice is not None
    assert order.deposit_invoice.state == Invoice.State.VOID
    # Nothing was paid: there is nothing to write about.
    assert not OutboxEvent.objects.filter(task="parts.mail_credit").exists()
    assert violations() == []


def test_other_terms_are_another_quote_though_the_sum_is_the_same() -> None:
    store = Store()
    order = offer(quoted(store))
    seen = queries.quote_digest(order, order.lines.order_by("pk"))
    commands.change_quote(
        order_id=order.pk, terms=commands.Terms(incoterm="EXW"), key=key(), at=NOW
    )
    commands.offer_quote(
        order_id=order.pk, valid_until=TODAY + timedelta(days=14), at=NOW
    )

    refused(
        StaleVersion,
        commands.accept_quote,
        order_id=order.pk,
        seen=seen,
        at=NOW,
        actor_id=None,
    )


def test_a_quote_ends_with_the_sites_day_wherever_its_reader_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = Store()
    order = offer(quoted(store), days=0)
    # Half past midnight in Tokyo, still the day before in London.
    late = datetime(TODAY.year, TODAY.month, TODAY.day, 15, 30, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: late)

    with timezone.override(ZoneInfo("Europe/London")):
        page = queries.customer_order_page(order.customer.user, number=order.number)

    assert (page.is_expired, page.can_accept) == (True, False)


def test_a_quote_is_mailed_whatever_clock_it_was_sent_by(mailoutbox: list[Any]) -> None:
    store = Store()
    order = offer(quoted(store))
    assert order.offered_at is not None
    there = order.offered_at.astimezone(ZoneInfo("Asia/Tokyo"))

    effects.mail_quote(order_id=order.pk, offered_at=there.isoformat())

    assert len(mailoutbox) == 1
