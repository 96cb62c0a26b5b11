"""Labels to print: sheets of A4 from the first free place, and small printers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common import labels
from common.errors import InvalidInput
from parts.admin.store_pages import StorePages

M = TypeVar("M", bound=Model)
MOST = 500


@dataclass(frozen=True)
class Sheet:
    """One kind of paper. Its measures stand in ``parts/labels.css`` under its name."""

    name: str | Promise
    places: int


SHEETS = {
    "a4-24": Sheet(_("A4, 24 labels of 70 × 37 mm"), 24),
    "a4-65": Sheet(_("A4, 65 labels of 38 × 21 mm"), 65),
    "roll-62": Sheet(_("Roll, 62 mm wide"), 1),
    "roll-29": Sheet(_("Labels of 29 × 90 mm"), 1),
}


class SheetForm(forms.Form):
    sheet = forms.ChoiceField(
        label=_("Paper"),
        choices=[(name, sheet.name) for name, sheet in SHEETS.items()],
    )
    first = forms.IntegerField(
        label=_("First free place"),
        min_value=1,
        max_value=65,
        help_text=_("Counted from the top left; places before it stay empty."),
    )


class LabelPages(StorePages[M]):
    """Adds the page that prints labels of any kind."""

    def get_urls(self) -> list[URLPattern]:
        return [self.page("labels", "labels", self.labels_view), *super().get_urls()]

    def labels_view(self, request: HttpRequest) -> HttpResponse:
        """Show labels as they will be printed, on the chosen paper."""
        kind, keys = asked_for(request)
        found = labels.labels_of(kind, keys)
        given = request.GET
        form = SheetForm(
            {"sheet": given.get("sheet", "a4-24"), "first": given.get("first", "1")}
        )
        name, first = "a4-24", 1
        if form.is_valid():
            name, first = form.cleaned_data["sheet"], form.cleaned_data["first"]
        sheet = SHEETS[name]
        return self.show(
            request,
            "admin/parts/labels.html",
            form=form,
            kind=kind,
            kind_name=labels.kinds()[kind].name,
            keys=keys,
            count=len(found),
            sheet=name,
            sheets=laid_out(found, sheet.places, min(first, sheet.places)),
        )


def laid_out(
    found: list[labels.Label], places: int, first: int
) -> list[list[labels.Label | None]]:
    """Return sheets of labels; the places before the first free one stay empty.

    Args:
        found: the labels in their order.
        places: how many a sheet has.
        first: the first free place of the first sheet, from 1.
    """
    cells: list[labels.Label | None] = [None] * (first - 1)
    cells += found
    return [cells[n : n + places] for n in range(0, len(cells), places)]


def asked_for(request: HttpRequest) -> tuple[str, list[int]]:
    """Return of what and of which rows labels are wanted.

    Raises:
        InvalidInput: no such kind, or a key that is none.
    """
    kind = request.GET.get("kind", "")
    if kind not in labels.kinds():
        raise InvalidInput(_("Say what the labels are for."), field="kind")
    keys = request.GET.getlist("id")[:MOST]
    if not keys or not all(key.isdecimal() and len(key) <= 18 for key in keys):
        raise InvalidInput(_("Choose the rows that get labels."), field="id")
    return kind, [int(key) for key in keys]


def print_labels(kind: str) -> Callable[..., HttpResponseRedirect]:
    """Return a list's action that prints labels of the chosen rows.

    Args:
        kind: the short word of what the rows are.
    """

    @admin.action(description=_("Print labels"))
    def labels_of_chosen(
        desk: Any, request: HttpRequest, rows: QuerySet[Any]
    ) -> HttpResponseRedirect:
        keys = list(rows.order_by("pk").values_list("pk", flat=True)[:MOST])
        query = {"kind": kind, "id": keys}
        return redirect(reverse("admin:parts_stocklevel_labels", query=query))

    return labels_of_chosen
