"""Orders with lines: written by one command on a page of its own."""

from decimal import Decimal
from typing import Any, ClassVar, TypeVar, cast

from django.contrib import admin
from django.db.models import F, Model, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from common.desk import LedgerAdmin
from common.errors import DomainError
from common.reading import money_text
from parts.admin.acts import ActForm, ActsAdmin, Given, Text, given

M = TypeVar("M", bound=Model)


class OrderAdmin(ActsAdmin[M], LedgerAdmin[M]):
    """Orders of one kind. A new one is entered with its lines.

    Attributes:
        asks: what is asked of the whole order.
        asks_lines: the lines' form set.
        asks_title: of the page on which an order is written.
        verb: on its button.
        written: what is said afterwards.
        writes: gives the command that writes what a person has entered.
    """

    asks: ClassVar[type[ActForm]]
    asks_lines: ClassVar[Any]
    asks_title: ClassVar[Text]
    verb: ClassVar[Text]
    written: ClassVar[Text]
    writes: ClassVar["staticmethod[[Given, Any], Model]"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        rows = super().get_queryset(request)
        amount = Sum(F("lines__quantity") * F("lines__unit_price"))
        return cast("QuerySet[M]", rows.annotate(amount=amount))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_act_permission(request)

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Write an order with its lines, by one command."""
        form = self.asks(request.POST or None)
        lines = self.asks_lines(request.POST or None)
        status = 200
        if request.method == "POST" and form.is_valid() and lines.is_valid():
            try:
                order = type(self).writes(given(request, None, form), lines)
            except DomainError as refusal:
                form.add_error(None, refusal.sentence)
                status = refusal.status
            else:
                self.message_user(request, str(self.written))
                return redirect(self.page_name("change"), order.pk)
        return self.ask(
            request,
            form,
            self.asks_title,
            do=self.verb,
            back=self.page_url("changelist"),
            status=status,
            lines=lines,
            media=self.media + form.media + lines.media,
        )

    @admin.display(description=_("sum"), ordering="amount")
    def sum_shown(self, order: Any) -> str:
        return money_text(order.amount or Decimal(0), order.currency)


def lines_of(lines: Any) -> list[dict[str, Any]]:
    """Return what stands in the lines that were filled in."""
    return [row for row in lines.cleaned_data if row]
