"""The only way in: a manager invites, a mailed link opens once."""

import secrets
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from common import audit, outbox
from common.errors import DomainError, InvalidInput, NotFound
from workshop import queries
from workshop.commands.people import checked_language, checked_role, require_manager
from workshop.models import (
    Customer,
    Invitation,
    Role,
    RoleGrant,
    User,
    require_time_zone,
)

VALID_FOR = timedelta(days=7)
SALT_BYTES = 24


class AlreadyHasLogin(DomainError):
    """One person, one login."""

    default_sentence = _("Somebody signs in with this address, or for this customer.")
    todo = _("They can set a new password on the sign-in page.")


@transaction.atomic
def invite_person(
    *,
    email: str,
    role: str,
    invited_by_id: int,
    at: datetime,
    customer_id: int | None = None,
    language: str = "",
) -> Invitation:
    """Let one person in by a link that is mailed to them and opens once in 7 days.

    Open invitations to the same address are withdrawn.

    Args:
        email: where the link goes; the person will sign in with it.
        role: what they come for.
        invited_by_id: the manager who invites.
        at: now, aware.
        customer_id: for a customer, whose cars the login opens.
        language: of the mail; by default the customer's, else the inviter's.

    Raises:
        NotAllowed: the inviter is not a manager.
        InvalidInput: the address, role, customer or language cannot be used.
        NotFound: there is no such customer.
        AlreadyHasLogin: the address or the customer has a login.
    """
    inviter = require_manager(invited_by_id)
    email = checked_email(email)
    customer = checked_customer(checked_role(role), customer_id)
    if User.objects.filter(email=email).exists():
        raise AlreadyHasLogin
    spoken = language or (customer.language if customer else inviter.language)
    salt = secrets.token_urlsafe(SALT_BYTES)
    still_open = Invitation.objects.filter(email=email, used_at=None, revoked_at=None)
    still_open.update(revoked_at=at)
    invitation = Invitation.objects.create(
        email=email,
        role=role,
        customer=customer,
        language=checked_language(spoken),
        token_salt=salt,
        token_hash=queries.token_hash(queries.invitation_token(salt)),
        invited_by=inviter,
        invited_at=at,
        expires_at=at + VALID_FOR,
    )
    announce(invitation, command="invite_person", actor_id=invited_by_id, at=at)
    return invitation


@transaction.atomic
def resend_invitation(
    *, invitation_id: int, resent_by_id: int, at: datetime
) -> Invitation:
    """Mail a fresh link that opens for 7 days; the old one is void.

    Args:
        invitation_id: one that was not used.
        resent_by_id: the manager who asks.
        at: now, aware.

    Raises:
        NotAllowed: that person is not a manager.
        NotFound: there is no such invitation.
        AlreadyHasLogin: it was used.
    """
    require_manager(resent_by_id)
    invitation = lock_invitation(invitation_id)
    if invitation.used_at:
        raise AlreadyHasLogin
    invitation.token_salt = secrets.token_urlsafe(SALT_BYTES)
    token = queries.invitation_token(invitation.token_salt)
    invitation.token_hash = queries.token_hash(token)
    invitation.expires_at, invitation.revoked_at = at + VALID_FOR, None
    invitation.save(
        update_fields=["token_salt", "token_hash", "expires_at", "revoked_at"]
    )
    announce(invitation, command="resend_invitation", actor_id=resent_by_id, at=at)
    return invitation


@transaction.atomic
def revoke_invitation(
    *, invitation_id: int, revoked_by_id: int, at: datetime
) -> Invitation:
    """Withdraw an invitation; a used or withdrawn one stays as it is.

    Args:
        invitation_id: the invitation.
        revoked_by_id: the manager who withdraws it.
        at: now, aware.

    Raises:
        NotAllowed: that person is not a manager.
        NotFound: there is no such invitation.
    """
    require_manager(revoked_by_id)
    invitation = lock_invitation(invitation_id)
    if invitation.used_at or invitation.revoked_at:
        return invitation
    invitation.revoked_at = at
    invitation.save(update_fields=["revoked_at"])
    audit.record(
        subject=f"invitation:{invitation.pk}",
        command="revoke_invitation",
        actor_id=revoked_by_id,
        at=at,
        detail={},
    )
    return invitation


