"""Every list of the desk as a file: its columns, its filters, its order."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import islice
from operator import attrgetter
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import (
    FieldDoesNotExist,
    ObjectDoesNotExist,
    PermissionDenied,
)
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from common import exporting
from common.querysets import ScopedQuerySet
from common.reading import NOTHING, Column, name_keys, title_of

AT_ONCE = 1_000
# What a row can be done with is for the page, not for a file.
NOT_SAID = frozenset({"action_checkbox", "buttons"})
# How columns of money are called.
MONEY = re.compile(r"price|cost|amount|sum|value|charge|total")
Cell = tuple[str, Callable[[Any], Any]]


class Exports(admin.ModelAdmin[Any]):
    """A list that can be taken home as CSV or XLSX."""

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        view = self.admin_site.admin_view(self.export_view)
        return [path("export/<slug:form>/", view, name=name), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_export"
        query = request.GET.urlencode()
        forms = [
            {
                "label": label,
                "url": reverse(name, args=[form]) + (f"?{query}" if query else ""),
            }
            for form, label in exporting.FORMS.items()
        ]
        return super().changelist_view(
            request, {**(extra_context or {}), "exports": forms}
        )

    def export_columns(
        self,
    ) -> Mapping[str, Sequence[tuple[Any, Callable[[Any], Any]]]]:
        """Return, for a column that shows several things, the columns it becomes."""
        return {}

    def hides(self, request: HttpRequest, each: Any) -> bool:
        """Return whether a column is not for this reader: prices are for a right."""
        if _name(each) in NOT_SAID:
            return True
        if not _is_money(self.model, each):
            return False
        return not request.user.has_perm(f"{self.opts.app_label}.see_prices")

    def export_view(self, request: HttpRequest, form: str) -> HttpResponseBase:
        """Give the list as the page shows it, all of its pages."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            listed = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            here = f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
            return redirect(here)
        rows = listed.queryset
        if isinstance(rows, ScopedQuerySet):
            rows = rows.visible_to(request.user)
        cells = list(self._cells(request))
        day = timezone.localdate().isoformat()
        name = f"{self.opts.model_name}-{day}"
        return exporting.download(name, form, self._lines(request, rows, cells))

    def _lines(
        self, request: HttpRequest, rows: "models.QuerySet[Any]", cells: list[Cell]
    ) -> Iterator[Sequence[Any]]:
        yield [label for label, _read in cells]
        found = rows.iterator(chunk_size=AT_ONCE)
        while chunk := list(islice(found, AT_ONCE)):
            self._ready(request, chunk)
            for row in chunk:
                yield [read(row) for _label, read in cells]

    def _ready(self, request: HttpRequest, rows: Iterable[Any]) -> None:
        keys_of = getattr(self, "keys_of", None)
        if keys_of is not None:
            name_keys(rows, keys_of)
        for row in rows:
            row.read_by = request.user

    def _cells(self, request: HttpRequest) -> Iterator[Cell]:
        listed = self.get_list_display(request)
        shown = [each for each in listed if not self.hides(request, each)]
        names, several = {_name(each) for each in shown}, self.export_columns()
        for each in shown:
            if _name(each) in several:
                for label, read in several[_name(each)]:
                    yield capfirst(str(label)), read
                continue
            yield self._label(each), self._reader(each)
            currency = _currency_of(self.model, each)
            if currency and currency not in names:
                yield _("Currency"), attrgetter(currency)

    def _label(self, each: Any) -> str:
        if isinstance(each, Column):
            return capfirst(str(each.short_description))
        return capfirst(str(label_for_field(each, self.model, self)))

    def _reader(self, each: Any) -> Callable[[Any], Any]:
        if isinstance(each, Column):
            return lambda row: _of_field(row, each.field, each)
        return lambda row: self._value(row, each)

    def _value(self, row: Any, each: Any) -> Any:
        try:
            field, _attribute, value = lookup_field(each, row, self)
        except ObjectDoesNotExist:
            return ""
        if field is not None:
            return _of_field(row, field, None)
        return _number_behind(row, each, value, self)


def _name(each: Any) -> str:
    return each if isinstance(each, str) else getattr(each, "__name__", "")


def _field_of(model: type[models.Model], each: Any) -> Any:
    """Return the field behind a column; None for one of the desk's own."""
    try:
        return each.field if isinstance(each, Column) else model._meta.get_field(each)
    except (FieldDoesNotExist, AttributeError, TypeError):
        return None


def _is_money(model: type[models.Model], each: Any) -> bool:
    field = _field_of(model, each)
    if field is not None and not isinstance(field, models.DecimalField):
        return False
    return MONEY.search(_name(each)) is not None


def _currency_of(model: type[models.Model], each: Any) -> str:
    """Return the column of the currency that belongs to a column of money."""
    field = _field_of(model, each)
    if not isinstance(field, models.DecimalField) or field.decimal_places != 2:
        return ""
    names = {field.name for field in model._meta.get_fields()}
    own = f"{field.name}_currency"
    return next((name for name in (own, "currency") if name in names), "")


def _of_field(row: Any, field: Any, column: Column | None) -> Any:
    kind = getattr(field, "output_field", field)
    if field.is_relation and not column:
        other = getattr(row, field.name)
        return "" if other is None else title_of(other)
    if getattr(field, "choices", None):
        return getattr(row, f"get_{field.name}_display")()
    is_number = isinstance(kind, models.DecimalField | models.IntegerField)
    if column is None or is_number:
        return getattr(row, field.name)
    return _said(column(row))


def _number_behind(row: Any, each: Any, value: Any, desk: Any) -> Any:
    """Return the number that a column shows as text, where it shows nothing else."""
    method = each if callable(each) else getattr(desk, each, None)
    order = getattr(method, "admin_order_field", "")
    behind = getattr(row, order, None) if isinstance(order, str) and order else None
    if isinstance(behind, int | Decimal) and not isinstance(behind, bool):
        try:
            if Decimal(strip_tags(str(value)).replace(",", "")) == behind:
                return behind
        except InvalidOperation:
            pass
    return _said(value)


def _said(value: Any) -> Any:
    return "" if value == NOTHING else value
