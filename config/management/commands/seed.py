"""Loads the data files of ``seeds/``. See docs/domain/seeds.md."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from config.seeding.run import FILES, SEEDS, Outcome, load_files


class Command(BaseCommand):
    help = "Load variants, colours, parts, operations and lists from seeds/."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing")
        parser.add_argument("--folder", type=Path, default=SEEDS)

    def handle(self, *args: Any, **options: Any) -> None:
        outcomes = load_files(FILES, folder=options["folder"], check=options["check"])
        report(self, outcomes)
        if not options["check"]:
            count_rows_anew()


def report(command: BaseCommand, outcomes: list[Outcome]) -> None:
    """Print what became of each file.

    Raises:
        CommandError: some file was not loaded.
    """
    for outcome in outcomes:
        counts = outcome.counts
        if outcome.skipped_for:
            text = f"not loaded, because {outcome.skipped_for} was not"
        elif outcome.problems:
            text = f"not loaded, {len(outcome.problems)} problems"
        else:
            text = (
                f"{counts.created} created, {counts.updated} updated,"
                f" {counts.unchanged} unchanged"
            ) + (f", {counts.removed} removed" if counts.removed else "")
        command.stdout.write(f"{outcome.file:28} {text}")
    problems = [str(problem) for outcome in outcomes for problem in outcome.problems]
    if any(outcome.refused for outcome in outcomes):
        raise CommandError("\n".join(["Some files were not loaded.", *problems]))


def count_rows_anew() -> None:
    """Let PostgreSQL count what was loaded, so that the first pages are quick.

    Until it does, it takes tables for empty and reads them in the wrong order.
    """
    name = connection.ops.quote_name
    tables = (name(model._meta.db_table) for model in apps.get_models())
    with connection.cursor() as cursor:
        # By name: the server's own tables are shared with its other databases.
        cursor.execute(f"ANALYZE (SKIP_LOCKED) {', '.join(tables)}")
