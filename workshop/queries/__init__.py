"""Reads of the house that combine rows."""

from workshop.queries.money import (
    StatementLine,
    balance,
    deposit_held,
    open_invoices,
    owed_by,
    statement,
)
from workshop.queries.people import (
    InvitationClosed,
    invitation_link,
    invitation_token,
    open_invitation,
    token_hash,
)
from workshop.queries.rates import rate_on

__all__ = [
    "InvitationClosed",
    "StatementLine",
    "balance",
    "deposit_held",
    "invitation_link",
    "invitation_token",
    "open_invitation",
    "open_invoices",
    "owed_by",
    "rate_on",
    "statement",
    "token_hash",
]
