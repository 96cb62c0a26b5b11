"""Invoices: what a customer is asked to pay. Source: docs/domain/money.md."""

import uuid
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from common import audit
from common.errors import DomainError, InvalidInput, KeyReused, NotFound
from common.money import quantise
from workshop.commands.ledger import (
    NAMESPACE,
    account,
    check_amount,
    lock_invoice,
    note,
    post,
)
from workshop.models import Account, AccountEntry, Customer, Invoice, Posting, Site

Kind = Account.Kind


class NotVoidable(DomainError):
    """Money that has arrived cannot be argued away."""

    default_sentence = _("Invoice %(number)s is %(state)s or has payments.")


@transaction.atomic
def issue_invoice(
    *,
    customer_id: int,
    subject_key: str,
    site_id: int,
    title_en: str,
    net: Decimal,
    currency: str,
    due_on: date,
    command_id: uuid.UUID,
    actor_id: int | None,
    at: datetime,
    title_ja: str = "",
    tax_percent: Decimal | None = None,
    tax: Decimal | None = None,
) -> Invoice:
    """Demand money from a customer. The same command id again returns the same invoice.

    Args:
        customer_id: who pays.
        subject_key: what for, such as ``project:12``.
        site_id: the site that invoices; its tax holds.
        title_en: 1 to 200 characters.
        net: above zero, in the currency's smallest units.
        currency: ISO 4217.
        due_on: not before the day of issue at the site.
        command_id: unique to this wish.
        actor_id: who asks; None for the house itself.
        at: now, aware.
        title_ja: the title in Japanese.
        tax_percent: the rate frozen on the estimate; by default the site's.
        tax: the tax itself, where a last invoice takes what rounding has left.

    Raises:
        InvalidInput: names the value that cannot be used.
        NotFound: no such customer or site.
        KeyReused: the command id belongs to another invoice.
    """
    wanted = (customer_id, subject_key, net, currency)
    told = Invoice.objects.filter(posting__command_id=command_id).first()
    if told is not None:
        return same_invoice(told, wanted)
    check_amount(net, currency, field="net")
    customer = Customer.objects.filter(pk=customer_id).first()
    site = Site.objects.filter(pk=site_id).first()
    if customer is None or site is None:
        raise NotFound
    today = at.astimezone(ZoneInfo(site.time_zone)).date()
    check_invoice(title=title_en, due_on=due_on, today=today)
    percent = site.tax_percent if tax_percent is None else tax_percent
    due = quantise(net * percent / 100, currency) if tax is None else tax
    owed = account(Kind.CUSTOMER, currency, customer=customer)
    number = next_number(today)
    posting, is_new = post(
        memo=f"Invoice {number}",
        command_id=command_id,
        lines=[
            (owed, net + due),
            (account(Kind.SALES, currency), -net),
            (account(Kind.TAX, currency), -due),
        ],
        actor_id=actor_id,
        at=at,
    )
    if not is_new:
        # The same command came twice at once; the other one was first.
        return same_invoice(Invoice.objects.get(posting=posting), wanted)
    invoice = Invoice.objects.create(
        number=number,
        customer=customer,
        subject_key=subject_key,
        title_en=title_en.strip(),
        title_ja=title_ja.strip(),
        currency=currency,
        net=net,
        tax=due,
        total=net + due,
        state=Invoice.State.ISSUED,
        issued_on=today,
        due_on=due_on,
        posting=posting,
    )
    note(owed, "issue_invoice", invoice, invoice.total, actor_id, at)
    return invoice


@transaction.atomic
def credit_customer(
    *,
    customer_id: int,
    memo: str,
    net: Decimal,
    tax: Decimal,
    currency: str,
    command_id: uuid.UUID,
    actor_id: int | None,
    at: datetime,
) -> Posting:
    """Give a customer money back on their account: a sale that is partly undone.

    The same command id again returns the same posting.

    Args:
        customer_id: who is credited.
        memo: what for, 1 to 200 characters.
        net: above zero, in the currency's smallest units.
        tax: what was charged on it, zero or more.
        currency: ISO 4217.
        command_id: unique to this wish.
        actor_id: who decides; None for the house itself.
        at: now, aware.

    Raises:
        InvalidInput: names the value that cannot be used.
        NotFound: no such customer.

    Source: docs/domain/money.md M3.
    """
    check_amount(net, currency, field="net")
    customer = Customer.objects.filter(pk=customer_id).first()
    if customer is None:
        raise NotFound
    owed = account(Kind.CUSTOMER, currency, customer=customer)
    posting, is_new = post(
        memo=memo[:200],
        command_id=command_id,
        lines=[
            (owed, -(net + tax)),
            (account(Kind.SALES, currency), net),
            (account(Kind.TAX, currency), tax),
        ],
        actor_id=actor_id,
        at=at,
    )
    if is_new:
        audit.record(
            subject=f"account:{owed.pk}",
            command="credit_customer",
            actor_id=actor_id,
            at=at,
            detail={"memo": memo[:200], "net": str(net), "tax": str(tax)},
        )
    return posting


@transaction.atomic
def void_invoice(*, invoice_id: int, actor_id: int | None, at: datetime) -> Invoice:
    """Take back an invoice nobody has paid on; twice changes nothing.

    Args:
        invoice_id: an issued invoice without payments.
        actor_id: who decides.
        at: now, aware.

    Raises:
        NotFound: no such invoice.
        NotVoidable: it is a draft, paid, or has payments.
    """
    invoice = lock_invoice(invoice_id)
    if invoice.state == Invoice.State.VOID:
        return invoice
    if invoice.state != Invoice.State.ISSUED or invoice.payments.exists():
        raise NotVoidable(number=invoice.number, state=invoice.get_state_display())
    entries = AccountEntry.objects.filter(posting=invoice.posting)
    lines = [(e.account, -e.amount) for e in entries.select_related("account")]
    post(
        memo=f"Void {invoice.number}",
        command_id=uuid.uuid5(NAMESPACE, f"void:{invoice.pk}"),
        lines=lines,
        actor_id=actor_id,
        at=at,
    )
    invoice.state = Invoice.State.VOID
    invoice.save(update_fields=["state"])
    owed = account(Kind.CUSTOMER, invoice.currency, customer=invoice.customer)
    note(owed, "void_invoice", invoice, invoice.total, actor_id, at)
    return invoice


def same_invoice(told: Invoice, wanted: tuple[int, str, Decimal, str]) -> Invoice:
    if (told.customer_id, told.subject_key, told.net, told.currency) != wanted:
        raise KeyReused(number=told.number)
    return told


def next_number(today: date) -> str:
    """Return the next invoice number; a refused invoice leaves a gap, never a twin."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('workshop_invoice_number')")
        return f"{today.year}-{cursor.fetchone()[0]:05d}"


def check_invoice(*, title: str, due_on: date, today: date) -> None:
    longest = Invoice._meta.get_field("title_en").max_length or 0
    if not 1 <= len(title.strip()) <= longest:
        raise InvalidInput(
            _("Enter a title of 1 to %(longest)s characters."),
            field="title_en",
            longest=longest,
        )
    if due_on < today:
        raise InvalidInput(_("The invoice is due before it is issued."), field="due_on")
