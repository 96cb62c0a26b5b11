"""Values of the desk as people write them: amounts, quantities, keys, records."""

import json
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from common import subjects
from common.formats import grouped
from common.money import shown

NOTHING = "—"
_LINK = re.compile(r"</?a\b[^>]*>")
# What an opaque key's column is called wherever there is one.
KEYS = frozenset(
    {"subject", "subject_key", "group_key", "demand_key", "owner_key", "fitted_key"}
)
MONEY_PLACES = 2

Reader = Callable[[Any], Any]
R = TypeVar("R", bound=models.Model)

_titles: dict[type[models.Model], Callable[[Any], str]] = {}


class PlainDecimalField(forms.DecimalField):
    """A number to enter that starts without zeros that say nothing."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal) and value.is_finite():
            return format(value.normalize(), "f")
        return value


class Column:
    """One field as people read it; to the admin it looks like a field."""

    def __init__(self, field: Any, reader: Reader) -> None:
        self.field = field
        self.reader = reader
        self.__name__: str = field.name
        self.admin_order_field: str = field.name

    def __call__(self, row: Any) -> Any:
        value = self.reader(row)
        return NOTHING if value is None or value == "" else value

    def __str__(self) -> str:
        return self.__name__

    # The admin's templates would call what can be called.
    do_not_call_in_templates = True

    @cached_property
    def without_link(self) -> "Column":
        """The same where the admin puts a link of its own around it."""
        return Column(self.field, lambda row: _unlinked(self.reader(row)))

    @property
    def short_description(self) -> str | Promise:
        name: str | Promise = self.field.verbose_name
        return name


def _unlinked(value: Any) -> Any:
    if not isinstance(value, SafeString):
        return value
    return mark_safe(_LINK.sub("", value))  # noqa: S308 - less of what was safe


def title(model: type[R]) -> Callable[[Callable[[R], str]], Callable[[R], str]]:
    """Say how rows of a model are called in headings and where others name them."""

    def keep(name: Callable[[R], str]) -> Callable[[R], str]:
        _titles[model] = name
        return name

    return keep


def title_of(row: models.Model) -> str:
    """Return what a row is called on the desk."""
    name = _titles.get(type(row), str)
    return name(row)


def money_text(amount: Decimal | None, currency: str) -> str:
    """Return an amount as the reader's language writes it; empty without one."""
    return "" if amount is None else shown(amount, currency)


@cache
def column(
    model: type[models.Model], name: str, reader: Reader | None
) -> Column | None:
    """Return a field's column; None when the admin shows such fields well itself.

    Args:
        model: whose field.
        name: of the field.
        reader: what reads it; by default found by the field's kind.
    """
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    found = reader or _by_kind(model, field)
    return Column(field, found) if found else None


def _by_kind(model: type[models.Model], field: Any) -> Reader | None:
    kind = getattr(field, "output_field", field)
    if isinstance(kind, models.DecimalField):
        return _number(model, field, kind.decimal_places)
    if isinstance(field, models.JSONField):
        return lambda row: record_text(getattr(row, field.name))
    if isinstance(field, models.ForeignKey) and field.related_model in _titles:
        return lambda row: linked(row, getattr(row, field.name))
    if field.name in KEYS:
        return lambda row: key_text(row, getattr(row, field.name))
    return None


def _number(model: type[models.Model], field: Any, places: int) -> Reader:
    names = {each.name for each in model._meta.get_fields()}
    own = f"{field.name}_currency"
    currency = own if own in names else "currency"
    is_money = places == MONEY_PLACES and "percent" not in field.name
    if is_money and currency in names:
        return lambda row: money_text(getattr(row, field.name), getattr(row, currency))
    return lambda row: quantity_text(getattr(row, field.name))


def quantity_text(value: Decimal | int | None) -> str:
    """Return a quantity without zeros that say nothing; empty without one."""
    return "" if value is None else grouped(value)


def coded(name: str, code: str) -> SafeString | str:
    """Return a name with its code, small, beside it."""
    if name == code:
        return code
    return format_html('{} <code class="code small muted">{}</code>', name, code)


def record_text(value: Any) -> SafeString | str:
    """Return a record that programs read, as it is kept."""
    if value in (None, {}, []):
        return ""
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
    return format_html('<pre class="code small" lang="en" dir="ltr">{}</pre>', text)


def quoted(text: str) -> SafeString | str:
    """Return the words of a source, marked as what they are."""
    return format_html('<q class="quote" lang="en">{}</q>', text) if text else ""


def name_keys(rows: Iterable[Any], key_of: Callable[[Any], Iterable[str]]) -> None:
    """Name the keys of a page's rows together, in one statement."""
    kept = list(rows)
    keys = {key for row in kept for key in key_of(row)}
    names, pages = subjects.names_and_pages(keys)
    for row in kept:
        row.names_of_keys, row.pages_of_keys = names, pages


def key_text(row: Any, key: str) -> SafeString | str:
    """Return what a key stands for, as a link where the reader may follow it.

    Args:
        row: what carries the key; a page has written ``read_by`` on it.
        key: such as ``project:12``.
    """
    if not key:
        return ""
    if key not in getattr(row, "names_of_keys", ()):
        name_keys([row], lambda _row: [key])
    name, page = row.names_of_keys[key], row.pages_of_keys.get(key)
    return _link(row, page[0], page[1], name) if page and name != key else name


def linked(row: Any, other: models.Model | None) -> SafeString | str:
    """Return another row's title, as a link where the reader may follow it."""
    if other is None:
        return ""
    return _link(row, other._meta.label_lower, other.pk, title_of(other))


def _link(row: Any, model: str, pk: Any, name: str) -> SafeString | str:
    app, _dot, kind = model.partition(".")
    reader = getattr(row, "read_by", None)
    if reader is None or not reader.has_perm(f"{app}.view_{kind}"):
        return name
    try:
        address = reverse(f"admin:{app}_{kind}_change", args=[pk])
    except NoReverseMatch:
        return name
    return format_html('<a href="{}">{}</a>', address, name)
