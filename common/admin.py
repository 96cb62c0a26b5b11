"""Windows on the ground's rows: read-only, with buttons that call commands."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common import outbox
from common.desk import LedgerAdmin, named_values
from common.errors import DomainError
from common.formats import instant_text
from common.models import AuditAnchor, AuditChain, AuditEntry, OutboxEvent, ScheduledRun
from common.names import command_name, commands_named, task_name, tasks_named
from common.reading import coded, key_text, title
from common.subjects import names_of


@title(OutboxEvent)
def event_title(row: OutboxEvent) -> str:
    about = names_of([row.subject])[row.subject] if row.subject else ""
    return " · ".join(filter(None, (task_name(row.task), about)))


@title(AuditChain)
def chain_title(row: AuditChain) -> str:
    return names_of([row.subject])[row.subject]


@title(AuditEntry)
def entry_title(row: AuditEntry) -> str:
    return f"{command_name(row.command)} · {chain_title(row.chain)}"


@title(AuditAnchor)
def anchor_title(row: AuditAnchor) -> str:
    return instant_text(row.anchored_at)


@title(ScheduledRun)
def run_title(row: ScheduledRun) -> str:
    return f"{task_name(row.job)} · {instant_text(row.slot)}"


@admin.register(OutboxEvent)
class OutboxEventAdmin(LedgerAdmin[OutboxEvent]):
    """What the house still has to do, and what it gave up doing."""

    actions = ["replay"]
    date_hierarchy = "created_at"
    list_display = ["task", "subject", "state", "attempts", "created_at", "last_error"]
    list_filter = ["state", ("task", named_values(task_name, tasks_named))]
    read_as = {"task": lambda row: coded(task_name(row.task), row.task)}
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
    show_full_result_count = False


@admin.register(AuditEntry)
class AuditEntryAdmin(LedgerAdmin[AuditEntry]):
    """Who did what."""

    date_hierarchy = "at"
    list_display = ["at", "chain", "command", "actor", "sequence"]
    list_filter = [("command", named_values(command_name, commands_named))]
    list_select_related = ["chain", "actor"]
    read_as = {
        "chain": lambda row: key_text(row, row.chain.subject),
        "command": lambda row: coded(command_name(row.command), row.command),
    }
    ordering = ["-at", "-pk"]
    search_fields = ["=chain__subject"]
    show_full_result_count = False

    def keys_of(self, row: AuditEntry) -> list[str]:
        return [row.chain.subject]


@admin.register(AuditAnchor)
class AuditAnchorAdmin(LedgerAdmin[AuditAnchor]):
    """The signed lists of heads."""

    list_display = ["anchored_at", "signature"]
    ordering = ["-anchored_at"]


@admin.register(ScheduledRun)
class ScheduledRunAdmin(LedgerAdmin[ScheduledRun]):
    """Which scheduled job ran when."""

    list_display = ["job", "slot", "started_at", "finished_at"]
    list_filter = [("job", named_values(task_name))]
    read_as = {"job": lambda row: coded(task_name(row.job), row.job)}
    ordering = ["-slot", "-pk"]
