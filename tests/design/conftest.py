"""The Japanese texts are compiled."""

import pytest
from django.conf import settings
from django.utils.translation import trans_real

from tools import messages


@pytest.fixture(autouse=True, scope="session")
def compiled_catalogues() -> None:
    """Compile the Japanese texts, which are not committed in that form."""
    assert settings.LOCALE_PATHS
    messages.compile_catalogues(messages.HOMES)
    # A language read before it was compiled would stay without its texts.
    trans_real._translations.pop("ja", None)  # type: ignore[attr-defined]
