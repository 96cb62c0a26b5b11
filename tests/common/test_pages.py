import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError

from common import gate
from tests import build

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.common.house")]


@pytest.fixture(autouse=True)
def small_house(settings):
    settings.ROUTE_POLICY = "tests.common.house.ROUTES"
    gate.policy.cache_clear()
    yield
    gate.policy.cache_clear()


def test_a_refusal_is_a_page_that_says_what_was_kept_and_what_to_do(client):
    response = client.get("/refusing/", headers={"Referer": "http://testserver/mine/"})

    text = response.content.decode()
    assert response.status_code == 409
    assert "Only 3 are free." in text
    assert "Nothing was changed." in text
    assert "Go back, look at the current state" in text
    assert "http://testserver/mine/" in text


def test_a_foreign_referer_is_not_linked(client):
    response = client.get("/refusing/", headers={"Referer": "https://evil.example/"})

    assert "evil.example" not in response.content.decode()


def test_htmx_gets_a_fragment_it_shows(client):
    headers = {"HX-Request": "true"}

    conflict = client.get("/refusing/", headers=headers)
    entry = client.post("/fussy/", headers=headers)

    assert (conflict.status_code, entry.status_code) == (409, 422)
    assert "<html" not in conflict.content.decode()
    assert "Say how many." in entry.content.decode()


def test_a_slow_database_asks_to_come_back(client, caplog):
    response = client.get("/busy/")

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "statement timeout" not in response.content.decode()
    assert "Database unavailable" in caplog.text


def test_the_page_stands_when_even_its_template_cannot_be_drawn(client, monkeypatch):
    def gone(*args, **kwargs):
        raise OperationalError("gone")

    monkeypatch.setattr("common.pages.render_to_string", gone)

    response = client.get("/broken/")

    assert response.status_code == 503
    assert b"The house is busy or restarting" in response.content


@pytest.fixture
def faults_are_answered(client):
    client.raise_request_exception = False


def lose_the_session(monkeypatch):
    def gone(self):
        raise OperationalError("gone")

    monkeypatch.setattr(SessionStore, "load", gone)


@pytest.mark.usefixtures("faults_are_answered")
def test_a_database_lost_before_the_view_is_told_as_such(client, monkeypatch):
    client.force_login(build.user())
    lose_the_session(monkeypatch)

    page, program = client.get("/mine/"), client.get("/api/customers/")

    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert "Please wait a moment" in page.content.decode()
    assert program["Content-Type"] == "application/problem+json"
    assert program.json()["code"] == "temporarily_unavailable"


@pytest.mark.usefixtures("faults_are_answered")
def test_a_fault_of_ours_says_no_more_than_that(client):
    page = client.get("/faulty/")
    client.force_login(build.user())
    program = client.get("/api/orders/")

    assert (page.status_code, program.status_code) == (500, 500)
    assert "ZeroDivision" not in page.content.decode()
    assert program.json()["code"] == "fault"
