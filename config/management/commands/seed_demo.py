"""Loads the demo: invented people, hours, suppliers, stock, orders and cars."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.management.commands.seed import count_rows_anew, report
from config.seeding.demo import demo_allowed
from config.seeding.run import DEMO_CARS, DEMO_FILES, SEEDS, load_files
from parts.models import Part


class Command(BaseCommand):
    help = "Load the demo from seeds/demo_*.csv; refused anywhere else than in a demo."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, default=SEEDS)
        parser.add_argument("--without-cars", action="store_true", help="people only")

    def handle(self, *args: Any, **options: Any) -> None:
        if not demo_allowed():
            raise CommandError(
                "This is no demo: set DEMO=1 where nobody's real data is."
            )
        if not Part.objects.exists():
            raise CommandError("The demo stands on the seeds: run seed first.")
        files = DEMO_FILES if options["without_cars"] else (*DEMO_FILES, DEMO_CARS)
        report(self, load_files(files, folder=options["folder"]))
        count_rows_anew()
