"""Dates, durations and numbers as people of both languages write them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from common import formats

DAY = date(2026, 11, 21)
INSTANT = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "Sat 21 Nov 2026"), ("ja", "2026年11月21日（土）")],
)
def test_a_day_reads_as_the_language_writes_it(language: str, expected: str) -> None:
    with translation.override(language):
        assert formats.day_text(DAY) == expected


def test_a_day_without_its_year_keeps_the_weekday() -> None:
    with translation.override("ja"):
        assert formats.day_text(DAY, year=False) == "11月21日（土）"


def test_an_instant_is_told_on_the_readers_clock() -> None:
    with translation.override("en"), timezone.override(ZoneInfo("America/New_York")):
        assert formats.instant_text(INSTANT) == "Sat 21 Nov 2026, 10:30"
        assert formats.workshop_instant_text(INSTANT) == (
            "Sun 22 Nov 2026, 00:30 in the workshop (Asia/Tokyo)"
        )


@pytest.mark.parametrize(
    ("minutes", "english", "japanese"),
    [
        (0, "0 min", "0分"),
        (45, "45 min", "45分"),
        (90, "1 h 30 min", "1時間30分"),
        (2400, "40 h", "40時間"),
        (-75, "−1 h 15 min", "−1時間15分"),
    ],
)
def test_minutes_become_hours_and_minutes(
    minutes: int, english: str, japanese: str
) -> None:
    with translation.override("en"):
        assert formats.minutes_text(minutes) == english
    with translation.override("ja"):
        assert formats.minutes_text(minutes) == japanese


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (Decimal("1.500"), "1.5"),
        (Decimal("6.000"), "6"),
        (Decimal(12000), "12,000"),
        (10_000, "10,000"),
    ],
)
def test_numbers_are_grouped_and_say_no_empty_zeros(
    number: Decimal | int, expected: str
) -> None:
    with translation.override("en"):
        assert formats.grouped(number) == expected


@pytest.mark.parametrize(
    ("days", "english", "japanese"),
    [
        (6, "6 days later", "6日後ろ倒し"),
        (1, "1 day later", "1日後ろ倒し"),
        (-2, "2 days sooner", "2日前倒し"),
    ],
)
def test_a_move_is_told_in_days(days: int, english: str, japanese: str) -> None:
    with translation.override("en"):
        assert formats.moved_text(days) == english
    with translation.override("ja"):
        assert formats.moved_text(days) == japanese
