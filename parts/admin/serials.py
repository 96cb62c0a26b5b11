"""Serial numbers on the desk's forms: asked only where a part is kept by them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parts.admin.acts import ActForm
from parts.models import Part, StockLevel, Unit

SHOWN = 30


class SerialsField(forms.CharField):
    """Serial numbers, one on each line, as a scanner types them."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Serial numbers, one per line"))
        super().__init__(required=False, **kwargs)

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        lines = str(super().to_python(value) or "").splitlines()
        return [line.strip() for line in lines if line.strip()]


class BySerialForm(ActForm):
    """Asks for serial numbers if the row's part is kept by them."""

    serials = SerialsField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        part = self.row if isinstance(self.row, Part) else self.row.part
        if not part.is_serialised:
            del self.fields["serials"]
            return
        if isinstance(self.row, StockLevel):
            lies = Unit.objects.filter(level=self.row).order_by("serial")
            known = list(lies.values_list("serial", flat=True)[:SHOWN])
            self.fields["serials"].help_text = _("Here lie: %(serials)s") % {
                "serials": ", ".join(known) or "—"
            }
