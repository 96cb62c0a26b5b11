"""Orders to suppliers on the desk: written, sent, chased, received."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from common.desk import ReadInline
from parts import commands, queries
from parts.admin.acts import Act, ActForm, Given, ReasonForm
from parts.admin.days import ComingDay
from parts.admin.lines import OrderAdmin, lines_of
from parts.models import (
    Part,
    PurchaseOrder,
    PurchaseOrderLine,
    Supplier,
)
from workshop.models import Site

State = PurchaseOrder.State
LINES_ASKED = 6


class OrderForm(ActForm):
    supplier = forms.ModelChoiceField(
        Supplier.objects.order_by("code"), label=_("Supplier")
    )
    site = forms.ModelChoiceField(Site.objects.order_by("code"), label=_("For site"))


class OrderedForm(forms.Form):
    part = forms.ModelChoiceField(
        Part.objects.all(),
        label=_("Part"),
        widget=AutocompleteSelect(
            PurchaseOrderLine._meta.get_field("part"), admin.site
        ),
    )
    quantity = forms.DecimalField(
        label=_("Quantity"), max_digits=12, decimal_places=3, min_value=0
    )
    unit_price = forms.DecimalField(
        label=_("Unit price"), max_digits=14, decimal_places=2, min_value=0
    )
    due_on = ComingDay(label=_("Due on"))


class AddLineForm(OrderedForm, ActForm):
    """One more line of a draft."""


def ordered(values: dict[str, Any]) -> commands.Ordered:
    """Return a line as commands take it."""
    return commands.Ordered(
        part_id=values["part"].pk,
        quantity=values["quantity"],
        unit_price=values["unit_price"],
        due_on=values["due_on"],
    )


OrderedFormSet = forms.formset_factory(
    OrderedForm, extra=LINES_ASKED, min_num=0, validate_min=False
)


class LineInline(ReadInline[PurchaseOrderLine]):
    """The order's lines; each opens its own page with its buttons."""

    model = PurchaseOrderLine
    show_change_link = True
    fields = [
        "part", "quantity", "received", "reserved", "unit_price", "due_on",
        "closed_reason",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[PurchaseOrderLine]:
        rows = super().get_queryset(request)
        found = rows.select_related("part", "order").prefetch_related("part__numbers")
        return found.order_by("due_on", "pk")


def write_order(given: Given, lines: Any) -> PurchaseOrder:
    """Write the draft that a person has entered."""
    return commands.create_purchase_order(
        supplier_id=given.values["supplier"].pk,
        site_id=given.values["site"].pk,
        lines=[ordered(row) for row in lines_of(lines)],
        **given.once,
    )


@admin.register(PurchaseOrder)
class PurchaseOrderAdmin(OrderAdmin[PurchaseOrder]):
    """Orders to suppliers. A draft is on its way once it is sent."""

    acts = (
        Act(
            name="send",
            label=_("Send"),
            form=ActForm,
            run=lambda given: commands.send_purchase_order(
                order_id=given.row.pk, **given.who
            ),
            done=_("The order is on its way."),
            suits=lambda row: row.state == State.DRAFT,
        ),
        Act(
            name="add",
            label=_("Add a line"),
            form=AddLineForm,
            run=lambda given: commands.add_order_line(
                order_id=given.row.pk, line=ordered(given.values), **given.once
            ),
            done=_("The line is added."),
            suits=lambda row: row.state == State.DRAFT,
        ),
        Act(
            name="rest",
            label=_("Give up the rest"),
            form=ReasonForm,
            run=lambda given: commands.cancel_order_rest(
                order_id=given.row.pk, **given.values, **given.who
            ),
            done=_("Nothing more comes on this order; whoever waited is told."),
            suits=lambda row: (
                row.state == State.SENT
                and any(line.received for line in row.lines.all())
            ),
            is_danger=True,
        ),
        Act(
            name="cancel",
            label=_("Cancel the order"),
            form=ReasonForm,
            run=lambda given: commands.cancel_purchase_order(
                order_id=given.row.pk, **given.values, **given.who
            ),
            done=_("The order is cancelled."),
            suits=lambda row: (
                row.state in (State.DRAFT, State.SENT)
                and not any(line.received for line in row.lines.all())
            ),
            is_danger=True,
        ),
    )
    asks = OrderForm
    asks_lines = OrderedFormSet
    asks_title = _("New order to a supplier")
    verb = _("Write the draft")
    written = _("The draft is written.")
    writes = staticmethod(write_order)
    inlines = [LineInline]
    list_display = [
        "number", "supplier", "site", "state", "ordered_at", "next_due", "sum_shown",
    ]  # fmt: skip
    readonly_fields = ["warnings"]
    list_filter = ["state", "supplier", "site"]
    list_select_related = ["supplier", "site"]
    ordering = ["-pk"]
    search_fields = ["number", "supplier__name_en", "supplier__name_ja"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PurchaseOrder]:
        return super().get_queryset(request).prefetch_related("lines")

    @admin.display(description=_("next due"))
    def next_due(self, order: PurchaseOrder) -> Any:
        waited = [
            row.due_on
            for row in order.lines.all()
            if row.received < row.quantity and row.closed_at is None
        ]
        return min(waited, default=None)

    @admin.display(description=_("worth a look"))
    def warnings(self, order: PurchaseOrder) -> str | SafeString:
        if order.pk is None or order.state != State.DRAFT:
            return "—"
        lines = order.lines.select_related("part", "order")
        found = queries.order_warnings(lines.order_by("pk"))
        if not found:
            return str(_("Nothing."))
        return format_html_join(mark_safe("<br>"), "{}", ((text,) for text in found))
