"""Two questions of those who run the house: does it live, is it ready?"""

import logging
from collections.abc import Callable
from datetime import timedelta

import redis
from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Value
from django.db.models.functions import Now
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from common.models import OutboxEvent, WorkerCanary
from common.relay import RELAY

logger = logging.getLogger(__name__)

CANARY_LIVES = timedelta(seconds=60)
# The relay looks at running events every few seconds.
LEASE_GRACE = timedelta(seconds=15)
PING_SECONDS = 1.0


class NotReady(Exception):
    """A check's finding, in words for the one who reads the answer."""


@never_cache
@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    """Answer that the process serves; it asks nobody else."""
    return JsonResponse({"alive": True})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when everything this process needs is there, else 503."""
    found = {name: answer(check) for name, check in CHECKS.items()}
    is_ready = all(result == "ok" for result in found.values())
    return JsonResponse(
        {"ready": is_ready, "checks": found}, status=200 if is_ready else 503
    )


def answer(check: Callable[[], None]) -> str:
    """Return 'ok' or what is wrong, without internals: anyone may ask."""
    try:
        check()
    except NotReady as finding:
        return str(finding)
    except Exception:
        logger.exception("Readiness check failed: %s", check.__name__)
        return "unavailable"
    return "ok"


def check_database() -> None:
    """Raise unless PostgreSQL answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def check_broker() -> None:
    """Raise unless the broker answers a ping within a second."""
    ping(settings.BROKER_URL)


def ping(url: str) -> None:
    """Raise unless a server of this kind answers within a second."""
    client = redis.Redis.from_url(
        url,
        socket_timeout=PING_SECONDS,
        socket_connect_timeout=PING_SECONDS,
        retry=None,
    )
    try:
        client.ping()
    finally:
        client.close()


def check_cache() -> None:
    """Raise unless the cache's server answers and gives back what was put in."""
    # Asked first: without it the process's own memory would give back.
    ping(settings.CACHE_URL)
    cache.set("common:ready", "yes", timeout=10)
    if cache.get("common:ready") != "yes":
        raise NotReady("does not keep what it is given")


def check_workers() -> None:
    """Raise unless the relay and a worker of each queue have shown themselves."""
    newest = dict(WorkerCanary.objects.values_list("queue", "seen_at"))
    oldest_alive = timezone.now() - CANARY_LIVES
    silent = [
        name
        for name in (*settings.QUEUES, RELAY)
        if name not in newest or newest[name] < oldest_alive
    ]
    # A worker in the middle of a long plan does not sing, and yet lives.
    if silent and (silent := [name for name in silent if name not in busy_queues()]):
        raise NotReady(f"silent: {', '.join(silent)}")


def busy_queues() -> set[str]:
    """Return the queues whose workers are at an event now, as the relay has seen."""
    tasks = OutboxEvent.objects.filter(
        state=OutboxEvent.State.RUNNING, leased_until__gte=Now() - Value(LEASE_GRACE)
    ).values_list("task", flat=True)
    router = current_app.amqp.router
    return {router.route({}, task)["queue"].name for task in set(tasks)}


def check_migrations() -> None:
    """Raise while the database lacks migrations of this release."""
    executor = MigrationExecutor(connection)
    if missing := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotReady(f"{len(missing)} not applied")


CHECKS: dict[str, Callable[[], None]] = {
    "database": check_database,
    "broker": check_broker,
    "cache": check_cache,
    "workers": check_workers,
    "migrations": check_migrations,
}
