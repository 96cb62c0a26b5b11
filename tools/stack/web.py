"""Asking the web processes whether they are ready."""

import http.client
import time
from urllib.parse import urlsplit

from tools.stack import say
from tools.stack.say import Stop
from tools.stack.supervisor import Supervisor

PROBES = ("/readyz", "/healthz", "/accounts/login/")


def ask(address: str, path: str) -> tuple[int, str]:
    """The status and the beginning of the answer; status 0 while nobody listens."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read(2000).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error)
    finally:
        connection.close()


def is_ready(address: str) -> tuple[bool, str]:
    """Ask the first probe that exists."""
    for path in PROBES:
        status, text = ask(address, path)
        if status != 404:
            return status == 200, f"{path} answers {status}: {text[:400]}"
    return False, "no probe exists"


def await_answer(supervisor: Supervisor, address: str, *, seconds: float) -> None:
    """Wait until the stack says it is ready.

    Raises:
        Stop: it was not in time; the message says what is missing.
    """
    until = time.monotonic() + seconds
    while True:
        ready, answer = is_ready(address)
        if ready:
            return
        if time.monotonic() > until:
            log = supervisor.places.logs / "web.log"
            raise Stop(f"Not ready: {answer}\nThe end of {log}:\n{say.tail(log)}")
        supervisor.tick()
        time.sleep(0.1)
