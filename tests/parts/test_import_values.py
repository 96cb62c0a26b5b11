"""Cells as people write them: numbers, money, days, yes and no, numbers of parts."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parts.importing import days, values
from parts.importing.values import Unreadable, written

D = Decimal


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.5", "1234.5"),
        ("１，２３４．５", "1234.5"),
        (" 12 ", "12"),
        ("-3", "-3"),
        ("△500", "-500"),
        ("▲ 1,000", "-1000"),
        ("−7", "-7"),
        ("(7)", "-7"),
        ("1.2E+05", "120000"),
        ("٣", "3"),
    ],
)
def test_numbers_are_read_as_they_are_written(text: str, value: str) -> None:
    assert values.number(text) == D(value)


@pytest.mark.parametrize(
    "text", ["abc", "1,23", "12,34,567", "1.2.3", "1e999", "∞", ""]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        values.number(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("¥1,200", "1200"),
        ("￥１２００", "1200"),
        ("\\1,200-", "1200"),
        ("1,200円", "1200"),
        ("JPY 1200", "1200"),
        ("12.50", "12.50"),
    ],
)
def test_money_is_read_with_its_marks(text: str, value: str) -> None:
    assert values.money(text) == D(value)


@pytest.mark.parametrize(
    "text",
    [
        "2026-04-01", "2026/4/1", "2026.4.1", "20260401", "2026年4月1日",
        "２０２６年４月１日", "令和8年4月1日", "R8.4.1", "r8/4/1", "㋿8年4月1日",
        "2026年4月1日(水)", "2026/04/01 00:00:00", "2026-04-01T09:30", "46113",
        "1 Apr 2026", "Apr 1, 2026", "1 April 2026",
    ],
)  # fmt: skip
def test_one_day_in_all_its_spellings(text: str) -> None:
    assert days.day(text) == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和元年5月1日", date(2019, 5, 1)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("H1.1.8", date(1989, 1, 8)),
        ("S64.1.7", date(1989, 1, 7)),
        ("昭和44年2月21日", date(1969, 2, 21)),
    ],
)
def test_eras_begin_and_end_on_their_days(text: str, day: date) -> None:
    assert days.day(text) == day


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("平成31年5月1日", "outside_era"),
        ("令和元年4月30日", "outside_era"),
        ("S64.1.8", "outside_era"),
        ("2026-02-30", "no_such_day"),
        ("4/1/2026", "not_a_date"),
        ("26/4/1", "not_a_date"),
        ("soon", "not_a_date"),
        ("99999", "not_a_date"),
    ],
)
def test_days_that_are_none_are_refused(text: str, code: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        days.day(text)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (values.flag, "はい", True),
        (values.flag, "○", True),
        (values.flag, "無", False),
        (values.flag, "Ｎｏ", False),
        (values.grams, "1.2kg", 1200),
        (values.grams, "350 g", 350),
        (values.kilograms, "0.35", D("0.35")),
        (values.country, "日本製", "JP"),
        (values.currency, "円", "JPY"),
        (values.hs_code, "8708.99-000", "870899000"),
        (values.un_number, "1263", "UN1263"),
        (values.part_number, "１３０２０－０５Ｕ００", "13020-05U00"),
        (values.count, "12個", D(12)),
        (
            values.price_breaks,
            "10=900; 50個以上850円",
            ((D(10), D(900)), (D(50), D(850))),
        ),
    ],
)
def test_other_cells(read: Any, text: str, value: Any) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "code"),
    [
        (values.part_number, "1.302E+09", "number_spoilt"),
        (values.part_number, "部品", "not_a_part_number"),
        (values.text_of(3), "abcd", "too_long"),
        (values.text_of(9), "#REF!", "spreadsheet_error"),
        (values.quantity, "0", "not_above_zero"),
        (values.count, "0.0001", "too_fine"),
        (values.money, "-1", "negative"),
        (values.flag, "maybe", "not_yes_or_no"),
        (values.country, "Narnia", "not_a_country"),
    ],
)
def test_cells_that_cannot_be_read(read: Any, text: str, code: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read(text)
    assert refusal.value.code == code


AMOUNTS = st.decimals(0, 10**9, places=2, allow_nan=False, allow_infinity=False)
DAYS = st.dates(date(1873, 1, 1), date(2099, 12, 31))
WIDE = str.maketrans("0123456789,.-", "０１２３４５６７８９，．－")


@given(AMOUNTS)
def test_numbers_come_back(value: Decimal) -> None:
    assert values.number(written(value)) == value
    assert values.number(f"{value:,}") == value
    assert values.number(f"{value:,}".translate(WIDE)) == value
    assert values.money(f"￥{value:,}") == value


@given(DAYS)
def test_days_come_back(value: date) -> None:
    for text in (
        written(value),
        f"{value.year}年{value.month}月{value.day}日",
        f"{value.year}/{value.month}/{value.day}".translate(WIDE),
    ):
        assert days.day(text) == value


@given(DAYS)
def test_days_of_eras_come_back(value: date) -> None:
    name, letter, begins = next(era for era in days.ERAS if era[2] <= value)
    year = value.year - begins.year + 1
    assert days.day(f"{name}{year}年{value.month}月{value.day}日") == value
    assert days.day(f"{letter}{year}.{value.month}.{value.day}") == value


@given(st.dates(date(1960, 1, 1), date(2099, 1, 1)))
def test_days_that_a_spreadsheet_has_counted_come_back(value: date) -> None:
    assert days.day(str((value - days.SERIAL_FROM).days)) == value


@given(st.text(max_size=40))
def test_no_text_breaks_a_reader(text: str) -> None:
    for read in (
        values.number, values.money, days.day, values.flag, values.count,
        values.quantity, values.grams, values.kilograms, values.country,
        values.currency,
        values.hs_code, values.un_number, values.hazard_class, values.part_number,
        values.price_breaks, values.code, values.whole(0, 9), values.text_of(30),
    ):  # fmt: skip
        try:
            value = read(text)
        except Unreadable:
            continue
        # What is kept is read back as the same.
        if value not in ("", None):
            assert read(written(value)) == value, read
