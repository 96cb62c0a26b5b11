"""The catalogue on the desk: parts, their numbers, offers, what replaces them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from common import sentences
from common.desk import HouseAdmin, HouseInline, LedgerAdmin, ReadInline, named_values
from common.formats import grouped
from common.reading import NOTHING, money_text, quoted
from parts import commands, queries
from parts.admin.acts import Act, ActsAdmin, Given
from parts.admin.finding import ByPart, number_of, part_link
from parts.admin.labels import print_labels
from parts.admin.part_acts import PART_ACTS
from parts.admin.part_pages import PartPages
from parts.admin.serials import BySerialForm
from parts.models import (
    Alternate,
    Bin,
    Fitment,
    KitLine,
    OfferBreak,
    Part,
    PartNumber,
    StockLevel,
    Supersession,
    Supplier,
    SupplierOffer,
    normalise_number,
)
from parts.names import category_name
from workshop.models import Customer

QUANTITY = DecimalField(max_digits=15, decimal_places=3)


class NumberForm(forms.ModelForm[PartNumber]):
    """A number: told apart by how it is compared, not by how it is printed."""

    class Meta:
        model = PartNumber
        fields = ["as_printed", "is_primary"]

    def clean_as_printed(self) -> str:
        printed = str(self.cleaned_data["as_printed"]).strip()
        compared = normalise_number(printed)
        if not compared.isascii() or not compared.isalnum():
            raise forms.ValidationError(
                _("Letters A to Z, digits and hyphens were expected.")
            )
        taken = PartNumber.objects.filter(normalised=compared)
        if taken.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Another part carries this number."))
        return printed


class NumbersFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]  # Part's
    """No number twice, and at most one current number."""

    def get_queryset(self) -> Any:
        """Take the numbers that were read with their part, where it is only shown."""
        known = getattr(self.instance, "_prefetched_objects_cache", {}).get("numbers")
        if known is not None and not self.is_bound and not hasattr(self, "_queryset"):
            self._queryset = known
        return super().get_queryset()

    def clean(self) -> None:
        super().clean()
        kept = [
            form.cleaned_data
            for form in self.forms
            if getattr(form, "cleaned_data", None)
            and not form.cleaned_data.get("DELETE")
        ]
        compared = [normalise_number(row.get("as_printed", "")) for row in kept]
        if len(set(compared)) != len(compared):
            raise forms.ValidationError(_("The same number stands here twice."))
        if sum(bool(row.get("is_primary")) for row in kept) > 1:
            raise forms.ValidationError(_("Only one number is the current one."))


class NumberInline(HouseInline[PartNumber]):
    model = PartNumber
    form = NumberForm
    formset = NumbersFormSet


class OfferInline(HouseInline[SupplierOffer]):
    model = SupplierOffer
    autocomplete_fields = ["supplier"]
    fields = [
        "supplier", "price", "currency", "lead_days", "minimum_quantity", "seen_on",
        "is_withdrawn",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[SupplierOffer]:
        return super().get_queryset(request).select_related("supplier")


class SuccessorInline(ReadInline[Supersession]):
    """What took its place; entered by a button, ended on its own page."""

    model = Supersession
    fk_name = "old"
    show_change_link = True
    fields = readonly_fields = ("new_named", "kind", "starts_on", "ends_on", "when")
    verbose_name = _("successor")
    verbose_name_plural = _("successors")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Supersession]:
        read = ("new", "variant", "only_with")
        rows = super().get_queryset(request).select_related(*read)
        return rows.prefetch_related("new__numbers", "only_with__numbers")

    @admin.display(description=_("new part"))
    def new_named(self, row: Supersession) -> SafeString:
        return part_link(row.new)

    @admin.display(description=_("only when"))
    def when(self, row: Supersession) -> str:
        return queries.condition_words(row) or NOTHING


class AlternateInline(ReadInline[Alternate]):
    """What may stand in; entered by a button, taken back on its own page."""

    model = Alternate
    fk_name = "part"
    show_change_link = True
    fields = readonly_fields = ("other", "in_words", "needs_consent", "source")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Alternate]:
        rows = super().get_queryset(request).select_related("alternate")
        return rows.prefetch_related("alternate__numbers")

    @admin.display(description=_("alternate"))
    def other(self, row: Alternate) -> SafeString:
        return part_link(row.alternate)

    @admin.display(description=_("in words"))
    def in_words(self, row: Alternate) -> str:
        return sentences.read(row.note) or NOTHING


class FitmentInline(HouseInline[Fitment]):
    model = Fitment
    raw_id_fields = ["variant"]
    fields = ["generation", "variant", "position", "sureness", "source"]
    readonly_fields = ["sureness"]
    classes = ["collapse"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Fitment]:
        return super().get_queryset(request).select_related("variant")

    @admin.display(description=_("confidence"))
    def sureness(self, row: Fitment) -> str:
        return sentences.read(row.confidence) or NOTHING


class LevelInline(HouseInline[StockLevel]):
    """Where the part lies; changed by the buttons of each position."""

    model = StockLevel
    can_delete = False
    show_change_link = True
    fields = ["bin", "lot", "on_hand", "reserved", "available"]
    readonly_fields = ["bin", "lot", "on_hand", "reserved", "available"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[StockLevel]:
        return super().get_queryset(request).select_related("bin", "part")


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
        found = queryset.found(search_term)  # type: ignore[attr-defined]  # Part's
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


@admin.register(Supplier)
class SupplierAdmin(HouseAdmin[Supplier]):
    list_display = ["__str__", "code", "country", "currency", "email", "is_demo"]
    ordering = ["code"]
    search_fields = ["code", "name_en", "name_ja"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class BreakInline(HouseInline[OfferBreak]):
    """What one costs from a quantity on."""

    model = OfferBreak
    extra = 1
    fields = ["from_quantity", "price"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[OfferBreak]:
        return super().get_queryset(request).order_by("from_quantity")


@admin.register(SupplierOffer)
class SupplierOfferAdmin(ByPart[SupplierOffer]):
    """What suppliers say, with its age. Advice, never stock."""

    autocomplete_fields = ["part", "supplier"]
    inlines = [BreakInline]
    list_display = [
        "part_named", "supplier", "price", "lead_days", "learnt", "seen_on",
        "is_withdrawn",
    ]  # fmt: skip
    list_filter = ["is_withdrawn", "supplier"]
    list_select_related = ["part", "supplier"]
    ordering = ["-seen_on", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SupplierOffer]:
        return queries.with_learnt(super().get_queryset(request))

    @admin.display(description=_("half and four of five came within"))
    def learnt(self, row: Any) -> str:
        """What deliveries have taught, beside the supplier's own word."""
        if getattr(row, "learnt_median", None) is None:
            return "—"
        return f"{row.learnt_median} / {row.learnt_late}"

    def save_model(
        self, request: HttpRequest, obj: SupplierOffer, form: Any, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        commands.note_part_edited(
            part_id=obj.part_id,
            fields=["offer", *form.changed_data],
            actor_id=request.user.pk,
            at=timezone.now(),
        )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An offer that is gone is withdrawn, so that its history stays."""
        return False


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
