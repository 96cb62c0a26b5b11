"""Who looks at the board in most of its tests."""

import pytest
from django.test import Client

from tests.restoration.shop import Shop


@pytest.fixture
def manager(house: Shop) -> Client:
    """The manager of the test's own house, signed in."""
    client = Client()
    client.force_login(house.manager)
    return client
