"""What is owed, held and open. Amounts are in the account's own currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum

from workshop.models import Account, AccountEntry, Invoice, Viewer


@dataclass(frozen=True)
class StatementLine:
    """One entry of an account and what the account stood at after it."""

    posted_at: datetime
    memo: str
    amount: Decimal
    balance: Decimal


def balance(*, account_id: int) -> Decimal:
    """Return what an account stands at.

    Args:
        account_id: the account; an unknown one stands at zero.
    """
    rows = AccountEntry.objects.filter(account_id=account_id)
    return rows.aggregate(total=Sum("amount"))["total"] or Decimal(0)


def owed_by(*, customer_id: int, currency: str) -> Decimal:
    """Return what a customer owes in one currency; below zero, what the house owes.

    Args:
        customer_id: the customer.
        currency: ISO 4217.
    """
    return _sum(Account.Kind.CUSTOMER, customer_id, currency)


def deposit_held(
    *, customer_id: int, currency: str, subject_key: str | None = None
) -> Decimal:
    """Return what the house holds for a customer and has not applied yet.

    Args:
        customer_id: the customer.
        currency: ISO 4217.
        subject_key: for one subject, such as ``project:12``; None for all.
    """
    return -_sum(Account.Kind.DEPOSITS, customer_id, currency, subject_key)


def statement(*, account_id: int) -> Sequence[StatementLine]:
    """Return an account's entries in the order they were posted, with the balance.

    Args:
        account_id: the account.
    """
    rows = AccountEntry.objects.filter(account_id=account_id).order_by("posting", "pk")
    lines, standing = list[StatementLine](), Decimal(0)
    for entry in rows.select_related("posting"):
        standing += entry.amount
        lines.append(
            StatementLine(
                entry.posting.posted_at, entry.posting.memo, entry.amount, standing
            )
        )
    return lines


def open_invoices(*, subject_key: str, user: Viewer) -> Sequence[Invoice]:
    """Return the issued invoices of a subject, with ``paid`` and ``still_open``.

    Args:
        subject_key: such as ``project:12``.
        user: who asks; only what they may see is returned.
    """
    rows = Invoice.objects.visible_to(user).with_open()
    issued = rows.filter(subject_key=subject_key, state=Invoice.State.ISSUED)
    return list(issued.order_by("due_on", "pk"))


def _sum(
    kind: Account.Kind,
    customer_id: int,
    currency: str,
    subject_key: str | None = None,
) -> Decimal:
    rows = AccountEntry.objects.filter(
        account__kind=kind, account__customer_id=customer_id, account__currency=currency
    )
    if subject_key is not None:
        rows = rows.filter(account__subject_key=subject_key)
    return rows.aggregate(total=Sum("amount"))["total"] or Decimal(0)
