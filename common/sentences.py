"""Sentences the house writes into rows, read in the language that is active.

A row keeps the English sentence with its values filled in. Whoever shows it asks
`read`, which knows the sentence again by its pattern; what people typed stays.
"""

import re
from collections.abc import Iterable
from functools import cache

from django.utils.translation import gettext

from common import subjects

_PLACE = re.compile(r"%\((\w+)\)s")
_KEY = re.compile(r"[a-z]+(?:-[a-z]+)*:\d+")

_sentences: list[str] = []


def register(sentences: Iterable[str]) -> None:
    """Say which sentences the house writes.

    Args:
        sentences: English, marked with ``gettext_noop``, values as ``%(name)s``.
    """
    _sentences.extend(sentences)
    _patterns.cache_clear()


def read(text: str) -> str:
    """Return a stored sentence in the reader's language; others as they are.

    Args:
        text: from a row; keys such as ``project:12`` in it are named.
    """
    for sentence, pattern in _patterns():
        if found := pattern.fullmatch(text):
            return gettext(sentence) % {
                name: _value(value) for name, value in found.groupdict().items()
            }
    return text


def _value(value: str) -> str:
    """Name a key; a value may itself be a sentence of the house."""
    if _KEY.fullmatch(value):
        return subjects.names_of([value])[value]
    return read(value)


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Return each sentence with its pattern, those without values first."""
    ordered = sorted(_sentences, key=lambda text: len(_PLACE.findall(text)))
    return [(text, re.compile(_pattern(text), re.DOTALL)) for text in ordered]


def _pattern(sentence: str) -> str:
    pieces = _PLACE.split(sentence)
    return "".join(
        f"(?P<{piece}>.+)" if number % 2 else re.escape(piece.replace("%%", "%"))
        for number, piece in enumerate(pieces)
    )
