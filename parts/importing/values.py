"""What stands in a cell, read as people write it in Japan and elsewhere.

Every reader takes a text that is not empty and returns a value, or raises
:class:`Unreadable` with the code of a reason (``parts.importing.problems``). What
``written`` makes of a value is read back as the same value.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import override

from parts.models import normalise_number


class Unreadable(Exception):
    """A cell that cannot be read as what its column holds."""

    def __init__(self, code: str, **more: str) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


Reader = Callable[[str], Any]

MINUSES = "−‐‑‒–—―－▲△"
NOTHING = frozenset({"-", "--", "—", "―", "ー", "n/a", "なし", "無し"})
SPREADSHEET_ERRORS = frozenset(
    {"#N/A", "#REF!", "#NAME?", "#DIV/0!", "#VALUE!", "#NUM!", "#NULL!"}
)
_SPACES = re.compile(r"\s+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MONEY_MARKS = re.compile(r"^(?:JPY|¥|\\|円)|(?:JPY|円|-)$", re.IGNORECASE)
_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_POWERS = re.compile(r"[+-]?\d(?:\.\d+)?E[+-]?\d{1,2}", re.IGNORECASE)


def folded(text: str) -> str:
    """Return the text with full-width forms made plain and no space at its edges."""
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFKC", text).strip()


def text_of(most: int) -> Reader:
    """Return a reader of texts of at most so many characters."""

    def read(text: str) -> str:
        plain = _SPACES.sub(" ", text.replace("\u3000", " ")).strip()
        if plain in SPREADSHEET_ERRORS:
            raise Unreadable("spreadsheet_error")
        if len(plain) > most:
            raise Unreadable("too_long", most=str(most))
        return plain

    return read


def long_text(text: str) -> str:
    """Read a text that may have lines of its own."""
    lines = [line.strip() for line in text.replace("\r", "\n").split("\n")]
    return "\n".join(filter(None, lines))


def has_control(text: str) -> bool:
    """Return whether a cell holds what no table of ours takes."""
    return _CONTROL.search(text) is not None


def number(text: str) -> Decimal:
    """Read a number: 1,234.5, １，２３４．５, △500, 1234.50, 1.2E+05."""
    plain = folded(text).replace(" ", "").replace("'", "")
    for minus in MINUSES:
        plain = plain.replace(minus, "-")
    if plain.startswith("(") and plain.endswith(")"):
        plain = f"-{plain[1:-1]}"
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    elif not _PLAIN.fullmatch(plain) and not _POWERS.fullmatch(plain):
        raise Unreadable("not_a_number")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        raise Unreadable("not_a_number") from None
    if abs(value) >= Decimal("1e12"):
        raise Unreadable("too_large")
    return value


def whole(least: int, most: int) -> Reader:
    """Return a reader of whole numbers within a range."""

    def read(text: str) -> int:
        value = number(text)
        if value != value.to_integral_value():
            raise Unreadable("not_whole")
        if not least <= value <= most:
            raise Unreadable("out_of_range", least=str(least), most=str(most))
        return int(value)

    return read


def quantity(text: str) -> Decimal:
    """Read a quantity above zero: at most three decimal places."""
    value = count(text)
    if value <= 0:
        raise Unreadable("not_above_zero")
    return value


def count(text: str) -> Decimal:
    """Read what was counted: zero or more, at most three decimal places."""
    value = number(_without_unit(text))
    if not 0 <= value <= 100_000:
        raise Unreadable("out_of_range", least="0", most="100,000")
    if value != value.quantize(Decimal("0.001")):
        raise Unreadable("too_fine")
    return value


def _without_unit(text: str) -> str:
    return re.sub(r"(?:個|コ|ヶ|本|枚|セット|組|pcs?\.?|ea)$", "", folded(text).strip())


def money(text: str) -> Decimal:
    """Read an amount of zero or more: ¥1,200, 1,200円, ￥１２００-, 12.50."""
    plain = folded(text).replace(" ", "")
    for _mark in range(2):
        plain = _MONEY_MARKS.sub("", plain)
    value = number(plain or text)
    if value < 0:
        raise Unreadable("negative")
    return value


def grams(text: str) -> int:
    """Read a weight: 350, 350 g, 1.2kg."""
    plain = folded(text).replace(" ", "").lower()
    match = re.fullmatch(r"(.+?)(kg|g|キロ|グラム)?", plain)
    value = number(match[1] if match else plain)
    if match and match[2] in ("kg", "キロ"):
        value *= 1000
    return int(whole(0, 2_000_000)(str(value)))


def kilograms(text: str) -> Decimal:
    """Read a weight of a column that is headed by kg: 0.35, 350 g."""
    plain = folded(text).replace(" ", "").lower()
    return Decimal(grams(plain if plain.endswith("g") else f"{plain}kg")) / 1000


# --- Yes and no, one of a list --------------------------------------------------
YES = frozenset(
    {
        "yes", "y", "true", "t", "1", "on", "x", "✓", "✔", "☑", "はい", "有", "有り",
        "あり", "○", "〇", "◯", "●", "◎", "真", "する", "要", "可", "済",
    }
)  # fmt: skip
NO = frozenset(
    {
        "no", "n", "false", "f", "0", "off", "いいえ", "無", "無し", "なし", "×", "✕",
        "✗", "☐", "偽", "しない", "不要", "不可", "未", "-",
    }
)  # fmt: skip


def flag(text: str) -> bool:
    """Read yes or no: yes/no, true/false, はい/いいえ, 有/無, ○/×, 1/0."""
    plain = folded(text).lower()
    if plain in YES:
        return True
    if plain in NO:
        return False
    raise Unreadable("not_yes_or_no")


def choice(
    choices: Sequence[tuple[str, str | Promise]], more: Mapping[str, str] | None = None
) -> Reader:
    """Return a reader of one of some values: its code, or its name in ja or en.

    Args:
        choices: the codes with their names.
        more: other words for a code, as they stand in the trade's files.
    """

    @cache
    def words() -> dict[str, str]:
        known = {word_key(code): code for code, _name in choices}
        for language in ("en", "ja"):
            with override(language):
                known |= {word_key(str(name)): code for code, name in choices}
        return known | {word_key(word): code for word, code in (more or {}).items()}

    def read(text: str) -> str:
        code = words().get(word_key(text))
        if code is None:
            expected = ", ".join(code for code, _name in choices)
            raise Unreadable("not_one_of", expected=expected)
        return code

    return read


def word_key(text: str) -> str:
    """Return the form in which words and headers are compared."""
    return re.sub(r"[\s\W_]+", "", folded(text).lower())


# --- Numbers of parts, goods and lands -----------------------------------------
def part_number(text: str) -> str:
    """Read a part's number as printed, in plain letters."""
    plain = folded(text).strip("'\"")
    if _POWERS.fullmatch(plain) and "E" in plain.upper() and "+" in plain:
        raise Unreadable("number_spoilt")
    compared = normalise_number(plain)
    if not compared or not compared.isascii() or not compared.isalnum():
        raise Unreadable("not_a_part_number")
    if len(plain) > 40:
        raise Unreadable("too_long", most="40")
    return plain


