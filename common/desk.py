"""What every page of the desk stands on: fields are shown as people write them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from common.desk_choices import KnowingForm, KnowingKey, KnowingSelect
from common.desk_exports import Exports
from common.reading import (
    KEYS,
    NOTHING,
    PlainDecimalField,
    Reader,
    column,
    name_keys,
    quantity_text,
    title_of,
)
from common.together import read_together

M = TypeVar("M", bound=Model)
NUMBERS: dict[Any, Any] = {models.DecimalField: {"form_class": PlainDecimalField}}


class Reads(admin.options.BaseModelAdmin[M]):
    """Fields that are only read, read by people.

    ``read_as`` names readers of single fields; others are found by the field's kind.
    """

    read_as: ClassVar[Mapping[str, Reader]] = {}
    formfield_overrides = NUMBERS
    empty_value_display = NOTHING

    def as_read(self, name: Any) -> Any:
        """Return what shows a field of this name: a column, or the name itself."""
        if not isinstance(name, str):
            return name
        return column(self.model, name, self.read_as.get(name)) or name

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Return what is never entered: the declared fields and every column."""
        declared = super().get_readonly_fields(request, obj)
        names = [field.name for field in self.model._meta.fields]
        columns = [self.as_read(name) for name in names]
        return [*declared, *(each for each in columns if not isinstance(each, str))]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if self.fields:
            return self.fields
        form = self._get_form_for_get_fields(request, obj)  # type: ignore[attr-defined]  # Django's own, unstubbed
        return [*form.base_fields, *super().get_readonly_fields(request, obj)]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        only_read = set(super().get_readonly_fields(request, obj))
        is_shown = self.is_shown(request, obj)
        return [
            (
                heading,
                {
                    **options,
                    "fields": self._read(options["fields"], only_read, whole=is_shown),
                },
            )
            for heading, options in super().get_fieldsets(request, obj)
        ]

    def is_shown(self, request: HttpRequest, obj: Any) -> bool:
        """Return whether the page shows its fields and enters none."""
        return obj is not None and not self.has_change_permission(request, obj)

    def _read(self, fields: Any, only_read: set[Any], *, whole: bool) -> list[Any]:
        shown = []
        for name in fields:
            if isinstance(name, (list, tuple)):
                shown.append(tuple(self._read(name, only_read, whole=whole)))
            else:
                is_read = whole or name in only_read
                shown.append(self.as_read(name) if is_read else name)
        return shown


class HouseList(ChangeList):
    """A page of rows whose opaque keys are named together, in one statement."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        desk = self.model_admin
        rows = list(self.result_list)
        if isinstance(desk, HouseAdmin):
            name_keys(rows, desk.keys_of)
        for row in rows:
            row.read_by = request.user
        self.result_list = rows


def with_named(rows: QuerySet[Any], *but: str) -> QuerySet[Any]:
    """Return rows to be read together with the rows they name, but for some."""
    names = [
        field.name
        for field in rows.model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.name not in but
    ]
    return rows.select_related(*names) if names else rows


class ReadRows:
    """The rows of an inline, read before its formset asks for its owner's."""

    def __init__(self, rows: QuerySet[Any], owner: str, row: Any) -> None:
        mine = with_named(rows.filter(**{owner: row}), owner)
        self.rows = mine if mine.ordered else mine.order_by("pk")
        self.owner = owner, row

    def give_owner(self) -> None:
        """Let the rows know their owner's row: it has been read already."""
        name, row = self.owner
        for mine in self.rows:
            setattr(mine, name, row)

    def filter(self, **_owner: Any) -> QuerySet[Any]:
        return self.rows


