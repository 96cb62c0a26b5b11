"""Recomputing the audit chains: which row was touched, and whether any is missing."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from common.anchors import database_anchors, file_anchors, is_genuine
from common.audit import entry_hash
from common.models import AuditChain, AuditEntry

# What anchors say about one chain: hash by length, with the anchor's name.
Heads = Mapping[int, tuple[str, str]]


@dataclass(frozen=True)
class Fault:
    """The first thing that is wrong with one chain, or a forged anchor."""

    subject: str
    sequence: int
    what: str

    def __str__(self) -> str:
        return f"{self.subject} entry {self.sequence}: {self.what}"


def verify_audit() -> list[Fault]:
    """Recompute every chain and compare it with its head and with all anchors.

    Returns the first fault of each chain and every anchor that is not ours. Entries
    written meanwhile do not disturb it: it reads one snapshot.
    """
    files = file_anchors()
    with snapshot():
        faults, wanted = expected_heads([*files, *database_anchors()])
        for chain in AuditChain.objects.order_by("subject").iterator():
            heads = wanted.pop(chain.subject, {})
            if fault := verify_chain(chain, heads):
                faults.append(fault)
    faults += [
        Fault(subject, max(heads), "the whole chain is missing")
        for subject, heads in sorted(wanted.items())
    ]
    return faults


@contextmanager
def snapshot() -> Iterator[None]:
    """Let all statements inside see the same state of the database."""
    nested = connection.in_atomic_block
    with transaction.atomic():
        if not nested:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def expected_heads(
    anchors: list[tuple[str, Any]],
) -> tuple[list[Fault], dict[str, dict[int, tuple[str, str]]]]:
    """Return the anchors that are not genuine, and what the others say."""
    faults: list[Fault] = []
    wanted: dict[str, dict[int, tuple[str, str]]] = defaultdict(dict)
    for name, content in anchors:
        if not is_genuine(content):
            faults.append(Fault(name, 0, "the signature is not ours"))
            continue
        for subject, (length, head_hash) in content["heads"].items():
            known = wanted[subject].setdefault(length, (head_hash, name))
            if known[0] != head_hash:
                faults.append(Fault(subject, length, f"{name} and {known[1]} disagree"))
    return faults, dict(wanted)


def verify_chain(chain: AuditChain, anchored: Heads) -> Fault | None:
    """Return the first fault of a chain, or None."""
    previous, sequence = "", 0
    entries = AuditEntry.objects.filter(chain=chain).order_by("sequence")
    for sequence, entry in enumerate(entries.iterator(), start=1):
        if what := entry_fault(chain, entry, sequence, previous, anchored):
            return Fault(chain.subject, sequence, what)
        previous = entry.hash
    for length, (_head_hash, name) in sorted(anchored.items()):
        if length > sequence:
            return Fault(chain.subject, sequence + 1, f"missing: {name} saw {length}")
    if (chain.length, chain.head_hash) != (sequence, previous):
        what = f"the chain's head says {chain.length} entries"
        return Fault(chain.subject, sequence, what)
    return None


def entry_fault(
    chain: AuditChain,
    entry: AuditEntry,
    sequence: int,
    previous: str,
    anchored: Heads,
) -> str:
    """Return what is wrong with one entry at its place, or ''."""
    if entry.sequence != sequence:
        return f"missing; entry {entry.sequence} stands in its place"
    if entry.previous_hash != previous:
        return "does not follow from the entry before it"
    recomputed = entry_hash(
        subject=chain.subject,
        sequence=sequence,
        at=entry.at,
        actor_id=entry.actor_id,
        command=entry.command,
        detail=entry.detail,
        previous_hash=previous,
    )
    if entry.hash != recomputed:
        return "was changed"
    head_hash, name = anchored.get(sequence, (entry.hash, ""))
    return "" if head_hash == entry.hash else f"is not what {name} saw"
