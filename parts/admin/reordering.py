"""What should be ordered, and the rules and lead times behind it."""

from itertools import groupby
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.desk import HouseAdmin, LedgerAdmin
from common.errors import DomainError
from common.reading import title, title_of
from common.row_keys import row_key
from parts import commands, queries
from parts.admin.acts import ActForm, given
from parts.admin.finding import ByPart, number_of
from parts.models import LeadTime, ReorderRule
from workshop.models import Site


@title(LeadTime)
def lead_time_title(row: LeadTime) -> str:
    whose = title_of(row.supplier)
    return f"{whose} · {title_of(row.part)}" if row.part else whose


@admin.register(LeadTime)
class LeadTimeAdmin(LedgerAdmin[LeadTime]):
    """How long suppliers really took; without a part it is all of their deliveries."""

    list_display = [
        "supplier", "part", "samples", "median_days", "late_days", "learned_at",
    ]  # fmt: skip
    list_filter = ["supplier"]
    list_select_related = ["supplier", "part"]
    ordering = ["supplier__code", "part__code", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[LeadTime]:
        return super().get_queryset(request).prefetch_related("part__numbers")


@admin.register(ReorderRule)
class ReorderRuleAdmin(ByPart[ReorderRule], HouseAdmin[ReorderRule]):
    """How few a site wants to have; beside them what follows: proposals."""

    autocomplete_fields = ["part"]
    change_list_template = "admin/parts/reorder_rules.html"
    list_display = ["part_named", "site", "minimum", "maximum"]
    list_filter = ["site"]
    list_select_related = ["part", "site"]
    ordering = ["part__code", "pk"]

    def get_urls(self) -> list[URLPattern]:
        page = path(
            "proposals/",
            self.admin_site.admin_view(self.proposals_view),
            name=self.page_name("proposals").removeprefix("admin:"),
        )
        return [page, *super().get_urls()]

    def save_model(
        self, request: HttpRequest, obj: ReorderRule, form: Any, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        commands.note_part_edited(
            part_id=obj.part_id,
            fields=["reorder_rule", *form.changed_data],
            actor_id=request.user.pk,
            at=timezone.now(),
        )

    def proposals_view(self, request: HttpRequest) -> HttpResponse:
        """Show what should be ordered by supplier; on POST write the drafts."""
        sites = list(Site.objects.order_by("code"))
        asked = request.GET.get("site", "")
        site = next((row for row in sites if str(row.pk) == asked), None)
        site = site or (sites[0] if sites else None)
        if site is None:
            return redirect("admin:index")
        form = ActForm(request.POST or None)
        status = 200
        if request.method == "POST" and form.is_valid():
            parts = [row_key(value) for value in request.POST.getlist("parts")]
            try:
                orders = commands.order_proposals(
                    site_id=site.pk, part_ids=parts, **given(request, None, form).once
                )
            except DomainError as refusal:
                form.add_error(None, refusal.sentence)
                status = refusal.status
            else:
                self._tell(request, [order.number for order in orders])
                return redirect(request.get_full_path())
        return self._proposals_page(request, site, sites, form, status)

    def _tell(self, request: HttpRequest, numbers: list[str]) -> None:
        if numbers:
            text = _("Drafts written: %(orders)s.") % {"orders": ", ".join(numbers)}
            self.message_user(request, str(text), messages.SUCCESS)
        else:
            nothing = _("Nothing was left to order.")
            self.message_user(request, nothing, messages.WARNING)

    def _proposals_page(
        self,
        request: HttpRequest,
        site: Site,
        sites: list[Site],
        form: ActForm,
        status: int,
    ) -> HttpResponse:
        found = queries.proposals(site.pk, day=timezone.localdate())
        asking = reverse("admin:parts_rfq_add")
        return TemplateResponse(
            request,
            "admin/parts/proposals.html",
            {
                **self.admin_site.each_context(request),
                "title": _("What to order"),
                "opts": self.opts,
                "form": form,
                "currency": site.currency,
                "groups": list(_groups(found)),
                "rfq_url": f"{asking}?site={site.pk}",
                "tabs": [
                    {
                        "url": f"?site={row.pk}",
                        "label": row.name,
                        "here": row.pk == site.pk,
                    }
                    for row in sites
                ],
            },
            status=status,
        )


def _groups(found: list[queries.Proposal]) -> Any:
    """Yield each best supplier with his proposals; those without one come last."""

    def supplier(row: queries.Proposal) -> str:
        return row.best.offer.name if row.best else ""

    for name, rows in groupby(found, key=supplier):
        yield {
            "supplier": name,
            "rows": [
                {
                    "it": row,
                    "number": number_of(row.part),
                    "can": row.best is not None and row.best.amount is not None,
                }
                for row in rows
            ],
        }
