"""Lists as files: rows flow, numbers stay numbers, and no cell becomes a formula."""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from html import unescape
from typing import Any

from django.conf import settings
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.safestring import SafeData
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from common.errors import InvalidInput, NotFound

Row = Sequence[Any]

CSV, CP932, XLSX = "csv", "csv-cp932", "xlsx"
FORMS: dict[str, str | Promise] = {
    CSV: gettext_lazy("CSV"),
    CP932: gettext_lazy("CSV for older programs (Shift_JIS)"),
    XLSX: gettext_lazy("Excel (XLSX)"),
}
# A spreadsheet runs what begins so, in narrow and in wide letters.
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# XLSX is made whole before it is sent; beyond this only CSV is.
MOST_XLSX_ROWS = 100_000
PIECE = 1 << 16
# What CP932 spells otherwise, or not at all.
_FOR_CP932 = str.maketrans(
    {"−": "－", "–": "-", "—": "―", "〜": "～", "¥": "￥", "‖": "∥", "•": "・"}
)


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULAS) else text


def plain(value: Any) -> Any:
    """Return a value as a cell holds it: numbers and days as such, the rest as text.

    Instants are told on the reader's clock.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float | Decimal):
        return value
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
    if isinstance(value, date | time):
        return value
    is_html = isinstance(value, SafeData)
    text = unescape(strip_tags(value)) if is_html else str(value)
    return safe(ILLEGAL_CHARACTERS_RE.sub("", text))


def as_text(value: Any) -> str:
    """Return a cell of :func:`plain` as a CSV has it."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    return str(value)


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_pieces(rows: Iterable[Row], encoding: str) -> Iterator[bytes]:
    """Give a CSV in pieces; what an encoding does not have becomes a question mark."""
    writer = csv.writer(_Echo())
    held = b"" if encoding == "cp932" else b"\xef\xbb\xbf"
    for row in rows:
        text = writer.writerow([as_text(plain(value)) for value in row])
        if encoding == "cp932":
            text = text.translate(_FOR_CP932)
        held += text.encode(encoding, errors="replace")
        if len(held) >= PIECE:
            yield held
            held = b""
    yield held


def xlsx_pieces(rows: Iterable[Row]) -> Iterator[bytes]:
    """Give an XLSX in pieces, made in a file of its own.

    Raises:
        InvalidInput: it would be too long.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    try:
        for count, row in enumerate(rows):
            if count > MOST_XLSX_ROWS:
                raise InvalidInput(
                    _("An XLSX file has at most %(most)s rows; take CSV or filter."),
                    most=f"{MOST_XLSX_ROWS:,}",
                )
            sheet.append([plain(value) for value in row])
    finally:
        sheet.close()
    with tempfile.TemporaryFile() as kept:
        book.save(kept)
        kept.seek(0)
        while piece := kept.read(PIECE):
            yield piece


def download(name: str, form: str, rows: Iterable[Row]) -> HttpResponseBase:
    """Answer with rows as a file.

    Args:
        name: of the file, without its ending.
        form: one of `FORMS`.
        rows: the header first.

    Raises:
        NotFound: there is no such form.
        InvalidInput: too many rows for an XLSX.
    """
    if form not in FORMS:
        raise NotFound
    if form == XLSX:
        pieces = xlsx_pieces(rows)
        first = next(pieces)
        body: Iterable[bytes] = _with(first, pieces)
        media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    else:
        body = csv_pieces(rows, "cp932" if form == CP932 else "utf-8")
        charset = "Shift_JIS" if form == CP932 else "utf-8"
        media = f"text/csv; charset={charset}"
    answer = StreamingHttpResponse(for_reader(body), content_type=media)
    ending = "xlsx" if form == XLSX else "csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    answer["Cache-Control"] = "no-store"
    return answer


def for_reader(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Make each piece in the language and on the clock that hold now.

    A stream is made after the request has been answered, when they hold no longer.
    """
    language = translation.get_language() or settings.LANGUAGE_CODE
    zone, remaining = timezone.get_current_timezone(), iter(pieces)

    def made() -> Iterator[bytes]:
        while True:
            with translation.override(language), timezone.override(zone):
                piece = next(remaining, None)
            if piece is None:
                return
            yield piece

    return made()


def _with(first: bytes, others: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from others
