"""Invoices, payments and deposits: postings that add up, each event once."""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from common import invariants
from common.errors import InvalidInput, KeyReused, NotFound
from common.models import AuditEntry
from tests import build
from workshop import commands, queries
from workshop.models import (
    Account,
    AccountEntry,
    Customer,
    Invoice,
    Payment,
    Posting,
    Role,
)

pytestmark = pytest.mark.django_db


def issue(customer: Customer | None = None, **fields: Any) -> Invoice:
    values: dict[str, Any] = {
        "customer_id": (customer or build.customer()).pk,
        "subject_key": "project:1",
        "title_en": "At contract",
        "net": Decimal(100_000),
        "currency": "JPY",
        "due_on": date(2026, 12, 31),
        "command_id": uuid.uuid4(),
        "actor_id": None,
        "at": build.NOW,
    } | fields
    if "site_id" not in values:
        values["site_id"] = build.site().pk
    return commands.issue_invoice(**values)


def pay(invoice: Invoice, amount: int | str | Decimal, **fields: Any) -> Payment:
    values: dict[str, Any] = {
        "invoice_id": invoice.pk,
        "amount": Decimal(amount),
        "currency": "JPY",
        "method": "BANK_TRANSFER",
        "external_id": "bank-1",
        "at": build.NOW,
        "actor_id": None,
    } | fields
    return commands.record_payment(**values)


def balances() -> dict[str, Decimal]:
    return {
        account.kind: queries.balance(account_id=account.pk)
        for account in Account.objects.all()
    }


def broken_laws() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return [law.name for law in invariants.violations()]


def test_an_issued_invoice_stands_on_three_accounts() -> None:
    customer = build.customer()

    invoice = issue(customer)

    assert (invoice.net, invoice.tax, invoice.total) == (100_000, 10_000, 110_000)
    assert (invoice.state, invoice.issued_on) == ("ISSUED", date(2026, 11, 23))
    assert balances() == {"CUSTOMER": 110_000, "SALES": -100_000, "TAX": -10_000}
    assert queries.owed_by(customer_id=customer.pk, currency="JPY") == 110_000
    assert AuditEntry.objects.get().detail["amount"] == "110000"
    assert broken_laws() == []


def test_invoices_are_numbered_by_year_and_never_twice() -> None:
    first, second = issue(), issue()

    year, number = first.number.split("-")
    assert year == "2026"
    assert second.number == f"2026-{int(number) + 1:05d}"


def test_tax_is_rounded_half_up_to_the_currencys_smallest_unit() -> None:
    yen = issue(net=Decimal(1_005))
    pounds = issue(net=Decimal("10.05"), currency="GBP", tax_percent=Decimal("7.5"))

    assert (yen.tax, yen.total) == (101, 1_106)
    assert (pounds.tax, pounds.total) == (Decimal("0.75"), Decimal("10.80"))


def test_exported_work_carries_no_tax() -> None:
    invoice = issue(tax_percent=Decimal(0))

    assert (invoice.tax, invoice.total) == (0, 100_000)
    assert balances() == {"CUSTOMER": 100_000, "SALES": -100_000, "TAX": 0}
    assert broken_laws() == []


def test_the_same_wish_again_is_the_same_invoice() -> None:
    wish = uuid.uuid4()
    customer, place = build.customer(), build.site()

    first = issue(customer, command_id=wish, site_id=place.pk)
    second = issue(customer, command_id=wish, site_id=place.pk)

    assert first == second
    assert (Invoice.objects.count(), Posting.objects.count()) == (1, 1)


