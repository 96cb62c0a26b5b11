"""Serial units on the desk: where each is, and its whole story."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from common.desk import LedgerAdmin
from common.reading import name_keys, title
from parts import commands, queries
from parts.admin.acts import Act, ActsAdmin, ReasonForm
from parts.admin.finding import ByPart, part_title
from parts.admin.labels import print_labels
from parts.models import Unit


@title(Unit)
def unit_title(row: Unit) -> str:
    return f"{part_title(row.part)} · {row.serial}"


class ProvenanceForm(ReasonForm):
    """What is known of a piece: where from, what was done to it."""

    provenance = forms.CharField(
        label=_("Provenance"), max_length=2000, widget=forms.Textarea
    )
    field_order = ["provenance", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provenance"].initial = self.row.provenance


class IsHere(admin.SimpleListFilter):
    """In the store, fitted or sold, or neither."""

    title = _("place")
    parameter_name = "place"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("here", _("In the store")), ("out", _("Fitted or sold"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Unit]
    ) -> QuerySet[Unit]:
        if self.value() == "here":
            return queryset.filter(level__isnull=False)
        if self.value() == "out":
            return queryset.filter(level__isnull=True).exclude(fitted_key="")
        return queryset


@admin.register(Unit)
class UnitAdmin(ByPart[Unit], ActsAdmin[Unit], LedgerAdmin[Unit]):
    """Pieces with a number of their own. They move with the ledger's lines."""

    acts = (
        Act(
            name="provenance",
            label=_("Note where it comes from"),
            form=ProvenanceForm,
            run=lambda given: commands.note_provenance(
                unit_id=given.row.pk, **given.values, **given.who
            ),
            done=_("It is written down."),
        ),
    )

    change_form_template = "admin/parts/unit.html"
    search_also = ("serial",)
    actions = [print_labels("u")]
    fields = ["part", "serial", "place", "fitted_key", "provenance"]
    readonly_fields = ["place"]
    list_display = ["serial", "part_named", "place", "fitted_key"]
    list_filter = [IsHere]
    list_select_related = ["part", "level__bin"]
    ordering = ["part__code", "serial"]

    def describe(self, row: Unit) -> str:
        return unit_title(row)

    @admin.display(description=_("place"))
    def place(self, row: Unit) -> str:
        return row.level.bin.code if row.level else "—"

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        extra = dict(extra_context or {})
        if object_id.isdecimal() and len(object_id) <= 18:
            story = list(queries.unit_story(int(object_id)))
            lines = [move.movement for move in story]
            for line in lines:
                line.read_by = request.user  # type: ignore[attr-defined]
            name_keys(lines, lambda row: [row.subject_key] if row.subject_key else [])
            extra["story"] = lines
        return super().change_view(request, object_id, form_url, extra)
