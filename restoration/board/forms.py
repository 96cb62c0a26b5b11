"""What a manager fills in."""

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError, InvalidInput
from restoration.models import EngineMenu, Project, Template
from restoration.queries import FrameReading
from workshop.models import Customer, Site, Viewer

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# A list of so many is read at a glance.
FEW = 20


class NamedChoice(forms.ModelChoiceField[Any]):
    """A choice that shows the name in the reader's language."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class HouseForm(forms.Form):
    """A form whose command may refuse a field."""

    def refuse(self, refusal: DomainError) -> None:
        """Show a command's refusal at the field it names, else above the form."""
        field = refusal.field if isinstance(refusal, InvalidInput) else ""
        self.add_error(field if field in self.fields else None, refusal.sentence)


def reason_field(label: "StrOrPromise") -> forms.CharField:
    """Return the field of a reason; what is left empty is the command's to judge."""
    return forms.CharField(
        label=label,
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def key_field() -> forms.CharField:
    """Return the field by which a form that is sent twice does its work once."""
    return forms.CharField(
        max_length=80, widget=forms.HiddenInput, initial=lambda: str(uuid4())
    )


def template_choices() -> QuerySet[Template]:
    return Template.objects.order_by("name_en", "pk")


class DraftForm(HouseForm):
    """What the next version of an estimate starts from."""

    template = NamedChoice(
        label=_("Template"),
        queryset=Template.objects.none(),
        to_field_name="code",
        empty_label=None,
    )
    engine_menu = NamedChoice(
        label=_("Engine menu"),
        queryset=EngineMenu.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=_("As the template says"),
    )

    def __init__(self, data: Any = None, *, project: Project) -> None:
        code = project.template.code if project.template else None
        super().__init__(data, initial={"template": code})
        self.fields["template"].queryset = template_choices()  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["engine_menu"].queryset = EngineMenu.objects.order_by("code")  # type: ignore[attr-defined]


class LookUpForm(forms.Form):
    """A frame number and what the plate says beside it."""

    frame_number = forms.CharField(
        label=_("Frame number"),
        max_length=40,
        help_text=_("As on the plate: BNR34-004321. Hyphens and case do not matter."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    model_code = forms.CharField(
        label=_("Model code"),
        max_length=40,
        required=False,
        help_text=_("From the plate; it decides where ranges overlap."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class ProjectFields(HouseForm):
    """For whom, and what is to be done."""

    customer = forms.ModelChoiceField(
        label=_("Customer"), queryset=Customer.objects.none(), empty_label=_("Choose…")
    )
    site = NamedChoice(
        label=_("Workshop"), queryset=Site.objects.none(), empty_label=None
    )
    title_en = forms.CharField(
        label=_("Title (English)"),
        max_length=200,
        required=False,
        help_text=_("Left empty, the template's name is taken."),
    )
    title_ja = forms.CharField(
        label=_("Title (Japanese)"), max_length=200, required=False
    )
    template = NamedChoice(
        label=_("Template"),
        queryset=Template.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=_("Decide later"),
    )
    wished_on = forms.DateField(label=_("Wished for"), required=False)
    frame_number = forms.CharField(max_length=40, widget=forms.HiddenInput)
    model_code = forms.CharField(max_length=40, required=False)
    idempotency_key = key_field()

    def __init__(self, data: Any = None, *, user: Viewer, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        customers = Customer.objects.visible_to(user)
        querysets: dict[str, QuerySet[Any]] = {
            "customer": customers.order_by("name_kana", "name", "pk"),
            "site": Site.objects.order_by("pk"),
            "template": template_choices(),
        }
        for name, queryset in querysets.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]  # a ModelChoiceField

    @property
    def has_many_customers(self) -> bool:
        """Whether the list of customers needs a search above it."""
        customers = self.fields["customer"].queryset  # type: ignore[attr-defined]  # a ModelChoiceField
        return bool(customers.count() > FEW)

    def clean_wished_on(self) -> date | None:
        """A wish is for a day to come."""
        wished: date | None = self.cleaned_data["wished_on"]
        if wished and wished < timezone.localdate():
            raise forms.ValidationError(
                _("This day is over. Enter a day to come, or leave it empty.")
            )
        return wished

    def _titles(self) -> dict[str, str]:
        """Name the project as typed, or after its template in both languages."""
        given = self.cleaned_data
        if given["title_en"] or given["title_ja"] or not given["template"]:
            names = (given["title_en"], given["title_ja"])
        else:
            names = (given["template"].name_en, given["template"].name_ja)
        return {"title_en": names[0], "title_ja": names[1]}

    def project_values(self) -> dict[str, Any]:
        """Return what `open_project` takes of this form."""
        given = self.cleaned_data
        return {
            "customer_id": given["customer"].pk,
            "site_id": given["site"].pk,
            **self._titles(),
            "template_code": given["template"].code if given["template"] else "",
            "wished_on": given["wished_on"],
            "key": given["idempotency_key"],
        }


class EnterForm(ProjectFields):
    """A car the record knows: its colour, and the variant where the code is not."""

    colour_code = forms.ChoiceField(label=_("Colour"), required=False)
    variant = forms.ChoiceField(label=_("Variant"), required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        user: Viewer,
        reading: FrameReading | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, user=user, **kwargs)
        colours = reading.colours if reading else ()
        self.fields["colour_code"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _("Not read yet")),
            *((c.colour.code, f"{c.colour.code} {c.colour.name}") for c in colours),
        ]
        self.fields["variant"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _("As the model code says")),
            *(
                (str(c.variant.pk), f"{c.variant.model_code} {c.variant.name}")
                for c in (reading.candidates if reading else ())
            ),
        ]

    @property
    def variant_id(self) -> int | None:
        chosen = self.cleaned_data.get("variant")
        return int(chosen) if chosen else None


class UnlistedForm(ProjectFields):
    """A car that no range holds, on a manager's word."""

    reason = forms.CharField(
        label=_("Why this car is entered"),
        max_length=200,
        help_text=_("Such as: plate, body stamp and papers agree. It stays with it."),
    )
