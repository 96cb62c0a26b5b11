"""What every test may use. Services come from the environment: `make test` sets it."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.utils import translation
from hypothesis import HealthCheck, settings

from common.invariants import violations
from tests.running import RunningStack, running
from tools.stack.checks import KINDS

if TYPE_CHECKING:
    from playwright.sync_api import Browser


# The same examples each time, and no verdict on how busy the machine is.
settings.register_profile(
    "house",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")

# On a busy machine what is waited for comes late; only what is wrong never comes.
PATIENCE_MS = 30_000


def pytest_configure() -> None:
    """Refuse to start where the tests would meet nothing, or real data."""
    missing = [
        name
        for name in ("DATABASE_URL", "BROKER_URL", "CACHE_URL", "TESTING")
        if name not in os.environ
    ]
    if missing:
        raise pytest.UsageError(
            f"{', '.join(missing)} not set: run the tests by `make test`, or some of "
            "them by `python3 dev.py pytest tests/common -k chain`."
        )


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """A page in Japanese leaves its language to the thread: the next test has none."""
    yield
    translation.deactivate()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a kind of test whose file does not name it: `make test` looks there."""
    texts = {path: path.read_text() for path in {item.path for item in items}}
    strays = {
        f"{item.path.name}: {kind}"
        for item in items
        for kind in KINDS
        if item.get_closest_marker(kind) and f"mark.{kind}" not in texts[item.path]
    }
    if strays:
        raise pytest.UsageError(f"Marked in another file: {', '.join(sorted(strays))}")


@pytest.fixture(scope="session")
def running_stack() -> Iterator[RunningStack]:
    """Web, relay, worker and beat with the demo's data, until the session ends."""
    with running() as stack:
        yield stack


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    """One headless Chromium for the session; `make test` names it in CHROME."""
    # Only the browser tests pay for the import.
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415

    expect.set_options(timeout=PATIENCE_MS)

    # Playwright keeps an event loop in this thread; the ORM would refuse to work.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROME"), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Drop knox's own token table: ours replaces it, and its key blocks a flush.

    Afterwards end the connections that threads of a live server have left open: they
    would keep the database from being dropped.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS knox_authtoken")
    connection.close()
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    connection.close()


@pytest.fixture(autouse=True)
def lawful(request: pytest.FixtureRequest) -> Iterator[None]:
    """After a test that has committed, every law of the data holds."""
    if not commits(request) or request.node.get_closest_marker("unlawful"):
        yield
        return
    # Set up before us, it empties the tables after we have looked.
    request.getfixturevalue("_django_db_helper")
    yield
    broken = violations()
    assert not broken, "\n".join(f"{law.name}: {law.rows}" for law in broken)


def commits(request: pytest.FixtureRequest) -> bool:
    """Whether a test commits for real, by its mark or by a fixture."""
    mark = request.node.get_closest_marker("django_db")
    if mark is not None and mark.kwargs.get("transaction"):
        return True
    return bool({"transactional_db", "live_server"} & set(request.fixturenames))
