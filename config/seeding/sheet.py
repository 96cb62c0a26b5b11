"""Reads one data file and says exactly which cell is wrong, and what was expected."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal, InvalidOperation
from io import StringIO
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
Number = TypeVar("Number", int, Decimal)


@dataclass(frozen=True)
class Problem:
    """One cell that cannot be used. Row 1 is the header."""

    file: str
    row: int
    column: str
    found: str
    expected: str

    def __str__(self) -> str:
        where = f"{self.file}, row {self.row}, column {self.column}"
        return f"{where}: {self.found!r} found, {self.expected} expected"


class SheetRefused(Exception):
    """A file with problems. Nothing of it was written."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = list(problems)


@dataclass
class Row:
    """One line of a file. Each reader notes what is wrong and goes on."""

    file: str
    number: int
    cells: Mapping[str, str]
    problems: list[Problem]

    def refuse(self, column: str, expected: str, *, found: str | None = None) -> None:
        """Note that a cell cannot be used, once per column."""
        if any((p.row, p.column) == (self.number, column) for p in self.problems):
            return
        cell = self.cells.get(column, "") if found is None else found
        self.problems.append(Problem(self.file, self.number, column, cell, expected))

    def text(self, column: str, *, required: bool = False) -> str:
        value = self.cells.get(column, "").strip()
        if required and not value:
            self.refuse(column, "a text")
        return value

    def whole(self, column: str, *, least: int = 0) -> int | None:
        """A whole number, or None where the cell is empty."""
        return self._read(
            column, _at_least(int, least), f"a whole number of at least {least}"
        )

    def decimal(self, column: str, *, least: int = 0) -> Decimal | None:
        """A number, or None where the cell is empty."""
        return self._read(
            column, _at_least(_decimal, least), f"a number of at least {least}"
        )

    def day(self, column: str) -> date | None:
        return self._read(column, date.fromisoformat, "a day such as 2026-11-23")

    def month(self, column: str) -> date | None:
        """The first day of a month, or None where the cell is empty."""
        return self._read(column, _month, "a month such as 1999-02")

    def clock(self, column: str) -> time | None:
        return self._read(column, time.fromisoformat, "a time such as 08:30")

    def flag(self, column: str) -> bool:
        value = self.text(column)
        if value not in ("yes", "no"):
            self.refuse(column, "yes or no")
        return value == "yes"

    def choice(self, column: str, choices: Sequence[str]) -> str:
        value = self.text(column)
        if value not in choices:
            self.refuse(column, "one of " + ", ".join(choices))
        return value

    def refers(
        self, column: str, known: Mapping[str, int], of: str, *, required: bool = True
    ) -> int | None:
        """The key of the row that the cell names, or None where it is empty."""
        value = self.text(column)
        if not value and not required:
            return None
        if value not in known:
            self.refuse(column, f"a code of {of}")
        return known.get(value)

    def counted(
        self, column: str, known: Mapping[str, int], of: str
    ) -> list[tuple[int, int]]:
        """Pairs such as ``engine:1;general:2``, as (key, count)."""
        pairs: list[tuple[int, int]] = []
        for item in filter(None, self.text(column).split(";")):
            code, _colon, count = item.partition(":")
            if code not in known or not count.isdigit() or int(count) < 1:
                self.refuse(column, f"pairs code:count with codes of {of}")
                continue
            pairs.append((known[code], int(count)))
        return pairs

    def _read(self, column: str, read: Callable[[str], T], expected: str) -> T | None:
        value = self.text(column)
        if not value:
            return None
        try:
            return read(value)
        except (ValueError, InvalidOperation):
            self.refuse(column, expected)
            return None


def _at_least(read: Callable[[str], Number], least: int) -> Callable[[str], Number]:
    def checked(text: str) -> Number:
        value = read(text)
        if value < least:
            raise ValueError(text)
        return value

    return checked


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError(text)
    return number


def _month(text: str) -> date:
    if len(text) != len("1999-02"):
        raise ValueError(text)
    return date.fromisoformat(f"{text}-01")


@dataclass
class Sheet:
    """One file: its rows and everything that is wrong with them."""

    path: Path
    # The columns by which one row is told from another.
    key: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)

    @property
    def file(self) -> str:
        return self.path.name

    def rows(self, *columns: str) -> Iterator[Row]:
        """Give each row; afterwards call :meth:`require_sound`.

        Args:
            columns: what the loader reads; a missing one is a problem of row 1.
        """
        cells = self._cells()
        header = next(cells, (1, []))[1]
        missing = [name for name in (*columns, *self.key) if name not in header]
        for name in missing:
            self._refuse(1, name, "", "this column")
        if missing:
            return
        seen: dict[tuple[str, ...], int] = {}
        for number, line in cells:
            if len(line) != len(header):
                found = f"{len(line)} cells"
                self._refuse(number, header[0], found, f"{len(header)} cells")
                continue
            row = Row(
                self.file, number, dict(zip(header, line, strict=True)), self.problems
            )
            code = tuple(row.text(column) for column in self.key)
            if code in seen:
                row.refuse(self.key[0], f"another key than that of row {seen[code]}")
            elif self.key:
                seen[code] = number
            yield row

    def require_sound(self) -> None:
        """Refuse the whole file when any cell of it was wrong.

        Raises:
            SheetRefused: with every problem found.
        """
        if self.problems:
            raise SheetRefused(self.problems)

    def _refuse(self, row: int, column: str, found: str, expected: str) -> None:
        self.problems.append(Problem(self.file, row, column, found, expected))

    def _cells(self) -> Iterator[tuple[int, list[str]]]:
        try:
            # Spreadsheets like to put a byte-order mark in front.
            text = self.path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            self._refuse(1, "-", "no file", "a file")
            return
        except UnicodeDecodeError as error:
            self._refuse(1, "-", f"byte {error.start}", "text in UTF-8")
            return
        reader = csv.reader(StringIO(text, newline=""))
        for line in reader:
            if line:
                yield reader.line_num, line
