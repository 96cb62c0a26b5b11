"""Signed lists of all chain heads, kept outside the database as well.

A chain that its owner can rebuild proves nothing; a head that left the house does.
"""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from common.canonical import canonical_json
from common.models import AuditAnchor, AuditChain


def sign(anchored_at: str, heads: dict[str, Any]) -> str:
    """Return the signature of a list of heads, HMAC-SHA-256 in hexadecimal."""
    text = canonical_json({"anchored_at": anchored_at, "heads": heads})
    key = settings.AUDIT_SIGNING_KEY.encode()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def write_instant(at: datetime) -> str:
    """Return an instant as anchors spell it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


@transaction.atomic
def anchor_audit(*, at: datetime) -> AuditAnchor:
    """Sign all heads as they stand and keep the list in the database and in a file.

    The file goes to ``AUDIT_ANCHOR_DIR``; ship that folder elsewhere every day.

    Args:
        at: now.

    Raises:
        OSError: the folder cannot be written; the database then keeps no anchor
            either, and the next run tries again.
    """
    chains = AuditChain.objects.order_by("subject")
    heads = {chain.subject: [chain.length, chain.head_hash] for chain in chains}
    anchored_at = write_instant(at)
    anchor = AuditAnchor.objects.create(
        anchored_at=at, heads=heads, signature=sign(anchored_at, heads)
    )
    write_file(anchored_at, heads, anchor.signature)
    return anchor


def write_file(anchored_at: str, heads: dict[str, Any], signature: str) -> None:
    """Write an anchor's file whole or not at all."""
    folder = Path(settings.AUDIT_ANCHOR_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    name = anchored_at.replace(":", "").replace("+0000", "Z")
    path = folder / f"anchor-{name}.json"
    text = json.dumps(
        {"anchored_at": anchored_at, "heads": heads, "signature": signature},
        indent=1,
        ensure_ascii=False,
    )
    draft = path.with_suffix(".part")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def file_anchors() -> list[tuple[str, Any]]:
    """Return name and content of every anchor file; None for an unreadable one."""
    found: list[tuple[str, Any]] = []
    for path in sorted(Path(settings.AUDIT_ANCHOR_DIR).glob("anchor-*.json")):
        try:
            found.append((path.name, json.loads(path.read_text(encoding="utf-8"))))
        except ValueError:
            found.append((path.name, None))
    return found


def database_anchors() -> list[tuple[str, Any]]:
    """Return name and content of every anchor row."""
    return [
        (
            f"anchor row {row.pk}",
            {
                "anchored_at": write_instant(row.anchored_at),
                "heads": row.heads,
                "signature": row.signature,
            },
        )
        for row in AuditAnchor.objects.order_by("anchored_at")
    ]


def is_genuine(content: Any) -> bool:
    """Return whether an anchor carries our signature over what it says."""
    try:
        signature = sign(content["anchored_at"], content["heads"])
        return hmac.compare_digest(signature, content["signature"])
    except (KeyError, TypeError):
        return False
