"""How a list of the desk is laid out: numbers at their edge, cells with a name.

Where a list is too wide for its window, each row becomes a card of named values: the
style sheet does that, and needs each cell's name and a guess at the list's width.
"""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import east_asian_width

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

# What a list on a tablet has beside its edges, and one on the smallest desk.
TABLET = 772
EM = 15
PADDING = 24
# Longer texts go over several lines; buttons and numbers as well where they must.
LONGEST = 11 * EM
BREAKS = re.compile(r"<br\s*/?>|</(?:p|div|li)>")
TAGS = re.compile(r"<[^>]*>")
UNIT = r"(?:\s?%|\s[A-Za-z]{1,7}\.?|[^\x00-\x7f—–]{1,3})?"
NUMBER = re.compile(rf"[+\-−]?(?:[A-Z]{{0,3}}[$¥£€])?\d[\d,.]*{UNIT}(?:\s?\d+{UNIT})?")
# What is as short as a day or an order's number stands on one line.
SHORT = 9.5 * EM
EMPTY = {"", "-", "–", "—"}


@dataclass(frozen=True)
class Laid:
    """A list as its template shows it.

    Attributes:
        heads: Django's heads, with what marks a column of numbers.
        rows: of cells, each with the name of its column.
        is_wide: whether the columns want more room than a tablet has.
    """

    heads: list[dict[str, Any]]
    rows: list[Any]
    is_wide: bool


@dataclass(frozen=True)
class Row:
    """One row's cells, and the form that Django edits it with, if it does."""

    cells: list[SafeString]
    form: Any


def lay_out(heads: Iterable[dict[str, Any]], rows: Iterable[Any]) -> Laid:
    """Name every cell, and find the columns whose every value is a number.

    Args:
        heads: as Django's ``result_headers`` makes them.
        rows: Django's lists of cells, each with its ``form``.
    """
    heads, rows = list(heads), list(rows)
    texts = [[said(cell) for cell in row] for row in rows]
    columns = [
        [row[place] for row in texts if place < len(row)] for place in range(len(heads))
    ]
    names = [_name(head) for head in heads]
    numbers = [
        bool(name) and is_number(column)
        for name, column in zip(names, columns, strict=True)
    ]
    longest = [max(map(_length, column), default=0) for column in columns]
    width = sum(map(_width, names, longest))
    words = [
        " ".join(
            word
            for word, is_so in (("num", is_num), ("nowrap", length <= SHORT))
            if is_so
        )
        for is_num, length in zip(numbers, longest, strict=True)
    ]
    shown = [
        Row(
            [
                _named(cell, *about)
                for cell, *about in zip(row, text, names, words, strict=False)
            ],
            getattr(row, "form", None),
        )
        for row, text in zip(rows, texts, strict=True)
    ]
    marked = [
        {**head, "class_attrib": _marked(head["class_attrib"], "num" if is_num else "")}
        for head, is_num in zip(heads, numbers, strict=True)
    ]
    return Laid(marked, shown, width > TABLET)


def said(cell: str) -> str:
    """Return what stands in a cell, its lines apart."""
    # Only to measure it: cells are Django's own, which writes no ">" in an attribute.
    lines = TAGS.sub("", BREAKS.sub("\n", str(cell)))
    return html.unescape(lines).strip()


def is_number(column: Sequence[str]) -> bool:
    """Return whether every value of a column that says something is a number."""
    values = [text for text in column if text not in EMPTY]
    return bool(values) and all(NUMBER.fullmatch(text) for text in values)


def _name(head: dict[str, Any]) -> str:
    """Return a column's name; none for the boxes to tick."""
    text = head["text"]
    is_ticked = "action-checkbox" in str(head.get("class_attrib", ""))
    return "" if is_ticked else str(capfirst(str(text)))


def _named(cell: str, text: str, name: str, words: str) -> SafeString:
    """Write the column's name, and what the style sheet has to know, on a cell."""
    if not name:
        return mark_safe(cell)  # noqa: S308 - Django's cell
    empty = " is-empty" if text in EMPTY else ""
    named = cell.replace(" class=", f' data-label="{escape(name)}" class=', 1)
    return _marked(named, words + empty)


def _marked(tag: str, words: str) -> SafeString:
    return mark_safe(tag.replace('class="', f'class="{words} ', 1))  # noqa: S308 - Django's tag, words of ours


def _width(name: str, longest: float) -> float:
    """Guess how many pixels a column wants."""
    return PADDING + max(_length(name) * 0.9, min(longest, LONGEST))


def _length(text: str) -> float:
    """Guess the pixels of the longest line: a Japanese character is twice as wide."""
    return max(map(_line, text.splitlines()), default=0)


def _line(text: str) -> float:
    if text.isascii():
        return len(text) * EM * 0.55
    return sum(EM if east_asian_width(each) in "WF" else EM * 0.55 for each in text)
