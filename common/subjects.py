"""What opaque keys such as ``project:12`` are called: upper floors say."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping

# The rows' keys of one kind → the name of each that exists, for people.
Namer = Callable[[Collection[int]], Mapping[int, str]]

_namers: dict[str, Namer] = {}


def register(kind: str, namer: Namer) -> None:
    """Say how the keys of one kind are named.

    Args:
        kind: what stands before the colon, such as ``project``.
        namer: names many rows in one query.
    """
    _namers[kind] = namer


def names_of(keys: Iterable[str]) -> dict[str, str]:
    """Return key → name, with one query per kind; a key nobody names is its own.

    Args:
        keys: such as ``project:12``; others are passed through.
    """
    named = {key: key for key in keys}
    by_kind: dict[str, dict[int, str]] = defaultdict(dict)
    for key in named:
        kind, _colon, row = key.partition(":")
        if kind in _namers and row.isdecimal():
            by_kind[kind][int(row)] = key
    for kind, wanted in by_kind.items():
        for pk, name in _namers[kind](wanted).items():
            named[wanted[pk]] = name
    return named
