"""The laws of the data, in plain SQL: each app brings its ``invariants.sql``.

A file is a row of blocks. A block begins with a line ``-- name: sentence`` and is one
SELECT that returns the rows that break the law, ended by a semicolon.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection

HEADER = re.compile(r"^-- ([a-z][a-z0-9_]*): (.+)$")
SHOWN_ROWS = 20


@dataclass(frozen=True)
class Invariant:
    """One law: its name, what it says, and the SELECT that finds its offenders."""

    name: str
    sentence: str
    sql: str


@dataclass(frozen=True)
class Violation:
    """A broken law and the first rows that break it."""

    name: str
    sentence: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def __str__(self) -> str:
        return f"{self.name}: {self.sentence} {list(self.rows)}"


def invariants() -> list[Invariant]:
    """Return the laws of all installed apps, by app and then in file order.

    Raises:
        ValueError: a file cannot be read as blocks, or a name stands twice.
    """
    laws = [
        law
        for app in apps.get_app_configs()
        if (source := Path(app.path) / "invariants.sql").is_file()
        for law in parse(app.label, source.read_text(encoding="utf-8"))
    ]
    names = [law.name for law in laws]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"invariants named twice: {', '.join(sorted(twice))}")
    return laws


def parse(label: str, text: str) -> Iterator[Invariant]:
    """Yield the blocks of one file, named ``<app>.<name>``.

    Raises:
        ValueError: SQL without a header, or a block without its semicolon.
    """
    name, sentence, lines = "", "", list[str]()
    for line in [*text.splitlines(), "-- end_of_file: end"]:
        header = HEADER.match(line)
        body = "\n".join(lines).strip()
        if not header or (body and not body.endswith(";")):
            if not line.startswith("--"):
                lines.append(line)
            elif line == "-- end_of_file: end":
                raise ValueError(f"{label}: {name or 'the file'} lacks a semicolon")
            continue
        if body:
            if not name:
                raise ValueError(f"{label}: SQL before the first '-- name: sentence'")
            yield Invariant(f"{label}.{name}", sentence, body)
        elif name:
            raise ValueError(f"{label}: {name} has no SQL")
        name, sentence, lines = header[1], header[2], []


def check(law: Invariant) -> Violation | None:
    """Run one law's SELECT; None when it holds."""
    with connection.cursor() as cursor:
        cursor.execute(law.sql)
        rows = cursor.fetchmany(SHOWN_ROWS)
        columns = tuple(column.name for column in cursor.description or ())
    if not rows:
        return None
    return Violation(law.name, law.sentence, columns, tuple(map(tuple, rows)))


def violations() -> list[Violation]:
    """Return every law that does not hold now."""
    return [found for law in invariants() if (found := check(law))]
