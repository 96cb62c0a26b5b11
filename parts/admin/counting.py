"""Stocktakes on the desk: opened, walked bin by bin, added up, written."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count as Number
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.desk import LedgerAdmin
from common.errors import DomainError
from common.reading import money_text, title
from common.row_keys import row_key
from parts import commands, queries
from parts.admin.acts import Act, ActForm, ActsAdmin, Given, ReasonForm, given
from parts.admin.count_walk import Walk
from parts.admin.days import DayInput
from parts.models import Bin, Count
from workshop.models import Site

State = Count.State
DIFFERENCES = 500


@title(Count)
def count_title(row: Count) -> str:
    return row.number


class OpenForm(ActForm):
    """What a stocktake takes in. A cycle count names a bin, a value or a day."""

    site = forms.ModelChoiceField(Site.objects.order_by("code"), label=_("Site"))
    kind = forms.ChoiceField(label=_("Kind"), choices=Count.Kind)
    bin = forms.ModelChoiceField(
        Bin.objects.select_related("site").order_by("site", "code"),
        label=_("Bin and all that stands in it"),
        required=False,
    )
    value_from = forms.DecimalField(
        label=_("Worth at least"), max_digits=14, decimal_places=2, min_value=0,
        required=False,
    )  # fmt: skip
    not_since = forms.DateField(
        label=_("Not counted since"), widget=DayInput, required=False
    )
    due_on = forms.DateField(label=_("Done by"), widget=DayInput, required=False)
    approval_limit = forms.DecimalField(
        label=_("A second person agrees above"), max_digits=14, decimal_places=2,
        min_value=0, required=False,
        help_text=_("In the site's currency; empty for the house's usual limit."),
    )  # fmt: skip
    is_blind = forms.BooleanField(
        label=_("Blind: who counts does not see what is expected"),
        initial=True,
        required=False,
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)


class SubmitForm(ActForm):
    leave_out = forms.BooleanField(
        label=_("Leave out positions that nobody has counted"), required=False
    )


def open_count(given: Given) -> Count:
    values = dict(given.values)
    bin_, day = values.pop("bin"), values.pop("not_since")
    return commands.open_count(
        site_id=values.pop("site").pk,
        bin_id=bin_.pk if bin_ else None,
        not_since=_start_of(day) if day else None,
        **values,
        **given.once,
    )


def _start_of(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def waits(*states: str) -> Any:
    return lambda row: row.state in states


@admin.register(Count)
class CountAdmin(ActsAdmin[Count], LedgerAdmin[Count]):
    """Stocktakes, newest first; their finds are entered on a page of their own."""

    change_form_template = "admin/parts/count.html"
    acts = (
        Act(
            name="submit",
            label=_("Everything is counted"),
            form=SubmitForm,
            run=lambda given: commands.submit_count(
                count_id=given.row.pk, **given.values, **given.who
            ),
            done=_("The differences are added up."),
            suits=waits(State.OPEN),
        ),
        Act(
            name="write",
            label=_("Agree and write"),
            form=ActForm,
            run=lambda given: commands.post_count(count_id=given.row.pk, **given.once),
            done=_("The stocktake is written."),
            suits=waits(State.COUNTED),
        ),
        Act(
            name="recount",
            label=_("Count again"),
            form=ReasonForm,
            run=lambda given: commands.reopen_count(
                count_id=given.row.pk, **given.values, **given.who
            ),
            done=_("It can be counted again."),
            suits=waits(State.COUNTED),
        ),
        Act(
            name="cancel",
            label=_("Give the stocktake up"),
            form=ReasonForm,
            run=lambda given: commands.cancel_count(
                count_id=given.row.pk, **given.values, **given.who
            ),
            done=_("The stocktake is given up."),
            suits=waits(State.OPEN, State.COUNTED),
            is_danger=True,
        ),
    )
    fields = [
        "number", "site", "kind", "state", "reason", "progress", "variance", "limit",
        "is_blind", "due_on", "opened_by", "opened_at", "counted_by", "counted_at",
        "approved_by", "posted_at",
    ]  # fmt: skip
    readonly_fields = ["progress", "variance", "limit"]
    list_display = [
        "number", "site", "kind", "state", "progress", "variance", "due_on",
        "opened_at",
    ]  # fmt: skip
    list_filter = ["state", "kind", "site"]
    list_select_related = ["site"]
    ordering = ["-pk"]
    search_fields = ["number", "reason"]

    def get_urls(self) -> list[URLPattern]:
        finds = path(
            "<int:pk>/finds/",
            self.admin_site.admin_view(self.finds_view),
            name=self.page_name("finds").removeprefix("admin:"),
        )
        return [finds, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Count]:
        rows = super().get_queryset(request).select_related("site")
        counted: QuerySet[Count] = rows.annotate(
            positions=Number("lines"),
            counted=Number("lines", filter=Q(lines__counted__isnull=False)),
        )
        return counted

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_act_permission(request)

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Open a stocktake by its command."""
        form = OpenForm(request.POST or None, initial=asked_for(request))
        status = 200
        if request.method == "POST" and form.is_valid():
            try:
                count = open_count(given(request, None, form))
            except DomainError as refusal:
                form.add_error(None, refusal.sentence)
                status = refusal.status
            else:
                return redirect(Walk(request, count).begun_in(form.cleaned_data["bin"]))
        return self.ask(
            request,
            form,
            _("Open a stocktake"),
            back=self.page_url("changelist"),
            status=status,
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        extra = dict(extra_context or {})
        if row is not None:
            extra["finds_url"] = self.page_url("finds", row.pk)
            extra["currency"] = row.site.currency
        if row is not None and row.state in (State.COUNTED, State.POSTED):
            differing = [
                line
                for line in queries.count_lines(row.pk)
                if line.difference or line.missing or line.extra
            ]
            extra |= {
                "differences": differing[:DIFFERENCES],
                "more": max(0, len(differing) - DIFFERENCES),
            }
        return super().change_view(request, object_id, form_url, extra)

    @admin.display(description=_("progress"))
    def progress(self, row: Any) -> str:
        return gettext("%(counted)s of %(positions)s") % {
            "counted": row.counted,
            "positions": row.positions,
        }

    @admin.display(description=_("value of differences"))
    def variance(self, row: Count) -> str:
        return money_text(row.variance_value, row.site.currency) or "—"

    @admin.display(description=_("value needing approval"))
    def limit(self, row: Count) -> str:
        return money_text(row.approval_limit, row.site.currency)

    def finds_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Enter finds bin by bin: scan or choose a bin, then a part, then how many."""
        count = self.get_queryset(request).filter(pk=pk).first()
        if count is None or not self.has_act_permission(request):
            raise Http404
        walk = Walk(request, count)
        if (code := request.GET.get("code", "")) and (onward := walk.led_by(code)):
            return redirect(onward)
        form, status = walk.form(), 200
        if form is not None and request.method == "POST" and form.is_valid():
            try:
                walk.enter(given(request, None, form))
            except DomainError as refusal:
                form.add_error(None, refusal.sentence)
                status = refusal.status
            else:
                return redirect(walk.address(bin=walk.bin.pk if walk.bin else None))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Count %(number)s") % {"number": count.number},
            "subtitle": count.number,
            "opts": self.opts,
            "count": count,
            "is_open": count.state == State.OPEN,
            "shows_expected": not count.is_blind or count.state != State.OPEN,
            "back": self.page_url("change", count.pk),
            "form": form,
            **walk.shown(),
        }
        return TemplateResponse(
            request, "admin/parts/finds.html", context, status=status
        )


def asked_for(request: HttpRequest) -> dict[str, Any]:
    """Return what a link to a new stocktake says it should take in."""
    bin_ = Bin.objects.filter(pk=row_key(request.GET.get("bin"))).first()
    if bin_ is None:
        return {"site": Site.objects.order_by("code").first(), "is_blind": True}
    return {"site": bin_.site_id, "bin": bin_.pk, "is_blind": True}
