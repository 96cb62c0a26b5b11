"""What the loading commands leave in a database that was empty before."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from config.seeding.demo import demo_logins
from config.seeding.run import load_files
from parts.models import Part
from restoration.models import Operation
from workshop.models import Site, User

pytestmark = pytest.mark.django_db


def test_check_writes_nothing() -> None:
    call_command("seed", check=True, stdout=StringIO())

    assert not Part.objects.exists()
    assert not Operation.objects.exists()


def test_a_bad_file_is_left_out_whole_with_what_points_at_it(folder: Path) -> None:
    file = folder / "parts.csv"
    file.write_text(file.read_text("utf-8").replace("GENUINE_NEW", "SHINY"), "utf-8")

    outcomes = {outcome.file: outcome for outcome in load_files(folder=folder)}

    assert not Part.objects.exists()
    assert outcomes["fitments.csv"].skipped_for == "parts.csv"
    assert outcomes["operation_parts.csv"].skipped_for == "parts.csv"
    assert outcomes["operations.csv"].counts.created > 0


@override_settings(DEMO=False, TESTING=False)
def test_a_real_place_is_refused() -> None:
    call_command("seed", stdout=StringIO())

    with pytest.raises(CommandError, match="This is no demo"):
        call_command("seed_demo", stdout=StringIO())

    assert not User.objects.exists()
    assert not Site.objects.exists()
    assert demo_logins() == []


def test_a_demo_without_seeds_is_refused() -> None:
    with pytest.raises(CommandError, match="run seed first"):
        call_command("seed_demo", stdout=StringIO())

    assert not User.objects.exists()