def test_the_same_wish_told_differently_is_refused() -> None:
    wish, customer = uuid.uuid4(), build.customer()
    first = issue(customer, command_id=wish)

    with pytest.raises(KeyReused):
        issue(customer, command_id=wish, net=Decimal(90_000))

    assert list(Invoice.objects.all()) == [first]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("net", Decimal(0)),
        ("net", Decimal("100.5")),
        # With tax it would not fit its column.
        ("net", Decimal(999_999_999_999)),
        ("currency", "XXZ"),
        ("title_en", "  "),
        ("due_on", date(2026, 11, 22)),
    ],
)
def test_an_invoice_that_cannot_be_names_its_value(field: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as refusal:
        issue(**{field: value})

    assert refusal.value.field == field
    assert not Invoice.objects.exists()
    assert not AccountEntry.objects.exists()


def test_a_payment_in_two_parts_closes_the_invoice_with_the_second() -> None:
    invoice = issue()

    pay(invoice, 60_000)
    invoice.refresh_from_db()
    assert invoice.state == "ISSUED"
    pay(invoice, 50_000, external_id="bank-2")

    invoice.refresh_from_db()
    assert invoice.state == "PAID"
    assert balances() == {
        "CUSTOMER": 0,
        "SALES": -100_000,
        "TAX": -10_000,
        "BANK": 110_000,
    }
    assert broken_laws() == []


def test_one_event_counts_once_however_often_it_arrives() -> None:
    invoice = issue()

    first, second = pay(invoice, 60_000), pay(invoice, 60_000)

    assert first == second
    assert Payment.objects.count() == 1
    assert balances()["BANK"] == 60_000


def test_a_reference_told_differently_is_refused() -> None:
    invoice, other = issue(), issue()
    pay(invoice, 60_000)

    with pytest.raises(commands.ConflictingPayment):
        pay(invoice, 50_000)
    with pytest.raises(commands.ConflictingPayment):
        pay(other, 60_000)

    assert Payment.objects.count() == 1
    assert balances()["BANK"] == 60_000


def test_more_than_what_is_open_is_refused() -> None:
    invoice = issue()

    with pytest.raises(commands.Overpaid):
        pay(invoice, 110_001)

    assert not Payment.objects.exists()
    assert "BANK" not in balances() or balances()["BANK"] == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", Decimal(-1)),
        ("amount", Decimal("0.5")),
        ("currency", "GBP"),
        ("method", "DEPOSIT"),
        ("method", "CHEQUE"),
        ("external_id", ""),
    ],
)
def test_a_payment_that_cannot_be_names_its_value(field: str, value: Any) -> None:
    invoice = issue()

    with pytest.raises(InvalidInput) as refusal:
        pay(invoice, **{"amount": 1_000, field: value})

    assert refusal.value.field == field
    assert not Payment.objects.exists()


def test_a_paid_or_void_invoice_takes_no_money() -> None:
    paid, void = issue(), issue()
    pay(paid, 110_000)
    commands.void_invoice(invoice_id=void.pk, actor_id=None, at=build.NOW)

    for invoice in (paid, void):
        with pytest.raises(commands.NotPayable):
            pay(invoice, 1, external_id="late")

    assert Payment.objects.count() == 1


def test_a_void_invoice_leaves_nothing_owed() -> None:
    invoice = issue()

    commands.void_invoice(invoice_id=invoice.pk, actor_id=None, at=build.NOW)
    commands.void_invoice(invoice_id=invoice.pk, actor_id=None, at=build.NOW)

    assert balances() == {"CUSTOMER": 0, "SALES": 0, "TAX": 0}
    assert broken_laws() == []


def test_an_invoice_with_money_on_it_cannot_be_voided() -> None:
    invoice = issue()
    pay(invoice, 1)

    with pytest.raises(commands.NotVoidable):
        commands.void_invoice(invoice_id=invoice.pk, actor_id=None, at=build.NOW)

    invoice.refresh_from_db()
    assert invoice.state == "ISSUED"


def deposit(customer: Customer, amount: int, **fields: Any) -> Posting:
    values: dict[str, Any] = {
        "customer_id": customer.pk,
        "subject_key": "project:1",
        "amount": Decimal(amount),
        "currency": "JPY",
        "external_id": "deposit-1",
        "at": build.NOW,
        "actor_id": None,
    } | fields
    return commands.record_deposit(**values)


