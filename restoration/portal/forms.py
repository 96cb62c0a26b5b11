"""What a customer fills in."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from common.errors import InvalidInput
from common.row_keys import row_key
from restoration.models import EstimateLine

Decision = EstimateLine.Decision


class DecisionForm(forms.Form):
    """A decision for every line of an estimate, and a signature under it."""

    line = forms.MultipleChoiceField(required=False)
    signed_name = forms.CharField(
        label=_("Your name, as a signature"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={
            "required": _("Type your name. Your ticks are kept; nothing was sent yet.")
        },
    )
    content_hash = forms.CharField(max_length=64)
    idempotency_key = forms.CharField(max_length=80)

    def __init__(
        self, data: Any = None, *, lines: Sequence[EstimateLine], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.lines = lines
        choices = self.fields["line"]
        assert isinstance(choices, forms.MultipleChoiceField)  # noqa: S101 - for types
        choices.choices = [(str(line.pk), line.text) for line in lines]

    def accepted_ids(self) -> set[int]:
        """Return the lines that are ticked: as sent, else all but the options."""
        if self.is_bound:
            sent = cast("QueryDict", self.data).getlist("line")
            return {key for key in map(row_key, sent) if key}
        return {
            line.pk
            for line in self.lines
            if line.decision == Decision.ACCEPTED
            or (line.decision == Decision.PENDING and not line.is_option)
        }

    def decisions(self) -> dict[int, str]:
        """Return line → accepted or declined, for every line of the page."""
        accepted = self.accepted_ids()
        return {
            line.pk: Decision.ACCEPTED if line.pk in accepted else Decision.DECLINED
            for line in self.lines
        }

    def refuse(self, refusal: InvalidInput) -> None:
        """Show a command's refusal at the field it names."""
        field = refusal.context.get("field")
        self.add_error(field if field in self.fields else None, refusal.sentence)
