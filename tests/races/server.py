"""A real web server over the test's own database, and many callers at once."""

import http.client
import multiprocessing
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connection

from tests.races.callers import PATIENCE_SECONDS, Call, send
from tests.running import named

ROOT = Path(__file__).resolve().parent.parent.parent


def database_url() -> str:
    """The URL of the database this test works in."""
    return named(os.environ["DATABASE_URL"], str(connection.settings_dict["NAME"]))


@contextmanager
def web_server(module: str = "config.wsgi", *, workers: int = 2) -> Iterator[int]:
    """Run gunicorn on a free port over the test's database; yield the port.

    Args:
        module: the WSGI module; a planted bug is one of its own.
        workers: processes, of eight threads each.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [
        *(sys.executable, "-m", "gunicorn", f"{module}:application"),
        *("--bind", f"127.0.0.1:{port}", "--workers", str(workers)),
        *("--worker-class", "gthread", "--threads", "8", "--backlog", "512"),
        *("--no-control-socket", "--log-level", "warning"),
    ]
    environment = {**os.environ, "DATABASE_URL": database_url(), "TESTING": "1"}
    server = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        await_answer(server, port)
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def await_answer(server: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, "the web server has ended"
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port)) as caller:
                caller.request("GET", "/healthz")
                if caller.getresponse().status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the web server does not answer")


def race(port: int, token: str, batches: Sequence[Sequence[Call]]) -> list[int]:
    """Send each batch from a process of its own, all at once; return the statuses."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(len(batches))
    answers = context.Queue()
    callers = [
        context.Process(target=send, args=(port, token, batch, barrier, answers))
        for batch in batches
    ]
    for caller in callers:
        caller.start()
    statuses = [
        answers.get(timeout=2 * PATIENCE_SECONDS) for batch in batches for _ in batch
    ]
    for caller in callers:
        caller.join(timeout=PATIENCE_SECONDS)
    return statuses


def crowd(port: int, token: str, batches: Sequence[Sequence[Call]]) -> list[list[int]]:
    """Send each batch from a thread of its own, all at once; return its statuses.

    Quicker to start than processes, and for a few requests as simultaneous.
    """
    barrier = threading.Barrier(len(batches))
    answers = [queue.Queue[int]() for _batch in batches]
    callers = [
        threading.Thread(target=send, args=(port, token, batch, barrier, told))
        for batch, told in zip(batches, answers, strict=True)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(timeout=2 * PATIENCE_SECONDS)
    return [
        [told.get_nowait() for _call in batch]
        for batch, told in zip(batches, answers, strict=True)
    ]


def many(processes: int, each: int, make: Callable[[int], Call]) -> list[list[Call]]:
    """Share numbered calls out over processes."""
    return [
        [make(process * each + turn) for turn in range(each)]
        for process in range(processes)
    ]