def test_a_deposit_is_applied_once() -> None:
    customer = build.customer()
    deposit(customer, 30_000)
    invoice = issue(customer)

    first = commands.apply_deposit(invoice_id=invoice.pk, at=build.NOW, actor_id=None)
    second = commands.apply_deposit(invoice_id=invoice.pk, at=build.NOW, actor_id=None)

    assert first == second
    assert (first.amount, first.method) == (30_000, "DEPOSIT")
    held = queries.deposit_held(customer_id=customer.pk, currency="JPY")
    assert held == 0
    assert queries.owed_by(customer_id=customer.pk, currency="JPY") == 80_000
    assert broken_laws() == []


def test_a_deposit_larger_than_the_invoice_keeps_its_rest() -> None:
    customer = build.customer()
    deposit(customer, 200_000)
    invoice = issue(customer)

    commands.apply_deposit(invoice_id=invoice.pk, at=build.NOW, actor_id=None)

    invoice.refresh_from_db()
    assert invoice.state == "PAID"
    held = queries.deposit_held(
        customer_id=customer.pk, currency="JPY", subject_key="project:1"
    )
    assert held == 90_000
    assert broken_laws() == []


def test_a_second_invoice_does_not_spend_the_same_deposit() -> None:
    customer = build.customer()
    deposit(customer, 110_000)
    first, second = issue(customer), issue(customer)
    commands.apply_deposit(invoice_id=first.pk, at=build.NOW, actor_id=None)

    with pytest.raises(commands.NoDeposit):
        commands.apply_deposit(invoice_id=second.pk, at=build.NOW, actor_id=None)

    assert Payment.objects.count() == 1
    assert broken_laws() == []


def test_a_deposit_event_counts_once() -> None:
    customer = build.customer()

    deposit(customer, 30_000)
    deposit(customer, 30_000)
    with pytest.raises(commands.ConflictingPayment):
        deposit(customer, 40_000)

    assert balances() == {"BANK": 30_000, "DEPOSITS": -30_000}


def test_the_statement_shows_the_balance_after_each_entry() -> None:
    customer = build.customer()
    invoice = issue(customer)
    pay(invoice, 60_000)
    account = Account.objects.get(kind="CUSTOMER")

    lines = queries.statement(account_id=account.pk)

    assert [(line.amount, line.balance) for line in lines] == [
        (110_000, 110_000),
        (-60_000, 50_000),
    ]


def test_open_invoices_are_the_readers_own() -> None:
    customer, stranger = build.customer(), build.customer()
    invoice = issue(customer)
    pay(invoice, 60_000)

    (found,) = queries.open_invoices(subject_key="project:1", user=customer.user)

    assert (found.paid, found.still_open) == (60_000, 50_000)
    assert not queries.open_invoices(subject_key="project:1", user=stranger.user)
    assert not queries.open_invoices(
        subject_key="project:1", user=build.user(Role.TECHNICIAN)
    )


def test_an_unknown_invoice_is_not_found() -> None:
    with pytest.raises(NotFound):
        commands.void_invoice(invoice_id=0, actor_id=None, at=build.NOW)


def test_the_database_refuses_a_posting_that_does_not_balance() -> None:
    issue()
    posting = Posting.objects.create(
        memo="crooked", command_id=uuid.uuid4(), posted_at=build.NOW
    )

    sales = Account.objects.get(kind="SALES")

    @transaction.atomic
    def one_sided() -> None:
        AccountEntry.objects.create(
            posting=posting, account=sales, amount=1, currency="JPY"
        )
        broken_laws()

    with pytest.raises(IntegrityError):
        one_sided()


def test_the_laws_see_a_paid_invoice_without_money() -> None:
    invoice = issue()
    Invoice.objects.filter(pk=invoice.pk).update(state="PAID")

    assert broken_laws() == ["workshop.invoices_paid"]


def test_the_laws_see_an_invoice_that_lost_its_posting() -> None:
    invoice = issue()
    posting = Posting.objects.create(
        memo="empty", command_id=uuid.uuid4(), posted_at=build.NOW + timedelta(days=1)
    )
    Invoice.objects.filter(pk=invoice.pk).update(posting=posting)

    assert broken_laws() == ["workshop.postings_have_sides", "workshop.invoices_posted"]
