"""The stack itself, as the flow tests meet it."""

import http.client
from urllib.parse import urlsplit

import pytest

from tests.running import RunningStack
from tools.stack import demo, web

pytestmark = pytest.mark.flow


def test_the_running_stack_is_ready(running_stack: RunningStack) -> None:
    supervisor = running_stack.stack.supervisor

    web.await_answer(supervisor, running_stack.url, seconds=demo.READY_SECONDS)


def test_a_killed_worker_starts_again(running_stack: RunningStack) -> None:
    supervisor = running_stack.stack.supervisor
    killed = supervisor.children["worker"].process
    killed.kill()
    killed.wait()

    supervisor.watch(lambda: supervisor.children["worker"].process is not killed)

    assert supervisor.children["worker"].process.poll() is None


def test_pages_carry_the_security_headers(running_stack: RunningStack) -> None:
    parts = urlsplit(running_stack.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    connection.request("GET", "/accounts/login/")
    headers = connection.getresponse().headers
    connection.close()

    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "default-src 'self'" in headers["Content-Security-Policy"]
