"""Customers' orders for parts on the desk: quoted, agreed, picked, shipped."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from common.desk import ReadInline
from common.errors import DomainError
from common.formats import grouped
from common.reading import money_text, title
from parts import commands, queries
from parts.admin import order_forms as asked
from parts.admin.acts import ActForm, Given, given
from parts.admin.lines import OrderAdmin, lines_of
from parts.admin.order_acts import ACTS
from parts.admin.papers import PaperAdmin, Papers
from parts.models import PartsOrder, PartsOrderEvent, PartsOrderLine, Shipment

State = PartsOrder.State


@title(PartsOrderLine)
def line_title(line: PartsOrderLine) -> str:
    return f"{line.order.number} · {line.part.name}"


class ToPick(admin.SimpleListFilter):
    """Confirmed orders of which pieces lie ready."""

    title = _("to pick")
    parameter_name = "pick"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Ready to pick"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[PartsOrder]
    ) -> QuerySet[PartsOrder]:
        if self.value() != "yes":
            return queryset
        return queryset.filter(pk__in=queries.orders_to_pick().values("pk"))


class SoldInline(ReadInline[PartsOrderLine]):
    """The order's lines and where they are."""

    model = PartsOrderLine
    fields = [
        "part", "quantity", "cancelled", "unit_price", "core_charge", "wish", "shipped",
        "answer",
    ]  # fmt: skip
    readonly_fields = ["wish", "shipped", "answer"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PartsOrderLine]:
        rows = super().get_queryset(request)
        found = rows.select_related("part", "order", "demand__availability")
        return found.prefetch_related("part__numbers")

    @admin.display(description=_("state"))
    def wish(self, line: PartsOrderLine) -> str:
        return line.demand.get_state_display() if line.demand else "—"

    @admin.display(description=_("shipped"))
    def shipped(self, line: PartsOrderLine) -> str:
        return grouped(line.demand.drawn if line.demand else 0)

    @admin.display(description=_("answer"))
    def answer(self, line: PartsOrderLine) -> str:
        found = getattr(line.demand, "availability", None)
        return queries.availability_sentence(found) if found else "—"


class ShipmentInline(ReadInline[Shipment]):
    model = Shipment
    fields = ["parcel", "state", "carrier", "tracking_number", "shipped_at"]
    readonly_fields = ["parcel"]

    @admin.display(description=_("parcel"))
    def parcel(self, row: Shipment) -> SafeString:
        url = reverse("admin:parts_shipment_change", args=[row.pk])
        return format_html('<a href="{}">{}</a>', url, row.number)


class StepInline(ReadInline[PartsOrderEvent]):
    """Every change of the order's state."""

    model = PartsOrderEvent
    fields = ["was", "became", "reason", "changed_by", "changed_at"]


def write_quote(given: Given, lines: Any) -> PartsOrder:
    """Write the quote that a person has entered."""
    names = asked.TermsForm.base_fields
    said = {
        name: given.values[name]
        for name in names
        if given.values.get(name) not in (None, "")
    }
    return commands.place_parts_order(
        customer_id=given.values["customer"].pk,
        site_id=given.values["site"].pk,
        currency=given.values["currency"].upper(),
        lines=sold(lines),
        terms=commands.Terms(**said),
        **given.once,
    )


def papers_of_order(row: PartsOrder) -> Papers:
    is_agreed = row.accepted_at is not None
    return [("quote", _("Order confirmation") if is_agreed else _("Quote"))]


