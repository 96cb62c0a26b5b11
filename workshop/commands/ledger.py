"""Postings: money moves by them only, and each adds up to zero.

What a customer owes stands positive on their account, what the house received positive
on the bank's; sales, tax and deposits held stand negative.

Source: docs/domain/money.md.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from common import audit
from common.errors import InvalidInput, NotFound
from common.money import quantise
from workshop.models import Account, AccountEntry, Customer, Invoice, Posting

# Commands that come with a key of the outside world make theirs from it.
NAMESPACE = uuid.UUID("6f1c2a54-5e6b-4b58-9f0e-0d1f6a7c9b21")
# With tax on top it still fits the columns.
TOO_MUCH = Decimal(10**11)


def post(
    *,
    memo: str,
    command_id: uuid.UUID,
    lines: Sequence[tuple[Account, Decimal]],
    actor_id: int | None,
    at: datetime,
) -> tuple[Posting, bool]:
    """Write a posting and its entries, unless this command has done so.

    The database refuses one that does not add up to zero.
    """
    posting, is_new = Posting.objects.get_or_create(
        command_id=command_id,
        defaults={"memo": memo, "posted_by_id": actor_id, "posted_at": at},
    )
    if is_new:
        AccountEntry.objects.bulk_create(
            AccountEntry(
                posting=posting, account=side, amount=amount, currency=side.currency
            )
            for side, amount in lines
            if amount
        )
    return posting, is_new


def account(
    kind: Account.Kind,
    currency: str,
    *,
    customer: Customer | None = None,
    subject_key: str = "",
) -> Account:
    """Return the account, opened on first use."""
    found, _new = Account.objects.get_or_create(
        kind=kind, customer=customer, subject_key=subject_key, currency=currency
    )
    return found


def balance_of(side: Account) -> Decimal:
    total = AccountEntry.objects.filter(account=side).aggregate(sum=Sum("amount"))
    return total["sum"] or Decimal(0)


def open_amount(invoice: Invoice) -> Decimal:
    paid = invoice.payments.aggregate(sum=Sum("amount"))["sum"]
    return invoice.total - (paid or Decimal(0))


def lock_invoice(invoice_id: int) -> Invoice:
    rows = Invoice.objects.select_for_update(of=("self",), no_key=True)
    invoice = rows.select_related("customer").filter(pk=invoice_id).first()
    if invoice is None:
        raise NotFound
    return invoice


def note(
    owed: Account,
    command: str,
    invoice: Invoice,
    amount: Decimal,
    actor_id: int | None,
    at: datetime,
) -> None:
    audit.record(
        subject=f"account:{owed.pk}",
        command=command,
        actor_id=actor_id,
        at=at,
        detail={
            "invoice": invoice.pk,
            "amount": str(amount),
            "currency": invoice.currency,
        },
    )


def check_amount(amount: Decimal, currency: str, *, field: str = "amount") -> None:
    if amount >= TOO_MUCH:
        raise InvalidInput(
            _("Enter an amount below %(most)s."), field=field, most=f"{TOO_MUCH:,}"
        )
    if amount <= 0 or amount != quantise(amount, currency):
        raise InvalidInput(
            _("Enter an amount above zero in whole units of %(currency)s."),
            field=field,
            currency=currency,
        )