def code(text: str) -> str:
    """Read a code: letters, digits, hyphens and underscores."""
    plain = folded(text)
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,60}", plain):
        raise Unreadable("not_a_code")
    return plain


def hs_code(text: str) -> str:
    """Read a customs code: 8708.99, 870899000."""
    plain = re.sub(r"[.\s-]", "", folded(text))
    if not re.fullmatch(r"[0-9]{6,10}", plain):
        raise Unreadable("not_an_hs_code")
    return plain


LANDS = {
    "日本": "JP", "japan": "JP", "ドイツ": "DE", "germany": "DE", "中国": "CN",
    "china": "CN", "タイ": "TH", "thailand": "TH", "アメリカ": "US", "米国": "US",
    "usa": "US", "イギリス": "GB", "英国": "GB", "uk": "GB", "台湾": "TW",
    "taiwan": "TW", "韓国": "KR", "korea": "KR", "イタリア": "IT", "italy": "IT",
    "フランス": "FR", "france": "FR", "メキシコ": "MX", "mexico": "MX",
}  # fmt: skip


def country(text: str) -> str:
    """Read a country: JP, Japan, 日本."""
    plain = folded(text).removesuffix("製").lower()
    found = LANDS.get(plain, plain.upper())
    if not re.fullmatch(r"[A-Z]{2}", found):
        raise Unreadable("not_a_country")
    return found


def currency(text: str) -> str:
    """Read a currency: JPY, 円, ¥, EUR."""
    plain = folded(text).upper()
    found = {"円": "JPY", "¥": "JPY", "日本円": "JPY", "€": "EUR", "US$": "USD"}.get(
        plain, plain
    )
    if not re.fullmatch(r"[A-Z]{3}", found):
        raise Unreadable("not_a_currency")
    return found


def un_number(text: str) -> str:
    """Read a number of dangerous goods: UN1263, 1263."""
    plain = folded(text).upper().replace(" ", "")
    digits = plain.removeprefix("UN")
    if not re.fullmatch(r"[0-9]{4}", digits):
        raise Unreadable("not_a_un_number")
    return f"UN{digits}"


def hazard_class(text: str) -> str:
    """Read a hazard class: 3, 2.1."""
    plain = folded(text).removeprefix("クラス").strip()
    if not re.fullmatch(r"[1-9](\.[1-6])?", plain):
        raise Unreadable("not_a_hazard_class")
    return plain


def price_breaks(text: str) -> tuple[tuple[Decimal, Decimal], ...]:
    """Read prices from quantities on: 10=900; 50=850."""
    found: dict[Decimal, Decimal] = {}
    for piece in filter(None, re.split(r"[;；\n]", folded(text))):
        match = re.fullmatch(r"(.+?)(?:個?(?:以上|~|〜)|[=:])(.+)", piece.strip())
        if match is None:
            raise Unreadable("not_price_breaks")
        found[quantity(match[1])] = money(match[2])
    if not found:
        raise Unreadable("not_price_breaks")
    return tuple(sorted(found.items()))


# --- And back -------------------------------------------------------------------
def written(value: Any) -> str:
    """Return the one way in which a value is kept; its reader reads it back."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        plain = f"{value.normalize():f}"
        return "0" if plain == "-0" else plain
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return ";".join(f"{written(a)}={written(b)}" for a, b in value)
    return str(value)
