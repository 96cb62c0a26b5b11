"""One chain of entries per subject; a touched link breaks it."""

from collections.abc import Mapping
from datetime import UTC, datetime

from django.db import connection, transaction

from common.canonical import JSON, canonical_json, digest
from common.models import AuditChain

# One statement, for others wait for what the command has locked until it is over.
_APPEND = """
    WITH entry AS (
        INSERT INTO common_auditentry
            (chain_id, sequence, at, actor_id, command, detail, previous_hash, hash)
        VALUES (%(chain)s, %(sequence)s, %(at)s, %(actor)s, %(command)s,
            %(detail)s::jsonb, %(previous)s, %(hash)s)
    )
    UPDATE common_auditchain SET length = %(sequence)s, head_hash = %(hash)s
    WHERE id = %(chain)s
"""


def entry_hash(
    *,
    subject: str,
    sequence: int,
    at: datetime,
    actor_id: int | None,
    command: str,
    detail: Mapping[str, JSON],
    previous_hash: str,
) -> str:
    """Return the hash that ties an entry to its subject, place and predecessor."""
    return digest(
        canonical_json(
            {
                "subject": subject,
                "sequence": sequence,
                "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
                "actor": actor_id,
                "command": command,
                "detail": detail,
                "previous": previous_hash,
            }
        )
    )


def lock_chain(subject: str) -> AuditChain:
    """Return the subject's chain, locked until the transaction ends."""
    chains = AuditChain.objects.select_for_update(no_key=True)
    chain = chains.filter(subject=subject).first()
    if chain is None:
        # Two first entries at once: the second waits here and then finds the row.
        AuditChain.objects.bulk_create(
            [AuditChain(subject=subject)], ignore_conflicts=True
        )
        chain = chains.get(subject=subject)
    return chain


def record(
    *,
    subject: str,
    command: str,
    actor_id: int | None,
    at: datetime,
    detail: Mapping[str, JSON],
) -> None:
    """Append an entry to the subject's chain, in the command's own transaction.

    It locks the chain's head, so it is the last statement of a command: no two
    subjects wait for each other.

    Args:
        subject: such as ``project:12``, ``part:7``, ``account:3``, ``person:5``.
        command: the command's name.
        actor_id: the user who gave the command; None for the house itself.
        at: when, aware.
        detail: ids and values that say what was done; no personal data, no floats.

    Raises:
        RuntimeError: there is no transaction to be part of.
        TypeError: the detail holds something that is not JSON.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{command}: an entry belongs to a command's transaction")
    chain = lock_chain(subject)
    sequence, previous_hash = chain.length + 1, chain.head_hash
    new_hash = entry_hash(
        subject=subject,
        sequence=sequence,
        at=at,
        actor_id=actor_id,
        command=command,
        detail=detail,
        previous_hash=previous_hash,
    )
    row: dict[str, str | int | datetime | None] = {
        "chain": chain.pk,
        "sequence": sequence,
        "at": at,
        "actor": actor_id,
        "command": command,
        "detail": canonical_json(detail),
        "previous": previous_hash,
        "hash": new_hash,
    }
    with connection.cursor() as cursor:
        cursor.execute(_APPEND, row)
