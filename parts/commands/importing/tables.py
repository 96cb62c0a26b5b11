"""The table in an import's file, and which column is which of our fields."""

from collections.abc import Mapping

from parts.commands.importing.kinds import KINDS
from parts.importing.problems import FileRefused
from parts.importing.reading import Table, read_table
from parts.models import Import

# How many earlier files of a kind are looked at for the same header.
REMEMBERED = 50


def table_of(run: Import) -> Table:
    """Return the table in the run's file, as it is to be read.

    Raises:
        FileRefused: the file is not there any more or cannot be read.
    """
    try:
        with run.file.file.open("rb") as stored:
            data = stored.read()
    except OSError:
        raise FileRefused("file_missing") from None
    return table_in(data, run.kind, run.encoding, run.sheet)


def table_in(data: bytes, kind: str, encoding: str = "", sheet: str = "") -> Table:
    """Return the table in a file's bytes.

    Raises:
        FileRefused: it cannot be read.
    """
    knows = KINDS[kind].fields.knows
    return read_table(data, knows=knows, encoding=encoding, sheet=sheet)


def suggested(kind: str, header: tuple[str, ...]) -> dict[str, str]:
    """Return a field for each column: as last time, else by the columns' names."""
    earlier = (
        Import.objects.filter(kind=kind, mapping__has_keys=list(header))
        .exclude(state=Import.State.UPLOADED)
        .order_by("-pk")
        .values_list("mapping", flat=True)[:REMEMBERED]
    )
    fields = KINDS[kind].fields
    for mapping in earlier:
        if set(mapping) == set(header) and set(mapping.values()) <= {
            "",
            *fields.by_name,
        }:
            return {name: mapping[name] for name in header}
    return fields.guess(header)


def places(mapping: Mapping[str, str], header: tuple[str, ...]) -> dict[str, int]:
    """Return the column of each field that is read."""
    return {
        mapping[name]: place for place, name in enumerate(header) if mapping.get(name)
    }
