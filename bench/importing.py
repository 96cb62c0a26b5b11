"""How many rows a second are read in from a file: checked and written."""

import csv
import io
from collections.abc import Iterator

from django.utils import timezone

from bench.busy import busy
from bench.figures import Figure
from bench.writing import key
from parts.commands import importing
from parts.models import Import, Part

LEAST_PER_SECOND = 1000


def catalogue_file(rows: int) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["品番", "品名", "状態", "単位", "重量(g)"])
    for n in range(rows):
        writer.writerow([f"BENCH-I{n:06d}", f"部品 {n}", "現行", "個", "1,200"])
    return out.getvalue().encode("cp932")


def import_figures(rows: int) -> Iterator[Figure]:
    """Read a catalogue in, from the hand-over to the last row written."""
    data = catalogue_file(rows)
    now = timezone.now()
    with busy() as taken:
        run = importing.start_import(
            kind=Import.Kind.CATALOGUE, data=data, name="bench.csv", key=key(), at=now
        )
        importing.match_columns(import_id=run.pk, mapping=run.mapping, at=now)
        importing.check_import(import_id=run.pk, at=now)
        importing.approve_import(
            import_id=run.pk, mode=Import.Mode.ALL_OR_NOTHING, at=now
        )
        importing.write_import(import_id=run.pk, at=now)
    written = Part.objects.filter(numbers__normalised__startswith="BENCHI").count()
    yield Figure(
        "import of a catalogue",
        written / taken.seconds,
        "rows/s",
        LEAST_PER_SECOND,
        at_least=True,
        note=f"{written:,} rows, by the clock {written / taken.wall:.0f} rows/s",
    )
