"""Reads of the house that combine rows."""

from workshop.queries.people import (
    InvitationClosed,
    invitation_link,
    invitation_token,
    open_invitation,
    token_hash,
)

__all__ = [
    "InvitationClosed",
    "invitation_link",
    "invitation_token",
    "open_invitation",
    "token_hash",
]
