"""Orders to suppliers on the desk: written, sent, chased, received."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from common import sentences
from common.desk import LedgerAdmin, ReadInline, quantity
from common.reading import PlainDecimalField, title
from parts import commands
from parts.admin.acts import Act, ActForm, ActsAdmin, Given, ReasonForm
from parts.admin.finding import ByPart, part_title
from parts.admin.lines import OrderAdmin, lines_of
from parts.models import (
    Bin,
    DueDateChange,
    Part,
    PurchaseOrder,
    PurchaseOrderLine,
    Supplier,
)
from workshop.models import Site

State = PurchaseOrder.State
LINES_ASKED = 6
FARTHEST_DUE = timedelta(days=5 * 366)


class DayInput(forms.DateInput):
    """The browser's own calendar: its clock says nothing about the day."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ComingDay(forms.DateField):
    """A day on which something is still to arrive."""

    widget = DayInput

    def validate(self, value: date | None) -> None:
        super().validate(value)
        today = timezone.localdate()
        if value is not None and not today <= value <= today + FARTHEST_DUE:
            raise forms.ValidationError(
                _("A day from today on and within five years was expected.")
            )


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


OrderedFormSet = forms.formset_factory(
    OrderedForm, extra=LINES_ASKED, min_num=0, validate_min=False
)


class LineInline(ReadInline[PurchaseOrderLine]):
    """The order's lines; each opens its own page with its buttons."""

    model = PurchaseOrderLine
    show_change_link = True
    fields = ["part", "quantity", "received", "reserved", "unit_price", "due_on"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PurchaseOrderLine]:
        rows = super().get_queryset(request)
        found = rows.select_related("part", "order").prefetch_related("part__numbers")
        return found.order_by("due_on", "pk")


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
            name="cancel",
            label=_("Cancel the order"),
            form=ReasonForm,
            run=lambda given: commands.cancel_purchase_order(
                order_id=given.row.pk, **given.values, **given.who
            ),
            done=_("The order is cancelled."),
            suits=lambda row: row.state in (State.DRAFT, State.SENT),
            is_danger=True,
        ),
    )
    asks = OrderForm
    asks_lines = OrderedFormSet
    asks_title = _("New order to a supplier")
    verb = _("Write the draft")
    written = _("The draft is written.")
    inlines = [LineInline]
    list_display = [
        "number", "supplier", "site", "state", "ordered_at", "next_due", "sum_shown",
    ]  # fmt: skip
    list_filter = ["state", "supplier", "site"]
    list_select_related = ["supplier", "site"]
    ordering = ["-pk"]
    search_fields = ["number", "supplier__name_en", "supplier__name_ja"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PurchaseOrder]:
        return super().get_queryset(request).prefetch_related("lines")

    def write(self, given: Given, lines: Any) -> PurchaseOrder:
        return commands.create_purchase_order(
            supplier_id=given.values["supplier"].pk,
            site_id=given.values["site"].pk,
            lines=[
                commands.Ordered(
                    part_id=row["part"].pk,
                    quantity=row["quantity"],
                    unit_price=row["unit_price"],
                    due_on=row["due_on"],
                )
                for row in lines_of(lines)
            ],
            **given.once,
        )

    @admin.display(description=_("next due"))
    def next_due(self, order: PurchaseOrder) -> Any:
        open_lines = [row for row in order.lines.all() if row.received < row.quantity]
        return min((row.due_on for row in open_lines), default=None)


@title(PurchaseOrderLine)
def line_title(row: PurchaseOrderLine) -> str:
    return f"{row.order.number} · {part_title(row.part)}"


