"""Files as people send them, and short ways to read them in."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import openpyxl

from parts.commands import importing
from parts.models import Import
from tests.parts.store import NOW, key

Rows = Sequence[Sequence[Any]]


def as_csv(rows: Rows, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def as_xlsx(rows: Rows, sheet: str = "Sheet1") -> bytes:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = sheet
    for row in rows:
        page.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def hand_in(kind: str, data: bytes, name: str = "file.csv", **more: Any) -> Import:
    """Hand a file in; its columns are those suggested."""
    return importing.start_import(
        kind=kind, data=data, name=name, key=key(), at=NOW, **more
    )


def check(kind: str, data: bytes, **more: Any) -> Import:
    """Hand a file in and check it, as the worker would."""
    run = hand_in(kind, data, **more)
    importing.match_columns(import_id=run.pk, mapping=run.mapping, at=NOW)
    importing.check_import(import_id=run.pk, at=NOW)
    run.refresh_from_db()
    return run


def write(run: Import, mode: str = Import.Mode.ALL_OR_NOTHING) -> Import:
    """Write a checked file, as the worker would."""
    importing.approve_import(import_id=run.pk, mode=mode, at=NOW)
    importing.write_import(import_id=run.pk, at=NOW)
    run.refresh_from_db()
    return run


def read_in(
    kind: str, data: bytes, mode: str = "ALL_OR_NOTHING", **more: Any
) -> Import:
    return write(check(kind, data, **more), mode)


def verdicts(run: Import) -> tuple[int, int, int, int]:
    """New, changed, as before, refused."""
    return run.rows_new, run.rows_changed, run.rows_same, run.rows_refused


def reasons(run: Import) -> list[tuple[int, str, str]]:
    """Line, column and code of every refusal."""
    return [
        (row.line, problem["column"], problem["code"])
        for row in run.rows.order_by("line")
        for problem in row.problems
    ]
