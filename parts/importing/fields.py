"""What a kind of file holds: its fields, how columns are called, how a row is read."""

import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import override

from common.exporting import FORMULAS
from parts.importing.reading import Cells
from parts.importing.values import (
    NOTHING,
    Reader,
    Unreadable,
    folded,
    has_control,
    word_key,
    written,
)
from parts.models import ImportRow

Verdict = ImportRow.Verdict
# Where a row keeps what it replaces, beside what was read.
WAS = "_was"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One thing that a row may say.

    Attributes:
        name: as it is kept.
        label: as people read it.
        read: makes a value of a cell that is not empty.
        words: what its column is called besides its name, in Japanese and English.
        is_needed: no row can be read without it.
        is_text: a lone dash is text, not the sign for nothing.
        names: what its codes are called, where it is one of a list.
    """

    name: str
    label: Any
    read: Reader
    words: tuple[str, ...] = ()
    is_needed: bool = False
    is_text: bool = False
    names: Sequence[tuple[str, Any]] = ()


@dataclass(frozen=True)
class Problem:
    """Why a row is refused: at which column, what stood there, the reason's code."""

    column: str
    code: str
    given: str = ""
    more: Mapping[str, str] = field(default_factory=dict)

    def kept(self) -> dict[str, Any]:
        row = {"column": self.column, "code": self.code, "given": self.given}
        return {**row, "more": dict(self.more)} if self.more else row


@dataclass
class Line:
    """One row on its way: what it says, whom it means and what is to become of it.

    Attributes:
        line: its place in the file.
        values: what was read, by field.
        problems: why it is refused.
        was: what it would replace, by field.
        found: rows of ours that it means, by a word of its kind.
        verdict: what is to become of it.
    """

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    was: dict[str, Any] = field(default_factory=dict)
    found: dict[str, Any] = field(default_factory=dict)
    verdict: str = Verdict.NEW

    def refuse(self, name: str, code: str, **more: str) -> None:
        """Note why the row cannot be taken, at a field."""
        self.verdict = Verdict.REFUSED
        self.problems.append(Problem(name, code, self.given.get(name, ""), more))

    @property
    def is_sound(self) -> bool:
        return not self.problems

    def compare(self, name: str, present: Any) -> bool:
        """Note what a field replaces; an empty cell leaves what there is."""
        value = self.values.get(name)
        if value is None or value == present:
            return False
        self.was[name] = present
        return True

    def judge(self) -> None:
        """A row that replaces nothing is as before."""
        if self.is_sound:
            self.verdict = Verdict.CHANGED if self.was else Verdict.SAME


class Fields:
    """The fields of one kind of file, and how they are found and read."""

    def __init__(self, fields: Iterable[Field]) -> None:
        self.all = tuple(fields)
        self.by_name = {each.name: each for each in self.all}

    @cached_property
    def by_word(self) -> dict[str, str]:
        words: dict[str, str] = {}
        for each in self.all:
            for word in (each.name, *each.words):
                words.setdefault(word_key(word), each.name)
        # Our own headers come back from our own empty files.
        for language in ("en", "ja"):
            with override(language):
                own = {word_key(str(each.label)): each.name for each in self.all}
            words |= own
        return words

    def field_of(self, header: str) -> str:
        """Return the field that a column's name stands for, or ''."""
        plain = folded(header)
        bare = plain.split("(")[0]
        for form in (plain, bare):
            name = self.by_word.get(word_key(form))
            if name is not None:
                return name
        return ""

    def knows(self, cell: str) -> bool:
        return bool(cell.strip()) and len(cell) < 60 and self.field_of(cell) != ""

    def guess(self, header: Sequence[str]) -> dict[str, str]:
        """Return a field for each column, each field once; '' for what is not read."""
        taken: set[str] = set()
        mapping = {}
        for name in header:
            guessed = self.field_of(name)
            mapping[name] = "" if guessed in taken else guessed
            taken.add(guessed)
        return mapping

    def read(
        self, line: int, cells: Cells, places: Mapping[str, int], width: int
    ) -> Line:
        """Return a row with its values, or with why it has none.

        Args:
            line: its place in the file.
            cells: as they came.
            places: the column of each field that is read.
            width: how many columns the header has.
        """
        row = Line(line)
        if len(cells) > width and any(cell.strip() for cell in cells[width:]):
            row.refuse("", "wrong_width")
        for name, place in places.items():
            cell = cells[place] if place < len(cells) else ""
            self._read_cell(row, self.by_name[name], cell)
        return row

    def _read_cell(self, row: Line, each: Field, cell: str) -> None:
        plain = cell.strip()
        if plain[:1] == "'" and plain[1:2] in FORMULAS:
            # Our own exports keep spreadsheets from running what begins so.
            plain = plain[1:]
        if plain:
            row.given[each.name] = plain[:200].replace("\0", "␀")
        if has_control(plain):
            row.refuse(each.name, "control_characters")
            return
        if not plain or (not each.is_text and folded(plain).lower() in NOTHING):
            if each.is_needed:
                row.refuse(each.name, "needed")
            return
        try:
            row.values[each.name] = each.read(plain)
        except Unreadable as error:
            row.refuse(each.name, error.code, **error.more)

    def again(self, line: int, kept: Mapping[str, Any]) -> Line:
        """Return a row as it was checked, ready to be checked again."""
        row = Line(line)
        for name, text in kept.items():
            if name == WAS or text == "":
                continue
            row.given[name] = text
            row.values[name] = self.by_name[name].read(text)
        return row


def kept(row: Line) -> tuple[int, str, str, str]:
    """Return what is written down of a row: line, verdict, values and problems."""
    values: dict[str, Any] = {
        name: written(row.values[name]) if name in row.values else given
        for name, given in row.given.items()
    }
    if row.was and row.is_sound:
        # What follows from other columns is kept with what it replaces.
        values |= {name: written(row.values.get(name, "")) for name in row.was}
        values[WAS] = {name: written(value) for name, value in row.was.items()}
    problems = [problem.kept() for problem in row.problems]
    return (
        row.line,
        row.verdict,
        json.dumps(values, ensure_ascii=False),
        json.dumps(problems, ensure_ascii=False),
    )


class Seen:
    """Which keys a file has given already, and where."""

    def __init__(self) -> None:
        self._lines: dict[Hashable, int] = {}

    def refuse_again(self, row: Line, key: Hashable, name: str) -> None:
        """Refuse a row whose key an earlier one has."""
        first = self._lines.setdefault(key, row.line)
        if first != row.line:
            row.refuse(name, "twice_in_file", line=str(first))