class ReceiveLineForm(ActForm):
    quantity = PlainDecimalField(
        label=_("Quantity"), max_digits=12, decimal_places=3, min_value=0
    )
    bin = forms.ModelChoiceField(Bin.objects.none(), label=_("Into bin"))
    unit_cost = forms.DecimalField(
        label=_("Landed cost of one, in the site's currency"),
        help_text=_("Empty: the price of the order."),
        max_digits=13,
        decimal_places=4,
        min_value=0,
        required=False,
    )
    accept_surplus = forms.BooleanField(
        label=_("Keep what is more than ordered"), required=False
    )
    reason = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = Bin.objects.filter(site=self.row.order.site_id).order_by("code")
        self.fields["bin"].queryset = here  # type: ignore[attr-defined]
        self.fields["quantity"].initial = self.row.quantity - self.row.received


class DueForm(ReasonForm):
    due_on = ComingDay(label=_("Due on"))
    field_order = ["due_on", "reason"]


def receive_line(given: Given) -> object:
    values = {**given.values, "bin_id": given.values["bin"].pk}
    del values["bin"]
    return commands.receive_order_line(line_id=given.row.pk, **values, **given.once)


class Due(admin.SimpleListFilter):
    """When lines that are under way are due."""

    title = _("due")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("late", _("Late")),
            ("today", _("Today")),
            ("week", _("Within a week")),
            ("open", _("All under way")),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[PurchaseOrderLine]
    ) -> QuerySet[PurchaseOrderLine]:
        today = timezone.localdate()
        spans: dict[str, dict[str, Any]] = {
            "late": {"due_on__lt": today},
            "today": {"due_on": today},
            "week": {"due_on__range": (today, today + timedelta(days=7))},
            "open": {},
        }
        span = spans.get(self.value() or "")
        if span is None:
            return queryset
        incoming = PurchaseOrderLine.objects.incoming().filter(**span)
        return queryset.filter(pk__in=incoming.values("pk"))


class DueChangeInline(ReadInline[DueDateChange]):
    """How the date moved, and why."""

    model = DueDateChange
    fields = ["was_due_on", "due_on", "reason", "changed_by", "changed_at"]
    read_as = {"reason": lambda row: sentences.read(row.reason)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[DueDateChange]:
        rows = super().get_queryset(request)
        return rows.select_related("changed_by", "line").order_by("-pk")


@admin.register(PurchaseOrderLine)
class PurchaseOrderLineAdmin(
    ByPart[PurchaseOrderLine],
    ActsAdmin[PurchaseOrderLine],
    LedgerAdmin[PurchaseOrderLine],
):
    """What is on its way, and what is late."""

    search_also = ("order__number",)
    acts = (
        Act(
            name="receive",
            label=_("Receive"),
            form=ReceiveLineForm,
            run=receive_line,
            done=_("Received."),
            suits=lambda row: row.order.state == State.SENT,
        ),
        Act(
            name="due",
            label=_("Move the date"),
            form=DueForm,
            run=lambda given: commands.change_due_date(
                line_id=given.row.pk, **given.values, **given.who
            ),
            done=_("The date is moved; whoever waits will hear of it."),
            suits=lambda row: (
                row.order.state in (State.DRAFT, State.SENT)
                and row.received < row.quantity
            ),
        ),
    )
    inlines = [DueChangeInline]
    list_display = [
        "part_named", "order_link", "supplier", quantity("quantity", _("ordered")),
        quantity("received", _("received")), quantity("reserved", _("spoken for")),
        "due_on", "buttons",
    ]  # fmt: skip
    list_filter = [Due, "order__state", "order__supplier"]
    ordering = ["due_on", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PurchaseOrderLine]:
        rows = super().get_queryset(request)
        return rows.select_related("part", "order__supplier")

    @admin.display(description=_("order"), ordering="order__number")
    def order_link(self, row: PurchaseOrderLine) -> SafeString:
        url = reverse("admin:parts_purchaseorder_change", args=[row.order_id])
        return format_html('<a href="{}">{}</a>', url, row.order.number)

    @admin.display(description=_("supplier"))
    def supplier(self, row: PurchaseOrderLine) -> str:
        return row.order.supplier.name
