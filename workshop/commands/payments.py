"""Payments and deposits: money that arrived. Source: docs/domain/money.md."""

import uuid
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common import audit, outbox
from common.errors import DomainError, InvalidInput, NotFound
from common.money import shown
from workshop.commands.ledger import (
    NAMESPACE,
    account,
    balance_of,
    check_amount,
    lock_invoice,
    note,
    open_amount,
    post,
)
from workshop.models import Account, Customer, Invoice, Payment, Posting

Kind = Account.Kind


class NotPayable(DomainError):
    """Only an issued invoice takes money."""

    default_sentence = _("Invoice %(number)s is %(state)s and takes no payment.")


class Overpaid(DomainError):
    """More than what is open."""

    default_sentence = _("Only %(open)s of invoice %(number)s is open.")
    todo = _("Book what is open, and the rest as a deposit.")


class ConflictingPayment(DomainError):
    """The same outside event, told differently."""

    default_sentence = _("“%(external_id)s” is booked already, for something else.")
    todo = _("Check the reference on the bank statement.")


class NoDeposit(DomainError):
    """There is nothing to apply."""

    default_sentence = _("No deposit is held for %(subject)s.")


@transaction.atomic
def record_payment(
    *,
    invoice_id: int,
    amount: Decimal,
    currency: str,
    method: str,
    external_id: str,
    at: datetime,
    actor_id: int | None,
) -> Payment:
    """Book money that arrived for an invoice. One outside event counts once.

    Args:
        invoice_id: an issued invoice.
        amount: above zero, not more than what is open.
        currency: the invoice's.
        method: BANK_TRANSFER, HOSTED or CASH.
        external_id: the bank's or provider's own reference, 1 to 80 characters.
        at: when it arrived, aware.
        actor_id: who books it; None for a provider's message.

    Raises:
        InvalidInput: names the value that cannot be used.
        NotFound: no such invoice.
        NotPayable: it is not issued, or paid already.
        Overpaid: more than what is open.
        ConflictingPayment: the reference is booked for something else.
    """
    if method not in Payment.Method.values or method == Payment.Method.DEPOSIT:
        raise InvalidInput(_("Choose how the money arrived."), field="method")
    check_reference(external_id)
    invoice = lock_invoice(invoice_id)
    told = Payment.objects.filter(external_id=external_id).first()
    if told is not None:
        return same_payment(told, invoice, amount, currency)
    check_amount(amount, currency)
    bank = account(Kind.BANK, currency)
    return settle(
        invoice,
        source=bank,
        amount=amount,
        currency=currency,
        method=method,
        external_id=external_id,
        actor_id=actor_id,
        at=at,
    )


@transaction.atomic
def record_deposit(
    *,
    customer_id: int,
    subject_key: str,
    amount: Decimal,
    currency: str,
    external_id: str,
    at: datetime,
    actor_id: int | None,
) -> Posting:
    """Hold a customer's money for something not invoiced yet; one event counts once.

    Args:
        customer_id: whose money.
        subject_key: what for, such as ``project:12``.
        amount: above zero.
        currency: ISO 4217.
        external_id: the bank's or provider's own reference, 1 to 80 characters.
        at: when it arrived, aware.
        actor_id: who books it; None for a provider's message.

    Raises:
        InvalidInput: names the value that cannot be used.
        NotFound: no such customer.
        ConflictingPayment: the reference is booked for something else.
    """
    check_reference(external_id)
    check_amount(amount, currency)
    customer = Customer.objects.filter(pk=customer_id).first()
    if customer is None:
        raise NotFound
    held = account(Kind.DEPOSITS, currency, customer=customer, subject_key=subject_key)
    posting, is_new = post(
        memo=f"Deposit {subject_key}",
        command_id=uuid.uuid5(NAMESPACE, f"deposit:{external_id}"),
        lines=[(account(Kind.BANK, currency), amount), (held, -amount)],
        actor_id=actor_id,
        at=at,
    )
    if not is_new:
        if not posting.entries.filter(account=held, amount=-amount).exists():
            raise ConflictingPayment(external_id=external_id)
        return posting
    audit.record(
        subject=f"account:{held.pk}",
        command="record_deposit",
        actor_id=actor_id,
        at=at,
        detail={"amount": str(amount), "currency": currency, "posting": posting.pk},
    )
    return posting


