"""Windows on the ground's rows: read-only, with buttons that call commands."""

from typing import Any, TypeVar

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common import outbox
from common.errors import DomainError
from common.models import AuditAnchor, AuditChain, AuditEntry, OutboxEvent, ScheduledRun

M = TypeVar("M", bound=Model)


class LedgerAdmin(admin.ModelAdmin[M]):
    """Rows that are read here and written only by commands."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(OutboxEvent)
class OutboxEventAdmin(LedgerAdmin[OutboxEvent]):
    """What the house still has to do, and what it gave up doing."""

    actions = ["replay"]
    date_hierarchy = "created_at"
    list_display = ["task", "subject", "state", "attempts", "created_at", "last_error"]
    list_filter = ["state", "task"]
    ordering = ["-created_at", "-pk"]
    search_fields = ["subject", "task"]
    show_full_result_count = False

    @admin.action(description=_("Send the selected dead letters again"))
    def replay(self, request: HttpRequest, events: QuerySet[OutboxEvent]) -> None:
        """Put each selected event back in the queue, or say why not."""
        replayed = 0
        for event_id in events.values_list("pk", flat=True):
            try:
                outbox.replay_event(event_id=event_id)
            except DomainError as refusal:
                self.message_user(request, refusal.sentence, messages.WARNING)
            else:
                replayed += 1
        if replayed:
            self.message_user(
                request,
                ngettext("%d event sent again.", "%d events sent again.", replayed)
                % replayed,
                messages.SUCCESS,
            )


@admin.register(AuditChain)
class AuditChainAdmin(LedgerAdmin[AuditChain]):
    """Whose history is kept."""

    list_display = ["subject", "length", "head_hash"]
    ordering = ["subject"]
    search_fields = ["subject"]


@admin.register(AuditEntry)
class AuditEntryAdmin(LedgerAdmin[AuditEntry]):
    """Who did what."""

    date_hierarchy = "at"
    list_display = ["chain", "sequence", "at", "actor", "command"]
    list_filter = ["command"]
    list_select_related = ["chain", "actor"]
    ordering = ["-at", "-pk"]
    search_fields = ["=chain__subject"]
    show_full_result_count = False


@admin.register(AuditAnchor)
class AuditAnchorAdmin(LedgerAdmin[AuditAnchor]):
    """The signed lists of heads."""

    list_display = ["anchored_at", "signature"]
    ordering = ["-anchored_at"]


@admin.register(ScheduledRun)
class ScheduledRunAdmin(LedgerAdmin[ScheduledRun]):
    """Which scheduled job ran when."""

    list_display = ["job", "slot", "started_at", "finished_at"]
    list_filter = ["job"]
    ordering = ["-slot", "-pk"]
