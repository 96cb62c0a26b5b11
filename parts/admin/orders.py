"""Customers' orders for parts on the desk: quoted, confirmed, picked, shipped."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import F, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.admin import LedgerAdmin
from common.errors import DomainError
from parts import commands, queries
from parts.admin.acts import Act, ActForm, ActsAdmin, Given, ReasonForm, given
from parts.models import Part, PartsOrder, PartsOrderLine, Shipment
from workshop.models import Customer, Site

State = PartsOrder.State
LINES_ASKED = 6


class SaleForm(ActForm):
    customer = forms.ModelChoiceField(
        Customer.objects.order_by("name_kana", "name"), label=_("Customer")
    )
    site = forms.ModelChoiceField(Site.objects.order_by("code"), label=_("From site"))


class SoldForm(forms.Form):
    part = forms.ModelChoiceField(
        Part.objects.all(),
        label=_("Part"),
        widget=AutocompleteSelect(PartsOrderLine._meta.get_field("part"), admin.site),
    )
    quantity = forms.DecimalField(
        label=_("Quantity"), max_digits=12, decimal_places=3, min_value=0
    )
    unit_price = forms.DecimalField(
        label=_("Unit price"), max_digits=14, decimal_places=2, min_value=0
    )


SoldFormSet = forms.formset_factory(SoldForm, extra=LINES_ASKED)


class ShipForm(ActForm):
    carrier = forms.CharField(label=_("Carrier"), max_length=60)
    tracking_number = forms.CharField(
        label=_("Tracking number"), max_length=60, required=False
    )


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


class SoldInline(admin.TabularInline[PartsOrderLine, PartsOrder]):
    """The order's lines and where they are."""

    model = PartsOrderLine
    extra = 0
    can_delete = False
    fields = [
        "part", "quantity", "unit_price", "currency", "wish", "shipped", "answer",
    ]  # fmt: skip
    readonly_fields = [
        "part", "quantity", "unit_price", "currency", "wish", "shipped", "answer",
    ]  # fmt: skip

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[PartsOrderLine]:
        rows = super().get_queryset(request)
        return rows.select_related("part", "order", "demand__availability")

    @admin.display(description=_("state"))
    def wish(self, line: PartsOrderLine) -> str:
        return line.demand.get_state_display() if line.demand else "—"

    @admin.display(description=_("shipped"))
    def shipped(self, line: PartsOrderLine) -> Any:
        return line.demand.drawn if line.demand else 0

    @admin.display(description=_("answer"))
    def answer(self, line: PartsOrderLine) -> str:
        found = getattr(line.demand, "availability", None)
        return queries.availability_sentence(found) if found else "—"


class ShipmentInline(admin.TabularInline[Shipment, PartsOrder]):
    model = Shipment
    extra = 0
    can_delete = False
    fields = ["carrier", "tracking_number", "shipped_at"]
    readonly_fields = ["carrier", "tracking_number", "shipped_at"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(PartsOrder)
class PartsOrderAdmin(ActsAdmin[PartsOrder], LedgerAdmin[PartsOrder]):
    """Parts sold to customers. Stock and order change together."""

    acts = (
        Act(
            name="confirm",
            label=_("Confirm"),
            form=ActForm,
            run=lambda given: commands.confirm_parts_order(
                order_id=given.row.pk, **given.who
            ),
            done=_("The order is confirmed and its parts are held."),
            suits=lambda row: row.state == State.QUOTE,
        ),
        Act(
            name="ship",
            label=_("Ship what is ready"),
            form=ShipForm,
            run=lambda given: commands.ship_parts_order(
                order_id=given.row.pk, **given.values, **given.once
            ),
            done=_("Shipped."),
            suits=lambda row: row.state == State.CONFIRMED,
        ),
        Act(
            name="cancel",
            label=_("Cancel the order"),
            form=ReasonForm,
            run=lambda given: commands.cancel_parts_order(
                order_id=given.row.pk, **given.values, **given.who
            ),
            done=_("The order is cancelled."),
            suits=lambda row: row.state in (State.QUOTE, State.CONFIRMED),
            is_danger=True,
        ),
    )
    inlines = [SoldInline, ShipmentInline]
    list_display = ["number", "customer", "site", "state", "created_at", "sum_shown"]
    list_filter = ["state", ToPick, "site"]
    list_select_related = ["customer", "site"]
    ordering = ["-pk"]
    search_fields = ["number", "customer__name", "customer__name_kana"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PartsOrder]:
        rows = super().get_queryset(request)
        return rows.annotate(amount=Sum(F("lines__quantity") * F("lines__unit_price")))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_act_permission(request)

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Write a quote with its lines, by one command."""
        form = SaleForm(request.POST or None)
        lines = SoldFormSet(request.POST or None)
        status = 200
        if request.method == "POST" and form.is_valid() and lines.is_valid():
            try:
                order = write_quote(given(request, None, form), lines)
            except DomainError as refusal:
                form.add_error(None, refusal.sentence)
                status = refusal.status
            else:
                self.message_user(request, _("The quote is written."))
                return redirect("admin:parts_partsorder_change", order.pk)
        return self.ask(
            request,
            form,
            _("New quote for a customer"),
            do=_("Write the quote"),
            back=reverse("admin:parts_partsorder_changelist"),
            status=status,
            lines=lines,
            media=self.media + form.media + lines.media,
        )

    @admin.display(description=_("sum"), ordering="amount")
    def sum_shown(self, order: Any) -> str:
        return f"{(order.amount or 0):,.0f} {order.currency}"


def write_quote(given: Given, lines: Any) -> PartsOrder:
    """Write the quote that a person has entered."""
    return commands.place_parts_order(
        customer_id=given.values["customer"].pk,
        site_id=given.values["site"].pk,
        lines=[
            commands.Sold(
                part_id=row["part"].pk,
                quantity=row["quantity"],
                unit_price=row["unit_price"],
            )
            for row in lines.cleaned_data
            if row
        ],
        **given.once,
    )
