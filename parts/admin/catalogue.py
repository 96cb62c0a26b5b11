"""The catalogue on the desk: parts, their numbers, offers, what replaces them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common import sentences
from common.desk import HouseAdmin, LedgerAdmin, named_values
from common.formats import grouped
from common.reading import NOTHING, money_text, quoted
from parts import commands, queries
from parts.admin.acts import Act, ActsAdmin, Given
from parts.admin.finding import ByPart, number_of
from parts.admin.labels import print_labels
from parts.admin.part_acts import PART_ACTS
from parts.admin.part_inlines import (
    AlternateInline,
    FitmentInline,
    LevelInline,
    NumberInline,
    OfferInline,
    SuccessorInline,
)
from parts.admin.part_pages import PartPages
from parts.admin.serials import BySerialForm
from parts.models import (
    Bin,
    KitLine,
    Part,
    PartNumber,
    StockLevel,
    normalise_number,
)
from parts.names import category_name
from workshop.models import Customer

QUANTITY = DecimalField(max_digits=15, decimal_places=3)


class ReceiveForm(BySerialForm):
    bin = forms.ModelChoiceField(
        Bin.objects.select_related("site").order_by("site", "code"), label=_("Bin")
    )
    quantity = forms.DecimalField(
        label=_("Quantity"), max_digits=12, decimal_places=3, min_value=0
    )
    unit_cost = forms.DecimalField(
        label=_("Cost of one, in the site's currency"),
        max_digits=13,
        decimal_places=4,
        min_value=0,
    )
    lot = forms.CharField(label=_("Lot"), max_length=40, required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200)


class ReceiveOwnedForm(BySerialForm):
    """What a customer leaves with the house."""

    owner = forms.ModelChoiceField(
        Customer.objects.order_by("name", "pk"), label=_("Belongs to")
    )
    bin = forms.ModelChoiceField(
        Bin.objects.select_related("site").order_by("site", "code"), label=_("Bin")
    )
    quantity = forms.DecimalField(
        label=_("Quantity"), max_digits=12, decimal_places=3, min_value=0
    )
    lot = forms.CharField(label=_("Lot"), max_length=40, required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200)


def receive_owned(given: Given) -> object:
    values = dict(given.values)
    return commands.receive_owned(
        part_id=given.row.pk,
        owner_id=values.pop("owner").pk,
        bin_id=values.pop("bin").pk,
        **values,
        **given.once,
    )


def receive(given: Given) -> object:
    values = dict(given.values)
    return commands.receive_stock(
        part_id=given.row.pk, bin_id=values.pop("bin").pk, **values, **given.once
    )


@admin.register(Part)
class PartAdmin(PartPages, ByPart[Part], ActsAdmin[Part]):
    """The catalogue. A scan of a label in the search finds the part."""

    part_path = ""
    acts = (
        Act(
            name="receive",
            label=_("Receive"),
            form=ReceiveForm,
            run=receive,
            done=_("Received."),
        ),
        Act(
            name="receive-owned",
            label=_("Receive for a customer"),
            form=ReceiveOwnedForm,
            run=receive_owned,
            done=_("Received; it stays the customer's."),
        ),
        *PART_ACTS,
    )
    inlines = [
        NumberInline, LevelInline, OfferInline, SuccessorInline, AlternateInline,
        FitmentInline,
    ]  # fmt: skip
    list_display = [
        "number", "name_shown", "code", "grade", "life", "on_hand", "free",
    ]  # fmt: skip
    list_filter = [
        "life", "grade", ("category", named_values(category_name, queries.categories)),
        "basis",
    ]  # fmt: skip
    ordering = ["code", "pk"]
    read_as = {
        "confidence": lambda row: sentences.read(row.confidence),
        "core_charge": lambda row: money_text(row.core_charge, row.list_price_currency),
        "source": lambda row: quoted(row.source),
    }
    # Its life is changed by a button, which asks since when and who says so.
    readonly_fields = ["life", "basis", "confidence", "source"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Part]:
        pieces = StockLevel.objects.filter(part=OuterRef("pk")).order_by()
        usable = pieces.usable()
        lines = KitLine.objects.filter(kit=OuterRef("pk")).annotate(known=Value(True))
        sums = usable.values("part").annotate(n=Sum("on_hand"), free=Sum("available"))
        return (
            super()
            .get_queryset(request)
            .annotate(
                lies=Subquery(sums.values("n"), output_field=QUANTITY),
                unspoken=Subquery(sums.values("free"), output_field=QUANTITY),
                # Asked row by row: EXISTS would be answered by reading whole tables.
                lies_somewhere=Subquery(pieces.exclude(on_hand=0).values("pk")[:1]),
                is_kit=Coalesce(Subquery(lines.values("known")[:1]), Value(False)),
            )
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Part], search_term: str
    ) -> tuple[QuerySet[Part], bool]:
        """Find the best first, unless a column's order was asked for."""
        found = queryset.found(search_term)  # type: ignore[attr-defined]  # a PartQuerySet
        if "o" in request.GET:
            found = found.order_by(*queryset.query.order_by)
        return found, False

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Offer categories by name; a new category begins in the seeds."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is None or db_field.choices:
            return field
        if db_field.name == "category":
            field.widget = forms.Select(choices=[("", NOTHING), *_categories(request)])
        return field

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """How pieces that lie there are counted is not switched on the page."""
        fixed = super().get_readonly_fields(request, obj)
        lies = obj is not None and obj.lies_somewhere is not None
        return [*fixed, "is_serialised", "unit"] if lies else fixed

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A part with a history stays; one that is gone has its life set."""
        return False

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        commands.note_part_edited(
            part_id=form.instance.pk,
            fields=[*form.changed_data, *(f.prefix for f in formsets if _changed(f))],
            actor_id=request.user.pk,
            at=timezone.now(),
        )

    @admin.display(description=_("number"), ordering="code")
    def number(self, part: Part) -> str:
        return number_of(part) or "—"

    @admin.display(description=_("name"), ordering="name_kana")
    def name_shown(self, part: Part) -> str:
        return part.name

    @admin.display(description=_("on hand"), ordering=F("lies").desc(nulls_last=True))
    def on_hand(self, part: Any) -> str:
        return grouped(part.lies or 0)

    @admin.display(description=_("free"), ordering=F("unspoken").desc(nulls_last=True))
    def free(self, part: Any) -> str:
        return grouped(part.unspoken or 0)


def _categories(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the categories by name; asked for once a page."""
    kept: dict[str, Any] = request.__dict__
    if "_categories" not in kept:
        known = queries.categories()
        kept["_categories"] = [(each, category_name(each)) for each in known if each]
    found: list[tuple[str, str]] = kept["_categories"]
    return found


def _changed(formset: Any) -> bool:
    return bool(
        formset.new_objects or formset.changed_objects or formset.deleted_objects
    )


@admin.register(Bin)
class BinAdmin(HouseAdmin[Bin]):
    actions = [print_labels("b")]
    list_display = ["code", "site", "kind", "parent"]
    list_filter = ["kind", "site"]
    list_select_related = ["site", "parent"]
    ordering = ["site", "code"]
    search_fields = ["code"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(PartNumber)
class PartNumberAdmin(LedgerAdmin[PartNumber]):
    """All numbers; they are edited on their part."""

    list_display = ["as_printed", "normalised", "part", "is_primary"]
    list_select_related = ["part"]
    read_as = {"part": lambda row: row.part.name}
    ordering = ["normalised"]
    search_fields = ["normalised", "as_printed"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[PartNumber], search_term: str
    ) -> tuple[QuerySet[PartNumber], bool]:
        compared = normalise_number(search_term)
        return queryset.filter(normalised__contains=compared), False
