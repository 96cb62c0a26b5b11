"""What is entered on the floor: by pad, by buttons, and in words where one wants to."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from common.errors import InvalidInput
from parts.models import Bin
from restoration.floor.words import FOUND, UNITS
from restoration.models import Finding, InspectionItem, JobCardPart

MINUTES_AN_HOUR = 60
LONGEST_HOURS = 400
OTHER = "other"


class EntryForm(forms.Form):
    """A form whose command may refuse it, and whose key makes it count once."""

    idempotency_key = forms.CharField(max_length=200)

    def refuse(self, refusal: InvalidInput) -> None:
        """Show a command's refusal at the field it names."""
        field = refusal.field if refusal.field in self.fields else None
        self.add_error(field, refusal.sentence)


class MeasureForm(EntryForm):
    """One measured value, for an item of the checklist or for something else."""

    value = forms.DecimalField(
        label=_("Value"),
        max_digits=14,
        decimal_places=4,
        localize=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={
            "required": _("Type the value on the pad."),
            "invalid": _("This is no number. Digits and one point were expected."),
        },
    )
    label = forms.CharField(label=_("What was measured"), max_length=120)
    unit = forms.ChoiceField(
        label=_("Unit"),
        choices=[(unit, unit) for unit in UNITS],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the unit.")},
    )

    def __init__(
        self, data: Any = None, *, item: InspectionItem | None, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        if item is not None:
            del self.fields["label"], self.fields["unit"]


class FindingForm(EntryForm):
    """Something found that was not agreed."""

    severity = forms.ChoiceField(
        label=_("How bad is it?"),
        choices=Finding.Severity.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how bad it is.")},
    )
    what = forms.ChoiceField(
        label=_("What is it?"),
        choices=FOUND,
        required=False,
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=_("In your own words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    hours_low = forms.DecimalField(
        required=False, min_value=0, max_value=LONGEST_HOURS, decimal_places=2
    )
    hours_high = forms.DecimalField(
        required=False, min_value=0, max_value=LONGEST_HOURS, decimal_places=2
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("what") and not given.get("text", "").strip():
            self.add_error("what", _("Choose what it is, or say it in your own words."))
        low, high = given.get("hours_low") or 0, given.get("hours_high") or 0
        if low > high:
            self.add_error("hours_high", _("The most hours are below the least hours."))
        return given

    def finding_text(self) -> str:
        """Return what was chosen and what was written, as one text."""
        chosen = str(dict(FOUND).get(self.cleaned_data["what"], ""))
        written = self.cleaned_data["text"].strip()
        return ": ".join(part for part in (chosen, written) if part)

    def minutes(self, field: str) -> int:
        """Return hours of a field as minutes."""
        return int((self.cleaned_data.get(field) or Decimal(0)) * MINUTES_AN_HOUR)


class OriginalForm(EntryForm):
    """An original that came off the car."""

    what = forms.ChoiceField(
        label=_("What came off?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what came off.")},
    )
    text = forms.CharField(label=_("What exactly"), required=False, max_length=200)
    bin = forms.ChoiceField(
        label=_("Where does it lie?"), required=False, widget=forms.RadioSelect
    )

    def __init__(
        self,
        data: Any = None,
        *,
        rows: Sequence[JobCardPart],
        bins: Sequence[Bin],
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.rows = {str(row.pk): row for row in rows}
        what, place = self.fields["what"], self.fields["bin"]
        assert isinstance(what, forms.ChoiceField)  # noqa: S101 - for types
        assert isinstance(place, forms.ChoiceField)  # noqa: S101 - for types
        what.choices = [
            *((pk, row.part.name) for pk, row in self.rows.items()),
            (OTHER, _("Something else")),
        ]
        place.choices = [
            *((str(bin.pk), bin.code) for bin in bins),
            ("", _("Not put away yet")),
        ]
        if not self.rows:
            what.initial = OTHER

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("what") == OTHER and not given.get("text", "").strip():
            self.add_error("text", _("Say what came off."))
        return given

    def described(self) -> dict[str, Any]:
        """Return what came off as the command takes it."""
        text = self.cleaned_data["text"].strip()
        row = self.rows.get(self.cleaned_data["what"])
        bin_id = int(self.cleaned_data["bin"]) if self.cleaned_data["bin"] else None
        if row is None:
            is_ja = (get_language() or "en").startswith("ja")
            names = {"text_ja": text, "text_en": ""} if is_ja else {"text_en": text}
            return {**names, "bin_id": bin_id}
        return {
            "text_en": f"{row.part.name_en} {text}".strip(),
            "text_ja": f"{row.part.name_ja} {text}".strip() if row.part.name_ja else "",
            "part_id": row.part_id,
            "bin_id": bin_id,
        }
