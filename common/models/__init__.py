"""The rows of the ground: mechanisms' own, none of the house's things."""

from common.models.attachment import Attachment
from common.models.audit import AuditAnchor, AuditChain, AuditEntry
from common.models.idempotency import IdempotentRequest
from common.models.outbox import OutboxEvent
from common.models.running import ScheduledRun, WorkerCanary

__all__ = [
    "Attachment",
    "AuditAnchor",
    "AuditChain",
    "AuditEntry",
    "IdempotentRequest",
    "OutboxEvent",
    "ScheduledRun",
    "WorkerCanary",
]
