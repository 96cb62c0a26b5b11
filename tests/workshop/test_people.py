"""Roles, logins and tokens: who may change whose, and that nobody locks all out."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed

from common.errors import InvalidInput, NotAllowed, NotFound
from common.models import AuditEntry
from tests import build
from workshop import commands
from workshop.api.tokens import HouseTokens
from workshop.models import ApiToken, Role, RoleGrant, User

pytestmark = pytest.mark.django_db


def grant(person: User, role: str, by: User, reason: str = "New post") -> User:
    return commands.grant_role(
        user_id=person.pk,
        role=role,
        granted_by_id=by.pk,
        reason=reason,
        at=build.NOW,
    )


def test_a_manager_grants_a_role_and_it_is_logged() -> None:
    manager, person = build.user(Role.MANAGER), build.user(Role.TECHNICIAN)

    grant(person, Role.PARTS, manager)

    person.refresh_from_db()
    assert person.role == "PARTS"
    logged = RoleGrant.objects.get()
    assert (logged.user, logged.role, logged.granted_by, logged.reason) == (
        person,
        "PARTS",
        manager,
        "New post",
    )
    entry = AuditEntry.objects.get()
    assert (entry.chain.subject, entry.detail) == (
        f"person:{person.pk}",
        {"from": "TECHNICIAN", "to": "PARTS"},
    )


def test_the_same_role_again_changes_nothing() -> None:
    manager, person = build.user(Role.MANAGER), build.user(Role.PARTS)

    grant(person, Role.PARTS, manager)

    assert not RoleGrant.objects.exists()


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.TECHNICIAN, Role.PARTS])
def test_only_a_manager_grants(role: str) -> None:
    person = build.user(Role.TECHNICIAN)

    with pytest.raises(NotAllowed):
        grant(person, Role.MANAGER, build.user(role))

    person.refresh_from_db()
    assert person.role == "TECHNICIAN"


def test_nobody_grants_a_role_to_themselves() -> None:
    manager = build.user(Role.MANAGER)
    build.user(Role.MANAGER)

    with pytest.raises(commands.OwnRights):
        grant(manager, Role.PARTS, manager)
    with pytest.raises(commands.OwnRights):
        commands.deactivate_person(
            user_id=manager.pk,
            deactivated_by_id=manager.pk,
            reason="Leaving",
            at=build.NOW,
        )

    manager.refresh_from_db()
    assert (manager.role, manager.is_active) == ("MANAGER", True)


def test_the_last_manager_stays_one() -> None:
    first, last = build.user(Role.MANAGER), build.user(Role.MANAGER)
    grant(first, Role.PARTS, last)

    with pytest.raises(NotAllowed):
        grant(last, Role.PARTS, first)
    with pytest.raises(commands.OwnRights):
        grant(last, Role.PARTS, last)

    last.refresh_from_db()
    assert last.role == "MANAGER"


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_managers_cannot_demote_each_other() -> None:
    pair = [build.user(Role.MANAGER), build.user(Role.MANAGER)]
    start = Barrier(2)

    def demote(person: User, by: User) -> bool:
        start.wait()
        try:
            grant(person, Role.PARTS, by)
        except NotAllowed:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(demote, pair, reversed(pair)))

    assert sorted(done) == [False, True]
    assert User.objects.filter(role=Role.MANAGER).count() == 1


def test_a_manager_may_be_demoted_while_another_one_stays() -> None:
    first, second = build.user(Role.MANAGER), build.user(Role.MANAGER)

    grant(second, Role.PARTS, first)

    second.refresh_from_db()
    assert second.role == "PARTS"


@pytest.mark.parametrize(
    ("before", "after"),
    [(Role.CUSTOMER, Role.MANAGER), (Role.PARTS, Role.CUSTOMER)],
)
def test_customers_and_staff_do_not_change_sides(before: str, after: str) -> None:
    person = build.user(before)

    with pytest.raises(commands.CustomersKeepTheirRole):
        grant(person, after, build.user(Role.MANAGER))

    person.refresh_from_db()
    assert person.role == before


@pytest.mark.parametrize(
    ("field", "value"), [("role", "OWNER"), ("reason", " "), ("reason", "x" * 201)]
)
def test_a_grant_that_cannot_be_names_its_value(field: str, value: str) -> None:
    manager, person = build.user(Role.MANAGER), build.user(Role.PARTS)
    values: dict[str, Any] = {"role": Role.MANAGER, "reason": "x"} | {field: value}

    with pytest.raises(InvalidInput) as refusal:
        grant(person, by=manager, **values)

    assert refusal.value.field == field
    assert not RoleGrant.objects.exists()


def test_a_closed_login_ends_at_the_next_click() -> None:
    manager, person = build.user(Role.MANAGER), build.user(Role.TECHNICIAN)
    client = Client()
    client.force_login(person)
    assert client.get("/").status_code == 302

    commands.deactivate_person(
        user_id=person.pk,
        deactivated_by_id=manager.pk,
        reason="Left the house",
        at=build.NOW,
    )

    assert client.get("/")["Location"] == "/accounts/login/?next=/"


def test_a_closed_login_opens_again_with_its_role() -> None:
    manager, person = build.user(Role.MANAGER), build.user(Role.PARTS, is_active=False)

    commands.reactivate_person(
        user_id=person.pk, reactivated_by_id=manager.pk, reason="Back", at=build.NOW
    )

    person.refresh_from_db()
    assert (person.is_active, person.role) == (True, "PARTS")


def token_for(person: User, **fields: Any) -> tuple[ApiToken, str]:
    now = timezone.now()
    values: dict[str, Any] = {
        "user_id": person.pk,
        "name": "Label printer",
        "scope": "READ",
        "expires_at": now + timedelta(days=30),
        "created_by_id": build.user(Role.MANAGER).pk,
        "at": now,
    } | fields
    return commands.create_token(**values)


def test_a_token_is_shown_once_and_kept_as_a_digest() -> None:
    person = build.user(Role.PARTS)

    token, text = token_for(person)

    assert text not in (token.digest, token.token_key)
    user, found = HouseTokens().authenticate_credentials(text.encode())
    assert (user, found.pk, found.scope) == (person, token.pk, "READ")
    assert text not in str(AuditEntry.objects.get().detail)


def test_a_revoked_token_is_refused() -> None:
    token, text = token_for(build.user(Role.PARTS))
    manager = build.user(Role.MANAGER)

    for _again in range(2):
        commands.revoke_token(
            token_key=token.token_key, revoked_by_id=manager.pk, at=timezone.now()
        )

    with pytest.raises(AuthenticationFailed):
        HouseTokens().authenticate_credentials(text.encode())


def test_an_ended_token_opens_nothing_and_stays_to_be_seen(
    django_assert_num_queries: Any,
) -> None:
    token, text = token_for(build.user(Role.PARTS))
    ApiToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))

    with django_assert_num_queries(1), pytest.raises(AuthenticationFailed):
        HouseTokens().authenticate_credentials(text.encode())

    assert ApiToken.objects.filter(pk=token.pk).exists()


@pytest.mark.parametrize("text", [b"", b"nobody's", b"\xff\xfe"])
def test_a_token_nobody_was_given_is_refused(text: bytes) -> None:
    token_for(build.user(Role.PARTS))

    with pytest.raises(AuthenticationFailed):
        HouseTokens().authenticate_credentials(text)


def test_a_closed_login_takes_its_tokens_with_it() -> None:
    person = build.user(Role.PARTS)
    token_for(person)

    commands.deactivate_person(
        user_id=person.pk,
        deactivated_by_id=build.user(Role.MANAGER).pk,
        reason="Left",
        at=build.NOW,
    )

    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("scope", "ALL"),
        ("expires_at", timezone.now() - timedelta(days=1)),
        ("expires_at", timezone.now() + timedelta(days=400)),
    ],
)
def test_a_token_that_cannot_be_names_its_value(field: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as refusal:
        token_for(build.user(Role.PARTS), **{field: value})

    assert refusal.value.field == field
    assert not ApiToken.objects.exists()


def test_only_a_manager_makes_tokens_and_only_for_somebody_active() -> None:
    person = build.user(Role.PARTS)

    with pytest.raises(NotAllowed):
        token_for(person, created_by_id=person.pk)
    with pytest.raises(NotFound):
        token_for(build.user(Role.PARTS, is_active=False))

    assert not ApiToken.objects.exists()


def test_a_lost_second_factor_is_removed_by_a_manager() -> None:
    person = build.user(Role.TECHNICIAN)
    Authenticator.objects.create(user=person, type="totp", data={"secret": "x"})
    values: dict[str, Any] = {
        "user_id": person.pk,
        "reason": "Lost phone",
        "at": build.NOW,
    }
    with pytest.raises(NotAllowed):
        commands.remove_second_factors(
            removed_by_id=build.user(Role.PARTS).pk, **values
        )
    assert Authenticator.objects.count() == 1

    commands.remove_second_factors(removed_by_id=build.user(Role.MANAGER).pk, **values)

    assert not Authenticator.objects.exists()
    assert AuditEntry.objects.get().detail == {"reason": "Lost phone", "factors": 1}
