import json

import pytest
from django.contrib.auth import get_user_model

from common import gate
from tests import build

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.common.house")]


@pytest.fixture(autouse=True)
def small_house(settings):
    settings.ROUTE_POLICY = "tests.common.house.ROUTES"
    gate.policy.cache_clear()
    yield
    gate.policy.cache_clear()


@pytest.fixture
def mine(client):
    customer = build.customer()
    client.force_login(customer.user)
    return customer


def order(client, customer_id, key="order-1", **body):
    return client.post(
        "/api/orders/",
        json.dumps({"customer": customer_id, "lines": [1]} | body),
        content_type="application/json",
        headers={"Idempotency-Key": key} if key else {},
    )


def test_rows_are_narrowed_to_the_caller(client, mine):
    build.customer()

    page = client.get("/api/customers/").json()

    assert [row["id"] for row in page["results"]] == [mine.pk]


def test_a_foreign_row_answers_as_a_missing_one(client, mine):
    theirs = build.customer()

    foreign = client.get(f"/api/customers/{theirs.pk}/")
    missing = client.get("/api/customers/999999999/")

    assert foreign.status_code == missing.status_code == 404
    assert foreign.json() == missing.json()
    assert foreign.json()["code"] == "not_found"


def test_pages_hold_fifty_and_at_most_a_hundred(client):
    client.force_login(build.user("MANAGER"))
    for _time in range(120):
        build.customer(user=None)

    sizes = [
        len(client.get(f"/api/customers/{query}").json()["results"])
        for query in ("", "?page_size=70", "?page_size=5000", "?page_size=nonsense")
    ]

    assert sizes == [50, 70, 100, 50]


def test_a_page_that_is_not_there_is_a_problem_not_a_fault(client, mine):
    response = client.get("/api/customers/?page=99")

    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


def test_a_foreign_relation_reads_like_a_missing_one(client, mine):
    theirs = build.customer()

    foreign = order(client, theirs.pk).json()["errors"]
    missing = order(client, 999999999).json()["errors"]

    assert foreign[0]["field"] == missing[0]["field"] == "customer"
    assert foreign[0]["message"].replace(str(theirs.pk), "N") == missing[0][
        "message"
    ].replace("999999999", "N")


def test_every_wrong_field_is_named(client, mine):
    response = order(client, mine.pk, lines=[1, 0, "x"])

    problem = response.json()
    assert response.status_code == problem["status"] == 400
    assert problem["code"] == "invalid_input"
    assert [error["field"] for error in problem["errors"]] == ["lines.1", "lines.2"]


def test_broken_json_is_a_problem(client, mine):
    response = client.post(
        "/api/orders/", "{", content_type="application/json", headers={}
    )

    assert response.status_code == 400
    assert response.json()["code"] == "parse_error"


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("[" * 200_000, "The body is nested too deeply."),
        (
            '"' + "x" * 1_048_576 + '"',
            "The body is too long; at most 1,048,576 bytes are read.",
        ),
    ],
)
def test_a_body_is_neither_endless_nor_bottomless(client, mine, body, detail):
    response = client.post("/api/orders/", body, content_type="application/json")

    assert response.status_code == 400
    assert response.json()["detail"] == detail


@pytest.mark.parametrize("key", ["", "x" * 201, "two words", "鍵"])
def test_an_unusable_key_is_refused(client, mine, key):
    response = order(client, mine.pk, key=key)

    assert response.status_code == 400
    assert response.json()["code"] == "idempotency_key_missing"


def test_the_same_key_gets_the_same_answer_and_another_body_is_refused(client, mine):
    first, again = (order(client, mine.pk, key="order-7") for _time in range(2))
    other = order(client, mine.pk, key="order-7", lines=[2])

    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_an_unknown_field_is_named(client, mine):
    response = order(client, mine.pk, quantty=3)

    assert response.status_code == 400
    assert response.json()["errors"] == [
        {"field": "quantty", "message": "There is no such field."}
    ]


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (None, 428, "version_required"),
        ('"x"', 400, "invalid_input"),
        ("9" * 5000, 400, "invalid_input"),
        ('"1"', 412, "stale_version"),
        ('W/"2"', 200, None),
        ('"2"', 200, None),
    ],
)
def test_a_change_names_the_version_it_changes(client, mine, sent, status, code):
    headers = {} if sent is None else {"If-Match": sent}

    response = client.put("/api/orders/", "{}", "application/json", headers=headers)

    assert response.status_code == status
    assert response.json().get("code") == code
    if status == 200:
        assert response["ETag"] == '"3"'


def test_what_the_framework_refuses_is_titled_in_the_readers_language(client, mine):
    get_user_model().objects.update(language="ja")

    wrong = client.post("/api/orders/", "{", "application/json")
    missing = client.get("/api/customers/?page=99")
    method = client.post("/api/customers/")

    titles = [answer.json()["title"] for answer in (wrong, missing, method)]
    assert titles == [
        "入力をご確認ください",
        "見つかりません",
        "このアドレスではできない操作です",
    ]


def test_a_refusal_is_a_problem_document(client, mine):
    response = client.delete("/api/orders/")

    assert response.status_code == 409
    assert response["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "urn:problem:domain_error",
        "title": "This cannot be done now",
        "status": 409,
        "code": "domain_error",
        "detail": "Only 3 are free.",
    }


def test_a_busy_database_asks_to_come_back(client, mine):
    response = client.patch("/api/orders/", "{}", "application/json")

    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    assert len(response.json()["error_id"]) == 12
    assert "lock timeout" not in response.content.decode()


def test_an_unknown_method_is_a_problem(client, mine):
    response = client.post("/api/customers/")

    assert (response.status_code, response.json()["code"]) == (
        405,
        "method_not_allowed",
    )
