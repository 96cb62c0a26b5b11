"""One stack: its lock, its services, its environment."""

import contextlib
import errno
import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGTERM

from tools.stack import postgres, processes, say, valkey, venv
from tools.stack.places import PYTHON, ROOT, Places, private_folder
from tools.stack.processes import MARK, Farewell, Program
from tools.stack.supervisor import Supervisor


class AlreadyRuns(Exception):
    """Another process holds this stack's lock."""


@contextlib.contextmanager
def only_one(places: Places) -> Iterator[None]:
    """Hold the stack's lock. The system drops it with us, even after kill -9.

    Whoever holds it is alone: what an earlier holder left running is ended.

    Raises:
        AlreadyRuns: it is held.
    """
    places.make()
    account = postgres.account_for_server()
    uid, gid = (account.uid, account.gid) if account else (os.geteuid(), os.getegid())
    folder = private_folder(places.outside, uid=uid, gid=gid)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in {errno.EWOULDBLOCK, errno.EACCES}:
                raise AlreadyRuns from error
            raise
        left = processes.end_leftovers(places.children, str(places.home))
        if left:
            say.line(f"A killed start left {', '.join(left)} running: ended")
        places.running.unlink(missing_ok=True)
        yield


@dataclass
class Stack:
    """The services that are up, and the environment that leads to them."""

    places: Places
    supervisor: Supervisor
    environment: dict[str, str] = field(default_factory=dict)
    # Names the data, so that seeding happens once for each database.
    identity: str = ""

    def program(
        self, name: str, *command: str, farewell: Farewell = ((SIGTERM, 8),)
    ) -> Program:
        """A program of ours in this stack's environment."""
        return Program(
            name=name,
            command=command,
            environment=self.environment,
            folder=ROOT,
            log=self.places.logs / f"{name}.log",
            farewell=farewell,
        )

    def foreground(self, command: list[str], *, errors: Path | None = None) -> int:
        """Run a program in sight of the person while the services are watched.

        Args:
            command: it gets this stack's environment.
            errors: a log for what it says on stderr, instead of the terminal.

        Returns:
            Its exit code.
        """
        with contextlib.ExitStack() as files:
            stderr = files.enter_context(errors.open("wb")) if errors else None
            process = subprocess.Popen(
                command,
                env=self.environment,
                cwd=ROOT,
                stderr=stderr,
                start_new_session=True,
                preexec_fn=processes.tied_to_us(SIGTERM),
            )
            try:
                self.supervisor.watch(lambda: process.poll() is not None)
            finally:
                processes.end_process(process, ((SIGTERM, 5),))
        return process.returncode

    def publish(self, address: str) -> None:
        """Write down where the stack is, for `story`, `manage` and a second start."""
        text = json.dumps(
            {"pid": os.getpid(), "address": address, "environment": self.environment}
        )
        fresh = self.places.running.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write(text)
        fresh.replace(self.places.running)


@contextlib.contextmanager
def services(places: Places, *, durable: bool) -> Iterator[Stack]:
    """Start PostgreSQL, broker and cache, or use the servers the environment names.

    The caller holds the stack's lock.

    Raises:
        Stop: a server did not start.
    """
    if not durable:
        shutil.rmtree(places.home / "broker", ignore_errors=True)
    supervisor = Supervisor(places)
    stack = Stack(places, supervisor, base_environment(places))
    try:
        start_postgres(stack, durable=durable)
        start_valkey(stack, "broker")
        start_valkey(stack, "cache")
        yield stack
    finally:
        supervisor.stop()
        places.running.unlink(missing_ok=True)


def base_environment(places: Places) -> dict[str, str]:
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith("PG")
    }
    return environment | {
        "PATH": venv.path_with_venv(),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        MARK: str(places.home),
    }


def start_postgres(stack: Stack, *, durable: bool) -> None:
    given = os.environ.get("DATABASE_URL")
    if given:
        stack.identity = given
        say.line("  PostgreSQL: the one of DATABASE_URL")
        return
    with say.step("PostgreSQL 18"):
        server = postgres.lay_out(stack.places, durable=durable)
        if not durable:
            shutil.rmtree(server.data, ignore_errors=True)
        server.initialise()
        stack.supervisor.start(server.program())
        # After a kill -9 the old server's memory may take a moment to go.
        stack.supervisor.await_ready("postgres", server.ready, seconds=60, tries=20)
        server.ensure_database("app")
    stack.environment["DATABASE_URL"] = server.url
    stack.identity = f"embedded {stack.places.birth()}"


def start_valkey(stack: Stack, role: valkey.Role) -> None:
    variable = f"{role.upper()}_URL"
    if os.environ.get(variable):
        say.line(f"  {role}: the one of {variable}")
        return
    with say.step(f"Valkey ({role})"):
        server = valkey.new(stack.places, role)
        stack.supervisor.start(server.program())
        stack.supervisor.await_ready(role, server.ready, seconds=30)
    stack.environment[variable] = server.url


def manage(*arguments: str) -> list[str]:
    return [str(PYTHON), str(ROOT / "manage.py"), *arguments]
