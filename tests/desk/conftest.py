"""The demo with its cars, once for all tests of a module."""

from collections.abc import Iterator
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.desk.pages import NOW


@pytest.fixture(scope="module")
def _demo_once(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("seed", stdout=StringIO())
        with time_machine.travel(NOW):
            call_command("seed_demo", stdout=StringIO())
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(_demo_once: None, db: None) -> None:
    """The seeds, the demo's people and its cars are loaded."""
