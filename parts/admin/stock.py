"""Stock on the desk: positions with their buttons, the ledger, wishes and holds."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common import sentences
from common.desk import LedgerAdmin
from common.formats import day_text, grouped
from common.reading import money_text, title
from parts import commands, queries
from parts.admin.acts import Act, ActForm, ActsAdmin, Given, ReasonForm
from parts.admin.finding import ByPart, LongByPart, part_title, parts_like
from parts.admin.kits import TAKE_APART
from parts.admin.labels import LabelPages, print_labels
from parts.admin.putting_away import PutAwayPages
from parts.admin.scan import ScanPages
from parts.admin.serials import BySerialForm
from parts.admin.valuation import WorthPages, burden
from parts.models import (
    Bin,
    StockLevel,
    StockMovement,
)
from parts.models.stock import StockLevelQuerySet

COUNT_EVERY = timedelta(days=90)
EVERY_DAY = {"receive", "move", "count", "hold", "hand-back"}


class QuantityForm(BySerialForm, ReasonForm):
    quantity = forms.DecimalField(
        label=_("Quantity"), max_digits=12, decimal_places=3, min_value=0
    )
    field_order = ["quantity", "serials", "reason"]


class TakeInForm(QuantityForm):
    unit_cost = forms.DecimalField(
        label=_("Cost of one, in the site's currency"),
        max_digits=13,
        decimal_places=4,
        min_value=0,
    )
    field_order = ["quantity", "serials", "unit_cost", "reason"]


class MoveForm(QuantityForm):
    bin = forms.ModelChoiceField(Bin.objects.none(), label=_("To bin"))
    field_order = ["quantity", "serials", "bin", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Bin.objects.exclude(pk=self.row.bin_id).order_by("site", "code")
        self.fields["bin"].queryset = others  # type: ignore[attr-defined]


class CountForm(BySerialForm, ReasonForm):
    counted = forms.DecimalField(
        label=_("Counted"), max_digits=12, decimal_places=3, min_value=0
    )
    field_order = ["counted", "serials", "reason"]


class HoldForm(ActForm):
    quantity = forms.DecimalField(
        label=_("Quantity"), max_digits=12, decimal_places=3, min_value=0
    )
    demand_key = forms.CharField(
        label=_("For"), max_length=60, help_text=_("A wish's key, or a name of yours.")
    )


class QuarantineForm(MoveForm):
    """To a bin that is closed for promises."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer = self.fields["bin"].queryset  # type: ignore[attr-defined]
        closed = offer.filter(kind=Bin.Kind.QUARANTINE)
        self.fields["bin"].queryset = closed  # type: ignore[attr-defined]


class ReleaseForm(MoveForm):
    """Back to a bin whose pieces may be promised."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer = self.fields["bin"].queryset  # type: ignore[attr-defined]
        usable = offer.filter(kind__in=[Bin.Kind.STORE, Bin.Kind.RECEIVING])
        self.fields["bin"].queryset = usable  # type: ignore[attr-defined]


def take_in(given: Given) -> object:
    row = given.row
    return commands.receive_stock(
        part_id=row.part_id,
        bin_id=row.bin_id,
        lot=row.lot,
        **given.values,
        **given.once,
    )


def moved_by(command: Callable[..., object]) -> Callable[[Given], object]:
    """Return what moves a row's pieces to the chosen bin by a command."""

    def run(given: Given) -> object:
        values = {**given.values, "bin_id": given.values["bin"].pk}
        del values["bin"]
        return command(level_id=given.row.pk, **values, **given.once)

    return run


def is_free(row: StockLevel) -> bool:
    return row.on_hand > row.reserved


def is_closed(row: StockLevel) -> bool:
    return row.bin.kind == Bin.Kind.QUARANTINE


