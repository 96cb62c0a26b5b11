from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from common import health, outbox
from common.models import OutboxEvent, WorkerCanary

pytestmark = pytest.mark.django_db

QUEUES = ("plan", "parts")


@pytest.fixture(autouse=True)
def own_queues(settings):
    settings.QUEUES = QUEUES


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """A server of a busy machine may answer late."""
    monkeypatch.setattr(health, "PING_SECONDS", 30.0)


def sing(*names, age=timedelta()):
    for name in names:
        WorkerCanary.objects.update_or_create(
            queue=name, defaults={"seen_at": timezone.now() - age}
        )


def checks(client, status):
    response = client.get("/readyz")
    assert response.status_code == status
    return response.json()["checks"]


def test_alive_asks_nobody(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"alive": True})


def test_ready_when_everything_answers(client):
    sing(*QUEUES, "relay")

    assert checks(client, 200) == {
        "database": "ok",
        "broker": "ok",
        "cache": "ok",
        "workers": "ok",
        "migrations": "ok",
    }


def test_a_silent_worker_is_named(client):
    sing("plan")
    sing("parts", age=timedelta(seconds=61))

    assert checks(client, 503)["workers"] == "silent: parts, relay"


def test_a_busy_worker_is_not_taken_for_a_silent_one(client):
    sing("plan", "relay")
    sing("parts", age=timedelta(minutes=4))
    with transaction.atomic():
        outbox.write("parts.count_everything")
    OutboxEvent.objects.update(state="RUNNING", attempts=1, leased_until=timezone.now())

    assert checks(client, 200)["workers"] == "ok"

    OutboxEvent.objects.update(leased_until=timezone.now() - timedelta(seconds=20))

    assert checks(client, 503)["workers"] == "silent: parts"


def test_a_dead_broker_is_named_without_its_address(client, settings):
    sing(*QUEUES, "relay")
    settings.BROKER_URL = "redis://127.0.0.1:1/0"

    assert checks(client, 503)["broker"] == "unavailable"


def test_a_forgetful_cache_is_named(client, monkeypatch):
    sing(*QUEUES, "relay")
    monkeypatch.setattr(cache, "get", lambda key: None)

    assert checks(client, 503)["cache"] == "does not keep what it is given"


def test_a_dead_cache_is_named_although_the_process_stands_in(client, settings):
    sing(*QUEUES, "relay")
    settings.CACHE_URL = "redis://127.0.0.1:1/0"

    assert checks(client, 503)["cache"] == "unavailable"


def test_missing_migrations_are_counted(client, monkeypatch):
    sing(*QUEUES, "relay")
    monkeypatch.setattr(
        health.MigrationExecutor, "migration_plan", lambda self, targets: [1, 2]
    )

    assert checks(client, 503)["migrations"] == "2 not applied"


def test_only_reading_is_allowed(client):
    assert client.post("/healthz").status_code == 405
