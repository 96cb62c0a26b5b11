"""Tags of the desk's own templates."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.text import capfirst

from common.desk_lists import Laid, is_number, lay_out, said

register = template.Library()


@register.simple_tag
def list_laid_out(heads: Iterable[dict[str, Any]], rows: Iterable[Any]) -> Laid:
    """Lay a list out: ``{% list_laid_out result_headers results as list %}``."""
    return lay_out(heads, rows)


@dataclass(frozen=True)
class InlineCell:
    """One field of a row on its owner's page; ``text`` where it is only read."""

    field: Any
    text: Any
    label: str
    is_number: bool


@dataclass(frozen=True)
class InlineTable:
    """Rows on their owner's page.

    Attributes:
        heads: Django's field of each column, and whether it holds numbers alone.
        rows: Django's form of each row, and its cells.
    """

    heads: list[tuple[Any, bool]]
    rows: list[tuple[Any, list[InlineCell]]]


@register.simple_tag
def inline_laid_out(formset: Any) -> InlineTable:
    """Read an inline table once: ``{% inline_laid_out formset as table %}``."""
    fields = list(formset.fields())
    read = [(form, list(_cells(form))) for form in formset]
    numbers = [
        is_number([said(cells[place][1]) for _form, cells in read if cells[place:]])
        for place in range(len(fields))
    ]
    labels = [str(capfirst(field["label"])) for field in fields]
    rows = [
        (
            form,
            [
                InlineCell(field, text, label, number)
                for (field, text), label, number in zip(
                    cells, labels, numbers, strict=False
                )
            ],
        )
        for form, cells in read
    ]
    return InlineTable(list(zip(fields, numbers, strict=True)), rows)


def _cells(form: Any) -> Iterator[tuple[Any, Any]]:
    for fieldset in form:
        for line in fieldset:
            for field in line:
                yield field, field.contents() if field.is_readonly else ""
