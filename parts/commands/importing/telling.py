"""What a file's rows say and why some are refused, for those who look at them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext as _

from common.models import AuditEntry
from common.names import command_name
from parts.commands.importing.kinds import KINDS
from parts.commands.importing.writing import progress_key
from parts.importing.fields import WAS, Field
from parts.importing.problems import sentence
from parts.models import Import, ImportRow

NAMING = ("order", "bin", "number", "part", "code", "name_ja", "name_en")
MARKS = {"NEW": "READY", "CHANGED": "RUNNING", "SAME": "DONE", "REFUSED": "BLOCKED"}


@dataclass(frozen=True)
class Said:
    """One value of a row, and what it replaces."""

    label: str
    now: str
    was: str | None = None


@dataclass(frozen=True)
class Reason:
    """Why a row is refused, and where."""

    column: str
    given: str
    why: str


@dataclass(frozen=True)
class RowShown:
    """One row of a file as the preview shows it."""

    line: int
    verdict: str
    mark: str
    word: str
    name: str
    said: Sequence[Said]
    reasons: Sequence[Reason]


@dataclass(frozen=True)
class Step:
    """What somebody did to a file, by the audit."""

    what: str
    who: str
    at: datetime


def steps_of(run: Import) -> list[Step]:
    """Return what was done to a file, by whom and when, in order."""
    rows = AuditEntry.objects.filter(chain__subject=f"import:{run.pk}")
    return [
        Step(command_name(row.command), str(row.actor or ""), row.at)
        for row in rows.select_related("actor").order_by("sequence")
    ]


def shown_rows(run: Import, rows: Iterable[ImportRow]) -> list[RowShown]:
    """Return rows in the reader's words."""
    fields = KINDS[run.kind].fields.by_name
    return [_shown(run, row, fields) for row in rows]


def _shown(run: Import, row: ImportRow, fields: dict[str, Field]) -> RowShown:
    was = row.values.get(WAS, {})
    names = [row.values[name] for name in NAMING if row.values.get(name)]
    tells = row.values if row.verdict == ImportRow.Verdict.NEW else was
    said = [
        Said(
            label=str(fields[name].label),
            now=_text(fields[name], row.values.get(name, "")),
            was=_text(fields[name], was[name]) if name in was else None,
        )
        for name in tells
        if name in fields and (name in was or name not in NAMING)
    ]
    return RowShown(
        line=row.line,
        verdict=row.verdict,
        mark=MARKS[row.verdict],
        word=row.get_verdict_display(),
        name=" ".join(names[:3]),
        said=said,
        reasons=reasons(run, row.problems),
    )


def _text(field: Field, kept: str) -> str:
    if field.names:
        return str(dict(field.names).get(kept, kept))
    return {"yes": _("yes"), "no": _("no")}.get(kept, kept)


def reasons(run: Import, problems: Iterable[dict[str, Any]]) -> list[Reason]:
    """Return why a row is refused, with the file's own names of columns."""
    fields = KINDS[run.kind].fields.by_name
    columns = {field: header for header, field in run.mapping.items() if field}
    return [
        Reason(
            column=columns.get(each["column"])
            or (str(fields[each["column"]].label) if each["column"] in fields else ""),
            given=each["given"],
            why=sentence(each["code"], each.get("more", {})),
        )
        for each in problems
    ]


def reason_lines(run: Import) -> Iterator[Sequence[Any]]:
    """Give every refusal of a file as a line, below a header."""
    yield [_("Line"), _("Column"), _("Given"), _("Reason")]
    refused = run.rows.filter(verdict=ImportRow.Verdict.REFUSED).order_by("line")
    for row in refused.iterator(chunk_size=1_000):
        for each in reasons(run, row.problems):
            yield [row.line, each.column, each.given, each.why]


def failure(run: Import) -> str:
    """Return why a file failed, in the reader's language."""
    code, _colon, detail = run.failure.partition(":")
    pairs = (piece.partition("=") for piece in detail.split(";") if piece)
    return sentence(code, {name: value for name, _is, value in pairs})


def progress(run: Import) -> tuple[int, int | None]:
    """Return how many rows a worker has done, of how many; None: not known yet."""
    if run.state == Import.State.CHECKING:
        return run.rows_done, run.rows_total or None
    if run.state == Import.State.WRITING:
        done = cache.get(progress_key(run.pk)) or 0
        return done, run.rows_new + run.rows_changed
    return run.rows_done, run.rows_total
