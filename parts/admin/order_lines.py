"""Lines of orders to suppliers on the desk: received, chased, moved, closed."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
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
from parts import commands, queries
from parts.admin.acts import Act, ActForm, ActsAdmin, Given, ReasonForm
from parts.admin.chasing import ChasePage
from parts.admin.days import ComingDay
from parts.admin.finding import ByPart, part_title
from parts.admin.serials import BySerialForm
from parts.models import (
    Bin,
    Chase,
    DueDateChange,
    PurchaseOrder,
    PurchaseOrderLine,
)

State = PurchaseOrder.State


@title(PurchaseOrderLine)
def line_title(row: PurchaseOrderLine) -> str:
    return f"{row.order.number} · {part_title(row.part)}"


class ReceiveLineForm(BySerialForm):
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
        self.fields["bin"].queryset = here  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["quantity"].initial = self.row.quantity - self.row.received


class DueForm(ReasonForm):
    due_on = ComingDay(label=_("Due on"))
    field_order = ["due_on", "reason"]


class ChaseForm(ActForm):
    due_on = ComingDay(label=_("New date"), required=False)
    said = forms.CharField(label=_("What was said"), max_length=300)


class ChangeLineForm(ActForm):
    quantity = PlainDecimalField(
        label=_("Quantity"), max_digits=12, decimal_places=3, min_value=0
    )
    unit_price = PlainDecimalField(
        label=_("Unit price"), max_digits=14, decimal_places=2, min_value=0
    )
    due_on = ComingDay(label=_("Due on"))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("quantity", "unit_price", "due_on"):
            self.fields[name].initial = getattr(self.row, name)
        self.fields["version"].initial = queries.line_version(self.row)


class TakeOffForm(ReasonForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = queries.line_version(self.row)


def is_draft(row: PurchaseOrderLine) -> bool:
    return row.order.state == State.DRAFT


def is_coming(row: PurchaseOrderLine) -> bool:
    return (
        row.order.state == State.SENT
        and row.received < row.quantity
        and row.closed_at is None
    )


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
            ("rest", _("Rest to come")),
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
            "rest": {"received__gt": 0},
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


class ChaseInline(ReadInline[Chase]):
    """What the supplier said, newest first."""

    model = Chase
    fields = ["said", "chased_by", "chased_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Chase]:
        rows = super().get_queryset(request)
        return rows.select_related("chased_by", "line").order_by("-pk")


@admin.register(PurchaseOrderLine)
class PurchaseOrderLineAdmin(
    ChasePage,
    ByPart[PurchaseOrderLine],
    ActsAdmin[PurchaseOrderLine],
    LedgerAdmin[PurchaseOrderLine],
):
    """What is on its way, and what is late."""

    change_list_template = "admin/parts/order_lines.html"
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
            name="chase",
            label=_("Note what was said"),
            form=ChaseForm,
            run=lambda given: commands.chase_order_line(
                line_id=given.row.pk, **given.values, **given.once
            ),
            done=_("Noted; whoever waits hears of a new date."),
            suits=is_coming,
        ),
        Act(
            name="close",
            label=_("Nothing more comes"),
            form=ReasonForm,
            run=lambda given: commands.close_order_line(
                line_id=given.row.pk, **given.values, **given.who
            ),
            done=_("The line is closed; whoever waited for it is told."),
            suits=is_coming,
            is_danger=True,
        ),
        Act(
            name="change",
            label=_("Change the line"),
            form=ChangeLineForm,
            run=lambda given: commands.change_order_line(
                line_id=given.row.pk, **given.values, **given.who
            ),
            done=_("The line is changed."),
            suits=is_draft,
        ),
        Act(
            name="remove",
            label=_("Take the line off"),
            form=TakeOffForm,
            run=lambda given: commands.remove_order_line(
                line_id=given.row.pk, **given.values, **given.who
            ),
            done=_("The line is off the draft."),
            suits=is_draft,
            is_danger=True,
        ),
        Act(
            name="due",
            label=_("Move the date"),
            form=DueForm,
            run=lambda given: commands.change_due_date(
                line_id=given.row.pk, **given.values, **given.who
            ),
            done=_("The date is moved; whoever waits will hear of it."),
            suits=is_coming,
        ),
    )
    inlines = [ChaseInline, DueChangeInline]
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
