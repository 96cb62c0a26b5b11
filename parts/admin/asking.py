"""Requests for quotation on the desk: written, sent, answered in a grid, decided."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.desk import LedgerAdmin, ReadInline
from common.errors import DomainError
from common.row_keys import row_key
from parts import commands, queries
from parts.admin.acts import Act, ActForm, ActsAdmin, Given, ReasonForm, given
from parts.admin.asking_forms import (
    AnswerFormSet,
    AskedFormSet,
    CurrencyForm,
    DeclineForm,
    RfqForm,
)
from parts.admin.finding import number_of
from parts.admin.lines import lines_of
from parts.models import Rfq, RfqLine, RfqSupplier

State = Rfq.State


class LineInline(ReadInline[RfqLine]):
    model = RfqLine
    fields = ["part", "quantity"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[RfqLine]:
        rows = super().get_queryset(request)
        found = rows.select_related("part").prefetch_related("part__numbers")
        return found.order_by("pk")


class SupplierInline(ReadInline[RfqSupplier]):
    model = RfqSupplier
    fields = ["supplier", "answered_at", "has_declined"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[RfqSupplier]:
        rows = super().get_queryset(request)
        return rows.select_related("supplier").order_by("supplier__code")


@admin.register(Rfq)
class RfqAdmin(ActsAdmin[Rfq], LedgerAdmin[Rfq]):
    """Requests for quotation: one list of parts, several suppliers."""

    acts = (
        Act(
            name="send",
            label=_("Send the request"),
            form=ActForm,
            run=lambda given: commands.send_rfq(rfq_id=given.row.pk, **given.who),
            done=_("The suppliers are asked."),
            suits=lambda row: row.state == State.DRAFT,
        ),
        Act(
            name="decline",
            label=_("Nothing to offer"),
            form=DeclineForm,
            run=lambda given: commands.decline_rfq(
                rfq_id=given.row.pk,
                supplier_id=given.values["supplier"].pk,
                **given.who,
            ),
            done=_("Noted: this supplier has nothing to offer."),
            suits=lambda row: row.state == State.SENT,
        ),
        Act(
            name="cancel",
            label=_("Give up"),
            form=ReasonForm,
            run=lambda given: commands.cancel_rfq(
                rfq_id=given.row.pk, **given.values, **given.who
            ),
            done=_("The request is given up."),
            suits=lambda row: row.state in (State.DRAFT, State.SENT),
            is_danger=True,
        ),
    )
    change_form_template = "admin/parts/rfq.html"
    inlines = [LineInline, SupplierInline]
    list_display = ["number", "site", "state", "answer_by", "sent_at", "note"]
    list_filter = ["state", "site"]
    list_select_related = ["site"]
    ordering = ["-pk"]
    search_fields = ["number", "note"]

    def get_urls(self) -> list[URLPattern]:
        name = self.page_name("").removeprefix("admin:")
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/compare/", view(self.compare_view), name=f"{name}compare"),
            path(
                "<int:pk>/answers/<int:supplier>/",
                view(self.answers_view),
                name=f"{name}answers",
            ),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_act_permission(request)

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Write a request, by hand or from what is short: ``?site=1``."""
        form = RfqForm(request.POST or None, initial=short_site(request))
        lines = AskedFormSet(request.POST or None, initial=short_lines(request))
        status = 200
        if request.method == "POST" and form.is_valid() and lines.is_valid():
            try:
                rfq = write_rfq(given(request, None, form), lines_of(lines))
            except DomainError as refusal:
                form.add_error(None, refusal.sentence)
                status = refusal.status
            else:
                self.message_user(request, str(_("The draft is written.")))
                return redirect(self.page_name("change"), rfq.pk)
        return self.ask(
            request,
            form,
            _("New request for quotation"),
            do=_("Write the draft"),
            back=self.page_url("changelist"),
            status=status,
            lines=lines,
            media=self.media + form.media + lines.media,
        )

    def pages_of(self, row: Any) -> Iterable[tuple[Any, str]]:
        if row.state == State.SENT:
            asked = row.suppliers.select_related("supplier")
            for each in asked.order_by("supplier__code"):
                label = _("Answers of %(supplier)s") % {"supplier": each.supplier.name}
                yield label, self.page_url("answers", row.pk, each.supplier_id)
        if row.state in (State.SENT, State.CLOSED):
            yield _("Compare"), self.page_url("compare", row.pk)

    def answers_view(
        self, request: HttpRequest, pk: int, supplier: int
    ) -> HttpResponse:
        """Enter one supplier's answers, line by line, by keyboard alone."""
        rfq = self._rfq(request, pk)
        asked = rfq.suppliers.select_related("supplier").filter(supplier=supplier)
        row = asked.first()
        if row is None:
            raise Http404
        lines = list(rfq.lines.select_related("part").prefetch_related("part__numbers"))
        said = {quote.line_id: quote for quote in row.quotes.all()}
        currencies = {quote.currency for quote in said.values()}
        form = CurrencyForm(
            request.POST or None,
            initial={"currency": next(iter(currencies), row.supplier.currency)},
        )
        grid = AnswerFormSet(
            request.POST or None, initial=[answer_of(line, said) for line in lines]
        )
        status = 200
        if request.method == "POST" and form.is_valid() and grid.is_valid():
            try:
                commands.record_quotes(
                    rfq_id=rfq.pk,
                    supplier_id=supplier,
                    quotes=quoted(grid),
                    gone_line_ids=gone(grid),
                    currency=form.cleaned_data["currency"].upper(),
                    actor_id=request.user.pk,
                    at=timezone.now(),
                )
            except DomainError as refusal:
                form.add_error(None, refusal.sentence)
                status = refusal.status
            else:
                text = str(_("The answers are written down; the offers follow."))
                self.message_user(request, text, messages.SUCCESS)
                return redirect(self.page_name("change"), rfq.pk)
        return self._page(
            request,
            "admin/parts/answers.html",
            rfq,
            str(_("Answers of %(supplier)s") % {"supplier": row.supplier.name}),
            status,
            form=form,
            grid=grid,
            rows=[
                {"line": line, "number": number_of(line.part), "form": each}
                for line, each in zip(lines, grid.forms, strict=False)
            ],
        )

    def compare_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the answers beside each other; on POST buy the chosen ones."""
        rfq = self._rfq(request, pk)
        form = ActForm(request.POST or None)
        status = 200
        if request.method == "POST" and form.is_valid():
            chosen = [
                key
                for name, value in request.POST.items()
                if name.startswith("line-") and (key := row_key(str(value)))
            ]
            try:
                orders = commands.choose_quotes(
                    rfq_id=rfq.pk, quote_ids=chosen, **given(request, rfq, form).once
                )
            except DomainError as refusal:
                form.add_error(None, refusal.sentence)
                status = refusal.status
            else:
                numbers = ", ".join(order.number for order in orders)
                text = _("Drafts written: %(orders)s.") % {"orders": numbers}
                self.message_user(request, str(text), messages.SUCCESS)
                return redirect("admin:parts_purchaseorder_changelist")
        return self._page(
            request,
            "admin/parts/compare.html",
            rfq,
            str(_("Compare")),
            status,
            form=form,
            lines=[
                {"line": each.line, "number": number_of(each.line.part), "all": each}
                for each in queries.comparison(rfq, timezone.localdate())
            ],
            currency=rfq.site.currency,
            is_open=rfq.state == State.SENT,
        )

    def _rfq(self, request: HttpRequest, pk: int) -> Rfq:
        rows = self.get_queryset(request).select_related("site")
        rfq: Rfq | None = rows.filter(pk=pk).first()
        if rfq is None or not self.has_act_permission(request):
            raise Http404
        return rfq

    def _page(
        self,
        request: HttpRequest,
        template: str,
        rfq: Rfq,
        title: str,
        status: int,
        **context: Any,
    ) -> HttpResponse:
        return TemplateResponse(
            request,
            template,
            {
                **self.admin_site.each_context(request),
                "title": title,
                "subtitle": rfq.number,
                "opts": self.opts,
                "rfq": rfq,
                "back": self.page_url("change", rfq.pk),
                **context,
            },
            status=status,
        )


def short_site(request: HttpRequest) -> dict[str, Any]:
    site = row_key(request.GET.get("site"))
    return {"site": site} if site else {}


def short_lines(request: HttpRequest) -> list[dict[str, Any]]:
    """Return what is missing at a site and has no supplier to be ordered from."""
    site = short_site(request).get("site")
    if site is None:
        return []
    found = queries.proposals(site, day=timezone.localdate())
    return [
        {"part": row.part.pk, "quantity": row.reason.missing}
        for row in found
        if row.best is None
    ]


def write_rfq(given: Given, lines: list[dict[str, Any]]) -> Rfq:
    """Write the request that a person has entered."""
    return commands.create_rfq(
        site_id=given.values["site"].pk,
        supplier_ids=[supplier.pk for supplier in given.values["suppliers"]],
        answer_by=given.values["answer_by"],
        note=given.values["note"],
        lines=[
            commands.AskedFor(part_id=row["part"].pk, quantity=row["quantity"])
            for row in lines
        ],
        **given.once,
    )


def answer_of(line: RfqLine, said: dict[int, Any]) -> dict[str, Any]:
    """Return what stands in a line of the grid before anybody types."""
    quote = said.get(line.pk)
    if quote is None:
        return {"line": line.pk, "minimum_quantity": 1}
    return {
        "line": line.pk,
        "price": quote.price,
        "lead_days": quote.lead_days,
        "minimum_quantity": quote.minimum_quantity,
        "note": quote.note,
    }


def quoted(grid: Any) -> list[commands.Quoted]:
    """Return the lines of the grid that carry a price."""
    return [
        commands.Quoted(
            line_id=row["line"],
            price=row["price"],
            lead_days=row["lead_days"],
            minimum_quantity=row["minimum_quantity"] or Decimal(1),
            note=row["note"],
        )
        for row in grid.cleaned_data
        if row and row.get("price") is not None
    ]


def gone(grid: Any) -> list[int]:
    """Return the lines of the grid of which he says that there are none any more."""
    return [row["line"] for row in grid.cleaned_data if row and row.get("is_gone")]
