"""The Japanese texts are compiled, and a flush after a browser test works."""

from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils.translation import trans_real

from tools import messages


@pytest.fixture(autouse=True, scope="session")
def compiled_catalogues() -> None:
    """Compile the Japanese texts, which are not committed in that form."""
    assert settings.LOCALE_PATHS
    messages.compile_catalogues(messages.HOMES)
    # A language read before it was compiled would stay without its texts.
    trans_real._translations.pop("ja", None)  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Drop knox's own token table: ours replaces it, and its key blocks a flush."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS knox_authtoken")
    connection.close()
