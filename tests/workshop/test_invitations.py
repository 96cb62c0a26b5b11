"""A manager invites; a mailed link opens a login once."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone

from common.errors import InvalidInput, NotAllowed
from common.models import AuditEntry, OutboxEvent
from tests import build
from workshop import commands, effects, queries
from workshop.models import Customer, Invitation, Role, RoleGrant, User

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "quiet exact workshop"


def invite(**fields: Any) -> Invitation:
    values: dict[str, Any] = {
        "email": "New.Person@Example.com",
        "role": Role.TECHNICIAN,
        "at": timezone.now(),
    } | fields
    if "invited_by_id" not in values:
        values["invited_by_id"] = build.user(Role.MANAGER).pk
    return commands.invite_person(**values)


def token_of(invitation: Invitation) -> str:
    return queries.invitation_token(invitation.token_salt)


def accept(invitation: Invitation, **fields: Any) -> User:
    values: dict[str, Any] = {
        "token": token_of(invitation),
        "password": NEW_PASSWORD,
        "full_name": "New Person",
        "language": "ja",
        "time_zone": "Asia/Tokyo",
        "at": timezone.now(),
    } | fields
    return commands.accept_invitation(**values)


def test_an_invitation_keeps_only_the_tokens_hash() -> None:
    invitation = invite()

    token = token_of(invitation)
    assert len(token) == 64
    assert invitation.email == "new.person@example.com"
    assert invitation.token_hash == queries.token_hash(token)
    event = OutboxEvent.objects.get()
    assert (event.task, event.payload) == (
        "workshop.mail_invitation",
        {"invitation_id": invitation.pk},
    )
    audited = AuditEntry.objects.get()
    assert token not in str(audited.detail)
    assert "example.com" not in str(audited.detail)


def test_two_invitations_never_share_a_token() -> None:
    assert token_of(invite()) != token_of(invite(email="second@example.com"))


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.TECHNICIAN, Role.PARTS])
def test_only_a_manager_invites(role: str) -> None:
    with pytest.raises(NotAllowed):
        invite(invited_by_id=build.user(role).pk)

    assert not Invitation.objects.exists()
    assert not OutboxEvent.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "nobody"), ("role", "OWNER"), ("language", "xx")],
)
def test_a_value_that_cannot_be_used_is_named(field: str, value: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        invite(**{field: value})

    assert refusal.value.field == field
    assert not Invitation.objects.exists()


def test_staff_are_invited_for_no_customer_and_customers_for_one() -> None:
    customer = build.customer(user=None)

    with pytest.raises(InvalidInput):
        invite(customer_id=customer.pk)
    with pytest.raises(InvalidInput):
        invite(role=Role.CUSTOMER)

    assert not Invitation.objects.exists()


def test_one_person_has_one_login() -> None:
    with pytest.raises(commands.AlreadyHasLogin):
        invite(email=build.user().email)
    with pytest.raises(commands.AlreadyHasLogin):
        invite(role=Role.CUSTOMER, customer_id=build.customer().pk)

    assert not Invitation.objects.exists()


def test_a_second_invitation_withdraws_the_first() -> None:
    first = invite()

    second = invite()

    with pytest.raises(queries.InvitationClosed):
        accept(first)
    assert accept(second).email == "new.person@example.com"


def test_an_accepted_invitation_opens_a_login_with_its_role() -> None:
    invitation = invite(role=Role.PARTS)

    user = accept(invitation)

    assert (user.role, user.language, user.full_name) == ("PARTS", "ja", "New Person")
    assert user.check_password(NEW_PASSWORD)
    grant = RoleGrant.objects.get()
    assert (grant.user_id, grant.role, grant.granted_by_id) == (
        user.pk,
        "PARTS",
        invitation.invited_by_id,
    )
    assert EmailAddress.objects.filter(user=user, verified=True, primary=True).exists()


def test_a_customer_finds_their_own_things_behind_the_link() -> None:
    customer = build.customer(user=None, language="ja")
    invitation = invite(role=Role.CUSTOMER, customer_id=customer.pk)

    user = accept(invitation)

    assert invitation.language == "ja"
    assert Customer.objects.visible_to(user).get() == customer


def test_a_link_opens_once() -> None:
    invitation = invite()
    accept(invitation)

    with pytest.raises(queries.InvitationClosed):
        accept(invitation, full_name="Somebody Else")

    assert User.objects.filter(email=invitation.email).count() == 1


def test_a_link_opens_for_seven_days() -> None:
    invitation = invite()
    end = invitation.invited_at + timedelta(days=7)

    with pytest.raises(queries.InvitationClosed):
        accept(invitation, at=end)
    assert not User.objects.filter(email=invitation.email).exists()

    assert accept(invitation, at=end - timedelta(seconds=1)).pk


def test_a_withdrawn_link_opens_nothing_and_a_resent_one_is_new() -> None:
    invitation = invite()
    old_token = token_of(invitation)
    manager_id = invitation.invited_by_id
    now = timezone.now()

    commands.revoke_invitation(
        invitation_id=invitation.pk, revoked_by_id=manager_id, at=now
    )
    with pytest.raises(queries.InvitationClosed):
        accept(invitation)
    again = commands.resend_invitation(
        invitation_id=invitation.pk, resent_by_id=manager_id, at=now
    )

    with pytest.raises(queries.InvitationClosed):
        accept(again, token=old_token)
    assert accept(again).email == invitation.email


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("password", "12345678"),
        ("full_name", " "),
        ("language", "de"),
        ("time_zone", "Mars/Olympus"),
    ],
)
def test_a_refused_entry_leaves_the_link_open(field: str, value: str) -> None:
    invitation = invite()

    with pytest.raises(InvalidInput) as refusal:
        accept(invitation, **{field: value})

    assert refusal.value.field == field
    assert not User.objects.filter(email=invitation.email).exists()
    assert accept(invitation).pk


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("en", "Your login at the GT-R Workshop"),
        ("ja", "GT-Rワークショップへのログイン"),
    ],
)
def test_the_mail_carries_the_link_in_the_readers_language(
    language: str, subject: str
) -> None:
    invitation = invite(language=language)

    effects.mail_invitation(invitation_id=invitation.pk)

    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == ([invitation.email], subject)
    link = queries.invitation_link(invitation)
    assert link in sent.body
    assert link in sent.alternatives[0].content


@pytest.mark.parametrize(
    ("language", "until"),
    [
        ("en", "Sat 28 Nov 2026, 12:00 (America/New_York)"),
        ("ja", "2026年11月28日（土） 12:00 (America/New_York)"),
    ],
)
def test_the_mail_counts_on_the_readers_clock(language: str, until: str) -> None:
    customer = build.customer(user=None, time_zone="America/New_York")
    invitation = invite(
        language=language,
        role=Role.CUSTOMER,
        customer_id=customer.pk,
        at=timezone.now(),
    )
    noon = datetime(2026, 11, 28, 17, 0, tzinfo=UTC)
    Invitation.objects.update(expires_at=noon)

    with time_machine.travel(noon - timedelta(days=1)):
        effects.mail_invitation(invitation_id=invitation.pk)

    (sent,) = mail.outbox
    assert until in sent.body
    assert until in sent.alternatives[0].content


def test_no_mail_goes_out_for_a_link_that_is_closed() -> None:
    invitation = invite()
    accept(invitation)

    effects.mail_invitation(invitation_id=invitation.pk)

    assert mail.outbox == []


def test_the_page_opens_the_login_and_leads_to_the_sign_in(client: Client) -> None:
    invitation = invite()
    page = f"/invitation/{token_of(invitation)}/"
    entries = {
        "full_name": "New Person",
        "password": NEW_PASSWORD,
        "language": "en",
        "time_zone": "Europe/London",
    }

    shown = client.get(page)
    answer = client.post(page, entries)

    assert shown.status_code == 200
    assert "no-store" in shown["Cache-Control"]
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    assert User.objects.get(email=invitation.email).time_zone == "Europe/London"
    assert client.login(email=invitation.email, password=NEW_PASSWORD)


def test_the_page_names_a_weak_password(client: Client) -> None:
    invitation = invite()
    entries = {
        "full_name": "New Person",
        "password": "12345678",
        "language": "en",
        "time_zone": "Asia/Tokyo",
    }

    answer = client.post(f"/invitation/{token_of(invitation)}/", entries)

    assert answer.status_code == 200
    assert "too common" in answer.content.decode()
    assert not User.objects.filter(email=invitation.email).exists()


def test_used_expired_withdrawn_and_foreign_links_answer_alike(client: Client) -> None:
    used, expired, revoked = (
        invite(email=f"{name}@example.com") for name in ("used", "expired", "revoked")
    )
    accept(used)
    Invitation.objects.filter(pk=expired.pk).update(expires_at=timezone.now())
    commands.revoke_invitation(
        invitation_id=revoked.pk,
        revoked_by_id=revoked.invited_by_id,
        at=timezone.now(),
    )
    tokens = [*map(token_of, (used, expired, revoked)), "f" * 64, "短い"]

    answers = [client.get(f"/invitation/{token}/") for token in tokens]

    assert {answer.status_code for answer in answers} == {404}
    bodies = {
        re.sub(r'value="[^"]*"|X-CSRFToken": "[^"]*"', "", answer.content.decode())
        for answer in answers
    }
    assert len(bodies) == 1
    assert "ask the workshop to send the invitation again" in bodies.pop()
