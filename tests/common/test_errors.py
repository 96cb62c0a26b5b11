from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from common.errors import DomainError, InvalidInput, KeyReused, NotFound, StaleVersion


class InsufficientStock(DomainError):
    """Only for these tests."""


def test_a_refusal_is_named_after_its_class():
    assert InsufficientStock.code == "insufficient_stock"
    assert InsufficientStock.status == 409
    assert KeyReused.code == "idempotency_key_reused"


def test_the_sentence_is_filled_from_the_context_and_the_context_is_kept():
    error = InsufficientStock(_("Only %(free)s are free."), free=3, level=7)

    assert error.sentence == "Only 3 are free."
    assert str(error) == "Only 3 are free."
    assert error.context == {"free": 3, "level": 7}


def test_the_sentence_is_in_the_readers_language():
    error = NotFound()

    with override("ja"):
        japanese = error.sentence

    assert error.sentence == "There is nothing here that you can see."
    assert japanese == "表示できるものがありません。"


def test_a_stray_percent_sign_does_not_crash():
    assert InsufficientStock("100 % gone", part=1).sentence == "100 % gone"


def test_an_invalid_input_names_its_field():
    error = InvalidInput("Bad", field="quantity")

    assert (error.field, error.status, error.code) == ("quantity", 400, "invalid_input")


def test_a_stale_version_says_what_was_kept():
    assert "yours was not saved" in str(StaleVersion.kept)
