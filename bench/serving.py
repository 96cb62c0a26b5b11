"""A web server of the bench, and a caller that keeps what each answer has cost."""

import http.client
import json
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from workshop.models import User

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Cost:
    """What one request has cost the web process and the database."""

    cpu_ms: float
    sql_ms: float
    statements: int
    door: int


@contextmanager
def server(workers: int = 2) -> Iterator[int]:
    """Serve the bench's database; yield the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [
        *(sys.executable, "-m", "gunicorn", "bench.wsgi", "--workers", str(workers)),
        *("--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "4"),
        *("--no-control-socket", "--log-level", "warning", "--preload"),
    ]
    log = ROOT / "var" / "log" / "bench-web.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as errors:
        process = subprocess.Popen(command, cwd=ROOT, stderr=errors)
        try:
            _await(process, port)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=30)


def _await(process: "subprocess.Popen[bytes]", port: int) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port)) as probe:
                probe.request("GET", "/healthz")
                if probe.getresponse().status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the bench's web server does not answer")


def session_of(user: User | None) -> str:
    """Sign a person in and return the session's key."""
    if user is None:
        raise ValueError("nobody to sign in")
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


@dataclass
class Caller:
    """One person or machine with a connection of its own."""

    port: int
    headers: Mapping[str, str]
    _line: http.client.HTTPConnection | None = field(default=None, repr=False)

    @classmethod
    def person(cls, port: int, session: str) -> "Caller":
        token = "b" * 32
        cookies = f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={token}"
        return cls(port, {"Cookie": cookies, "X-CSRFToken": token})

    @classmethod
    def machine(cls, port: int, token: str) -> "Caller":
        return cls(port, {"Authorization": f"Token {token}"})

    def get(self, path: str) -> tuple[int, Cost]:
        return self._ask("GET", path, None, {})

    def post(self, path: str, body: Mapping[str, Any], key: str) -> tuple[int, Cost]:
        sent = {"Content-Type": "application/json", "Idempotency-Key": key}
        return self._ask("POST", path, json.dumps(body), sent)

    def submit(self, path: str, form: Mapping[str, str]) -> tuple[int, Cost]:
        sent = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, urlencode(form), sent)

    def _ask(
        self, verb: str, path: str, body: str | None, headers: Mapping[str, str]
    ) -> tuple[int, Cost]:
        for attempt in (1, 2):
            try:
                return self._once(verb, path, body, {**self.headers, **headers})
            except (OSError, http.client.HTTPException):
                # An idle connection was closed by the server: once more on a new one.
                self.close()
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")

    def _once(
        self, verb: str, path: str, body: str | None, headers: Mapping[str, str]
    ) -> tuple[int, Cost]:
        if self._line is None:
            self._line = http.client.HTTPConnection(
                "127.0.0.1", self.port, timeout=PATIENCE_SECONDS
            )
        self._line.request(verb, path, body, dict(headers))
        answer = self._line.getresponse()
        answer.read()
        told = answer.getheader("X-Bench")
        return answer.status, Cost(**json.loads(told or "{}"))

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def usual(self, path: str, times: int = 11) -> Cost:
        """Ask for a page often and return what it usually costs.

        Raises:
            RuntimeError: it does not answer with 200.
        """
        costs = []
        for turn in range(times + 2):
            status, cost = self.get(path)
            if status != 200:
                raise RuntimeError(f"{path} answers {status}")
            if turn >= 2:
                costs.append(cost)
        return Cost(
            cpu_ms=statistics.median(cost.cpu_ms for cost in costs),
            # The quickest: a statement that waits for a core tells of the machine.
            sql_ms=min(cost.sql_ms for cost in costs),
            statements=max(cost.statements for cost in costs),
            door=max(cost.door for cost in costs),
        )
