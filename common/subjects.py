"""What opaque keys such as ``project:12`` are called: upper floors say."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from common.together import read_together

# The rows' keys of one kind → the rows, still to be read, with all their names need.
Rows = Callable[[Collection[int]], QuerySet[Any, Any]]
# ``app.model`` and key of the row whose page on the desk tells more.
Page = tuple[str, int]


@dataclass(frozen=True)
class Kind:
    """How the keys of one kind are named, and which page tells more.

    Attributes:
        rows: finds many rows; those of all kinds are read in one statement, so none
            may have a column of JSON.
        name: of one row, for people.
        model: ``app.model`` whose page on the desk tells more; empty for none.
        owner: the key of that page's row; by default the row's own.
    """

    rows: Rows
    name: Callable[[Any], str]
    model: str = ""
    owner: Callable[[Any], int] = lambda row: int(row.pk)


_kinds: dict[str, Kind] = {}


def register(kind: str, how: Kind) -> None:
    """Say how the keys of one kind are named.

    Args:
        kind: what stands before the colon, such as ``project``.
        how: they are.
    """
    _kinds[kind] = how


def names_of(keys: Iterable[str]) -> dict[str, str]:
    """Return key → name, read in one statement; a key nobody names is its own.

    Args:
        keys: such as ``project:12``; others are passed through.
    """
    return names_and_pages(keys)[0]


def names_and_pages(keys: Iterable[str]) -> tuple[dict[str, str], dict[str, Page]]:
    """Return key → name and key → page where there is one, read in one statement.

    What the names of several rows are made of, such as numbers of parts, takes a
    statement besides.

    Args:
        keys: such as ``project:12``; others are their own names.
    """
    names = {key: key for key in keys}
    pages: dict[str, Page] = {}
    by_kind = _by_kind(names)
    lists = {kind: _kinds[kind].rows(wanted) for kind, wanted in by_kind.items()}
    read_together(*lists.values())
    for kind, rows in lists.items():
        how, wanted = _kinds[kind], by_kind[kind]
        for row in rows:
            key = wanted[row.pk]
            names[key] = how.name(row)
            if how.model:
                pages[key] = (how.model, how.owner(row))
    return names, pages


def _by_kind(keys: Iterable[str]) -> dict[str, dict[int, str]]:
    by_kind: dict[str, dict[int, str]] = defaultdict(dict)
    for key in keys:
        kind, _colon, row = key.partition(":")
        if kind in _kinds and row.isdecimal():
            by_kind[kind][int(row)] = key
    return by_kind
