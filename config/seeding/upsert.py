"""Brings rows to what a file says, touching only those that differ."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet

from config.seeding.sheet import Row
from workshop.models import Provenance

M = TypeVar("M", bound=Model)
Fields = dict[str, Any]


@dataclass(frozen=True)
class Counts:
    """What a load did."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.removed + other.removed,
        )

    @property
    def changed(self) -> int:
        return self.created + self.updated + self.removed


def ids(rows: type[Model] | QuerySet[Any], column: str = "code") -> dict[str, int]:
    """Return the key of every row by its code."""
    found = rows if isinstance(rows, QuerySet) else rows._default_manager
    return dict(found.values_list(column, "pk"))


def fits(model: type[Model], row: Row, fields: Fields) -> Fields:
    """Note what the model would not take: lengths, choices, empty names."""
    instance = model(**fields)
    relations = [f.name for f in instance._meta.fields if f.is_relation]
    try:
        instance.clean_fields(exclude=relations)
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            why = " ".join(messages).rstrip(".")
            row.refuse(name, f"another value ({why})", found=str(fields.get(name, "")))
    return fields


def upsert(
    model: type[M],
    key: Sequence[str],
    rows: Iterable[Fields],
    *,
    within: QuerySet[M] | None = None,
    shrink: bool = False,
    keep: bool = False,
) -> Counts:
    """Create rows that are missing and update those that differ.

    A row that the house has entered itself (``basis`` HOUSE) is left as it is.

    Args:
        model: whose rows.
        key: the fields by which a file's row and a stored row are the same.
        rows: the wanted fields of each row, key included.
        within: the stored rows to compare with; all when not given.
        shrink: whether stored rows of ``within`` that no file row names go.
        keep: whether stored rows stay as they are, whatever the file says.
    """
    stored = within if within is not None else model._default_manager.all()
    present = {_key_of(row, key): row for row in stored}
    created: list[M] = []
    changed: list[M] = []
    wanted: set[tuple[Any, ...]] = set()
    names: set[str] = set()
    for fields in rows:
        name = tuple(fields[part] for part in key)
        wanted.add(name)
        row = present.get(name)
        if row is None:
            created.append(model(**fields))
        elif not keep and _bring_to(row, fields):
            changed.append(row)
            names |= set(fields) - set(key)
    model._default_manager.bulk_create(created)
    if changed:
        model._default_manager.bulk_update(changed, sorted(names))
    gone = [row.pk for name, row in present.items() if shrink and name not in wanted]
    if gone:
        model._default_manager.filter(pk__in=gone).delete()
    same = len(wanted) - len(created) - len(changed)
    return Counts(len(created), len(changed), same, len(gone))


def _key_of(row: Model, key: Sequence[str]) -> tuple[Any, ...]:
    return tuple(getattr(row, part) for part in key)


def _bring_to(row: Model, fields: Fields) -> bool:
    """Set what differs on the row and say whether anything did."""
    if isinstance(row, Provenance) and row.basis == Provenance.Basis.HOUSE:
        return False
    differing = {
        name: value for name, value in fields.items() if getattr(row, name) != value
    }
    for name, value in differing.items():
        setattr(row, name, value)
    return bool(differing)
