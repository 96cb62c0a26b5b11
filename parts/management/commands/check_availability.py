"""``manage.py check_availability [--all] [--explain NUMBER]``: ask for parts' dates.

``--explain`` tells the whole reasoning, in English or by ``--language ja``.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation

from parts import commands, queries
from parts.models import Availability, Part, normalise_number


class Command(BaseCommand):
    help = "Answer open demands again; --explain tells where answers come from."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--all", action="store_true", help="every open demand")
        what.add_argument(
            "--explain", metavar="NUMBER", help="one part, by number or code"
        )

        parser.add_argument(
            "--language", choices=["en", "ja"], default="en", help="of --explain"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["all"]:
            changed = commands.check_all_availability(at=now)
            answered = Availability.objects.count()
            self.stdout.write(f"{answered} demands answered, {changed} otherwise.")
            return
        part = self.part(options["explain"])
        commands.check_availability(part_ids=[part.pk], at=now)
        with translation.override(options["language"]):
            for line in queries.explain_part(part, at=now):
                self.stdout.write(line)

    def part(self, text: str) -> Part:
        """Return the part of a number in any spelling, or of a code."""
        part = Part.objects.filter(numbers__normalised=normalise_number(text)).first()
        part = part or Part.objects.filter(code=text).first()
        if part is None:
            raise CommandError(f"No part carries the number or code {text}.")
        return part
