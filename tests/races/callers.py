"""What runs in each caller's process: nothing but the standard library, to be quick."""

import http.client
import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

# Generous: a busy machine is slow, and slow is not wrong.
PATIENCE_SECONDS = 180


@dataclass(frozen=True)
class Call:
    """One request: POST a body under a key."""

    path: str
    body: dict[str, Any]
    key: str


def send(
    port: int,
    token: str,
    batch: Sequence[Call],
    barrier: Any,
    answers: Any,
) -> None:
    """Wait for the others, then send one request after the other."""
    barrier.wait(timeout=PATIENCE_SECONDS)
    caller = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    with closing(caller):
        for call in batch:
            headers = {
                "Authorization": f"Token {token}",
                "Content-Type": "application/json",
                "Idempotency-Key": call.key,
            }
            caller.request("POST", call.path, json.dumps(call.body), headers)
            answer = caller.getresponse()
            answer.read()
            answers.put(answer.status)
