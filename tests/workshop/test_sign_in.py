"""The door: one sign-in for everybody, with limits, and nobody opens it themselves."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings as house
from django.contrib.auth.tokens import default_token_generator
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings

from common.models import OutboxEvent
from tests import build
from workshop import effects
from workshop.models import Role, User

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def sign_in(client: Client, person: User, password: str = build.PASSWORD) -> Any:
    return client.post(
        "/accounts/login/", {"login": person.email, "password": password}
    )


def code() -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(SECRET, counter))


@pytest.mark.parametrize(
    ("role", "landing"),
    [
        (Role.CUSTOMER, "/portal/"),
        (Role.TECHNICIAN, "/floor/"),
        (Role.PARTS, "/admin/"),
        (Role.MANAGER, "/board/"),
    ],
)
def test_a_sign_in_ends_where_the_role_works(
    client: Client, role: str, landing: str
) -> None:
    first = sign_in(client, build.user(role))
    assert (first.status_code, first["Location"]) == (302, "/")

    assert client.get("/")["Location"] == landing


def test_an_address_is_the_same_in_any_spelling(client: Client) -> None:
    build.user(email="ren@example.com")

    answer = client.post(
        "/accounts/login/",
        {"login": "Ren@Example.COM", "password": build.PASSWORD},
    )

    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_a_closed_login_does_not_open(client: Client) -> None:
    answer = sign_in(client, build.user(is_active=False))

    assert "sessionid" not in client.cookies or not client.session.get("_auth_user_id")
    assert answer.status_code in (200, 302)
    assert client.get("/")["Location"] == "/accounts/login/?next=/"


def test_nobody_signs_up(client: Client) -> None:
    entries = {"email": "new@example.com", "password1": build.PASSWORD}

    assert client.get("/accounts/signup/").status_code == 404
    assert client.post("/accounts/signup/", entries).status_code == 404
    assert not User.objects.filter(email="new@example.com").exists()


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example"]
)
def test_a_sign_in_leads_nowhere_else(client: Client, elsewhere: str) -> None:
    person = build.user()

    answer = client.post(
        "/accounts/login/",
        {"login": person.email, "password": build.PASSWORD, "next": elsewhere},
    )

    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_guesses_on_one_account_come_to_an_end(client: Client) -> None:
    person = build.user()

    for _guess in range(5):
        assert sign_in(client, person, "wrong").status_code == 200
    answer = sign_in(client, person)

    assert not client.session.get("_auth_user_id")
    assert answer.status_code in (200, 429)


def test_guesses_come_to_an_end_while_the_cache_is_away(
    client: Client,
) -> None:
    person = build.user()
    server = {"CACHES": {"default": {**house.CACHES["default"]}}}
    server["CACHES"]["default"]["LOCATION"] = "redis://127.0.0.1:1/0"

    with override_settings(**server):
        for _guess in range(5):
            assert sign_in(client, person, "wrong").status_code == 200
        sign_in(client, person)

    assert not client.session.get("_auth_user_id")


def test_a_forged_address_of_the_caller_does_not_lift_the_limit(
    client: Client,
) -> None:
    person = build.user()

    for guess in range(5):
        client.post(
            "/accounts/login/",
            {"login": person.email, "password": "wrong"},
            headers={"X-Forwarded-For": f"203.0.113.{guess}"},
        )
    sign_in(client, person)

    assert not client.session.get("_auth_user_id")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_many_guesses_at_once_are_no_more_guesses() -> None:
    person = build.user()
    start = Barrier(16)

    def guess(place: int) -> bool:
        start.wait()
        try:
            answer = Client().post(
                "/accounts/login/",
                {"login": person.email, "password": f"wrong {place}"},
                headers={"X-Forwarded-For": f"203.0.113.{place}"},
            )
        finally:
            connection.close()
        # A wrong password is told only to who was let as far as the check.
        return b"are not correct" in answer.content

    with ThreadPoolExecutor(16) as pool:
        weighed = sum(pool.map(guess, range(16)))

    assert weighed <= 5


def test_known_and_unknown_addresses_are_refused_alike(client: Client) -> None:
    person = build.user()

    known = sign_in(client, person, "wrong")
    unknown = client.post(
        "/accounts/login/", {"login": "nobody@example.com", "password": "wrong"}
    )

    assert known.status_code == unknown.status_code == 200
    bodies = {
        re.sub(r'value="[^"]*"|X-CSRFToken": "[^"]*"', "", answer.content.decode())
        for answer in (known, unknown)
    }
    assert len(bodies) == 1


def test_the_admins_own_sign_in_is_the_houses(client: Client) -> None:
    answer = client.get("/admin/login/?next=/admin/")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_a_second_factor_is_asked_where_there_is_one(client: Client) -> None:
    person = build.user(Role.MANAGER)
    TOTP.activate(person, SECRET)

    first = sign_in(client, person)
    assert first["Location"].startswith("/accounts/2fa/authenticate/")
    assert client.get("/")["Location"] == "/accounts/login/?next=/"
    client.post("/accounts/2fa/authenticate/", {"code": code()})

    assert client.get("/")["Location"] == "/board/"


def test_staff_without_a_second_factor_are_led_to_set_one_up(
    client: Client, settings: Any
) -> None:
    settings.STAFF_MFA_REQUIRED = True
    sign_in(client, build.user(Role.PARTS))

    answer = client.get("/admin/")

    assert (answer.status_code, answer["Location"]) == (
        302,
        "/accounts/2fa/totp/activate/",
    )
    again = client.get(answer["Location"])
    assert again["Location"].startswith("/accounts/reauthenticate/")
    client.post(again["Location"], {"password": build.PASSWORD})
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200


def test_a_customer_needs_no_second_factor(client: Client, settings: Any) -> None:
    settings.STAFF_MFA_REQUIRED = True
    sign_in(client, build.customer().user)

    assert client.get("/portal/").status_code == 200


def test_a_forgotten_password_is_mailed_by_the_outbox(client: Client) -> None:
    person = build.user(language="ja")

    known = client.post("/accounts/password/reset/", {"email": person.email})
    unknown = client.post("/accounts/password/reset/", {"email": "no@example.com"})

    assert (known.status_code, known["Location"]) == (
        unknown.status_code,
        unknown["Location"],
    )
    assert mail.outbox == []
    event = OutboxEvent.objects.get()
    assert (event.task, event.payload) == (
        "workshop.mail_password_reset",
        {"user_id": person.pk},
    )

    effects.mail_password_reset(**event.payload)

    (sent,) = mail.outbox
    assert sent.to == [person.email]
    path = re.search(r"http://[^/]+(/accounts/\S+)", sent.body)
    assert path is not None
    landed = client.get(path[1], follow=True)
    new = {"password1": "another quiet phrase", "password2": "another quiet phrase"}
    client.post(landed.request["PATH_INFO"], new)
    person.refresh_from_db()
    assert person.check_password("another quiet phrase")


def test_a_reset_link_is_dead_after_the_password_has_changed() -> None:
    person = build.user()
    token = default_token_generator.make_token(person)
    person.set_password("another quiet phrase")
    person.save()

    assert not default_token_generator.check_token(person, token)


def test_a_demo_says_so_and_shows_its_logins(client: Client, settings: Any) -> None:
    assert b"Demonstration" not in client.get("/accounts/login/").content

    settings.DEMO = True

    assert b"Demonstration" in client.get("/accounts/login/").content


@pytest.mark.parametrize(
    ("language", "loud"),
    [
        ("en", "Staff sign in without a second factor here"),
        ("ja", "スタッフも二要素認証なし"),
    ],
)
def test_a_demo_says_that_its_staff_have_no_second_factor(
    client: Client, settings: Any, language: str, loud: str
) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    assert loud not in client.get("/accounts/login/").content.decode()

    settings.DEMO = True

    assert loud in client.get("/accounts/login/").content.decode()
    client.force_login(build.user(Role.MANAGER, language=language))
    assert loud in client.get("/board/").content.decode()


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def test_a_browser_is_led_from_the_apis_page_to_the_sign_in(client: Client) -> None:
    answer = client.get("/api/v1/docs/", headers={"Accept": BROWSER})

    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=/api/v1/docs/"


@pytest.mark.parametrize("accept", ["application/json", "*/*", ""])
def test_a_program_is_told_401_at_the_apis_page(client: Client, accept: str) -> None:
    answer = client.get("/api/v1/docs/", headers={"Accept": accept})

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


def test_a_browser_at_the_apis_data_is_told_401(client: Client) -> None:
    answer = client.get("/api/v1/projects/", headers={"Accept": BROWSER})

    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_required")


def test_the_headers_are_strict_on_every_face(client: Client) -> None:
    client.force_login(build.user(Role.MANAGER))

    for page in ("/accounts/login/", "/admin/", "/styleguide/", "/api/v1/docs/"):
        answer = client.get(page, follow=True)
        policy = answer["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "style-src 'self'" in policy
        assert "unsafe" not in policy
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
