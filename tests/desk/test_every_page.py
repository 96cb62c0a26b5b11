"""Every page of the desk, in both languages: words, not codes; numbers as written."""

from collections.abc import Iterator
from functools import cache

import pytest
import time_machine

from tests.desk.pages import (
    CODE,
    DOTTED,
    ENGLISH,
    KEY,
    NOW,
    ZEROS,
    Text,
    addresses,
    read,
    reader_of,
)
from workshop.models import Colour

# What people or sources have written, in the words and codes they chose.
DATA = {
    "field-address",
    "field-as_printed",
    "field-bin",
    "field-carrier",
    "field-code",
    "field-colour",
    "field-drivetrain",
    "field-email",
    "field-engine",
    "field-external_id",
    "field-gearbox",
    "field-model_code",
    "field-name",
    "field-name_en",
    "field-normalised",
    "field-notes",
    "field-parent",
    "field-part_held",
    "field-part_named",
    "field-place",
    "field-power",
    "field-rear_steer",
    "field-source",
    "field-status_text",
    "field-text_en",
    "field-time_zone",
    "field-title_en",
    "field-torque",
    "field-variant",
    "field-generations",
}
NAMES = ("GT-R Workshop", "NISMO", "English")
# Bins are chosen by what is painted on them; help names codes that are typed.
CHOSEN = ("option", "h1", "a")


def faults(text: Text, language: str) -> Iterator[str]:
    if ZEROS.search(text.text) and text.place != "field-torque":
        yield "zeros that say nothing"
    if text.place in DATA or text.text in NAMES or text.in_english:
        return
    if CODE.fullmatch(text.text) and text.place not in CHOSEN:
        yield "a code that stands alone"
    if DOTTED.fullmatch(text.text):
        yield "a name from the program"
    if KEY.search(text.text) and "project:12" not in text.text:
        yield "an opaque key"
    is_named_so = text.text.endswith("(demo)") or text.text in untranslated_names()
    is_english = text.text.isascii() and ENGLISH.search(text.text)
    if language == "ja" and is_english and not is_named_so:
        yield "English"


@cache
def untranslated_names() -> frozenset[str]:
    """Paints whose Japanese name no source tells."""
    return frozenset(
        Colour.objects.filter(name_ja="").values_list("name_en", flat=True)
    )


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_page_shows_codes_padded_numbers_or_a_foreign_sentence(
    demo: None, language: str
) -> None:
    client = reader_of(language)
    found: set[str] = set()
    with time_machine.travel(NOW):
        for address in list(addresses()):
            answer = client.get(address)
            assert answer.status_code == 200, address
            page = read(answer.content.decode())
            found |= {
                f"{address} {text.place}: {text.text[:80]} ({fault})"
                for text in page.texts
                for fault in faults(text, language)
            }
            found |= {
                f"{address} {name}: {value} (zeros that say nothing)"
                for name, value in page.entries
                if ZEROS.fullmatch(value)
            }

    assert not found, "\n".join(sorted(found))
