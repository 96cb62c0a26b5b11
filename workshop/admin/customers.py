"""Customers: entered and changed by commands, on pages of their own."""

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workshop import commands
from workshop.admin.pages import CommandAddAdmin, actor, get_row
from workshop.models import Customer


class CustomerForm(forms.Form):
    """Who a customer is and how they are reached."""

    command_id = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), max_length=120)
    name_kana = forms.CharField(
        label=_("Reading"),
        max_length=120,
        required=False,
        help_text=_("Sorts the list."),
    )
    email = forms.EmailField(label=_("E-mail address"), required=False)
    phone = forms.CharField(label=_("Phone"), max_length=32, required=False)
    address = forms.CharField(
        label=_("Address"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    country = forms.CharField(
        label=_("Country"), max_length=2, help_text=_("Two letters, such as JP.")
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.CharField(
        label=_("Time zone"), max_length=64, help_text=_("A name such as Asia/Tokyo.")
    )
    currency = forms.CharField(
        label=_("Currency"), max_length=3, help_text=_("Three letters, such as JPY.")
    )


NEW_CUSTOMER = {
    "country": "JP",
    "language": "ja",
    "time_zone": "Asia/Tokyo",
    "currency": "JPY",
}


@admin.register(Customer)
class CustomerAdmin(CommandAddAdmin[Customer]):
    """Who cars and parts are worked for."""

    fields = [
        "name",
        "name_kana",
        "email",
        "phone",
        "address",
        "country",
        "language",
        "time_zone",
        "currency",
        "user",
        "is_demo",
        "created_at",
    ]
    list_display = ["name", "name_kana", "email", "phone", "country", "currency"]
    list_filter = ["country", "language", "is_demo"]
    ordering = ["name_kana", "name", "pk"]
    search_fields = ["name", "name_kana", "email", "phone"]

    def get_urls(self) -> list[URLPattern]:
        return [self.row_page("edit", self.edit_view), *super().get_urls()]

    def buttons(self, request: HttpRequest, row: Customer) -> list[tuple[str, Any]]:
        return [("edit", _("Change the customer"))]

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        def run(values: Any) -> HttpResponse:
            return self.to_row(commands.create_customer(**told(request, values)))

        return self.command_page(
            request,
            form=self.form_of(request, NEW_CUSTOMER),
            title=_("Enter a customer"),
            verb=_("Enter the customer"),
            run=run,
        )

    def edit_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Change who a customer is and how they are reached."""
        customer = get_row(self, request, object_id)

        def run(values: Any) -> HttpResponse:
            commands.change_customer(customer_id=customer.pk, **told(request, values))
            return self.to_row(customer)

        return self.command_page(
            request,
            form=self.form_of(request, model_to_dict(customer)),
            title=customer,
            verb=_("Change the customer"),
            run=run,
            back=self.page_url("change", customer.pk),
        )

    def form_of(self, request: HttpRequest, initial: dict[str, Any]) -> CustomerForm:
        """Return the form with a key of its own: sent twice it counts once."""
        return CustomerForm(
            request.POST or None, initial={**initial, "command_id": uuid.uuid4()}
        )


def told(request: HttpRequest, values: Any) -> dict[str, Any]:
    """Return what a customer's command wants to know."""
    fields = dict(values)
    key = str(fields.pop("command_id"))
    return {**fields, "key": key, "actor_id": actor(request), "at": timezone.now()}
