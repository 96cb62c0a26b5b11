"""Days that are still to come, as they are entered on the desk."""

from datetime import date

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from parts.commands.due_days import is_too_far


class DayInput(forms.DateInput):
    """The browser's own calendar: its clock says nothing about the day."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ComingDay(forms.DateField):
    """A day on which something is still to arrive."""

    widget = DayInput

    def validate(self, value: date | None) -> None:
        super().validate(value)
        today = timezone.localdate()
        if value is not None and (value < today or is_too_far(value, today)):
            raise forms.ValidationError(
                _("A day from today on and within four years was expected.")
            )
