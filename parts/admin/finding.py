"""Searching and naming parts on the desk's lists."""

from operator import attrgetter
from typing import Any, ClassVar, TypeVar, cast

from django.contrib import admin
from django.core.paginator import Page, Paginator
from django.db.models import F, Model, Q, QuerySet, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from common.desk import HouseAdmin
from common.reading import key_text, title
from parts.models import Part

M = TypeVar("M", bound=Model)


def number_of(part: Part) -> str:
    """Return a part's current number as printed, of numbers read before."""
    numbers = sorted(part.numbers.all(), key=lambda row: (not row.is_primary, row.pk))
    return numbers[0].as_printed if numbers else ""


@title(Part)
def part_title(part: Part) -> str:
    """Name a part in a line: the number first."""
    return f"{number_of(part)} {part.name}".strip()


def part_cell(part: Part) -> SafeString:
    """Name a part in a list: the number first, its name beside it."""
    return format_html(
        '<span class="mono nowrap">{}</span> {}', number_of(part) or "—", part.name
    )


def parts_like(text: str) -> list[int]:
    """Return the keys of the parts that match.

    They are read before their rows: a search among the rows of known parts is one in
    an index, a search among those of a question is one through all rows.
    """
    found = Part.objects.matching(text).order_by()
    return list(found.values_list("pk", flat=True))


def part_link(part: Part) -> SafeString:
    """Name a part in a list and lead to its page."""
    url = reverse("admin:parts_part_change", args=[part.pk])
    return format_html('<a href="{}">{}</a>', url, part_cell(part))


class KeyedPages(Paginator):  # type: ignore[type-arg]  # generic in stubs alone
    """Finds which rows a page shows before what hangs on them is read."""

    def __init__(
        self,
        rows: QuerySet[Any],
        per_page: int,
        whole: QuerySet[Any],
        *more: Any,
        **kw: Any,
    ) -> None:
        """Page what was found.

        Args:
            rows: in order; only their keys are asked for.
            per_page: rows a page.
            whole: the same rows with all that is shown of them.
            more: as Django's own.
            kw: as Django's own.
        """
        super().__init__(rows, per_page, *more, **kw)
        self.whole = whole

    def page(self, number: int | str) -> Page[Any]:
        place = self.validate_number(number)
        last = min(place * self.per_page, self.count)
        first = (place - 1) * self.per_page
        rows = cast("QuerySet[Any]", self.object_list)
        keys = list(rows.values_list("pk", flat=True)[first:last])
        found = self.whole.in_bulk(keys)
        return Page([found[pk] for pk in keys if pk in found], place, self)


class NamesKeys(HouseAdmin[M]):
    """A list with a column that says for what: a project, a card, an order.

    ``key_path`` leads from the row to its opaque key.
    """

    key_path: ClassVar[str] = "subject_key"

    def keys_of(self, row: Any) -> list[str]:
        return [self.key_of(row)]

    def key_of(self, row: Any) -> str:
        return cast("str", attrgetter(self.key_path)(row))

    @admin.display(description=_("for"))
    def named(self, row: Any) -> SafeString | str:
        return key_text(row, self.key_of(row))


class ByPart(HouseAdmin[M]):
    """A list of rows that belong to parts: any spelling of a number finds them.

    ``part_path`` leads from the row to its part; ``search_also`` names more columns,
    ``search_exactly`` columns of long tables, whose index finds whole keys only.
    """

    part_path: ClassVar[str] = "part"
    search_also: ClassVar[tuple[str, ...]] = ()
    search_exactly: ClassVar[tuple[str, ...]] = ()
    search_fields = ["pk"]
    search_help_text = _("Part number in any spelling, name, code")

    def export_columns(self) -> dict[str, Any]:
        """Return what the column of a part becomes in a file: number and name."""
        number = (_("number"), lambda row: number_of(self.part_of(row)))
        return {"part_named": [number, (_("name"), lambda row: self.part_of(row).name)]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        rows = super().get_queryset(request)
        path = f"{self.part_path}__numbers" if self.part_path else "numbers"
        return rows.prefetch_related(path)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        match = self.with_part(text)
        for column in self.search_also:
            match |= Q(**{f"{column}__icontains": text})
        for column in self.search_exactly:
            # Asked beforehand: with an "or" no index alone could answer.
            if self.model._default_manager.filter(**{column: text}).exists():
                match |= Q(**{column: text})
        return queryset.filter(match), False

    def with_part(self, text: str) -> Q:
        """Return what finds the rows of the parts that match."""
        path = f"{self.part_path}__in" if self.part_path else "pk__in"
        return Q(**{path: parts_like(text)})

    def part_of(self, row: Any) -> Part:
        part = row
        for step in filter(None, self.part_path.split("__")):
            part = getattr(part, step)
        return cast("Part", part)

    @admin.display(description=_("part"))
    def part_named(self, row: Any) -> SafeString:
        return part_cell(self.part_of(row))

    def describe(self, row: Any) -> str:
        """Name a row by its part, number first."""
        return part_title(self.part_of(row))


class LongByPart(ByPart[M]):
    """The same for a table so long that its newest rows are only read when found."""

    def get_paginator(
        self, request: HttpRequest, queryset: Any, per_page: int, *more: Any, **kw: Any
    ) -> Paginator:  # type: ignore[type-arg]  # of any rows
        if not request.GET.get("q"):
            return super().get_paginator(request, queryset, per_page, *more, **kw)
        listed = cast("tuple[str, ...]", self.list_select_related)
        whole = self.get_queryset(request).select_related(*listed)
        return KeyedPages(queryset, per_page, whole, *more, **kw)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        """Find the newest first, unless a column's order was asked for.

        In order of the key itself the table would be read backwards until enough was
        found, however far back it stands.
        """
        rows, twice = super().get_search_results(request, queryset, search_term)
        if search_term.strip() and "o" not in request.GET:
            rows = rows.order_by((F("pk") + Value(0)).desc())
        return rows, twice
