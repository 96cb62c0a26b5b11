"""Forms of the pages that belong to no face."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


def time_zones() -> list[tuple[str, str]]:
    """Return the zones people live in, by name."""
    names = (name for name in available_timezones() if "/" in name)
    places = sorted(name for name in names if not name.startswith(("Etc/", "posix/")))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in places)]


class AcceptForm(forms.Form):
    """What an invited person tells the house about themselves."""

    full_name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("Choose a password"),
        help_text=_("At least 8 characters, not only digits, not a common one."),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones)

    def refuse(self, field: str, sentence: str) -> None:
        """Show a refusal of the command at the field it speaks of."""
        self.add_error(field if field in self.fields else None, sentence)

    def answers(self) -> dict[str, Any]:
        return dict(self.cleaned_data)