class HouseAdmin(Exports, Reads[M], admin.ModelAdmin[M]):
    """A model's pages on the desk."""

    def describe(self, row: Any) -> str:
        """Name a row in headings and to a person who is about to act on it."""
        return title_of(row)

    @admin.display(description=_("name"), ordering="name_en")
    def name(self, row: Any) -> str:
        """The name in the reader's language, where a model has one in each."""
        return str(row.name)

    def page_name(self, page: str) -> str:
        """Return the route of one of the model's pages."""
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"

    def page_url(self, page: str, *args: Any) -> str:
        return reverse(self.page_name(page), args=args)

    def keys_of(self, row: Any) -> Iterable[str]:
        """Return the opaque keys a list names for a row."""
        return [
            value
            for name in KEYS & row.__dict__.keys()
            if (value := row.__dict__[name])
        ]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return HouseList

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        first, *others = map(self.as_read, super().get_list_display(request))
        # The first column leads to the row's page: no link fits into that link.
        return [getattr(first, "without_link", first), *others]

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        """Return the rows; for a page of one of them with the rows it names."""
        rows = super().get_queryset(request)
        if request.__dict__.get("_row_of_desk") != self.opts.label:
            return rows
        listed = self.list_select_related
        rows = with_named(rows)
        return rows.select_related(*listed) if isinstance(listed, list) else rows

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> M | None:
        """Return a row; a page that is only read reads it once, however often asked."""
        kept: dict[Any, M | None] = request.__dict__.setdefault("_rows_of_desk", {})
        place = (self.opts.label, str(object_id), from_field)
        if request.method == "GET" and place in kept:
            return kept[place]
        request.__dict__["_row_of_desk"] = self.opts.label
        row = super().get_object(request, object_id, from_field)
        del request.__dict__["_row_of_desk"]
        if row is not None:
            row.read_by = request.user
        kept[place] = row
        return row

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return what the address fills in, without keys that no row could have."""
        given = super().get_changeform_initial_data(request)
        return {n: value for n, value in given.items() if self._fits(n, value)}

    def _fits(self, name: str, value: Any) -> bool:
        try:
            field = self.opts.get_field(name)
        except FieldDoesNotExist:
            return True
        if not isinstance(field, models.ForeignKey):
            return True
        try:
            field.to_python(value)
        except ValidationError:
            return False
        return True

    def read_beside(self, request: HttpRequest, row: M) -> Sequence[QuerySet[Any, Any]]:
        """Return lists that a row's page needs besides its inlines; read with them."""
        return ()

    def get_formsets_with_inlines(
        self, request: HttpRequest, obj: Any = None
    ) -> Iterator[Any]:
        """Read the rows of all inlines of a page that is only shown at once."""
        pairs = list(super().get_formsets_with_inlines(request, obj))
        if request.method == "GET" and obj is not None:
            lists = {
                id(inline): ReadRows(inline.get_queryset(request), formset.fk.name, obj)
                for formset, inline in pairs
            }
            beside = self.read_beside(request, obj)
            read_together(*(each.rows for each in lists.values()), *beside)
            for each in lists.values():
                each.give_owner()
            request.__dict__["_rows_of_inlines"] = lists
        yield from pairs

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Any, inline: Any, prefix: str
    ) -> dict[str, Any]:
        given: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        read = request.__dict__.get("_rows_of_inlines", {}).get(id(inline))
        return {**given, "queryset": read} if read is not None else given

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        named = {"subtitle": self.describe(row)} if row is not None else {}
        extra = {**named, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, extra)


class HouseInline(Reads[M], admin.TabularInline[M, Any]):
    """Rows on their owner's page."""

    extra = 0
    form: type[forms.ModelForm[Any]] = KnowingForm

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KnowingSelect(db_field, self.admin_site))
        elif db_field.name in self.raw_id_fields:
            rel = db_field.remote_field
            kwargs.setdefault("widget", KnowingKey(rel, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class ReadInline(HouseInline[M]):
    """Rows shown with their owner and not touched there."""

    can_delete = False

    def is_shown(self, request: HttpRequest, obj: Any) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LedgerAdmin(HouseAdmin[M]):
    """Rows that are read here and written only by commands."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def named_values(
    name: Callable[[str], str], known: Callable[[], Sequence[str]] | None = None
) -> type[admin.AllValuesFieldListFilter]:
    """Return a filter of a field's values that calls each by its name.

    Args:
        name: of one value, for people.
        known: finds the values of a long table quicker than by reading it.
    """

    class Named(admin.AllValuesFieldListFilter):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            if known is not None:
                self.lookup_choices = known()  # type: ignore[assignment]  # read by iterating alone

        def choices(self, changelist: Any) -> Iterator[Any]:
            known = {str(value) for value in self.lookup_choices}
            for choice in super().choices(changelist):
                text = str(choice["display"])
                yield {**choice, "display": name(text) if text in known else text}

    return Named


def quantity(name: str, label: Any) -> Callable[[Any], str | SafeString]:
    """Return a list's column for a quantity under a name of its own."""

    @admin.display(description=label, ordering=name)
    def shown(row: Any) -> str:
        return quantity_text(getattr(row, name))

    return shown
