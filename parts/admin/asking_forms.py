"""What is asked where suppliers are asked: requests, answers, refusals."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.utils.translation import gettext_lazy as _

from common.reading import PlainDecimalField
from parts.admin.acts import ActForm
from parts.admin.days import ComingDay
from parts.models import Part, PurchaseOrderLine, Supplier
from workshop.models import Site

LINES_ASKED = 6


class RfqForm(ActForm):
    site = forms.ModelChoiceField(Site.objects.order_by("code"), label=_("For site"))
    suppliers = forms.ModelMultipleChoiceField(
        Supplier.objects.order_by("code"),
        label=_("Ask"),
        widget=forms.CheckboxSelectMultiple,
    )
    answer_by = ComingDay(label=_("Answer by"), required=False)
    note = forms.CharField(
        label=_("Note to the suppliers"), max_length=300, required=False
    )


class AskedForm(forms.Form):
    part = forms.ModelChoiceField(
        Part.objects.all(),
        label=_("Part"),
        widget=AutocompleteSelect(
            PurchaseOrderLine._meta.get_field("part"), admin.site
        ),
    )
    quantity = PlainDecimalField(
        label=_("Quantity"), max_digits=12, decimal_places=3, min_value=0
    )


AskedFormSet = forms.formset_factory(AskedForm, extra=LINES_ASKED)


class AnswerForm(forms.Form):
    """One line of the grid; a line without a price is not answered."""

    line = forms.IntegerField(widget=forms.HiddenInput)
    price = PlainDecimalField(
        label=_("Price of one"),
        max_digits=14,
        decimal_places=2,
        min_value=0,
        required=False,
    )
    lead_days = forms.IntegerField(
        label=_("Days"), min_value=0, max_value=32767, required=False
    )
    minimum_quantity = PlainDecimalField(
        label=_("Minimum"), max_digits=12, decimal_places=3, min_value=0, required=False
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
    is_gone = forms.BooleanField(label=_("No more to be had"), required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("price") is not None and values.get("lead_days") is None:
            self.add_error("lead_days", _("Enter the days from order to arrival."))
        if values.get("price") is not None and values.get("is_gone"):
            self.add_error("is_gone", _("Enter a price, or say that there is none."))
        return values


AnswerFormSet = forms.formset_factory(AnswerForm, extra=0)


class DeclineForm(ActForm):
    """Who has nothing to offer: one of those who were asked and have not quoted."""

    supplier = forms.ModelChoiceField(Supplier.objects.none(), label=_("Supplier"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        silent = self.row.suppliers.filter(quotes__isnull=True, has_declined=False)
        waited = Supplier.objects.filter(pk__in=silent.values("supplier"))
        self.fields["supplier"].queryset = waited.order_by("code")  # type: ignore[attr-defined]  # a ModelChoiceField


class CurrencyForm(ActForm):
    currency = forms.CharField(label=_("Currency"), min_length=3, max_length=3)
