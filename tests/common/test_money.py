from decimal import Decimal

import pytest
from django.db import IntegrityError, connection
from hypothesis import given
from hypothesis import strategies as st
from moneyed import CURRENCIES

from common.errors import InvalidInput
from common.money import (
    WITH_THOUSANDTHS,
    WITHOUT_MINOR_UNITS,
    display,
    minor_units,
    quantise,
)


@pytest.mark.parametrize(
    ("currency", "places"), [("JPY", 0), ("USD", 2), ("EUR", 2), ("KWD", 3)]
)
def test_minor_units(currency, places):
    assert minor_units(currency) == places


def test_our_lists_name_real_currencies():
    assert set(WITHOUT_MINOR_UNITS) | set(WITH_THOUSANDTHS) <= set(CURRENCIES)


def test_an_unknown_currency_is_refused_by_name():
    with pytest.raises(InvalidInput, match="YEN") as refusal:
        minor_units("YEN")

    assert refusal.value.field == "currency"


@pytest.mark.parametrize(
    ("amount", "currency", "exact"),
    [
        ("0.5", "JPY", "1"),
        ("-0.5", "JPY", "-1"),
        ("2.5", "JPY", "3"),
        ("1.005", "USD", "1.01"),
        ("1.0005", "KWD", "1.001"),
    ],
)
def test_halves_go_away_from_zero(amount, currency, exact):
    assert quantise(Decimal(amount), currency) == Decimal(exact)


@pytest.mark.django_db
@given(amount=st.decimals(-(10**9), 10**9, places=5))
def test_postgresql_rounds_as_we_do(amount):
    with connection.cursor() as cursor:
        cursor.execute("SELECT round(%s::numeric, 2), round(%s::numeric)", [amount] * 2)
        row = cursor.fetchone()

    assert row == (quantise(amount, "USD"), quantise(amount, "JPY"))


def test_amounts_are_written_as_the_reader_writes_them():
    assert display(Decimal("1234567"), "JPY", "ja") == "¥1,234,567"
    assert display(Decimal(-1234), "JPY", "ja-jp") == "-¥1,234"
    assert display(Decimal("1234.5"), "CNY", "ja") == "元1,234.50"
    assert display(Decimal("1234567"), "JPY", "en") == "¥1,234,567"
    assert display(Decimal("1234.5"), "USD", "en") == "$1,234.50"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("amount", "currency", "kept"),
    [
        ("100", "JPY", True),
        ("100.5", "JPY", False),
        ("100.55", "USD", True),
        ("100.555", "USD", False),
        ("100.555", "KWD", True),
        ("1", "yen", False),
    ],
)
def test_the_constraints_hold_exactly_the_minor_units(amount, currency, kept):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conname LIKE 'workshop_entry_amount_%'"
        )
        checks = ", ".join(f"CONSTRAINT {name} {check}" for name, check in cursor)
        cursor.execute(
            "CREATE TEMP TABLE till"
            f" (currency varchar, amount numeric(14, 4), {checks})"
        )

    stored = True
    try:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO till VALUES (%s, %s)", [currency, amount])
    except IntegrityError:
        stored = False

    assert checks.count("CHECK") == 2
    assert stored is kept
