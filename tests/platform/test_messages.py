"""The message tool, on a package of its own."""

from pathlib import Path

import pytest

from tools import messages

TEMPLATE = """{% load i18n %}
<p title="{% translate 'Bin' context 'warehouse' %}">it's ( "odd" </p>
    {% blocktranslate count n=rows|length %}{{ n }} row{% plural %}
{{ n }} rows{% endblocktranslate %}
  {% blocktranslate trimmed %}
    two
    lines
  {% endblocktranslate %}
{{ _("Inline") }}
"""


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    monkeypatch.setattr(messages, "HOMES", ("shop/inner", "shop"))
    (tmp_path / "shop/templates").mkdir(parents=True)
    (tmp_path / "shop/inner").mkdir()
    (tmp_path / "shop/templates/page.html").write_text(TEMPLATE)
    (tmp_path / "shop/inner/views.py").write_text('text = gettext("Inside %(n)s")\n')
    return tmp_path


def translate(house: Path, home: str, **texts: str) -> None:
    path = house / home / "locale/ja/LC_MESSAGES/django.po"
    rows = [
        f'msgid "{text}"\nmsgstr "{japanese}"\n' for text, japanese in texts.items()
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(messages.HEADER + "\n".join(rows))


def test_texts_of_templates_are_found_with_context_and_plural(house: Path) -> None:
    found = {(use.text, use.context) for use in messages.uses("shop")}

    assert found == {
        ("Bin", "warehouse"),
        (("%(n)s row", "\n%(n)s rows"), None),
        ("two lines", None),
        ("Inline", None),
    }


def test_a_file_belongs_to_the_innermost_package(house: Path) -> None:
    assert [use.text for use in messages.uses("shop/inner")] == ["Inside %(n)s"]


def test_extracting_keeps_translations_and_is_stable(house: Path) -> None:
    translate(house, "shop", Inline="行内", Gone="なし")

    messages.extract_texts(("shop",))
    first = messages.catalogue_path("shop").read_text()
    messages.extract_texts(("shop",))

    assert 'msgid "Inline"\nmsgstr "行内"' in first
    assert "Gone" not in first
    assert messages.catalogue_path("shop").read_text() == first


def test_missing_japanese_is_named_with_its_line(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    translate(house, "shop", Inline="行内")

    assert messages.check_catalogues(("shop", "shop/inner")) == 1
    told = capsys.readouterr().out

    assert "shop/inner/views.py:1: no Japanese for 'Inside %(n)s'" in told
    assert "'Inline'" not in told


def test_other_placeholders_and_contradictions_are_faults(house: Path) -> None:
    translate(house, "shop", **{"Inside %(n)s": "中 %(m)s"})
    translate(house, "shop/inner", **{"Inside %(n)s": "内 %(n)s"})

    assert len(messages.broken_placeholders(("shop",))) == 1
    assert len(messages.contradictions()) == 1


def test_compiling_writes_what_gettext_reads(house: Path) -> None:
    translate(house, "shop", Inline="行内")

    messages.compile_catalogues(("shop", "shop/inner"))

    compiled = messages.catalogue_path("shop").with_suffix(".mo")
    assert "行内".encode() in compiled.read_bytes()
