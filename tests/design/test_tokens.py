"""Colours can be read: contrast is measured from the tokens themselves."""

import re
from pathlib import Path

import pytest

TOKENS = Path("common/static/common/tokens.css").read_text(encoding="utf-8")
STATES = ("waiting", "ready", "running", "blocked", "done")


def block(selector: str) -> dict[str, str]:
    """The custom properties of the rule that begins with this selector."""
    start = TOKENS.index(selector + " {")
    body = TOKENS[start : TOKENS.index("}", start)]
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", body))


LIGHT = block(":root")
DARK = block(':root[data-theme="dark"]')
THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_both_ways_into_the_dark_lead_to_the_same_colours() -> None:
    assert block(':root:not([data-theme="light"])') == DARK


def test_each_theme_gives_every_colour() -> None:
    assert LIGHT.keys() == DARK.keys()


@THEMES
@pytest.mark.parametrize("paper", ["n-1", "n-2", "raised"])
def test_text_on_paper_is_seven_to_one(theme: dict[str, str], paper: str) -> None:
    for ink in ("n-7", "n-8", "n-9"):
        assert contrast(theme[ink], theme[paper]) >= 7


@THEMES
@pytest.mark.parametrize("paper", ["n-1", "n-2", "n-3", "raised"])
def test_secondary_text_is_four_and_a_half_to_one(
    theme: dict[str, str], paper: str
) -> None:
    for ink in ("n-6", "action", "blocked", "done"):
        assert contrast(theme[ink], theme[paper]) >= 4.5


@THEMES
@pytest.mark.parametrize("paper", ["n-1", "raised"])
def test_lines_that_carry_meaning_are_three_to_one(
    theme: dict[str, str], paper: str
) -> None:
    assert contrast(theme["n-5"], theme[paper]) >= 3


@THEMES
@pytest.mark.parametrize("state", STATES)
def test_a_state_is_seen_on_paper_and_on_its_own_tint(
    theme: dict[str, str], state: str
) -> None:
    for paper in ("n-1", "raised", f"{state}-soft"):
        assert contrast(theme[state], theme[paper]) >= 4.5
    assert contrast(theme["n-9"], theme[f"{state}-soft"]) >= 7


@THEMES
@pytest.mark.parametrize("paper", ["n-1", "raised"])
def test_the_hues_of_cars_are_seen_on_paper(theme: dict[str, str], paper: str) -> None:
    for number in range(1, 9):
        assert contrast(theme[f"series-{number}"], theme[paper]) >= 3


@THEMES
def test_the_word_on_a_primary_button_is_read(theme: dict[str, str]) -> None:
    assert contrast(theme["on-action"], theme["action"]) >= 7
    assert contrast(theme["on-action"], theme["action-strong"]) >= 7
