"""Each role lands where it works; the language follows the person."""

from typing import Any

import pytest
from django.test import Client

from tests import build
from workshop.models import Role, User

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    ("role", "landing"),
    [
        (Role.CUSTOMER, "/portal/"),
        (Role.TECHNICIAN, "/floor/"),
        (Role.PARTS, "/admin/"),
        (Role.MANAGER, "/board/"),
    ],
)
def test_each_role_lands_where_it_works(role: str, landing: str) -> None:
    answer = signed_in(build.user(role)).get("/")

    assert (answer.status_code, answer["Location"]) == (302, landing)


def test_someone_not_signed_in_is_led_to_the_sign_in(client: Client) -> None:
    answer = client.get("/")

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/")


def test_the_switch_keeps_the_language_on_the_person_and_in_the_browser() -> None:
    person = build.user(language="en")

    answer = signed_in(person).post(
        "/i18n/language/", {"language": "ja", "next": "/portal/?a=1"}
    )

    assert (answer.status_code, answer["Location"]) == (302, "/portal/?a=1")
    assert answer.cookies["django_language"].value == "ja"
    person.refresh_from_db()
    assert person.language == "ja"


def test_an_unknown_language_is_refused_and_nothing_changes() -> None:
    person = build.user(language="en")

    answer = signed_in(person).post("/i18n/language/", {"language": "xx"})

    assert answer.status_code == 400
    assert "django_language" not in answer.cookies
    person.refresh_from_db()
    assert person.language == "en"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"]
)
def test_the_switch_leads_nowhere_else(client: Client, elsewhere: str) -> None:
    answer = client.post("/i18n/language/", {"language": "ja", "next": elsewhere})

    assert answer["Location"] == "/"


def test_a_page_is_in_the_persons_language_whatever_the_browser_asks_for() -> None:
    person = build.user(Role.TECHNICIAN, language="ja")

    answer = signed_in(person).get("/styleguide/", headers={"Accept-Language": "en"})

    assert answer.status_code == 200
    assert answer["Content-Language"] == "ja"


@pytest.mark.parametrize(("is_demo", "shown"), [(True, True), (False, False)])
def test_a_demo_shows_its_logins_where_people_sign_in(
    client: Client, settings: Any, is_demo: bool, shown: bool
) -> None:
    settings.DEMO = is_demo
    build.user(Role.MANAGER, email="boss@example.com", is_demo=True)

    answer = client.get("/accounts/login/")

    assert ("boss@example.com" in answer.content.decode()) is shown
