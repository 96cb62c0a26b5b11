"""Checking a file, in chunks: each is written with its progress, or not at all."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from django.db import connection, transaction
from django.utils import timezone

from parts.commands.importing.base import Kind, sound
from parts.commands.importing.kinds import kind_of
from parts.commands.importing.tables import places, table_of
from parts.importing.fields import Line, Seen, Verdict, kept
from parts.importing.problems import FileRefused
from parts.importing.reading import Table
from parts.models import Import

CHUNK = 2_000
COPY = "COPY parts_importrow (run_id, line, verdict, values, problems) FROM STDIN"


def check_import(*, import_id: int, at: datetime) -> None:
    """Read every row of a file and say what would become of it.

    Idempotent, and taken up where a killed worker left it: chunks that are written
    are judged again only to know what the file has said already.

    Args:
        import_id: the file; in another state than being checked, nothing is done.
        at: when, aware.
    """
    run = Import.objects.select_related("file", "site", "supplier").get(pk=import_id)
    if run.state != Import.State.CHECKING:
        return
    try:
        table = table_of(run)
        _note_total(run, table)
        _check_rows(run, table, at)
    except FileRefused as refusal:
        fail(run, refusal)


def _note_total(run: Import, table: Table) -> None:
    run.rows_total = max(table.about - table.header_line, run.rows_done, 1)
    Import.objects.filter(pk=run.pk).update(rows_total=run.rows_total)


def _check_rows(run: Import, table: Table, at: datetime) -> None:
    kind, seen, done = kind_of(run), Seen(), 0
    for rows in _chunks(run, table, kind):
        judge(kind, rows, run, seen, lock=False, at=at)
        done += len(rows)
        # Chunks are cut alike each time, so that a chunk is kept whole or not at all.
        if done > run.rows_done and not _keep(run, rows):
            return
    Import.objects.filter(pk=run.pk, state=Import.State.CHECKING).update(
        state=Import.State.CHECKED, rows_total=done, rows_done=done
    )


def _chunks(run: Import, table: Table, kind: Kind) -> Iterator[list[Line]]:
    where, width = places(run.mapping, table.header), len(table.header)
    lines = table.rows()
    while chunk := list(islice(lines, CHUNK)):
        yield [kind.fields.read(line, cells, where, width) for line, cells in chunk]


def judge(
    kind: Kind,
    rows: Sequence[Line],
    run: Import,
    seen: Seen,
    *,
    lock: bool,
    at: datetime,
) -> None:
    """Say of each row what is to become of it, against the house as it is now."""
    kind.judge(sound(rows), run, lock=lock, on=timezone.localdate(at))
    for row in sound(rows):
        for name, key in kind.keys(row):
            if row.is_sound:
                seen.refuse_again(row, key, name)


@transaction.atomic
def _keep(run: Import, rows: Sequence[Line]) -> bool:
    """Write a chunk down with its progress; say whether the file is still wanted."""
    locked = Import.objects.select_for_update(no_key=True).get(pk=run.pk)
    if locked.state != Import.State.CHECKING or locked.rows_done != run.rows_done:
        return False
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for row in rows:
            copy.write_row((run.pk, *kept(row)))
    verdicts = Counter(row.verdict for row in rows)
    run.rows_done = locked.rows_done + len(rows)
    Import.objects.filter(pk=run.pk).update(
        rows_done=run.rows_done,
        rows_total=max(run.rows_done, run.rows_total),
        rows_new=locked.rows_new + verdicts[Verdict.NEW],
        rows_changed=locked.rows_changed + verdicts[Verdict.CHANGED],
        rows_same=locked.rows_same + verdicts[Verdict.SAME],
        rows_refused=locked.rows_refused + verdicts[Verdict.REFUSED],
    )
    return True


def fail(run: Import, refusal: FileRefused) -> None:
    """Write down why a file cannot be read, as a code: sentences are for readers."""
    detail = ";".join(f"{name}={value}" for name, value in refusal.more.items())
    Import.objects.filter(pk=run.pk).exclude(
        state__in=[Import.State.CANCELLED, Import.State.DONE]
    ).update(
        state=Import.State.FAILED, failure=f"{refusal.code}:{detail}", finished_at=None
    )
