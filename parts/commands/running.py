"""How commands that create or move something run: once, whole, and explained."""

import uuid
from collections.abc import Callable, Mapping
from functools import partial

from common.canonical import JSON, digest
from common.idempotency import run_once
from parts.commands.refusals import lawful

LONGEST_KEY = 200
_NAMESPACE = uuid.UUID("6f0c8a52-7a0e-4bb8-9a43-54d2a1b1c0de")


def once(
    *,
    key: str,
    actor_id: int | None,
    command: str,
    body: Mapping[str, object],
    work: Callable[[uuid.UUID], Mapping[str, int]],
) -> dict[str, int]:
    """Run the work under the caller's key; the same key and body run it once.

    The key counts per command, so that a command from above may hand its own key
    down to each of the commands it is made of.

    Args:
        key: the caller's key (``Idempotency-Key``).
        actor_id: who asks; None for the house itself.
        command: the command's name.
        body: everything the work depends on.
        work: gets the id that its ledger lines carry; returns the ids of its rows.

    Raises:
        KeyReused: the key was used for this command with another body.
    """
    name = f"parts.{command}"
    stored = _stored_key(name, key)
    command_id = id_of(key=key, actor_id=actor_id, command=command)
    with lawful():
        answer: JSON = run_once(
            key=stored,
            actor_id=actor_id,
            command=name,
            body=body,
            work=partial(_as_json, work, command_id),
        )
    if not isinstance(answer, dict):
        raise TypeError(f"{name} has stored something other than the ids of its rows")
    return answer


def id_of(*, key: str, actor_id: int | None, command: str) -> uuid.UUID:
    """Return the id that a command's rows carry under a key, now and when repeated."""
    stored = _stored_key(f"parts.{command}", key)
    return uuid.uuid5(_NAMESPACE, f"{actor_id}:{stored}")


def _stored_key(name: str, key: str) -> str:
    stored = f"{name}:{key}"
    return stored if len(stored) <= LONGEST_KEY else f"{name}:{digest(key)}"


def _as_json(
    work: Callable[[uuid.UUID], Mapping[str, int]], command_id: uuid.UUID
) -> JSON:
    return dict(work(command_id))
