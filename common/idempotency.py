"""Commands that have their effect once, however often they are sent."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import cast

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from common.canonical import JSON, canonical_json, digest
from common.errors import KeyReused
from common.models import IdempotentRequest
from common.retry import retrying


def body_hash(command: str, body: Mapping[str, object]) -> str:
    """Return what tells one request from another: the command and its whole body.

    Dates, decimals and the like count as what they are written as.
    """
    return digest(json.dumps([command, body], sort_keys=True, cls=DjangoJSONEncoder))


@retrying
@transaction.atomic
def run_once(
    *,
    key: str,
    actor_id: int | None,
    command: str,
    body: Mapping[str, object],
    work: Callable[[], JSON],
) -> JSON:
    """Do the work unless this key has already done it; answer the same both times.

    The key is stored in the work's own transaction: a refusal leaves no trace, and a
    second request with the same key waits for the first.

    Args:
        key: the caller's key, unique to this actor.
        actor_id: who asks; None for someone not signed in.
        command: the command's name; part of what the key stands for.
        body: everything the work depends on.
        work: called at most once; returns the answer as JSON.

    Raises:
        KeyReused: the key belongs to another command or body.
    """
    wanted = body_hash(command, body)
    request_id = _begin(key, actor_id, command, wanted)
    if request_id is None:
        request = IdempotentRequest.objects.get(key=key, actor_id=actor_id)
        if request.body_hash != wanted:
            raise KeyReused(key=key, command=command)
        return cast("JSON", request.answer)
    # Written and read back, so that the first answer is spelled like the second.
    answer: JSON = json.loads(canonical_json(work()))
    IdempotentRequest.objects.filter(pk=request_id).update(answer=answer)
    return answer


def _begin(key: str, actor_id: int | None, command: str, wanted: str) -> int | None:
    """Store a new key and return its row; None where it is stored already.

    One statement, because every command pays for it; it waits for another transaction
    that is storing the same key.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO common_idempotentrequest (key, actor_id, command, body_hash)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT (actor_id, key) DO NOTHING"
            " RETURNING id",
            [key, actor_id, command, wanted],
        )
        row = cursor.fetchone()
    return row[0] if row else None


@transaction.atomic
def forget_before(*, at: datetime) -> int:
    """Delete the keys used before an instant and return how many there were.

    Args:
        at: keys older than this are forgotten; their requests would run again.
    """
    deleted, _rows = IdempotentRequest.objects.filter(created_at__lt=at).delete()
    return deleted
