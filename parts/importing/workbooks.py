"""XLSX files, opened as if their sender meant harm."""

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml import DefusedXmlException
from openpyxl.utils.exceptions import InvalidFileException

from parts.importing.problems import FileRefused

MOST_UNPACKED = 200 * 1024 * 1024
MOST_STRINGS = 64 * 1024 * 1024
MOST_MEMBERS = 2_000
MOST_LINES = 300_000
WIDEST = 150
_ROW = re.compile(rb"<row[ >]")
_BROKEN = (
    zipfile.BadZipFile, zlib.error, ParseError, InvalidFileException, EOFError, OSError,
    KeyError, ValueError, TypeError, AttributeError, IndexError, NotImplementedError,
    RuntimeError, AssertionError, OverflowError,
)  # fmt: skip


@contextmanager
def _guarded() -> Iterator[None]:
    """Say in one way that a workbook is broken: openpyxl has many."""
    try:
        yield
    except (FileRefused, GeneratorExit):
        raise
    except (DefusedXmlException, *_BROKEN) as error:
        raise FileRefused("broken_xlsx") from error


class Workbook:
    """An XLSX file; its cells are given as texts."""

    def __init__(self, data: bytes) -> None:
        with _guarded():
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            # A member unpacks to no more than it says: zipfile stops there.
            members = self._zip.infolist()
            total = sum(member.file_size for member in members)
            strings = sum(
                member.file_size
                for member in members
                if member.filename.lower().endswith("sharedstrings.xml")
            )
            if total > MOST_UNPACKED or strings > MOST_STRINGS:
                raise FileRefused(
                    "unpacks_too_big", most=str(MOST_UNPACKED // 1024 // 1024)
                )
            if len(members) > MOST_MEMBERS:
                raise FileRefused("broken_xlsx")
            if "[Content_Types].xml" not in self._zip.namelist():
                raise FileRefused("not_a_table")
            with warnings.catch_warnings():
                # Of styles and validations that it leaves out: we read only cells.
                warnings.simplefilter("ignore")
                self._book = openpyxl.load_workbook(
                    io.BytesIO(data), read_only=True, data_only=True, keep_links=False
                )
            self.sheets = tuple(sheet.title for sheet in self._book.worksheets)
        if not self.sheets:
            raise FileRefused("empty_file")

    def first_used(self) -> str:
        """Return the first visible sheet that holds something, else the first."""
        for sheet in self._book.worksheets:
            if sheet.sheet_state == "visible" and self._has_cells(sheet.title):
                return str(sheet.title)
        return self.sheets[0]

    def _has_cells(self, name: str) -> bool:
        return any(any(cells) for _line, cells in self.lines(name))

    def about_rows(self, name: str) -> int:
        """Return how many rows the sheet's file has, without reading a cell."""
        with _guarded():
            sheet = self._book[name]
            path = str(vars(sheet)["_worksheet_path"])
            count, rest = 0, b""
            with self._zip.open(path.lstrip("/")) as stream:
                while piece := stream.read(1 << 20):
                    count += len(_ROW.findall(rest + piece))
                    rest = piece[-4:]
            return count

    def lines(self, name: str) -> Iterator[tuple[int, Sequence[str]]]:
        """Give the rows of a sheet with their numbers."""
        with _guarded():
            sheet = self._book[name]
            # What a sheet claims to span is not believed.
            sheet.reset_dimensions()
            rows = sheet.iter_rows(values_only=True)
            for line, cells in enumerate(rows, start=1):
                if line > MOST_LINES:
                    raise FileRefused("too_many_rows", most=f"{MOST_LINES:,}")
                yield line, [_text(cell) for cell in cells[:WIDEST]]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return (
            str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        )
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)