@admin.register(PartsOrder)
class PartsOrderAdmin(PaperAdmin[PartsOrder], OrderAdmin[PartsOrder]):
    """Parts sold to customers. Stock and order change together."""

    acts = ACTS
    asks = asked.SaleForm
    asks_lines = asked.SoldFormSet
    asks_title = _("New quote for a customer")
    verb = _("Write the quote")
    written = _("The quote is written.")
    writes = staticmethod(write_quote)
    kinds_of = staticmethod(papers_of_order)
    inlines = [SoldInline, ShipmentInline, StepInline]
    fields = [
        "number", "customer", "site", "state", "papers", "net", "tax", "total",
        "deposit_sum", "currency", "rate", "rate_on", "destination", "incoterm",
        "ship_to", "freight", "valid_until", "offered_at", "accepted_at",
        "confirmed_at", "deposit_invoice", "balance_invoice",
    ]  # fmt: skip
    readonly_fields = ["papers", "net", "tax", "total", "deposit_sum"]
    list_display = ["number", "customer", "site", "state", "created_at", "sum_shown"]
    list_filter = ["state", ToPick, "site"]
    list_select_related = ["customer", "site"]
    ordering = ["-pk"]
    search_fields = ["number", "customer__name", "customer__name_kana"]

    def get_urls(self) -> list[URLPattern]:
        page = path(
            "<path:object_id>/lines/",
            self.admin_site.admin_view(self.lines_view),
            name=self.page_name("lines").removeprefix("admin:"),
        )
        return [page, *super().get_urls()]

    def pages_of(self, row: Any) -> Iterable[tuple[Any, str]]:
        if row.state == State.QUOTE:
            yield _("Change the lines"), self.page_url("lines", row.pk)

    def lines_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show a quote's lines for change; what is sent takes the place of all."""
        row = self.get_object(request, object_id)
        if row is None or row.state != State.QUOTE:
            return redirect(self.page_name("changelist"))
        back = self.page_url("change", row.pk)
        lines = asked.ChangedFormSet(request.POST or None, initial=_standing(row))
        form = ActForm(request.POST or None)
        status = 200
        if request.method == "POST" and form.is_valid() and lines.is_valid():
            try:
                commands.change_quote(
                    order_id=row.pk,
                    lines=sold(lines),
                    **given(request, row, form).once,
                )
            except DomainError as refusal:
                form.add_error(None, refusal.sentence)
                status = refusal.status
            else:
                self.message_user(request, _("The lines are changed."))
                return redirect(back)
        return self.ask(
            request,
            form,
            _("Change the lines"),
            row=self.describe(row),
            back=back,
            status=status,
            lines=lines,
            media=self.media + form.media + lines.media,
        )

    @admin.display(description=_("net"))
    def net(self, order: PartsOrder) -> str:
        return money_text(_money(order).whole.net, order.currency)

    @admin.display(description=_("tax"))
    def tax(self, order: PartsOrder) -> str:
        return money_text(_money(order).whole.tax, order.currency)

    @admin.display(description=_("total"))
    def total(self, order: PartsOrder) -> str:
        return money_text(_money(order).whole.total, order.currency)

    @admin.display(description=_("deposit with tax"))
    def deposit_sum(self, order: PartsOrder) -> str:
        return money_text(_money(order).deposit.total, order.currency)


def sold(lines: Any) -> list[commands.Sold]:
    """Return the lines a person has entered and not struck out."""
    return [
        commands.Sold(
            part_id=row["part"].pk,
            quantity=row["quantity"],
            unit_price=row["unit_price"],
            core_charge=row["core_charge"],
        )
        for row in lines_of(lines)
        if not row.get("DELETE")
    ]


def _standing(order: PartsOrder) -> list[dict[str, Any]]:
    rows = order.lines.order_by("pk")
    return [
        {
            "part": line.part_id,
            "quantity": plain(line.quantity),
            "unit_price": plain(line.unit_price),
            "core_charge": plain(line.core_charge),
        }
        for line in rows
    ]


def plain(number: Decimal) -> Decimal:
    """Return a number without the zeros that say nothing."""
    return Decimal(f"{number.normalize():f}")


def _money(order: Any) -> queries.OrderMoney:
    if not hasattr(order, "money"):
        order.money = queries.order_money(order, order.lines.all())
    found: queries.OrderMoney = order.money
    return found
