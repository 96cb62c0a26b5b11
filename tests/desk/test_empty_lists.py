"""A list of the desk without rows says why, and leads back to all of them."""

import pytest
from django.test import Client

from tests import build
from workshop.models import Role

pytestmark = pytest.mark.django_db
LIST = "/admin/parts/watch/"
HEARD = {
    "en": ("Nothing has been entered here yet", "Nothing matches"),
    "ja": ("まだ何も登録されていません", "該当するものがありません"),
}


@pytest.mark.parametrize("language", HEARD)
def test_a_list_without_rows_says_why(language: str) -> None:
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(build.user(Role.PARTS, language=language))
    yet, matches = HEARD[language]

    fresh = client.get(LIST).content.decode()
    sought = client.get(LIST, {"q": "no such number"}).content.decode()

    assert yet in fresh
    assert 'name="action"' not in fresh
    assert matches in sought
    assert 'href="?"' in sought
    assert yet not in sought
