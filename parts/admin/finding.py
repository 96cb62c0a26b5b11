"""Searching and naming parts on the desk's lists."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, ClassVar, TypeVar, cast

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from common import subjects
from common.formats import grouped
from parts import queries
from parts.models import Part

M = TypeVar("M", bound=Model)


def number_of(part: Part) -> str:
    """Return a part's current number as printed, of numbers read before."""
    numbers = sorted(part.numbers.all(), key=lambda row: (not row.is_primary, row.pk))
    return numbers[0].as_printed if numbers else ""


def part_cell(part: Part) -> SafeString:
    """Name a part in a list: the number first, its name beside it."""
    return format_html(
        '<span class="mono nowrap">{}</span> {}', number_of(part) or "—", part.name
    )


def quantity(name: str, label: Any) -> Callable[[Any], str]:
    """Return a list's column for a quantity: 2, not 2.000."""

    @admin.display(description=label, ordering=name)
    def column(row: Any) -> str:
        return grouped(getattr(row, name))

    return column


class NamedList(ChangeList):
    """A page of rows whose opaque keys are named together, in one query a kind."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        key_of = cast("NamesKeys[Any]", self.model_admin).key_of
        names = subjects.names_of(key_of(row) for row in rows)
        for row in rows:
            row.named_for = names[key_of(row)]
        self.result_list = rows


class NamesKeys(admin.ModelAdmin[M]):
    """A list with a column that says for what: a project, a card, an order.

    ``key_path`` leads from the row to its opaque key.
    """

    key_path: ClassVar[str] = "subject_key"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return NamedList

    def key_of(self, row: Any) -> str:
        return cast("str", attrgetter(self.key_path)(row))

    @admin.display(description=_("for"))
    def named(self, row: Any) -> str:
        known = getattr(row, "named_for", None)
        return known or subjects.names_of([self.key_of(row)])[self.key_of(row)]


class ByPart(admin.ModelAdmin[M]):
    """A list of rows that belong to parts: any spelling of a number finds them.

    ``part_path`` leads from the row to its part; ``search_also`` names more columns.
    """

    part_path: ClassVar[str] = "part"
    search_also: ClassVar[tuple[str, ...]] = ()
    search_fields = ["pk"]
    search_help_text = _("Part number in any spelling, name, code")

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
        found = queries.search_parts(text).values("pk")
        match = Q(**{f"{self.part_path}__in" if self.part_path else "pk__in": found})
        for column in self.search_also:
            match |= Q(**{f"{column}__icontains": text})
        return queryset.filter(match), False

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
        part = self.part_of(row)
        return f"{number_of(part)} {part.name}".strip()
