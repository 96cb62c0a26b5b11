"""What the stock is worth, and what freight and duty have added to it."""

from typing import Any, TypeVar

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.desk import LedgerAdmin, ReadInline
from common.errors import DomainError
from common.formats import day_text, grouped
from common.reading import linked, money_text, title
from parts import commands, queries
from parts.admin.acts import Act, ActForm, ActsAdmin, Given, ReasonForm, given
from parts.admin.finding import part_title
from parts.admin.store_pages import StorePages
from parts.models import LandedCost, LandedShare, StockMovement
from parts.names import category_name

M = TypeVar("M", bound=Model)
OFFERED = 30


class WorthPages(StorePages[M]):
    """Adds the page that says what the stock is worth."""

    def get_urls(self) -> list[URLPattern]:
        return [self.page("value", "value", self.value_view), *super().get_urls()]

    def value_view(self, request: HttpRequest) -> HttpResponse:
        """Show the value of the house's own stock by site and category."""
        sites = [
            {
                "worth": worth,
                "rows": [(category_name(row.category), row) for row in worth.rows],
            }
            for worth in queries.stock_value()
        ]
        return self.show(
            request,
            "admin/parts/value.html",
            title=gettext("Value of the stock"),
            sites=sites,
            at=timezone.now(),
        )


class ReceiptsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Receipts by day, part, place, quantity and value."""

    def label_from_instance(self, obj: Any) -> str:
        level = obj.level
        value = money_text(obj.quantity * obj.unit_cost, level.bin.site.currency)
        return " · ".join(
            [
                day_text(localtime(obj.moved_at)),
                part_title(level.part),
                level.bin.code,
                grouped(obj.quantity),
                value,
            ]
        )


class LandedForm(ActForm):
    receipts = ReceiptsField(
        StockMovement.objects.none(),
        label=_("Receipts that bear it"),
        widget=forms.CheckboxSelectMultiple,
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=LandedCost.Kind)
    spread_by = forms.ChoiceField(label=_("Spread"), choices=LandedCost.SpreadBy)
    amount = forms.DecimalField(
        label=_("Amount, in the site's currency"),
        max_digits=14, decimal_places=2, min_value=0,
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("Whose bill, which number.")
    )

    def __init__(self, *args: Any, chosen: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = queries.receipts_to_burden().prefetch_related("level__part__numbers")
        offered = rows.filter(pk__in=chosen) if chosen else rows
        newest = list(offered.values_list("pk", flat=True)[: commands.MOST_RECEIPTS])
        if not chosen:
            newest = newest[:OFFERED]
        field = self.fields["receipts"]
        field.queryset = rows.filter(pk__in=newest)  # type: ignore[attr-defined]
        field.initial = chosen


@title(LandedCost)
def landed_title(row: LandedCost) -> str:
    return f"{row.get_kind_display()} · {money_text(row.amount, row.currency)}"


class ShareInline(ReadInline[LandedShare]):
    """What each receipt bears; what has left since does not raise the average."""

    model = LandedShare
    fields = ["came", "amount", "into_stock", "unit_cost_before", "unit_cost_after"]
    readonly_fields = ["came"]
    read_as = {
        "amount": lambda row: money_text(row.amount, row.cost.currency),
        "into_stock": lambda row: money_text(row.into_stock, row.cost.currency),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[LandedShare]:
        rows = (
            super()
            .get_queryset(request)
            .select_related("cost", "movement__level__part", "movement__level__bin")
        )
        return rows.prefetch_related("movement__level__part__numbers").order_by("pk")

    @admin.display(description=_("came by"))
    def came(self, row: LandedShare) -> Any:
        return linked(row, row.movement)


def undo(given: Given) -> object:
    return commands.undo_landed_cost(cost_id=given.row.pk, **given.values, **given.once)


def is_undone(row: LandedCost) -> bool:
    return hasattr(row, "reversal")


UNDO = Act(
    name="undo",
    label=_("Undo"),
    form=ReasonForm,
    run=undo,
    done=_("Undone; what has left since keeps its share."),
    suits=lambda row: not is_undone(row),
    is_danger=True,
)


@admin.register(LandedCost)
class LandedCostAdmin(ActsAdmin[LandedCost], LedgerAdmin[LandedCost]):
    """Freight, duty, insurance: entered once and spread over what came."""

    acts = [UNDO]
    inlines = [ShareInline]
    fields = [
        "kind", "spread_by", "amount", "reason", "added_by", "added_at", "undone",
    ]  # fmt: skip
    readonly_fields = ["undone"]
    list_display = [
        "added_at", "kind", "spread_by", "amount", "reason", "added_by", "undone",
    ]  # fmt: skip
    list_filter = ["kind", "spread_by"]
    list_select_related = ["added_by", "reversal__undone_by"]
    ordering = ["-pk"]
    search_fields = ["reason"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_act_permission(request)

    @admin.display(description=_("undone"))
    def undone(self, row: LandedCost) -> str:
        """When, by whom and why, and what was taken back from the stock."""
        if not is_undone(row):
            return ""
        done = row.reversal
        words = [
            day_text(localtime(done.undone_at)),
            str(done.undone_by or ""),
            done.reason,
            gettext("%(amount)s taken back")
            % {"amount": money_text(done.amount, row.currency)},
        ]
        return " · ".join(filter(None, words))

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Spread a cost over receipts by its command."""
        keys = request.GET.getlist("receipt")[: commands.MOST_RECEIPTS]
        chosen = [int(key) for key in keys if key.isdecimal() and len(key) <= 18]
        form = LandedForm(request.POST or None, chosen=chosen)
        status = 200
        if request.method == "POST" and form.is_valid():
            told = given(request, None, form)
            rows = told.values.pop("receipts")
            try:
                cost = commands.add_landed_cost(
                    movement_ids=[row.pk for row in rows], **told.values, **told.once
                )
            except DomainError as refusal:
                form.add_error(None, refusal.sentence)
                status = refusal.status
            else:
                self.message_user(request, gettext("The cost is spread."))
                return redirect(self.page_name("change"), cost.pk)
        return self.ask(
            request,
            form,
            _("Add a landed cost"),
            back=self.page_url("changelist"),
            status=status,
        )


@admin.action(description=_("Spread a landed cost over them"))
def burden(
    desk: Any, request: HttpRequest, rows: QuerySet[StockMovement]
) -> HttpResponseRedirect:
    """Lead from chosen receipts to the page that spreads a cost over them."""
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:200])
    return redirect(reverse("admin:parts_landedcost_add", query={"receipt": keys}))
