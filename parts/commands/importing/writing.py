"""Writing a checked file: in one transaction, judged once more under locks."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import transaction

from common import audit, outbox
from common.errors import DomainError
from parts.commands.importing.base import Writing, sound
from parts.commands.importing.checking import CHUNK, fail, judge
from parts.commands.importing.kinds import kind_of
from parts.commands.refusals import lawful
from parts.importing.fields import Line, Seen, Verdict
from parts.importing.problems import FileRefused
from parts.models import Import

TOLD_AT_ONCE = 1_000
PROGRESS_SECONDS = 600
TO_WRITE = (Verdict.NEW, Verdict.CHANGED)


class _Given(Exception):
    """Somebody gave the file up while it was being written."""


def progress_key(import_id: int) -> str:
    """Return under what the rows written so far are told; nothing rests on it."""
    return f"import-written:{import_id}"


def write_import(*, import_id: int, at: datetime) -> None:
    """Write the rows of a checked file: all that may be written, or none.

    Idempotent: rows and the state DONE are one transaction, so a killed worker has
    written nothing and the next one begins anew. Rows that have changed since the
    check stop the whole file, or are refused where valid rows were asked for.

    Args:
        import_id: the file; in another state than being written, nothing is done.
        at: when, aware.
    """
    run = Import.objects.select_related("site", "supplier").get(pk=import_id)
    if run.state != Import.State.WRITING:
        return
    try:
        with lawful(), transaction.atomic():
            _write(run, at)
    except _Given:
        return
    except FileRefused as refusal:
        fail(run, refusal)
    except DomainError:
        # A command has refused what the check let through: the house has moved on.
        fail(run, FileRefused("moved_since", rows="1"))
    finally:
        cache.delete(progress_key(run.pk))


def _write(run: Import, at: datetime) -> None:
    kind, seen = kind_of(run), Seen()
    writing = Writing(run=run, at=at)
    refused: list[Line] = []
    same: list[int] = []
    written = 0
    for kept in _chunks(run):
        rows = [kind.fields.again(line, values) for line, values in kept]
        judge(kind, rows, run, seen, lock=True, at=at)
        refused += [row for row in rows if not row.is_sound]
        if refused and run.mode == Import.Mode.ALL_OR_NOTHING:
            raise FileRefused("moved_since", rows=str(len(refused)))
        same += [row.line for row in sound(rows) if row.verdict == Verdict.SAME]
        kind.write([row for row in sound(rows) if row.verdict in TO_WRITE], writing)
        written += len(rows)
        _tell(run, written)
    kind.finish(writing)
    _note_moved(run, refused, same)
    _tell_waiting(run, writing)
    _finish(run, writing, at)


def _chunks(run: Import) -> Iterator[list[tuple[int, dict[str, Any]]]]:
    rows = run.rows.filter(verdict__in=TO_WRITE).order_by("line")
    last = -1
    while chunk := list(
        rows.filter(line__gt=last).values_list("line", "values")[:CHUNK]
    ):
        yield chunk
        last = chunk[-1][0]


def _tell(run: Import, written: int) -> None:
    """Say how far it is, and stop where the file was given up."""
    cache.set(progress_key(run.pk), written, PROGRESS_SECONDS)
    state = Import.objects.values_list("state", flat=True).get(pk=run.pk)
    if state != Import.State.WRITING:
        raise _Given


def _note_moved(run: Import, refused: Sequence[Line], same: Sequence[int]) -> None:
    """Bring the rows that others have changed since the check up to date."""
    lines = {row.line: row for row in refused}
    for kept in run.rows.filter(line__in=lines):
        kept.verdict = Verdict.REFUSED
        kept.problems = [problem.kept() for problem in lines[kept.line].problems]
        kept.save(update_fields=["verdict", "problems"])
    run.rows.filter(line__in=same).update(verdict=Verdict.SAME)


def _tell_waiting(run: Import, writing: Writing) -> None:
    """Have the wishes for touched parts answered anew, some parts at a time."""
    touched = sorted(writing.touched)
    for start in range(0, len(touched), TOLD_AT_ONCE):
        outbox.write(
            "parts.check_availability",
            subject=f"import:{run.pk}",
            part_ids=touched[start : start + TOLD_AT_ONCE],
        )


def _finish(run: Import, writing: Writing, at: datetime) -> None:
    verdicts = Counter(run.rows.values_list("verdict", flat=True))
    done = Import.objects.filter(pk=run.pk, state=Import.State.WRITING).update(
        state=Import.State.DONE,
        finished_at=at,
        rows_done=run.rows_total,
        rows_new=verdicts[Verdict.NEW],
        rows_changed=verdicts[Verdict.CHANGED],
        rows_same=verdicts[Verdict.SAME],
        rows_refused=verdicts[Verdict.REFUSED],
    )
    if not done:
        raise _Given
    audit.record(
        subject=f"import:{run.pk}",
        command="write_import",
        actor_id=writing.actor_id,
        at=at,
        detail={
            "kind": run.kind,
            "file": run.file.sha256,
            "mode": run.mode,
            "wrote": {name: count for name, count in writing.counts.items() if count},
        },
    )
