"""What every kind of file has in common: how its rows are judged and written."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.utils import timezone

from common.errors import InvalidInput
from common.money import minor_units
from parts.importing.fields import Fields, Line
from parts.importing.values import word_key
from parts.models import Import, Part, PartNumber, Supplier, normalise_number
from workshop.models import Site

WHOLE_UNITS = frozenset({Part.Unit.EACH, Part.Unit.SET, Part.Unit.PAIR})


@dataclass
class Writing:
    """One file being written: by whom, when, and what it has touched so far."""

    run: Import
    at: datetime
    touched: set[int] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def actor_id(self) -> int | None:
        return self.run.created_by_id

    @property
    def on(self) -> date:
        return timezone.localdate(self.at)

    @property
    def source(self) -> str:
        return self.run.file_name[:200]


class Kind(ABC):
    """One kind of file: what its rows say, whom they mean, how they are written.

    Attributes:
        fields: what a row may say.
        wants: what is asked for at upload, for rows that do not say it themselves.
        needs_one_of: of each group, one field has to have a column.
        locks: whether a check before writing locks the rows it reads.
    """

    fields: ClassVar[Fields]
    wants: ClassVar[tuple[str, ...]] = ()
    needs_one_of: ClassVar[tuple[tuple[str, ...], ...]] = ()

    @abstractmethod
    def judge(self, rows: Sequence[Line], run: Import, *, lock: bool, on: date) -> None:
        """Find what each row means and say what is to become of it, in few queries.

        Args:
            rows: sound ones only.
            run: the file.
            lock: whether the rows are about to be written.
            on: today, where the house stands.
        """

    @abstractmethod
    def keys(self, row: Line) -> Iterable[tuple[str, Hashable]]:
        """Return what must not come twice in a file, each with the field it is of."""

    @abstractmethod
    def write(self, rows: Sequence[Line], writing: Writing) -> None:
        """Write new and changed rows, in few statements."""

    def finish(self, writing: Writing) -> None:
        """Write what needs all rows at once."""
        return

    def prepare(self, run: Import) -> None:
        """Read what is the same for all rows, once."""
        return


def sound(rows: Iterable[Line]) -> list[Line]:
    return [row for row in rows if row.is_sound]


# --- Parts that rows name --------------------------------------------------------
def parts_called(words: Iterable[str]) -> dict[str, int]:
    """Return the part of each number (in any spelling) or code."""
    texts = {word for word in words if word}
    compared = {word: normalise_number(word) for word in texts}
    numbers = dict(
        PartNumber.objects.filter(normalised__in=set(compared.values())).values_list(
            "normalised", "part_id"
        )
    )
    left = {word for word in texts if compared[word] not in numbers}
    codes = dict(Part.objects.filter(code__in=left).values_list("code", "pk"))
    found = {}
    for word in texts:
        part_id = numbers.get(compared[word]) or codes.get(word)
        if part_id is not None:
            found[word] = part_id
    return found


def find_parts(rows: Sequence[Line], name: str = "part") -> None:
    """Note the part that each row names, or refuse the row."""
    called = parts_called(row.values.get(name, "") for row in rows)
    for row in rows:
        part_id = called.get(row.values.get(name, ""))
        if part_id is None:
            row.refuse(name, "unknown_part")
        else:
            row.found["part"] = part_id


def refuse_fractions(
    rows: Iterable[Line], units: Mapping[int, str], *names: str
) -> None:
    """Refuse a fraction of what is counted in pieces."""
    for row in rows:
        if units.get(row.found["part"]) not in WHOLE_UNITS:
            continue
        for name in names:
            value = row.values.get(name)
            if value is not None and value != value.to_integral_value():
                row.refuse(name, "not_whole_pieces")


def units_of(rows: Iterable[Line]) -> dict[int, str]:
    ids = {row.found["part"] for row in rows}
    return dict(Part.objects.filter(pk__in=ids).values_list("pk", "unit"))


# --- Money -------------------------------------------------------------------------
def refuse_odd_money(row: Line, amount: Decimal, currency: str, name: str) -> bool:
    """Refuse an amount that the currency has no coins for; say whether it was."""
    try:
        places = minor_units(currency)
    except InvalidInput:
        row.refuse("currency", "not_a_currency")
        return True
    if places > 2 or amount != round(amount, places):
        row.refuse(name, "not_minor_units", currency=currency)
        return True
    return False


# --- Houses that rows name -----------------------------------------------------------
def suppliers_called() -> dict[str, Supplier]:
    """Return every supplier under its code and its names."""
    known: dict[str, Supplier] = {}
    for supplier in Supplier.objects.order_by("-pk"):
        for word in (supplier.name_ja, supplier.name_en, supplier.code):
            if word:
                known[word_key(word)] = supplier
    return known


def sites_called() -> dict[str, Site]:
    """Return every site under its code and its names."""
    known: dict[str, Site] = {}
    for site in Site.objects.order_by("-pk"):
        for word in (site.name_ja, site.name_en, site.code):
            if word:
                known[word_key(word)] = site
    return known


def named(
    row: Line, name: str, known: Mapping[str, Any], otherwise: Any, code: str
) -> Any:
    """Return whom a row names, else what was said for the whole file."""
    text = row.values.get(name)
    found = known.get(word_key(text)) if text else otherwise
    if found is None:
        row.refuse(name, code if text else "needed")
    return found
