"""The living page and the error pages render in both languages."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import get_template
from django.test import RequestFactory
from django.utils import translation

from common.styleguide import styleguide


@pytest.mark.parametrize(
    ("language", "word"), [("en", "Style guide"), ("ja", "スタイル")]
)
def test_the_style_guide_speaks_the_language(language: str, word: str) -> None:
    request = RequestFactory().get("/styleguide/")
    request.user = AnonymousUser()

    with translation.override(language):
        page = styleguide(request).content.decode()

    assert f'<html lang="{language}"' in page
    assert word in page


@pytest.mark.parametrize("status", [400, 403, 404, 500, 503])
def test_an_error_page_needs_neither_request_nor_database(status: int) -> None:
    with translation.override("ja"):
        page = get_template(f"{status}.html").render()

    assert "次にできること" in page
    assert "残っているもの" in page


def test_a_refusal_tells_what_happened_what_was_kept_and_what_to_do() -> None:
    page = get_template("common/error.html").render(
        {
            "status": 409,
            "title": "Not enough stock",
            "sentence": "Only 2 are free.",
            "kept": "Your list is kept.",
            "todo": "Take 2.",
            "back": "/list/",
        }
    )

    for text in (
        "Not enough stock",
        "Only 2 are free.",
        "Your list is kept.",
        "Take 2.",
    ):
        assert text in page
    assert 'href="/list/"' in page
