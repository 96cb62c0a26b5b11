"""A table out of a file: CSV in any of Japan's encodings, or XLSX."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from statistics import mode

from parts.importing.encodings import decode
from parts.importing.problems import FileRefused
from parts.importing.workbooks import MOST_LINES, Workbook

MOST_BYTES = 25 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 120
HEADER_WITHIN = 25
SAMPLE = 5
DELIMITERS = ",\t;|"
LONGEST_CELL = 20_000
_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"\x1f\x8b",
    b"7z\xbc",
)

Cells = Sequence[str]
Lines = Iterator[tuple[int, Cells]]


@dataclass(frozen=True)
class Table:
    """What a file says: one header and the rows below it.

    Attributes:
        header: one name per column, each once.
        header_line: where it stands.
        encoding: of a CSV; empty for XLSX.
        delimiter: of a CSV.
        sheet: of an XLSX.
        sheets: all of its sheets.
        sample: the first rows.
        about: how many rows there are at most; counted without reading their cells.
    """

    header: tuple[str, ...]
    header_line: int
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    sample: tuple[Cells, ...] = ()
    about: int = 0
    _lines: Callable[[], Lines] = field(default=lambda: iter(()), repr=False)

    def rows(self) -> Lines:
        """Give each row that is not empty, with its line in the file.

        Raises:
            FileRefused: more rows than allowed, or a cell without end.
        """
        given = 0
        for line, cells in self._lines():
            if line <= self.header_line or not any(cell.strip() for cell in cells):
                continue
            given += 1
            if given > MOST_ROWS:
                raise FileRefused("too_many_rows", most=f"{MOST_ROWS:,}")
            yield line, cells


def read_table(
    data: bytes,
    *,
    knows: Callable[[str], bool],
    encoding: str = "",
    sheet: str = "",
) -> Table:
    """Read a file's header and what it takes to read its rows.

    Args:
        data: the whole file; its name says nothing that its bytes do not.
        knows: whether a cell is the name of a column that we know.
        encoding: of a CSV, as a person has corrected it.
        sheet: of an XLSX; the first that holds something if empty.

    Raises:
        FileRefused: it is no table, too large, or made to do harm.
    """
    if not data.strip():
        raise FileRefused("empty_file")
    if len(data) > MOST_BYTES:
        raise FileRefused("too_big", most=str(MOST_BYTES // 1024 // 1024))
    if data.startswith(_OLD_EXCEL):
        raise FileRefused("old_excel")
    if data.startswith(_OTHERS):
        raise FileRefused("not_a_table")
    if data.startswith(b"PK\x03\x04"):
        return _of_workbook(data, knows, sheet)
    return _of_text(data, knows, encoding)


def _of_workbook(data: bytes, knows: Callable[[str], bool], sheet: str) -> Table:
    book = Workbook(data)
    name = sheet if sheet in book.sheets else book.first_used()

    def lines() -> Lines:
        return book.lines(name)

    return _headed(
        lines, knows, sheet=name, sheets=book.sheets, about=book.about_rows(name)
    )


def _of_text(data: bytes, knows: Callable[[str], bool], encoding: str) -> Table:
    text, found = decode(data, encoding)
    if text.count("\0") * 20 > len(text):
        raise FileRefused("not_a_table")
    skip = 0
    delimiter = ""
    if text[:4].lower() == "sep=" and text[4:5] in DELIMITERS:
        delimiter, skip = text[4], 1
    delimiter = delimiter or _delimiter(text, knows)

    def lines() -> Lines:
        return islice(_csv_lines(text, delimiter), skip, None)

    return _headed(
        lines, knows, encoding=found, delimiter=delimiter, about=text.count("\n") + 1
    )


def _csv_lines(text: str, delimiter: str) -> Lines:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise FileRefused("cell_too_long", line=str(line)) from None
        if any(len(cell) > LONGEST_CELL for cell in cells):
            raise FileRefused("cell_too_long", line=str(line))
        if line > MOST_LINES:
            raise FileRefused("too_many_rows", most=f"{MOST_ROWS:,}")
        yield line, cells
        line = reader.line_num + 1


def _delimiter(text: str, knows: Callable[[str], bool]) -> str:
    """Return what parts the columns: what shows most known names, then most columns."""

    def score(delimiter: str) -> tuple[int, int]:
        head = text[:65_536]
        rows = []
        try:
            for _line, cells in islice(_csv_lines(head, delimiter), 30):
                rows.append(cells)
        except FileRefused:
            return (0, 0)
        known = max((sum(map(knows, cells)) for cells in rows), default=0)
        widths = [len(cells) for cells in rows if len(cells) > 1]
        return known, widths.count(mode(widths)) * mode(widths) if widths else 0

    return max(DELIMITERS, key=score)


def _headed(
    lines: Callable[[], Lines], knows: Callable[[str], bool], **more: object
) -> Table:
    top = [
        (line, cells)
        for line, cells in islice(lines(), HEADER_WITHIN)
        if any(cell.strip() for cell in cells)
    ]
    if not top:
        raise FileRefused("empty_file")
    line, cells = max(top, key=lambda row: (sum(map(knows, row[1])), -row[0]))
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    if len(cells) > MOST_COLUMNS:
        raise FileRefused("too_wide", most=str(MOST_COLUMNS))
    below = (row for row in lines() if row[0] > line and any(map(str.strip, row[1])))
    sample = tuple(cells for _line, cells in islice(below, SAMPLE))
    if not sample:
        raise FileRefused("no_rows")
    return Table(
        header=unique_names(cells),
        header_line=line,
        sample=sample,
        _lines=lines,
        **more,  # type: ignore[arg-type]  # the attributes named above
    )


def unique_names(cells: Cells) -> tuple[str, ...]:
    """Return a name for each column: a second 価格 is called 価格 (2).

    They are the same whoever reads the file, in whichever language: the worker finds
    by them what a person has matched.
    """
    names: list[str] = []
    for place, cell in enumerate(cells, start=1):
        plain = " ".join(cell.replace("\0", "").split())[:100] or f"#{place}"
        name, count = plain, 1
        while name in names:
            count += 1
            name = f"{plain} ({count})"
        names.append(name)
    return tuple(names)
