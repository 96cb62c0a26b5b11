"""What stands on a part's page below it: numbers, offers, what stands in, places."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from common import sentences
from common.desk import HouseInline, ReadInline
from common.reading import NOTHING
from parts import queries
from parts.admin.finding import part_link
from parts.models import (
    Alternate,
    Fitment,
    PartNumber,
    StockLevel,
    Supersession,
    SupplierOffer,
    normalise_number,
)


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


class NumbersFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]  # generic in stubs alone
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
