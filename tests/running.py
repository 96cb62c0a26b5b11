"""The real thing under test: web, relay, worker and beat over a database of its own."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import environ
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis

from tools.stack import demo, web
from tools.stack.places import ROOT, Places
from tools.stack.stack import Stack, base_environment, manage, only_one
from tools.stack.supervisor import Supervisor
from tools.stack.valkey import free_port

PLACES = Places("flow")


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


def named(url: str, name: str) -> str:
    """The same server's URL for another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def own_database() -> str:
    """Make an empty database beside the one of the environment."""
    given = environ["DATABASE_URL"]
    name = f"{urlsplit(given).path.strip('/')}_flow"
    with psycopg.connect(named(given, "postgres"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return named(given, name)


@contextmanager
def running() -> Iterator[RunningStack]:
    """Start everything with the demo's data, and prove the laws at the end."""
    database = own_database()
    redis.Redis.from_url(environ["BROKER_URL"]).flushdb()
    port = free_port()
    with only_one(PLACES):
        stack = Stack(PLACES, Supervisor(PLACES), base_environment(PLACES))
        demo.add_environment(stack, port)
        del stack.environment["DEMO"]
        stack.environment |= {"DATABASE_URL": database, "TESTING": "1"}
        running_stack = RunningStack(demo.address(port), stack, database)
        prepared = running_stack.manage("prepare", "--demo")
        assert prepared.returncode == 0, prepared.stderr
        try:
            demo.start_programs(stack, port)
            web.await_answer(stack.supervisor, running_stack.url, seconds=60)
            yield running_stack
        finally:
            stack.supervisor.stop()
        for law in ("check_invariants", "verify_audit"):
            told = running_stack.manage(law)
            assert told.returncode == 0, told.stdout + told.stderr
