"""Watched numbers, what was seen of them, and what takes whose place, on the desk."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common import sentences
from common.desk import LedgerAdmin
from common.reading import NOTHING, money_text, quoted
from parts import commands, queries
from parts.admin.acts import ActsAdmin
from parts.admin.finding import ByPart, part_cell
from parts.admin.part_acts import END_SUCCESSION, REMOVE_STAND_IN, WATCH_ACTS
from parts.models import Alternate, Observation, Supersession, Watch


class IsAlert(admin.SimpleListFilter):
    """What was seen and nobody has looked at."""

    title = _("alert")
    parameter_name = "alert"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Not looked at"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Watch]
    ) -> QuerySet[Watch]:
        if self.value() != "yes":
            return queryset
        return queryset.filter(pk__in=Watch.objects.alerts().values("pk"))


@admin.register(Watch)
class WatchAdmin(ByPart[Watch], ActsAdmin[Watch], LedgerAdmin[Watch]):
    """Numbers that may vanish. They are watched from their part's page."""

    acts = WATCH_ACTS
    actions = ["look"]
    list_display = ["part_named", "last_seen", "reason", "seen_at", "watched_at"]
    read_as = {"reason": lambda row: sentences.read(row.reason)}
    list_filter = [IsAlert, "last_seen"]
    list_select_related = ["part"]
    ordering = ["-watched_at", "pk"]

    def act_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """After letting a number be there is no row to go back to."""
        answer = super().act_view(request, pk, name)
        is_gone = answer.status_code == 302 and not Watch.objects.filter(pk=pk).exists()
        return redirect(self.page_name("changelist")) if is_gone else answer

    @admin.action(description=_("Looked at the selected alerts"))
    def look(self, request: HttpRequest, watches: QuerySet[Watch]) -> None:
        """Say of each selected alert that it has been looked at."""
        count = commands.look_at_watches(
            watch_ids=list(watches.values_list("pk", flat=True)),
            actor_id=request.user.pk,
            at=timezone.now(),
        )
        text = ngettext("%d alert is over.", "%d alerts are over.", count)
        self.message_user(request, text % count, messages.SUCCESS)


@admin.register(Observation)
class ObservationAdmin(ByPart[Observation], LedgerAdmin[Observation]):
    """What was seen of parts: by files, suppliers and people."""

    list_display = [
        "part_named", "kind", "amount", "amount_before", "supplier", "seen_on",
    ]  # fmt: skip
    list_filter = ["kind", "supplier"]
    list_select_related = ["part", "supplier"]
    ordering = ["-seen_on", "-pk"]
    show_full_result_count = False

    @admin.display(description=_("price"), ordering="price")
    def amount(self, row: Observation) -> str:
        return money_text(row.price, row.currency)

    @admin.display(description=_("price before"), ordering="was_price")
    def amount_before(self, row: Observation) -> str:
        return money_text(row.was_price, row.currency)


@admin.register(Supersession)
class SupersessionAdmin(
    ByPart[Supersession], ActsAdmin[Supersession], LedgerAdmin[Supersession]
):
    """What has taken whose place. Entered on the old part's page; ended here."""

    part_path = "old"
    acts = (END_SUCCESSION,)
    exclude = ["condition", "condition_ja"]
    list_display = ["part_named", "new_named", "kind", "starts_on", "ends_on", "when"]
    list_filter = ["kind"]
    list_select_related = ["old", "new", "variant", "only_with"]
    read_as = {
        "confidence": lambda row: sentences.read(row.confidence),
        "source": lambda row: quoted(row.source),
    }
    readonly_fields = ["when"]
    ordering = ["-pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Supersession]:
        rows = super().get_queryset(request)
        return rows.prefetch_related("new__numbers", "only_with__numbers")

    @admin.display(description=_("new part"))
    def new_named(self, row: Supersession) -> SafeString:
        return part_cell(row.new)

    @admin.display(description=_("only when"))
    def when(self, row: Supersession) -> str:
        return queries.condition_words(row) or NOTHING


@admin.register(Alternate)
class AlternateAdmin(ByPart[Alternate], ActsAdmin[Alternate], LedgerAdmin[Alternate]):
    """What may stand in for what. Entered on the wanted part's page."""

    acts = (REMOVE_STAND_IN,)
    list_display = ["part_named", "other", "needs_consent", "in_words"]
    list_select_related = ["part", "alternate"]
    read_as = {
        "confidence": lambda row: sentences.read(row.confidence),
        "note": lambda row: sentences.read(row.note),
        "source": lambda row: quoted(row.source),
    }
    ordering = ["-pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Alternate]:
        return super().get_queryset(request).prefetch_related("alternate__numbers")

    def act_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """After taking it back there is no row to go back to."""
        answer = super().act_view(request, pk, name)
        is_gone = (
            answer.status_code == 302 and not Alternate.objects.filter(pk=pk).exists()
        )
        return redirect(self.page_name("changelist")) if is_gone else answer

    @admin.display(description=_("alternate"))
    def other(self, row: Alternate) -> SafeString:
        return part_cell(row.alternate)

    @admin.display(description=_("in words"))
    def in_words(self, row: Alternate) -> str:
        return sentences.read(row.note) or NOTHING
