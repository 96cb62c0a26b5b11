"""Roles and logins: who may do what here, and who says so."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common import audit, outbox
from common.errors import DomainError, InvalidInput, NotAllowed, NotFound
from workshop.models import ApiToken, Role, RoleGrant, User

LONGEST_REASON = 200


class OwnRights(NotAllowed):
    """Nobody changes their own rights."""

    default_sentence = _("Nobody changes their own role or login.")
    todo = _("Ask another manager.")


class CustomersKeepTheirRole(DomainError):
    """A customer's login opens their cars; staff sign in with a login of their own."""

    default_sentence = _(
        "A customer's login stays a customer's, and a staff login staff."
    )
    todo = _("Invite the person again with another address.")


@transaction.atomic
def grant_role(
    *, user_id: int, role: str, granted_by_id: int, reason: str, at: datetime
) -> User:
    """Give a person who works here another role. The same role again changes nothing.

    Args:
        user_id: whose role.
        role: one of TECHNICIAN, PARTS, MANAGER.
        granted_by_id: the manager who decides; not the person themselves.
        reason: 1 to 200 characters, kept with the grant.
        at: now, aware.

    Raises:
        NotAllowed: the granter is not a manager.
        OwnRights: the granter is the person.
        CustomersKeepTheirRole: from or to a customer.
        InvalidInput: unknown role, empty or too long reason.
        NotFound: there is no such person.
    """
    person = lock_person(user_id=user_id, by_id=granted_by_id)
    reason = checked_reason(reason)
    role = checked_role(role)
    if role == person.role:
        return person
    if Role.CUSTOMER in (role, person.role):
        raise CustomersKeepTheirRole
    before, person.role = person.role, role
    person.save(update_fields=["role"])
    RoleGrant.objects.create(
        user=person,
        role=role,
        granted_by_id=granted_by_id,
        reason=reason,
        granted_at=at,
    )
    audit.record(
        subject=f"person:{person.pk}",
        command="grant_role",
        actor_id=granted_by_id,
        at=at,
        detail={"from": before, "to": role},
    )
    return person


@transaction.atomic
def deactivate_person(
    *, user_id: int, deactivated_by_id: int, reason: str, at: datetime
) -> User:
    """Close a login: sessions end at the next click, machine tokens are gone.

    Closing a closed one changes nothing.

    Args:
        user_id: whose login.
        deactivated_by_id: the manager who decides; not the person themselves.
        reason: 1 to 200 characters.
        at: now, aware.

    Raises:
        NotAllowed, OwnRights, InvalidInput, NotFound: as `grant_role`.
    """
    person = lock_person(user_id=user_id, by_id=deactivated_by_id)
    reason = checked_reason(reason)
    if not person.is_active:
        return person
    person.is_active = False
    person.save(update_fields=["is_active"])
    tokens, _rows = ApiToken.objects.filter(user=person).delete()
    audit.record(
        subject=f"person:{person.pk}",
        command="deactivate_person",
        actor_id=deactivated_by_id,
        at=at,
        detail={"reason": reason, "tokens": tokens},
    )
    return person


@transaction.atomic
def reactivate_person(
    *, user_id: int, reactivated_by_id: int, reason: str, at: datetime
) -> User:
    """Open a closed login again, with the role it had.

    Args:
        user_id: whose login.
        reactivated_by_id: the manager who decides; not the person themselves.
        reason: 1 to 200 characters.
        at: now, aware.

    Raises:
        NotAllowed, OwnRights, InvalidInput, NotFound: as `grant_role`.
    """
    person = lock_person(user_id=user_id, by_id=reactivated_by_id)
    reason = checked_reason(reason)
    if person.is_active:
        return person
    person.is_active = True
    person.save(update_fields=["is_active"])
    audit.record(
        subject=f"person:{person.pk}",
        command="reactivate_person",
        actor_id=reactivated_by_id,
        at=at,
        detail={"reason": reason},
    )
    return person


@transaction.atomic
def remove_second_factors(
    *, user_id: int, removed_by_id: int, reason: str, at: datetime
) -> int:
    """Remove a person's passkeys, codes and recovery codes: their phone is lost.

    Args:
        user_id: whose factors.
        removed_by_id: the manager who decides; not the person themselves.
        reason: 1 to 200 characters.
        at: now, aware.

    Returns:
        How many there were.

    Raises:
        NotAllowed, OwnRights, InvalidInput, NotFound: as `grant_role`.
    """
    person = lock_person(user_id=user_id, by_id=removed_by_id)
    reason = checked_reason(reason)
    removed: int = Authenticator.objects.filter(user=person).delete()[0]
    audit.record(
        subject=f"person:{person.pk}",
        command="remove_second_factors",
        actor_id=removed_by_id,
        at=at,
        detail={"reason": reason, "factors": removed},
    )
    return removed


@transaction.atomic
def choose_language(*, user_id: int, language: str) -> None:
    """Keep the language a person reads the house in.

    Args:
        user_id: the person themselves.
        language: one of the house's languages.

    Raises:
        InvalidInput: the house does not speak it.
    """
    User.objects.filter(pk=user_id).update(language=checked_language(language))


@transaction.atomic
def request_password_reset(*, user_id: int) -> None:
    """Ask for the mail with which a person chooses a new password.

    Args:
        user_id: the person; the mail goes to their own address.
    """
    outbox.write(
        "workshop.mail_password_reset", subject=f"person:{user_id}", user_id=user_id
    )


def require_manager(user_id: int) -> User:
    """Return the manager who decides.

    Raises:
        NotAllowed: that person is not an active manager.
    """
    managers = User.objects.filter(role=Role.MANAGER, is_active=True)
    manager = managers.filter(pk=user_id).first()
    if manager is None:
        raise NotAllowed(_("Only a manager can do this."))
    return manager


def lock_person(*, user_id: int, by_id: int) -> User:
    """Lock the person together with all managers.

    Since nobody acts on themselves and two managers wait for each other here, the one
    who acts is still a manager afterwards: the house never loses the last one.

    Raises:
        NotAllowed, OwnRights, NotFound: as `grant_role`.
    """
    rows = User.objects.filter(Q(pk=user_id) | Q(role=Role.MANAGER))
    locked = {row.pk: row for row in rows.order_by("pk").select_for_update(no_key=True)}
    require_manager(by_id)
    if user_id == by_id:
        raise OwnRights
    if user_id not in locked:
        raise NotFound
    return locked[user_id]


def checked_reason(reason: str) -> str:
    """Return the reason without blanks around it.

    Raises:
        InvalidInput: it is empty or longer than 200 characters.
    """
    text = reason.strip()
    if not 1 <= len(text) <= LONGEST_REASON:
        raise InvalidInput(
            _("Give a reason of 1 to %(longest)s characters."),
            field="reason",
            longest=LONGEST_REASON,
        )
    return text


def checked_role(role: str) -> str:
    """Return the role.

    Raises:
        InvalidInput: the house has no such role.
    """
    if role not in Role.values:
        raise InvalidInput(
            _("“%(role)s” is no role; one of %(roles)s was expected."),
            field="role",
            role=role,
            roles=", ".join(Role.values),
        )
    return role


def checked_language(language: str) -> str:
    """Return the language.

    Raises:
        InvalidInput: the house does not speak it.
    """
    known = dict(settings.LANGUAGES)
    if language not in known:
        raise InvalidInput(
            _("“%(language)s” is no language of this house; one of %(known)s is."),
            field="language",
            language=language,
            known=", ".join(known),
        )
    return language
