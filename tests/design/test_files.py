"""Templates and files keep the content policy; vendored files are as listed."""

import re
from pathlib import Path

import pytest

from tools import vendor

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(
    path
    for folder in ("common", "config", "workshop", "parts", "restoration")
    for path in (ROOT / folder).rglob("templates/**/*.html")
)
FORBIDDEN = {
    "a style attribute": r"<[^>]+\sstyle=",
    "a style element": r"<style\b",
    "a handler": r"<[^>]+\son[a-z]+=",
    "an inline script": r"<script(?![^>]*\b(src=|type=\"application/json\"))[^>]*>",
    "another host": r"(src|href)=\"(https?:)?//",
    "a script url": r"javascript:",
}
SPRITE = (ROOT / "common/static/common/icons.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "path", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_a_template_keeps_the_content_policy(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    found = [name for name, pattern in FORBIDDEN.items() if re.search(pattern, text)]

    assert found == []


def test_every_icon_that_is_asked_for_is_in_the_sprite() -> None:
    asked = {
        name
        for path in TEMPLATES
        for name in re.findall(r"""\bicon[ =]"([a-z-]+)\"""", path.read_text("utf-8"))
    }

    missing = {name for name in asked if f'id="{name}"' not in SPRITE}

    assert missing == set()


def test_vendored_files_are_the_listed_ones() -> None:
    assert vendor.differences() == []


def test_the_style_sheets_use_colours_of_the_tokens_only() -> None:
    for name in ("base.css", "components.css"):
        text = (ROOT / "common/static/common" / name).read_text(encoding="utf-8")
        screen = text.split("@media print")[0]

        assert re.findall(r"#[0-9a-fA-F]{3,8}\b", screen) == []
