"""Everything that changes the house."""

from workshop.commands.invitations import (
    AlreadyHasLogin,
    accept_invitation,
    invite_person,
    resend_invitation,
    revoke_invitation,
)
from workshop.commands.people import (
    CustomersKeepTheirRole,
    LastManager,
    OwnRights,
    choose_language,
    deactivate_person,
    grant_role,
    reactivate_person,
    request_password_reset,
)
from workshop.commands.promises import write_promise
from workshop.commands.tokens import create_token, revoke_token

__all__ = [
    "AlreadyHasLogin",
    "CustomersKeepTheirRole",
    "LastManager",
    "OwnRights",
    "accept_invitation",
    "choose_language",
    "create_token",
    "deactivate_person",
    "grant_role",
    "invite_person",
    "reactivate_person",
    "request_password_reset",
    "resend_invitation",
    "revoke_invitation",
    "revoke_token",
    "write_promise",
]
