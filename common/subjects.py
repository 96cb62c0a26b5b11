"""What opaque keys such as ``project:12`` are called: upper floors say."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping

# The rows' keys of one kind → the name of each that exists, for people.
Namer = Callable[[Collection[int]], Mapping[int, str]]

# The rows' keys of one kind → the key of the row whose page tells more of each.
Owner = Callable[[Collection[int]], Mapping[int, int]]
# ``app.model`` and key of the row whose page on the desk tells more.
Page = tuple[str, int]

_namers: dict[str, Namer] = {}
_pages: dict[str, tuple[str, Owner | None]] = {}


def register(
    kind: str, namer: Namer, *, model: str = "", owner: Owner | None = None
) -> None:
    """Say how the keys of one kind are named, and which page tells more.

    Args:
        kind: what stands before the colon, such as ``project``.
        namer: names many rows in one query.
        model: ``app.model`` whose page on the desk tells more; empty for none.
        owner: finds that page's rows in one query; by default the rows themselves.
    """
    _namers[kind] = namer
    _pages[kind] = (model, owner)


def names_of(keys: Iterable[str]) -> dict[str, str]:
    """Return key → name, with one query per kind; a key nobody names is its own.

    Args:
        keys: such as ``project:12``; others are passed through.
    """
    named = {key: key for key in keys}
    for kind, wanted in _by_kind(named).items():
        for pk, name in _namers[kind](wanted).items():
            named[wanted[pk]] = name
    return named


def pages_of(keys: Iterable[str]) -> dict[str, Page]:
    """Return key → page for the keys that have one, with at most a query per kind.

    Args:
        keys: such as ``project:12``; others are passed over.
    """
    found: dict[str, Page] = {}
    for kind, wanted in _by_kind(keys).items():
        model, owner = _pages[kind]
        if model:
            rows = owner(wanted) if owner else {pk: pk for pk in wanted}
            found |= {wanted[pk]: (model, row) for pk, row in rows.items()}
    return found


def _by_kind(keys: Iterable[str]) -> dict[str, dict[int, str]]:
    by_kind: dict[str, dict[int, str]] = defaultdict(dict)
    for key in keys:
        kind, _colon, row = key.partition(":")
        if kind in _namers and row.isdecimal():
            by_kind[kind][int(row)] = key
    return by_kind
