"""Exchange rates on the desk: read from the bank, entered once a day."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workshop import commands
from workshop.admin.pages import CommandAddAdmin, actor
from workshop.models import ExchangeRate


class RateForm(forms.Form):
    """What one unit of a currency is worth."""

    currency = forms.CharField(label=_("Currency"), max_length=3)
    per_unit = forms.DecimalField(
        label=_("Worth of one unit"), max_digits=18, decimal_places=8, min_value=0
    )
    base = forms.CharField(label=_("In currency"), max_length=3, initial="JPY")
    valid_on = forms.DateField(label=_("Rate of"), widget=forms.DateInput)
    source = forms.CharField(
        label=_("Source"), max_length=120, help_text=_("Such as the bank and the hour.")
    )


@admin.register(ExchangeRate)
class ExchangeRateAdmin(CommandAddAdmin[ExchangeRate]):
    """What foreign money was worth. A mistake is put right by a newer entry."""

    list_display = ["currency", "per_unit", "base", "valid_on", "source", "entered_at"]
    list_filter = ["currency", "base"]
    ordering = ["-valid_on", "-pk"]

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        def run(values: Any) -> HttpResponse:
            commands.enter_rate(
                currency=values["currency"].upper(),
                base=values["base"].upper(),
                per_unit=values["per_unit"],
                valid_on=values["valid_on"],
                source=values["source"],
                actor_id=actor(request),
                at=timezone.now(),
            )
            return self.to_list()

        return self.command_page(
            request,
            form=RateForm(
                request.POST or None, initial={"valid_on": timezone.localdate()}
            ),
            title=_("Enter an exchange rate"),
            verb=_("Enter the rate"),
            run=run,
        )
