"""Customers' orders for parts on the desk: quoted, confirmed, picked, shipped."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common.desk import ReadInline
from common.formats import grouped
from parts import commands, queries
from parts.admin.acts import Act, ActForm, Given, ReasonForm
from parts.admin.lines import OrderAdmin, lines_of
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


class SoldInline(ReadInline[PartsOrderLine]):
    """The order's lines and where they are."""

    model = PartsOrderLine
    fields = ["part", "quantity", "unit_price", "wish", "shipped", "answer"]
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
    fields = ["carrier", "tracking_number", "shipped_at"]


@admin.register(PartsOrder)
class PartsOrderAdmin(OrderAdmin[PartsOrder]):
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
    asks = SaleForm
    asks_lines = SoldFormSet
    asks_title = _("New quote for a customer")
    verb = _("Write the quote")
    written = _("The quote is written.")
    inlines = [SoldInline, ShipmentInline]
    list_display = ["number", "customer", "site", "state", "created_at", "sum_shown"]
    list_filter = ["state", ToPick, "site"]
    list_select_related = ["customer", "site"]
    ordering = ["-pk"]
    search_fields = ["number", "customer__name", "customer__name_kana"]

    def write(self, given: Given, lines: Any) -> PartsOrder:
        return commands.place_parts_order(
            customer_id=given.values["customer"].pk,
            site_id=given.values["site"].pk,
            lines=[
                commands.Sold(
                    part_id=row["part"].pk,
                    quantity=row["quantity"],
                    unit_price=row["unit_price"],
                )
                for row in lines_of(lines)
            ],
            **given.once,
        )
