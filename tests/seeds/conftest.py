"""A seeded database that the tests of one module share; each undoes its own changes."""

import shutil
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction
from pytest_django import DjangoDbBlocker

from config.seeding.run import DEMO_FILES, SEEDS, load_files


@pytest.fixture(scope="module")
def _seeded_once(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("seed", stdout=StringIO())
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def _demo_once(_seeded_once: None, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock():
        # The cars take longer; test_demo_cars.py has them.
        load_files(DEMO_FILES)


@pytest.fixture
def seeded(_seeded_once: None, db: None) -> None:
    """The seeds are loaded."""


@pytest.fixture
def demo(_demo_once: None, db: None) -> None:
    """The seeds and the demo are loaded."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The data files, copied so that a test may break one."""
    return Path(shutil.copytree(SEEDS, tmp_path / "seeds"))
