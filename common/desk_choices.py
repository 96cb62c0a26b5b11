"""Choices of a row's other rows that were read with it and need not be asked again."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect, ForeignKeyRawIdWidget
from django.db.models import Model
from django.urls import NoReverseMatch, reverse
from django.utils.text import Truncator


class KnowingSelect(AutocompleteSelect):
    """Offers, until something is typed, only what is chosen."""

    known: Model | None = None

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        known = self.known
        if known is None or list(value) != [str(known.pk)]:
            return super().optgroups(name, value, attr)
        chosen = []
        if not self.is_required:
            chosen.append(self.create_option(name, "", "", False, 0))
        label = self.choices.field.label_from_instance(known)
        chosen.append(self.create_option(name, known.pk, label, True, 0))
        return [(None, chosen, 0)]


class KnowingKey(ForeignKeyRawIdWidget):
    """A key to enter, with the name of the row it stands for."""

    known: Model | None = None

    def label_and_url_for_value(self, value: Any) -> tuple[str, str]:
        known = self.known
        if known is None or str(value) != str(known.pk):
            return super().label_and_url_for_value(value)
        meta = known._meta
        page = f"{self.admin_site.name}:{meta.app_label}_{meta.model_name}_change"
        try:
            url = reverse(page, args=[known.pk])
        except NoReverseMatch:
            url = ""
        return Truncator(str(known)).words(14), url


class KnowingForm(forms.ModelForm[Any]):
    """A row whose choices know what was read with it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            widget = getattr(field.widget, "widget", field.widget)
            if isinstance(widget, KnowingSelect | KnowingKey):
                column = self._meta.model._meta.get_field(name)
                is_read = column.is_cached(self.instance)
                widget.known = getattr(self.instance, name) if is_read else None
