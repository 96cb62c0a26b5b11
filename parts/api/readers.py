"""Rows written out for lists: how each field is read is decided once, not per row.

Django REST framework asks every field of every row anew how it is read and written;
for a page of orders with their lines that was more work than all the rest together.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import cache, cached_property
from operator import attrgetter
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import ForeignKey, Model, Prefetch, QuerySet
from rest_framework import ISO_8601, fields, relations, serializers
from rest_framework.settings import api_settings

from workshop.models import role_of

LISTED = "{}_listed"
Read = Callable[[Any], Any]


# Fields stay what they are: the document of the API, and what is left out for a role,
# come from them. A method may ask the row and the language, and nothing of the request
# but the role. (No docstring: the document would give it to each of its heirs.)
class QuickSerializer(serializers.Serializer[Any]):
    @cached_property
    def role(self) -> str | None:
        """Whom the rows are for."""
        if "role" in self.context:
            given: str | None = self.context["role"]
            return given
        request = self.context.get("request")
        return role_of(request.user) if request is not None else None

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown = {}
        for name, read in self._readers:
            try:
                shown[name] = read(instance)
            except fields.SkipField:
                continue
        return shown

    @cached_property
    def _readers(self) -> tuple[tuple[str, Read], ...]:
        return _readers_of(type(self), self.role)


def listed(name: str, rows: QuerySet[Any]) -> Prefetch[Any]:
    """Read what hangs on the rows of a list with one statement, ready to be shown.

    A relation's own prefetch makes a query set for every row, which costs more than
    the rows that it holds.

    Args:
        name: of the relation.
        rows: what hangs there, in order.
    """
    return Prefetch(name, rows, to_attr=LISTED.format(name))


def hanging(row: Model, name: str) -> Iterable[Any]:
    """Return what hangs on a row, from where :func:`listed` has put it if it has."""
    there: Iterable[Any] | None = getattr(row, LISTED.format(name), None)
    return getattr(row, name).all() if there is None else there


@cache
def _readers_of(
    kind: type[QuickSerializer], role: str | None
) -> tuple[tuple[str, Read], ...]:
    fields_of = kind(context={"role": role}).fields
    shown = ((name, each) for name, each in fields_of.items() if not each.write_only)
    return tuple((name, _reader(each)) for name, each in shown)


def _reader(field: Any) -> Read:
    """Return what a field does with a row."""
    if isinstance(field, fields.SerializerMethodField):
        method: Read = getattr(field.parent, str(field.method_name))
        return method
    if isinstance(field, serializers.ListSerializer) and len(field.source_attrs) == 1:
        return _of_rows(field)
    for kind, plain, write in _plain_kinds(field):
        # A heir of a field may write otherwise.
        if type(field) is kind:
            return _of_plain(field, plain, write)
    return _as_ever(field)


def _plain_kinds(field: Any) -> Iterator[tuple[type, type, Read]]:
    """Yield kinds of fields, the type of their values, and how these are written."""
    yield fields.CharField, str, _itself
    yield fields.ChoiceField, str, _itself
    yield fields.IntegerField, int, _itself
    yield fields.BooleanField, bool, _itself
    yield relations.PrimaryKeyRelatedField, int, _itself
    yield fields.DateTimeField, datetime, field.to_representation
    if api_settings.DATE_FORMAT == ISO_8601 and not hasattr(field, "format"):
        yield fields.DateField, date, date.isoformat
    if _in_places(field):
        yield fields.DecimalField, Decimal, f"{{:.{field.decimal_places}f}}".format


def _in_places(field: Any) -> bool:
    """Say whether a field writes numbers as text with its places and nothing more."""
    if type(field) is not fields.DecimalField or field.decimal_places is None:
        return False
    as_text = getattr(field, "coerce_to_string", api_settings.COERCE_DECIMAL_TO_STRING)
    special = field.localize or field.normalize_output or field.rounding
    return bool(as_text and not special)


def _itself(value: Any) -> Any:
    return value


def _of_plain(field: Any, plain: type, write: Read) -> Read:
    """Return a reader that is quick for values of one type; others go the long way."""
    get = attrgetter(_path(field))
    long_way = _as_ever(field)

    def read(row: Any) -> Any:
        try:
            value = get(row)
        except (AttributeError, ObjectDoesNotExist):
            # The field knows its default, or that it is left out.
            return long_way(row)
        if value is None:
            return None
        return write(value) if type(value) is plain else long_way(row)

    return read


def _path(field: Any) -> str:
    """Return the attribute a field reads; of another row's key the column itself."""
    path = ".".join(field.source_attrs)
    model = getattr(getattr(field.parent, "Meta", None), "model", None)
    if model is None or type(field) is not relations.PrimaryKeyRelatedField:
        return path
    column = model._meta.get_field(field.source)
    if isinstance(column, ForeignKey) and column.target_field.primary_key:
        return column.attname
    return path


def _of_rows(field: Any) -> Read:
    """Return a reader of the rows that hang on a row."""
    name, write = _path(field), field.child.to_representation

    def read(row: Any) -> Any:
        return [write(each) for each in hanging(row, name)]

    return read


def _as_ever(field: Any) -> Read:
    """Return a reader that asks the field, as the framework does."""

    def read(row: Any) -> Any:
        value = field.get_attribute(row)
        key = value.pk if isinstance(value, relations.PKOnlyObject) else value
        return None if key is None else field.to_representation(value)

    return read
