"""Several lists in one statement: what a page shows beside one row."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet, FieldDoesNotExist
from django.db import connections, models
from django.db.models import Model, QuerySet, prefetch_related_objects

# What JSON says as text or as another number.
AS_TEXT = (
    models.DateField,
    models.DecimalField,
    models.DurationField,
    models.TimeField,
    models.UUIDField,
)


def read_together(*lists: QuerySet[Any, Any]) -> None:
    """Read lists that nobody has read yet, all of them by one statement.

    Each keeps its order, its ``select_related`` and what it is annotated with. What
    several prefetch of the same kind of row is asked once.

    Args:
        lists: of models or of values; one with a column of JSON is left as it is.
    """
    asked = [_Asked(rows) for rows in lists if rows._result_cache is None]
    asked = [each for each in asked if each.can_be_told]
    if len(asked) > 1:
        parts = ", ".join(each.as_column() for each in asked)
        params = [param for each in asked for param in each.params]
        with connections[asked[0].rows.db].cursor() as cursor:
            cursor.execute(f"SELECT {parts}", params)
            answers = cursor.fetchone()
        for each, answer in zip(asked, answers, strict=True):
            each.keep(answer)
    _prefetch([rows for rows in lists if rows._result_cache is not None])


class _Asked:
    """One list on its way into the statement and back."""

    def __init__(self, rows: Any) -> None:
        self.rows = rows
        self.sql = ""
        self.params: Sequence[Any] = ()
        self.compiler: Any = rows.query.get_compiler(using=rows.db)
        try:
            self.sql, self.params = self.compiler.as_sql()
        except EmptyResultSet:
            return
        self.kinds = [
            getattr(kind, "output_field", kind)
            for kind in (column[0].output_field for column in self.compiler.select)
        ]

    @property
    def can_be_told(self) -> bool:
        """Whether something is asked at all, and JSON can say it."""
        return bool(self.sql) and not any(
            isinstance(kind, models.JSONField | models.BinaryField)
            for kind in self.kinds
        )

    def as_column(self) -> str:
        names = ", ".join(f"c{place}" for place in range(len(self.kinds)))
        listed = f"({self.sql}) AS listed ({names})"
        return f"(SELECT json_agg(row_to_json(listed))::text FROM {listed})"  # noqa: S608  # Django's own SQL

    def keep(self, answer: str | None) -> None:
        """Let the list make its rows of the answer, as it would of its own."""
        read = json.loads(answer or "[]", parse_float=Decimal)
        chunk = [
            tuple(_value(kind, row[f"c{at}"]) for at, kind in enumerate(self.kinds))
            for row in read
        ]
        self.compiler.execute_sql = lambda *_how, **_more: iter([chunk])
        # The list's own iterator asks the query for a compiler, and that for rows.
        query = self.rows.query.chain()
        query.get_compiler = lambda *_how, **_more: self.compiler
        asked, self.rows._query = self.rows._query, query
        self.rows._result_cache = list(self.rows._iterable_class(self.rows))
        self.rows._query = asked


def _value(kind: Any, cell: Any) -> Any:
    return kind.to_python(cell) if isinstance(kind, AS_TEXT) else cell


def _prefetch(lists: Sequence[Any]) -> None:
    together: dict[tuple[type[Model], str], list[Model]] = defaultdict(list)
    for rows in lists:
        if rows._prefetch_done:
            continue
        alone = []
        for lookup in rows._prefetch_related_lookups:
            way, _dots, last = str(lookup).rpartition("__")
            ends = _ends(rows._result_cache, way) if isinstance(lookup, str) else None
            if ends is None:
                alone.append(lookup)
            for end in ends or ():
                together[type(end), last].append(end)
        if alone:
            prefetch_related_objects(rows._result_cache, *alone)
        rows._prefetch_done = True
    for (_model, last), found in together.items():
        prefetch_related_objects(found, last)


def _ends(rows: Sequence[Model], way: str) -> list[Model] | None:
    """Return where a way leads from rows; None where it would have to be read."""
    found = list(rows)
    for step in filter(None, way.split("__")):
        try:
            found = list(_steps(found, step))
        except (FieldDoesNotExist, LookupError):
            return None
    return found


def _steps(rows: Sequence[Model], step: str) -> Iterator[Model]:
    for row in rows:
        field = row._meta.get_field(step)
        if not isinstance(field, models.ForeignKey) or not field.is_cached(row):
            raise LookupError(step)
        if (other := getattr(row, step)) is not None:
            yield other
