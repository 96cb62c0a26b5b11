"""What the buttons of customers' orders, parcels and returns ask."""

from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from parts.admin.acts import ActForm, ReasonForm
from parts.models import Bin, Part, PartsOrder, PartsOrderLine, Return
from workshop.models import Customer, Site

LINES_ASKED = 6
USUAL_VALIDITY = timedelta(days=14)
USUAL_PAYMENT = timedelta(days=14)


def amount(label: Any, **options: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, max_digits=14, decimal_places=2, min_value=0, **options
    )


def plain(number: Decimal | None) -> str | None:
    """Write a number into a field as people do: 10, not 10.00."""
    return None if number is None else f"{number.normalize():f}"


def part_field(**options: Any) -> "forms.ModelChoiceField[Part]":
    return forms.ModelChoiceField(
        Part.objects.all(),
        widget=AutocompleteSelect(PartsOrderLine._meta.get_field("part"), admin.site),
        **options,
    )


class TermsForm(ActForm):
    """What is agreed besides the lines. On a quote it shows what stands there."""

    destination = forms.CharField(
        label=_("Destination"),
        max_length=2,
        required=False,
        help_text=_("Two letters such as JP; it decides the tax."),
    )
    ship_to = forms.CharField(
        label=_("Ship to"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    incoterm = forms.ChoiceField(
        label=_("Incoterm"),
        choices=[("", "—"), *PartsOrder.Incoterm.choices],
        required=False,
    )
    freight = amount(_("Freight"), required=False)
    deposit_percent = forms.DecimalField(
        label=_("Deposit, % of the net sum"),
        max_digits=5,
        decimal_places=2,
        min_value=0,
        max_value=100,
        required=False,
    )
    deposit = amount(
        _("Deposit as an amount before tax"),
        required=False,
        help_text=_("Only if no percentage is given."),
    )

    def __init__(self, *args: Any, row: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        if row is not None:
            for name in ("destination", "ship_to", "incoterm"):
                self.initial[name] = getattr(row, name)
            self.initial["freight"] = plain(row.freight)
            self.initial["deposit_percent"] = plain(row.deposit_percent)
            if row.deposit_percent is None:
                self.initial["deposit"] = plain(row.deposit)

    def terms(self) -> dict[str, Any]:
        """Return the entries that say something, as the command names them."""
        names = TermsForm.base_fields
        given = {name: self.cleaned_data.get(name) for name in names}
        return {name: value for name, value in given.items() if value not in (None, "")}


class SaleForm(TermsForm):
    customer = forms.ModelChoiceField(
        Customer.objects.order_by("name_kana", "name"), label=_("Customer")
    )
    site = forms.ModelChoiceField(Site.objects.order_by("code"), label=_("From site"))
    currency = forms.CharField(
        label=_("Currency"),
        max_length=3,
        required=False,
        help_text=_("The customer's own if empty."),
    )
    field_order = ("customer", "site", "currency")


class SoldForm(forms.Form):
    part = part_field(label=_("Part"))
    quantity = forms.DecimalField(
        label=_("Quantity"), max_digits=12, decimal_places=3, min_value=0
    )
    unit_price = amount(_("Unit price"))
    core_charge = amount(_("Core charge"), required=False)


SoldFormSet = forms.formset_factory(SoldForm, extra=LINES_ASKED)
ChangedFormSet = forms.formset_factory(SoldForm, extra=3, can_delete=True)


class OfferForm(ActForm):
    valid_until = forms.DateField(label=_("Valid until"), widget=forms.DateInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["valid_until"] = timezone.localdate() + USUAL_VALIDITY


class DueForm(ActForm):
    due_on = forms.DateField(label=_("Due on"), widget=forms.DateInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["due_on"] = timezone.localdate() + USUAL_PAYMENT


class LinesField(forms.ModelMultipleChoiceField[PartsOrderLine]):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.part.name} × {obj.owed.normalize():f}"


class LineField(forms.ModelChoiceField[PartsOrderLine]):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.part.name} × {obj.owed.normalize():f}"


class OfLines(ActForm):
    """Asks for lines of the order the button stands on."""

    def __init__(self, *args: Any, row: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        for name in {"line", "lines"} & set(self.fields):
            field = cast("forms.ModelChoiceField[Any]", self.fields[name])
            lines = PartsOrderLine.objects.filter(order=row)
            field.queryset = lines.select_related("part").order_by("pk")
            if name == "line" and len(field.queryset) == 1:
                field.initial = field.queryset[0]


class PickForm(OfLines):
    lines = LinesField(
        PartsOrderLine.objects.none(),
        label=_("Only these lines"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("None ticked: everything that lies ready."),
    )


class GiveUpForm(OfLines, ReasonForm):
    lines = LinesField(
        PartsOrderLine.objects.none(),
        label=_("Only these lines"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("None ticked: the rest of all lines."),
    )
    field_order = ["lines", "reason"]


class ReturnForm(OfLines, ReasonForm):
    line = LineField(PartsOrderLine.objects.none(), label=_("Line"))
    kind = forms.ChoiceField(label=_("Kind"), choices=Return.Kind.choices)
    quantity = forms.DecimalField(
        label=_("Quantity"), max_digits=12, decimal_places=3, min_value=0
    )
    field_order = ["line", "kind", "quantity", "reason"]


class CarrierForm(ActForm):
    carrier = forms.CharField(label=_("Carrier"), max_length=60)
    tracking_number = forms.CharField(
        label=_("Tracking number"), max_length=60, required=False
    )
    serials = forms.CharField(
        label=_("Serial numbers"),
        required=False,
        help_text=_("Separated by commas, where more lie here than leave."),
    )

    def clean_serials(self) -> list[str]:
        return split_serials(self.cleaned_data["serials"])


class PackForm(ActForm):
    boxes = forms.IntegerField(label=_("Boxes"), min_value=1, max_value=999, initial=1)
    weight_grams = forms.IntegerField(
        label=_("Gross weight, g"), min_value=1, max_value=30_000_000
    )


class ReceiveForm(ActForm):
    bin = forms.ModelChoiceField(Bin.objects.none(), label=_("Into bin"))
    part = part_field(
        label=_("Kept as part"),
        help_text=_("The part as which the old one is kept."),
    )
    answer = forms.CharField(label=_("What was found"), max_length=200, required=False)
    serials = forms.CharField(label=_("Serial numbers"), required=False)

    def __init__(self, *args: Any, row: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        bins = Bin.objects.exclude(kind=Bin.Kind.ORIGINALS).order_by("code")
        field = cast("forms.ModelChoiceField[Any]", self.fields["bin"])
        field.queryset = bins.filter(site_id=row.line.order.site_id)
        if row.kind != Return.Kind.CORE:
            del self.fields["part"]

    def clean_serials(self) -> list[str]:
        return split_serials(self.cleaned_data["serials"])


class RefundForm(ActForm):
    net = amount(
        _("Before tax"),
        required=False,
        help_text=_("Empty: all that was charged."),
    )


def split_serials(text: str) -> list[str]:
    return [each.strip() for each in text.replace("、", ",").split(",") if each.strip()]
