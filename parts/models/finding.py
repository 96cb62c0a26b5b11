"""How parts are found: any spelling of a number, any piece of a name or reading."""

import re
import unicodedata
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    F,
    Func,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.expressions import RawSQL

from common.querysets import ScopedQuerySet
from workshop.models import Viewer, role_of

if TYPE_CHECKING:
    from parts.models.catalogue import Part  # noqa: F401  # names the rows

# Every dash that people type for the trade's hyphen; NFKC alone leaves them apart.
_DASHES = "-‐‑‒–—―−ーｰ﹘﹣－_"
_SEPARATORS = re.compile(rf"[\s{re.escape(_DASHES)}./]+")
# As the database's parts_fold reads: hiragana as katakana.
_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3095)}
MOST_WORDS = 8
LONGEST_TEXT = 100
# A word that half the catalogue holds is no search: another word is asked for.
MOST_FOUND = 1000
# So many pieces that all forms of a word share find it without the others.
TELLING = 4
EXACT_RANK, SUCCESSOR_RANK, BEGINS_RANK, LIKE_RANK = range(4)
EXACT = "SELECT part_id FROM parts_partnumber WHERE normalised = %s"
# Today's successors of the part that carries a number, to the end of the chain.
SUCCEEDS = """
    WITH RECURSIVE chain (id) AS (
        SELECT part_id FROM parts_partnumber WHERE normalised = %s
        UNION
        SELECT s.new_id FROM chain c JOIN parts_supersession s ON s.old_id = c.id
        WHERE (s.starts_on IS NULL OR s.starts_on <= CURRENT_DATE)
          AND (s.ends_on IS NULL OR s.ends_on >= CURRENT_DATE)
    )
    SELECT id FROM chain
"""


def normalise_number(text: str) -> str:
    """Return the form in which part numbers are compared.

    ``13020-05U00``, ``1302005u00`` and ``１３０２０－０５Ｕ００`` give ``1302005U00``.
    """
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()


def fold(text: str) -> str:
    """Return a text as it is searched: width, case and kind of kana do not count."""
    return unicodedata.normalize("NFKC", text).lower().translate(_KATAKANA)


class _HasPieces(Func):
    """The text has every one of some pieces: what the index can say."""

    template = "parts_grams(%(expressions)s::text[])"
    arg_joiner = ") @> ("
    output_field = BooleanField()


class PartQuerySet(ScopedQuerySet["Part"]):
    def visible_to(self, user: Viewer) -> Self:
        """The catalogue is open to everyone who signs in."""
        return self if role_of(user) is not None else self.none()

    def numbered(self, text: str) -> Self:
        return self.filter(numbers__normalised=normalise_number(text))

    def matching(self, text: str) -> Self:
        """Return the parts that hold every word of a text, best first.

        First the part of exactly this number, then what replaced it, then numbers
        that begin so, then the rest; ``match_rank`` says which. A whole number finds
        nothing besides; a piece finds at most 1,000: another word narrows.

        Args:
            text: what was typed; empty finds all.

        Source: docs/domain/catalogue.md C1 to C4.
        """
        words = _words(text)
        if not words:
            return self
        rows = self.order_by()
        number = _number_in("".join(words))
        found = rows._holding(words)
        begins = rows.filter(numbers__normalised__startswith=number).values("pk")
        begins = begins[:MOST_FOUND]
        if number:
            found = found.filter(
                ~Exists(rows.numbered(number)), ~Exists(begins[MOST_FOUND - 1 :])
            )
            succeeds = rows.filter(pk__in=_keys(SUCCEEDS, number)).values("pk")
            found = found[:MOST_FOUND].union(succeeds, begins, all=True)
        else:
            found = found[:MOST_FOUND]
        return (
            self.filter(pk__in=found)
            .annotate(match_rank=_rank(number, begins))
            .order_by("match_rank", "code", "pk")
        )

    def found(self, text: str) -> Self:
        """Return the same as `matching`, looked for at once and only once.

        For pages, which count what was found and then show some of it: both are asked
        of the keys.
        """
        if not _words(text):
            return self
        ranks: dict[int, list[int]] = {}
        for pk, rank in self.matching(text).values_list("pk", "match_rank"):
            ranks.setdefault(rank, []).append(pk)
        keys = [pk for some in ranks.values() for pk in some]
        rest = Value(LIKE_RANK)
        told = [
            When(pk__in=_these(some), then=Value(rank))
            for rank, some in ranks.items()
            if rank != LIKE_RANK
        ]
        return (
            self.filter(pk__in=_these(keys))
            .annotate(match_rank=Case(*told, default=rest) if told else rest)
            .order_by("match_rank", "code", "pk")
        )

    def _holding(self, words: list[str]) -> QuerySet[Any, Any]:
        """Return the keys of the parts whose text holds each word."""
        rows = self
        for word in words:
            forms = _forms(word)
            # The index says where to look, and the text is read to be sure.
            rows = rows.filter(_where(forms))
            rows = rows.filter(reduce(or_, map(_holds, forms)))
        return rows.values("pk")


def _words(text: str) -> list[str]:
    return fold(text.replace("\x00", "")[:LONGEST_TEXT]).split()[:MOST_WORDS]


def _holds(word: str) -> Q:
    return Q(search_text__contains=word)


def _where(forms: list[str]) -> Q:
    """Return what the index must have of one of the forms: one look, if one tells."""
    first, *others = [pieces_of(form) for form in forms]
    shared = [piece for piece in first if all(piece in some for some in others)]
    if len(shared) >= TELLING:
        return _has_pieces(shared)
    return reduce(or_, map(_has_pieces, [first, *others]))


def _has_pieces(pieces: list[str]) -> Q:
    return Q(_HasPieces(F("search_text"), Value(pieces)))


def pieces_of(word: str) -> list[str]:
    """Return what the index must have of a word, as parts_grams writes it.

    One letter of the Latin alphabet is no piece of anything: it begins a number.
    """
    if word.isascii() and len(word) <= 2:
        return [f" {word}"] if len(word) == 2 else [" "]
    if len(word) == 1:
        return [word]
    found = []
    for at in range(len(word) - 1):
        pair = word[at : at + 2]
        piece = word[at : at + 3] if pair.isascii() else pair
        if len(piece) == 3 or not pair.isascii():
            found.append(piece)
    return found


def _number_in(word: str) -> str:
    """Return the word as a number, where it can be one."""
    number = normalise_number(word)
    return number if number.isascii() and number.isalnum() else ""


def _forms(word: str) -> list[str]:
    """Return how a word may stand in the text: as typed, and as a number."""
    number = _number_in(word).lower()
    return [word] if number in ("", word) else [word, number]


def _keys(statement: str, *values: str | int) -> RawSQL:
    """Return the keys that one of the statements above finds."""
    return RawSQL(statement, values)  # noqa: S611  # a constant; values go beside it


def _these(keys: list[int]) -> RawSQL:
    """Return keys as one value, however many they are."""
    return RawSQL("SELECT unnest(%s::bigint[])", [keys])  # a constant


def _rank(number: str, begins: QuerySet[Any, Any]) -> Case | Value:
    if not number:
        return Value(LIKE_RANK)
    return Case(
        When(pk__in=_keys(EXACT, number), then=Value(EXACT_RANK)),
        When(pk__in=_keys(SUCCEEDS, number), then=Value(SUCCESSOR_RANK)),
        When(pk__in=begins, then=Value(BEGINS_RANK)),
        default=Value(LIKE_RANK),
    )
