"""The real thing under test: web, relay, worker and beat over a database of its own."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import environ
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis

from tests.chaos.effects import OPEN_EVENTS
from tools.stack import demo, web
from tools.stack.places import ROOT, Places
from tools.stack.stack import Stack, base_environment, manage, only_one
from tools.stack.supervisor import Supervisor
from tools.stack.valkey import free_port

# Generous: a busy machine is slow, and slow is not wrong.
SETTLE_SECONDS = 240
# What runs beside other tests is given a place of its own.
PLACES = Places(environ.get("STACK_PLACE", "flow"))


@dataclass(frozen=True)
class RunningStack:
    """What a test needs of the stack it talks to.

    Attributes:
        url: where the pages are, without a slash at the end.
        stack: programs and environment; `stack.supervisor.tick()` starts the dead
            again, `stack.supervisor.children[name].process` is there to be killed.
        database: the connection URL of its database.
    """

    url: str
    stack: Stack
    database: str

    def manage(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a management command against the stack; the caller looks at the code."""
        return subprocess.run(
            manage(*arguments),
            env=self.stack.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Ask the stack's database directly, past Django's test database."""
        with psycopg.connect(self.database) as connection:
            return connection.execute(query.encode(), parameters).fetchall()

    def settle(self) -> None:
        """Wait until nothing is left to be done."""
        until = time.monotonic() + SETTLE_SECONDS
        while self.rows(OPEN_EVENTS):
            assert time.monotonic() < until, "the outbox does not become empty"
            time.sleep(0.1)


def named(url: str, name: str) -> str:
    """The same server's URL for another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@dataclass(frozen=True)
class Databases:
    """The stack's database, and a copy of how it was before the first test.

    Only the test command's own servers keep such a copy: they are new each time.
    """

    given: str
    template: str

    @property
    def name(self) -> str:
        return f"{urlsplit(self.given).path.strip('/')}_{PLACES.name}"

    @property
    def prepared(self) -> str:
        return f"{self.name}_prepared"

    def make(self) -> bool:
        """Make the database anew; say whether it is prepared already."""
        is_prepared = self.template != "" and self._exists(self.prepared)
        self._copy(self.prepared if is_prepared else self.template, self.name)
        return is_prepared

    def keep(self) -> None:
        """Keep the prepared state for the next session."""
        if self.template:
            self._copy(self.name, self.prepared)

    def _copy(self, source: str, name: str) -> None:
        template = f' TEMPLATE "{source}"' if source else ""
        with self._connection() as connection:
            for statement in (
                f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)',
                f'CREATE DATABASE "{name}"{template}',
            ):
                connection.execute(statement.encode())

    def _exists(self, name: str) -> bool:
        with self._connection() as connection:
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            return connection.execute(query, [name]).fetchone() is not None

    def _connection(self) -> "psycopg.Connection[tuple[Any, ...]]":
        return psycopg.connect(named(self.given, "postgres"), autocommit=True)


@contextmanager
def running() -> Iterator[RunningStack]:
    """Start everything with the demo's data, and prove the laws at the end."""
    databases = Databases(environ["DATABASE_URL"], environ.get("TEST_TEMPLATE", ""))
    is_prepared = databases.make()
    database = named(databases.given, databases.name)
    redis.Redis.from_url(environ["BROKER_URL"]).flushdb()
    port = free_port()
    with only_one(PLACES):
        # Anchors of an earlier database would call this one's chain cut off.
        shutil.rmtree(PLACES.home / "anchors", ignore_errors=True)
        stack = Stack(PLACES, Supervisor(PLACES), base_environment(PLACES))
        demo.add_environment(stack, port)
        del stack.environment["DEMO"]
        # Heads that an earlier run signed belong to its database, which is gone.
        for anchor in Path(stack.environment["AUDIT_ANCHOR_DIR"]).iterdir():
            anchor.unlink()
        stack.environment |= {"DATABASE_URL": database, "TESTING": "1"}
        running_stack = RunningStack(demo.address(port), stack, database)
        if not is_prepared:
            prepared = running_stack.manage("prepare", "--demo")
            assert prepared.returncode == 0, prepared.stderr
            databases.keep()
        try:
            demo.start_programs(stack, port)
            web.await_answer(
                stack.supervisor, running_stack.url, seconds=demo.READY_SECONDS
            )
            yield running_stack
        finally:
            stack.supervisor.stop()
        for law in ("check_invariants", "verify_audit"):
            told = running_stack.manage(law)
            assert told.returncode == 0, told.stdout + told.stderr