class Owned(admin.SimpleListFilter):
    """The house's own pieces, or those of customers."""

    title = _("owner")
    parameter_name = "owned"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("The house's")), ("yes", _("Customers'"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[StockLevel]
    ) -> QuerySet[StockLevel]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(owner__isnull=self.value() == "no")


class CountDue(admin.SimpleListFilter):
    """Positions that nobody has counted for a quarter."""

    title = _("count")
    parameter_name = "count"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("due", _("Due"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[StockLevel]
    ) -> QuerySet[StockLevel]:
        if self.value() != "due":
            return queryset
        due = queries.counts_due(timezone.now() - COUNT_EVERY)
        return queryset.filter(pk__in=due.values("pk"))


@title(StockLevel)
def level_title(row: StockLevel) -> str:
    return f"{part_title(row.part)} · {row.bin.code}"


@title(StockMovement)
def movement_title(row: StockMovement) -> str:
    return f"{row.get_kind_display()} · {level_title(row.level)}"


def _currency(level: StockLevel) -> str:
    return level.bin.site.currency


def cost_of_level(row: StockLevel) -> str:
    """Return what one costs on average, in its site's currency."""
    return money_text(row.unit_cost, _currency(row))


@admin.register(StockLevel)
class StockLevelAdmin(
    ScanPages[StockLevel],
    LabelPages[StockLevel],
    PutAwayPages[StockLevel],
    WorthPages[StockLevel],
    ByPart[StockLevel],
    LedgerAdmin[StockLevel],
):
    """What lies where. The row is read; the buttons write the ledger."""

    change_list_template = "admin/parts/stock_list.html"
    search_exactly = ("lot",)
    acts = (
        Act(
            name="receive",
            label=_("Receive"),
            form=TakeInForm,
            run=take_in,
            done=_("Received."),
            suits=lambda row: row.owner_id is None,
        ),
        Act(
            name="move",
            label=_("Move"),
            form=MoveForm,
            run=moved_by(commands.move_stock),
            done=_("Moved."),
            suits=is_free,
        ),
        Act(
            name="quarantine",
            label=_("To quarantine"),
            form=QuarantineForm,
            run=moved_by(commands.quarantine_stock),
            done=_("It lies in quarantine."),
            suits=lambda row: is_free(row) and not is_closed(row),
        ),
        Act(
            name="release",
            label=_("Release from quarantine"),
            form=ReleaseForm,
            run=moved_by(commands.release_quarantine),
            done=_("It may be promised again."),
            suits=lambda row: is_free(row) and is_closed(row),
        ),
        Act(
            name="hand-back",
            label=_("Hand back to its owner"),
            form=QuantityForm,
            run=lambda given: commands.hand_back_owned(
                level_id=given.row.pk, **given.values, **given.once
            ),
            done=_("Handed back."),
            suits=lambda row: is_free(row) and row.owner_id is not None,
        ),
        Act(
            name="count",
            label=_("Count"),
            form=CountForm,
            run=lambda given: commands.adjust_stock(
                level_id=given.row.pk, **given.values, **given.once
            ),
            done=_("The count is written."),
        ),
        Act(
            name="hold",
            label=_("Hold"),
            form=HoldForm,
            run=lambda given: commands.reserve_stock(
                level_id=given.row.pk, **given.values, **given.once
            ),
            done=_("Held."),
            suits=lambda row: is_free(row) and row.owner_id is None,
        ),
        TAKE_APART,
        Act(
            name="scrap",
            label=_("Scrap"),
            form=QuantityForm,
            run=lambda given: commands.scrap_stock(
                level_id=given.row.pk, **given.values, **given.once
            ),
            done=_("Scrapped."),
            suits=lambda row: row.on_hand > row.reserved,
            is_danger=True,
        ),
    )
    actions = [print_labels("l")]
    list_display = [
        "part_named", "place", "on_hand", "reserved", "available", "unit_cost",
        "counted_last", "buttons",
    ]  # fmt: skip
    list_filter = ["bin__kind", CountDue, Owned, "bin__site"]
    list_select_related = ["part", "bin__site", "owner"]
    read_as = {"unit_cost": cost_of_level}
    ordering = ["part__code", "bin__code", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StockLevel]:
        rows = super().get_queryset(request)
        return queries.with_last_counted(cast("StockLevelQuerySet", rows))

    @admin.display(description=_("bin"), ordering="bin__code")
    def place(self, row: StockLevel) -> SafeString:
        """The bin, and below it the lot and whose the pieces are."""
        more = [row.lot, row.owner.name if row.owner else ""]
        lines = ((each,) for each in more if each)
        small = format_html_join("", '<br><span class="small">{}</span>', lines)
        return format_html("{}{}", row.bin.code, small)

    @admin.display(description=_("do"))
    def buttons(self, row: Any) -> SafeString:
        """The buttons of every day; a row's page has all of them."""
        links = [
            (self.act_url(row, act), act.label)
            for act in self.acts
            if act.name in EVERY_DAY and act.suits(row)
        ]
        return format_html(
            "<span>{}</span>",
            format_html_join(" · ", '<a href="{}">{}</a>', links),
        )

    @admin.display(description=_("last counted"), ordering="counted_last")
    def counted_last(self, row: Any) -> str:
        return day_text(localtime(row.counted_last)) if row.counted_last else "—"

    def with_part(self, text: str) -> Q:
        """Find positions of parts and of bins, whose keys an index knows."""
        bins = Bin.objects.filter(code__icontains=text).values_list("pk", flat=True)
        return super().with_part(text) | Q(bin__in=list(bins))

    def describe(self, row: StockLevel) -> str:
        return gettext(
            "%(part)s in bin %(bin)s: %(on_hand)s on hand, %(reserved)s held"
        ) % {
            "part": super().describe(row),
            "bin": row.bin.code,
            "on_hand": grouped(row.on_hand),
            "reserved": grouped(row.reserved),
        }


@admin.register(StockMovement)
class StockMovementAdmin(
    LongByPart[StockMovement], ActsAdmin[StockMovement], LedgerAdmin[StockMovement]
):
    """The ledger, newest first. A mistake is undone by a line of its own."""

    part_path = "level__part"
    search_exactly = ("subject_key",)
    acts = (
        Act(
            name="reverse",
            label=_("Undo"),
            form=ReasonForm,
            run=lambda given: commands.reverse_movement(
                movement_id=given.row.pk, **given.values, **given.once
            ),
            done=_("Undone by a new line."),
            suits=lambda row: row.kind in commands.REVERSIBLE,
            is_danger=True,
        ),
    )
    list_display = [
        "moved_at", "kind", "part_named", "place", "quantity", "balance", "reason",
        "moved_by",
    ]  # fmt: skip
    actions = [burden]
    list_filter = ["kind", "moved_at"]
    list_select_related = ["level__part", "level__bin", "moved_by"]
    ordering = ["-pk"]

    def with_part(self, text: str) -> Q:
        """Find lines by their position: the ledger is the house's longest table."""
        levels = StockLevel.objects.order_by()
        found = levels.filter(part__in=parts_like(text)).values_list("pk", flat=True)
        in_bins = levels.filter(bin__code__iexact=text).values_list("pk", flat=True)
        return Q(level__in=list(found.union(in_bins)))

    read_as = {
        "unit_cost": lambda row: money_text(row.unit_cost, _currency(row.level)),
        "reason": lambda row: sentences.read(row.reason),
    }

    @admin.display(description=_("bin"))
    def place(self, row: StockMovement) -> str:
        return row.level.bin.code
