"""Days as people and spreadsheets write them, with the eras of Japan."""

import re
from datetime import date, timedelta

from parts.importing.values import Unreadable, folded

# The first day of each era and the letter that stands for it.
ERAS = (
    ("令和", "R", date(2019, 5, 1)),
    ("平成", "H", date(1989, 1, 8)),
    ("昭和", "S", date(1926, 12, 25)),
    ("大正", "T", date(1912, 7, 30)),
    ("明治", "M", date(1868, 1, 25)),
)
_ERA = re.compile(
    r"(令和|平成|昭和|大正|明治|[RHSTM])(\d{1,2}|元)[年./-](\d{1,2})[月./-](\d{1,2})日?",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})日?")
_BARE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DAY_NAMED = re.compile(r"(\d{1,2})\.?([a-z]{3})[a-z]*\.?,?(\d{4})")
_MONTH_NAMED = re.compile(r"([a-z]{3})[a-z]*\.?(\d{1,2}),(\d{4})")
_MONTHS = [
    "jan", "feb", "mar", "apr", "may", "jun",
    "jul", "aug", "sep", "oct", "nov", "dec",
]  # fmt: skip
_CLOCK = re.compile(r"[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?$")
_WEEKDAY = re.compile(r"\([月火水木金土日]\)")
# Spreadsheets count days from here; only what can be a day of this trade is one.
SERIAL_FROM = date(1899, 12, 30)
SERIALS = range(20_000, 80_000)


def day(text: str) -> date:
    """Read a day: 2026-04-01, 2026/4/1, 2026年4月1日, 令和8年4月1日, R8.4.1, 46113."""
    plain = _CLOCK.sub("", folded(text))
    plain = _WEEKDAY.sub("", plain.replace(" ", ""))
    for read in (_era_day, _plain_day, _named_day, _serial_day):
        found = read(plain)
        if found is not None:
            return found
    raise Unreadable("not_a_date")


def _calendar(year: int, month: int, on: int) -> date:
    try:
        return date(year, month, on)
    except ValueError:
        raise Unreadable("no_such_day") from None


def _era_day(plain: str) -> date | None:
    match = _ERA.fullmatch(plain)
    if match is None:
        return None
    era, year, month, on = match.groups()
    for place, (name, letter, begins) in enumerate(ERAS):
        if era.upper() in (name, letter):
            count = 1 if year == "元" else int(year)
            found = _calendar(begins.year + count - 1, int(month), int(on))
            ends = ERAS[place - 1][2] if place else date.max
            if not begins <= found < ends or count < 1:
                raise Unreadable("outside_era")
            return found
    return None


def _plain_day(plain: str) -> date | None:
    match = _YEAR_FIRST.fullmatch(plain) or _BARE.fullmatch(plain)
    if match is None:
        return None
    return _calendar(*(int(piece) for piece in match.groups()))


def _named_day(plain: str) -> date | None:
    small = plain.lower()
    if match := _DAY_NAMED.fullmatch(small):
        on, month, year = match.groups()
    elif match := _MONTH_NAMED.fullmatch(small):
        month, on, year = match.groups()
    else:
        return None
    if month not in _MONTHS:
        return None
    return _calendar(int(year), _MONTHS.index(month) + 1, int(on))


def _serial_day(plain: str) -> date | None:
    match = re.fullmatch(r"(\d{5})(?:\.0+)?", plain)
    if match is None or int(match[1]) not in SERIALS:
        return None
    return SERIAL_FROM + timedelta(days=int(match[1]))