@transaction.atomic
def apply_deposit(*, invoice_id: int, at: datetime, actor_id: int | None) -> Payment:
    """Pay an invoice from the deposit held for its subject, once.

    Takes what is open or what is held, whichever is less. A second call returns the
    first one's payment.

    Args:
        invoice_id: an issued invoice.
        at: now, aware.
        actor_id: who decides.

    Raises:
        NotFound: no such invoice.
        NotPayable: it is not issued, or paid already.
        NoDeposit: nothing is held for its customer and subject in its currency.
    """
    invoice = lock_invoice(invoice_id)
    external_id = f"deposit:{invoice.pk}"
    told = Payment.objects.filter(external_id=external_id).first()
    if told is not None:
        return told
    require_issued(invoice)
    held = account(
        Kind.DEPOSITS,
        invoice.currency,
        customer=invoice.customer,
        subject_key=invoice.subject_key,
    )
    # Two invoices of one subject must not spend the same deposit.
    Account.objects.select_for_update(no_key=True).get(pk=held.pk)
    available = -balance_of(held)
    if available <= 0:
        raise NoDeposit(subject=invoice.subject_key)
    return settle(
        invoice,
        source=held,
        amount=min(available, open_amount(invoice)),
        currency=invoice.currency,
        method=Payment.Method.DEPOSIT,
        external_id=external_id,
        actor_id=actor_id,
        at=at,
    )


def settle(
    invoice: Invoice,
    *,
    source: Account,
    amount: Decimal,
    currency: str,
    method: str,
    external_id: str,
    actor_id: int | None,
    at: datetime,
) -> Payment:
    """Move an amount onto a locked invoice and close it when nothing is left open."""
    require_issued(invoice)
    if currency != invoice.currency:
        raise InvalidInput(
            _("The invoice is in %(currency)s."),
            field="currency",
            currency=invoice.currency,
        )
    still_open = open_amount(invoice)
    if amount > still_open:
        raise Overpaid(open=shown(still_open, currency), number=invoice.number)
    owed = account(Kind.CUSTOMER, currency, customer=invoice.customer)
    posting, is_new = post(
        memo=f"Payment {invoice.number}",
        command_id=uuid.uuid5(NAMESPACE, f"payment:{external_id}"),
        lines=[(source, amount), (owed, -amount)],
        actor_id=actor_id,
        at=at,
    )
    if not is_new:
        raise ConflictingPayment(external_id=external_id)
    payment = Payment.objects.create(
        invoice=invoice,
        amount=amount,
        currency=currency,
        method=method,
        external_id=external_id,
        received_at=at,
        posting=posting,
    )
    if amount == still_open:
        invoice.state = Invoice.State.PAID
        invoice.save(update_fields=["state"])
        # Whoever waited for the money goes on: a floor above knows its subject.
        outbox.write(
            "parts.invoice_paid",
            subject=invoice.subject_key,
            subject_key=invoice.subject_key,
        )
    note(owed, "record_payment", invoice, amount, actor_id, at)
    return payment


def require_issued(invoice: Invoice) -> None:
    if invoice.state != Invoice.State.ISSUED:
        raise NotPayable(number=invoice.number, state=invoice.get_state_display())


def same_payment(
    told: Payment, invoice: Invoice, amount: Decimal, currency: str
) -> Payment:
    same = (told.invoice_id, told.amount, told.currency)
    if same != (invoice.pk, amount, currency):
        raise ConflictingPayment(external_id=told.external_id)
    return told


def check_reference(external_id: str) -> None:
    longest = Payment._meta.get_field("external_id").max_length or 0
    if not 1 <= len(external_id.strip()) <= longest:
        raise InvalidInput(
            _("Enter the payment's reference in 1 to %(longest)s characters."),
            field="external_id",
            longest=longest,
        )