@transaction.atomic
def accept_invitation(
    *,
    token: str,
    password: str,
    full_name: str,
    language: str,
    time_zone: str,
    at: datetime,
) -> User:
    """Open the invited person's login. The link opens nothing afterwards.

    Args:
        token: from the link.
        password: strong enough for the house's rules.
        full_name: 1 to 120 characters.
        language: one of the house's languages.
        time_zone: an IANA name such as Asia/Tokyo.
        at: now, aware.

    Raises:
        InvitationClosed: unknown, used, withdrawn or expired.
        InvalidInput: names the field that cannot be used.
    """
    wanted = queries.open_invitation(token=token, at=at)
    invitation = lock_invitation(wanted.pk)
    if not invitation.is_open(at) or invitation.token_hash != wanted.token_hash:
        raise queries.InvitationClosed
    user = User(
        email=invitation.email,
        full_name=checked_name(full_name),
        role=invitation.role,
        language=checked_language(language),
        time_zone=checked_time_zone(time_zone),
    )
    check_password(password, user)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        # The address got a login by another way in the meantime.
        raise queries.InvitationClosed from None
    settle_in(user, invitation, at)
    return user


def settle_in(user: User, invitation: Invitation, at: datetime) -> None:
    """Tie the new login to its customer, its proven address and its first role."""
    if invitation.customer_id:
        waiting = Customer.objects.filter(pk=invitation.customer_id, user=None)
        if not waiting.update(user=user):
            raise queries.InvitationClosed
    EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
    RoleGrant.objects.create(
        user=user,
        role=user.role,
        granted_by_id=invitation.invited_by_id,
        reason="Invitation",
        granted_at=at,
    )
    invitation.used_at = at
    invitation.save(update_fields=["used_at"])
    audit.record(
        subject=f"person:{user.pk}",
        command="accept_invitation",
        actor_id=user.pk,
        at=at,
        detail={"invitation": invitation.pk, "role": user.role},
    )


def announce(
    invitation: Invitation, *, command: str, actor_id: int, at: datetime
) -> None:
    """Ask for the mail and write down who asked."""
    outbox.write(
        "workshop.mail_invitation",
        subject=f"invitation:{invitation.pk}",
        invitation_id=invitation.pk,
    )
    audit.record(
        subject=f"invitation:{invitation.pk}",
        command=command,
        actor_id=actor_id,
        at=at,
        detail={"role": invitation.role, "customer": invitation.customer_id},
    )


def lock_invitation(invitation_id: int) -> Invitation:
    rows = Invitation.objects.select_for_update(no_key=True)
    invitation = rows.filter(pk=invitation_id).first()
    if invitation is None:
        raise NotFound
    return invitation


def checked_email(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise InvalidInput(
            _("“%(email)s” is no e-mail address; name@example.com was expected."),
            field="email",
            email=email,
        ) from None
    return address


def checked_customer(role: str, customer_id: int | None) -> Customer | None:
    """Return the customer an invitation is for; staff are invited for nobody."""
    if (role == Role.CUSTOMER) != (customer_id is not None):
        raise InvalidInput(
            _("Name the customer for a customer's login, and none for staff."),
            field="customer",
        )
    if customer_id is None:
        return None
    customer = Customer.objects.filter(pk=customer_id).first()
    if customer is None:
        raise NotFound
    if customer.user_id:
        raise AlreadyHasLogin
    return customer


def checked_name(full_name: str) -> str:
    name = full_name.strip()
    longest = User._meta.get_field("full_name").max_length or 0
    if not 1 <= len(name) <= longest:
        raise InvalidInput(
            _("Enter your name in 1 to %(longest)s characters."),
            field="full_name",
            longest=longest,
        )
    return name


def checked_time_zone(time_zone: str) -> str:
    try:
        require_time_zone(time_zone)
    except ValidationError as error:
        raise InvalidInput(" ".join(error.messages), field="time_zone") from None
    return time_zone


def check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInput(" ".join(error.messages), field="password") from None
