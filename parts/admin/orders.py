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
from parts.admin.acts import Act, ActForm, Given, ReasonForm, given
from parts.admin.lines import OrderAdmin, lines_of
from parts.admin.papers import PaperAdmin
from parts.models import PartsOrder, PartsOrderEvent, PartsOrderLine, Shipment

State = PartsOrder.State
OPEN = (State.QUOTE, State.ACCEPTED, State.CONFIRMED)
AGREED = (State.CONFIRMED, State.SHIPPED, State.DELIVERED)


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


def pick(given: Given) -> object:
    lines = [line.pk for line in given.values["lines"]]
    return commands.create_pick_list(
        order_id=given.row.pk, line_ids=lines or None, **given.once
    )


def give_up(given: Given) -> object:
    lines = [line.pk for line in given.values["lines"]]
    return commands.cancel_order_lines(
        order_id=given.row.pk,
        line_ids=lines or None,
        reason=given.values["reason"],
        **given.who,
    )


def agree_return(given: Given) -> object:
    values = {**given.values, "line_id": given.values["line"].pk}
    del values["line"]
    return commands.agree_return(**values, **given.once)


def change_terms(given: Given) -> object:
    said = {
        name: value
        for name, value in given.values.items()
        if value is not None and (value != "" or name in ("incoterm", "ship_to"))
    }
    return commands.change_quote(
        order_id=given.row.pk, terms=commands.Terms(**said), **given.once
    )


ACTS = (
    Act(
        name="confirm",
        label=_("Confirm for the customer"),
        form=ActForm,
        run=lambda given: commands.confirm_parts_order(
            order_id=given.row.pk, **given.who
        ),
        done=_("The order is confirmed; its parts are held or wait for the deposit."),
        suits=lambda row: row.state == State.QUOTE,
    ),
    Act(
        name="terms",
        label=_("Change the terms"),
        form=asked.TermsForm,
        run=change_terms,
        done=_("The terms are changed. Send the quote again."),
        suits=lambda row: row.state == State.QUOTE,
    ),
    Act(
        name="send",
        label=_("Send to the customer"),
        form=asked.OfferForm,
        run=lambda given: commands.offer_quote(
            order_id=given.row.pk, **given.values, **given.who
        ),
        done=_("The quote is sent."),
        suits=lambda row: row.state == State.QUOTE,
    ),
    Act(
        name="hold",
        label=_("Hold until the last day"),
        form=ActForm,
        run=lambda given: commands.hold_quote(order_id=given.row.pk, **given.once),
        done=_("What lies free is held for this quote."),
        suits=lambda row: row.state == State.QUOTE and row.valid_until is not None,
    ),
    Act(
        name="deposit",
        label=_("The deposit has come"),
        form=ActForm,
        run=lambda given: commands.settle_deposit(order_id=given.row.pk, **given.who),
        done=_("The parts are held."),
        suits=lambda row: row.state == State.ACCEPTED,
    ),
    Act(
        name="waive",
        label=_("Go on without the deposit"),
        form=ReasonForm,
        run=lambda given: commands.waive_deposit(
            order_id=given.row.pk, **given.values, **given.who
        ),
        done=_("The parts are held."),
        suits=lambda row: row.state == State.ACCEPTED,
    ),
    Act(
        name="pick",
        label=_("Write a pick list"),
        form=asked.PickForm,
        run=pick,
        done=_("The pick list is written."),
        suits=lambda row: row.state == State.CONFIRMED,
    ),
    Act(
        name="ship",
        label=_("Ship what is ready"),
        form=asked.CarrierForm,
        run=lambda given: commands.ship_parts_order(
            order_id=given.row.pk, **given.values, **given.once
        ),
        done=_("Shipped."),
        suits=lambda row: row.state == State.CONFIRMED,
    ),
    Act(
        name="invoice",
        label=_("Invoice the rest"),
        form=asked.DueForm,
        run=lambda given: commands.invoice_parts_order(
            order_id=given.row.pk, **given.values, **given.who
        ),
        done=_("The invoice is issued."),
        suits=lambda row: row.state in AGREED and row.balance_invoice_id is None,
    ),
    Act(
        name="return",
        label=_("Agree on a return"),
        form=asked.ReturnForm,
        run=agree_return,
        done=_("The return is expected."),
        suits=lambda row: row.state in AGREED,
    ),
    Act(
        name="give-up",
        label=_("Give up what is still to come"),
        form=asked.GiveUpForm,
        run=give_up,
        done=_("The rest is given up."),
        suits=lambda row: row.state == State.CONFIRMED,
        is_danger=True,
    ),
    Act(
        name="cancel",
        label=_("Cancel this customer's order"),
        form=ReasonForm,
        run=lambda given: commands.cancel_parts_order(
            order_id=given.row.pk, **given.values, **given.who
        ),
        done=_("The order is cancelled."),
        suits=lambda row: row.state in OPEN,
        is_danger=True,
    ),
)


@admin.register(PartsOrder)
class PartsOrderAdmin(PaperAdmin[PartsOrder], OrderAdmin[PartsOrder]):
    """Parts sold to customers. Stock and order change together."""

    acts = ACTS
    asks = asked.SaleForm
    asks_lines = asked.SoldFormSet
    asks_title = _("New quote for a customer")
    verb = _("Write the quote")
    written = _("The quote is written.")
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

    def paper_kinds(self, row: Any) -> Iterable[tuple[str, Any]]:
        is_agreed = row.accepted_at is not None
        return [("quote", _("Order confirmation") if is_agreed else _("Quote"))]

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

    def write(self, given: Given, lines: Any) -> PartsOrder:
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
