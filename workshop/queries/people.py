"""Invitations: the link, and whether it still opens."""

import hashlib
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from common.errors import NotFound
from workshop.models import Invitation

TOKEN_PURPOSE = "workshop.invitation"  # noqa: S105 - a purpose, not a token


class InvitationClosed(NotFound):
    """The link was used, has expired, was withdrawn, or never was one."""

    title = _("This invitation does not open")
    default_sentence = _(
        "The link has been used, has expired, or was cut short on its way."
    )
    todo = _(
        "Open the whole link from the mail. If you have an account already, sign in;"
        " else ask the workshop to send the invitation again."
    )


def invitation_token(salt: str) -> str:
    """Return the secret of a link: 256 bits that only this house can make.

    The row keeps the salt and the token's hash, so that the mail can be written
    later and the token stands in no table.

    Args:
        salt: the invitation's own random text.
    """
    return salted_hmac(TOKEN_PURPOSE, salt, algorithm="sha256").hexdigest()


def token_hash(token: str) -> str:
    """Return what is kept of a token: its SHA-256."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def invitation_link(invitation: Invitation) -> str:
    """Return the address that is mailed to the invited person."""
    token = invitation_token(invitation.token_salt)
    return settings.BASE_URL.rstrip("/") + reverse("house:invitation", args=[token])


def open_invitation(*, token: str, at: datetime) -> Invitation:
    """Return the invitation a token opens.

    Args:
        token: from the link, as it came.
        at: now, aware.

    Raises:
        InvitationClosed: unknown, used, withdrawn and expired tokens alike.
    """
    rows = Invitation.objects.select_related("customer")
    invitation = rows.filter(token_hash=token_hash(token)).first()
    if invitation is None or not invitation.is_open(at):
        raise InvitationClosed
    return invitation
