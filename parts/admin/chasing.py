"""The lines to ask suppliers about: one page, one row each, one button."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.errors import DomainError
from common.formats import day_text
from parts import commands, queries
from parts.admin.acts import ActsAdmin, given
from parts.admin.days import ComingDay
from parts.admin.finding import number_of
from parts.models import PurchaseOrderLine

LISTS = {
    "late": (gettext_lazy("Late"), queries.chase_list),
    "rest": (gettext_lazy("Rest to come"), queries.backorder_list),
}
NOTHING = {
    "late": gettext_lazy("Nothing is late."),
    "rest": gettext_lazy("Nothing was delivered in part."),
}


class SaidForm(forms.Form):
    line = forms.ModelChoiceField(PurchaseOrderLine.objects.all())
    due_on = ComingDay(label=gettext_lazy("New date"), required=False)
    said = forms.CharField(
        label=gettext_lazy("What was said"), max_length=300, required=False
    )

    def clean(self) -> dict[str, Any]:
        """A date alone says enough."""
        values = super().clean() or {}
        if not values.get("said"):
            day = values.get("due_on")
            if day is None:
                raise forms.ValidationError(_("Enter what was said, or a new date."))
            values["said"] = _("They said %(day)s.") % {"day": day_text(day)}
        return values


@dataclass(frozen=True)
class Row:
    """One line as the page shows it."""

    late: queries.LateLine

    @property
    def line(self) -> PurchaseOrderLine:
        return self.late.line

    @property
    def number(self) -> str:
        return number_of(self.line.part)

    @property
    def late_text(self) -> str:
        days = self.late.days_late
        return ngettext("%(days)s day late", "%(days)s days late", days) % {
            "days": days
        }


class ChasePage(ActsAdmin[PurchaseOrderLine]):
    """Order lines with a page of those to ask about."""

    def get_urls(self) -> list[URLPattern]:
        page = path(
            "chase/",
            self.admin_site.admin_view(self.chase_view),
            name=self.page_name("chase").removeprefix("admin:"),
        )
        return [page, *super().get_urls()]

    def chase_view(self, request: HttpRequest) -> HttpResponse:
        """Show the lines; on POST note what was said of one."""
        if not self.has_act_permission(request):
            raise Http404
        form = SaidForm(request.POST or None)
        status = 200
        if request.method == "POST" and form.is_valid():
            try:
                note(request, form)
            except DomainError as refusal:
                form.add_error(None, refusal.sentence)
                status = refusal.status
            else:
                text = _("Noted; whoever waits hears of a new date.")
                self.message_user(request, text, messages.SUCCESS)
                return redirect(request.get_full_path())
        return self._chase_page(request, form, status)

    def _chase_page(
        self, request: HttpRequest, form: SaidForm, status: int
    ) -> HttpResponse:
        today = timezone.localdate()
        shown = request.GET.get("show", "late")
        shown = shown if shown in LISTS else "late"
        tabs = [
            {"url": f"?show={name}", "label": label, "here": name == shown}
            for name, (label, _find) in LISTS.items()
        ]
        return TemplateResponse(
            request,
            "admin/parts/chase.html",
            {
                **self.admin_site.each_context(request),
                "title": _("Ask suppliers"),
                "opts": self.opts,
                "tabs": tabs,
                "rows": [Row(late) for late in LISTS[shown][1](today)],
                "nothing": NOTHING[shown],
                "refusal": form if form.errors else None,
                "today": today.isoformat(),
            },
            status=status,
        )


def note(request: HttpRequest, form: SaidForm) -> None:
    """Note what was said of the line that a person has chosen."""
    said = given(request, form.cleaned_data["line"], form)
    commands.chase_order_line(
        line_id=said.row.pk,
        said=said.values["said"],
        due_on=said.values["due_on"],
        **said.once,
    )
