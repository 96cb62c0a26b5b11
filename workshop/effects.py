"""Mails that commands ask for. Each is written in its reader's language."""

from typing import Any
from zoneinfo import ZoneInfo

from allauth.account import app_settings as account_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from common.formats import instant_text
from common.outbox_task import outbox_task
from workshop import queries
from workshop.models import Invitation, User


@outbox_task("workshop.mail_invitation")
def mail_invitation(*, invitation_id: int) -> None:
    """Mail the link of an invitation that is still open.

    Sent again it is the same mail with the same Message-ID.

    Args:
        invitation_id: an invitation; one that is closed by now is passed over.

    Raises:
        RuntimeError: the house's key has changed since; send the invitation again.
    """
    rows = Invitation.objects.select_related("invited_by", "customer")
    invitation = rows.filter(pk=invitation_id).first()
    if invitation is None or not invitation.is_open(timezone.now()):
        return
    token = queries.invitation_token(invitation.token_salt)
    if queries.token_hash(token) != invitation.token_hash:
        raise RuntimeError(f"invitation {invitation_id}: its link cannot be made again")
    send(
        "invitation",
        to=invitation.email,
        language=invitation.language,
        message_id=f"invitation-{invitation.pk}-{invitation.token_hash[:16]}",
        link=queries.invitation_link(invitation),
        inviter=invitation.invited_by,
        until=expiry_text(invitation),
    )


def expiry_text(invitation: Invitation) -> str:
    """Return until when an invitation is open: its reader's language, clock and zone.

    Args:
        invitation: a customer's clock is known; whoever will work here has ours.
    """
    known = invitation.customer
    zone = known.time_zone if known else timezone.get_default_timezone_name()
    with translation.override(invitation.language), timezone.override(ZoneInfo(zone)):
        return f"{instant_text(invitation.expires_at)} ({zone})"


@outbox_task("workshop.mail_password_reset")
def mail_password_reset(*, user_id: int) -> None:
    """Mail the link with which a person chooses a new password.

    The link is made here: no table and no message carries it.

    Args:
        user_id: the person; one who may not sign in is passed over.
    """
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    key = account_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    path = reverse(
        "account_reset_password_from_key", args=[user_pk_to_url_str(user), key]
    )
    send(
        "password_reset",
        to=user.email,
        language=user.language,
        message_id=f"password-reset-{user.pk}-{key[:16]}",
        link=settings.BASE_URL.rstrip("/") + path,
    )


def send(
    template: str, *, to: str, language: str, message_id: str, **context: Any
) -> None:
    """Send one mail as text and HTML."""
    with translation.override(language):
        subject, text, html = (
            render_to_string(f"workshop/mail/{template}{part}", context).strip()
            for part in ("_subject.txt", ".txt", ".html")
        )
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ")
    mail = EmailMultiAlternatives(
        " ".join(subject.split()),
        text,
        to=[to],
        headers={"Message-ID": f"<{message_id}@{domain}>"},
    )
    mail.attach_alternative(html, "text/html")
    mail.send()
