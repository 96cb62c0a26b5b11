"""``manage.py check_availability [--all] [--explain NUMBER]``: ask for parts' dates."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from parts import commands, queries
from parts.models import Availability, Demand, Part, normalise_number


class Command(BaseCommand):
    help = "Answer open demands again; --explain tells where answers come from."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--all", action="store_true", help="every open demand")
        what.add_argument(
            "--explain", metavar="NUMBER", help="one part, by number or code"
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
        self.explain(part)

    def part(self, text: str) -> Part:
        """Return the part of a number in any spelling, or of a code."""
        part = Part.objects.filter(numbers__normalised=normalise_number(text)).first()
        part = part or Part.objects.filter(code=text).first()
        if part is None:
            raise CommandError(f"No part carries the number or code {text}.")
        return part

    def explain(self, part: Part) -> None:
        """Tell a part's position, its successors and each of its answers."""
        place = queries.stock_position(part.pk)
        self.stdout.write(f"{part.code}: {part.name} ({part.get_life_display()})")
        self.stdout.write(
            f"  on hand {place.on_hand:f}, held {place.reserved:f},"
            f" incoming {place.incoming:f}, wanted {place.wanted:f}"
        )
        for newer in queries.successors_of(part).chain:
            self.stdout.write(f"  replaced by {newer.code}: {newer.name}")
        wishes = Demand.objects.waiting().filter(part=part)
        for demand in wishes.select_related("availability").in_turn():
            answer = demand.availability
            day = answer.available_on.isoformat() if answer.available_on else "no date"
            self.stdout.write(
                f"  {demand.subject_key} wants {demand.remaining:f}: {day},"
                f" {answer.get_confidence_display()}:"
                f" {queries.availability_sentence(answer)}"
            )
            if hint := queries.availability_hint(answer):
                self.stdout.write(f"    {hint}")
