"""Machine tokens: a key for a program that acts as a person."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common import audit
from common.errors import InvalidInput, NotFound
from workshop.commands.people import require_manager
from workshop.models import ApiToken, User

LONGEST_LIFE = timedelta(days=366)


@transaction.atomic
def create_token(
    *,
    user_id: int,
    name: str,
    scope: str,
    expires_at: datetime,
    created_by_id: int,
    at: datetime,
) -> tuple[ApiToken, str]:
    """Make a key for a program. Its text is in the answer and nowhere else.

    Args:
        user_id: the person it acts as; active.
        name: what it is for, 1 to 80 characters.
        scope: READ or WRITE.
        expires_at: aware; within a year from now.
        created_by_id: the manager who makes it.
        at: now, aware.

    Returns:
        The token's row and its text, to be shown once.

    Raises:
        NotAllowed: the maker is not a manager.
        NotFound: there is no such active person.
        InvalidInput: the name, scope or end cannot be used.
    """
    require_manager(created_by_id)
    check_token(name=name, scope=scope, expires_at=expires_at, at=at)
    person = User.objects.filter(pk=user_id, is_active=True).first()
    if person is None:
        raise NotFound
    token, text = ApiToken.objects.create(
        user=person, expiry=expires_at - at, name=name.strip(), scope=scope
    )
    # The library counts from its own clock; the end that was asked for holds.
    token.expiry = expires_at
    token.save(update_fields=["expiry"])
    audit.record(
        subject=f"person:{person.pk}",
        command="create_token",
        actor_id=created_by_id,
        at=at,
        detail={"token": token.token_key, "scope": scope},
    )
    return token, text


@transaction.atomic
def revoke_token(*, token_key: str, revoked_by_id: int, at: datetime) -> None:
    """Take a key back: the next call with it is refused. Twice changes nothing.

    Args:
        token_key: the first characters of the token, as the list shows them.
        revoked_by_id: the manager who takes it back.
        at: now, aware.

    Raises:
        NotAllowed: that person is not a manager.
    """
    require_manager(revoked_by_id)
    token = ApiToken.objects.select_for_update().filter(token_key=token_key).first()
    if token is None:
        return
    person_id = token.user_id
    token.delete()
    audit.record(
        subject=f"person:{person_id}",
        command="revoke_token",
        actor_id=revoked_by_id,
        at=at,
        detail={"token": token_key},
    )


def check_token(*, name: str, scope: str, expires_at: datetime, at: datetime) -> None:
    """Refuse a token that could not be told apart, used, or outgrown.

    Raises:
        InvalidInput: names the field.
    """
    longest = ApiToken._meta.get_field("name").max_length or 0
    if not 1 <= len(name.strip()) <= longest:
        raise InvalidInput(
            _("Say in 1 to %(longest)s characters what the token is for."),
            field="name",
            longest=longest,
        )
    if scope not in ApiToken.Scope.values:
        raise InvalidInput(
            _("“%(scope)s” is no scope; READ or WRITE was expected."),
            field="scope",
            scope=scope,
        )
    if not at < expires_at <= at + LONGEST_LIFE:
        raise InvalidInput(
            _("A token ends within a year; choose a day from tomorrow on."),
            field="expires_at",
        )
