"""Prints one login per role of the demo."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.seeding.demo import demo_logins


class Command(BaseCommand):
    help = "Print one login (email and password) per role of the demo."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        logins = demo_logins()
        if not logins:
            raise CommandError("There are no demo logins here. Run seed_demo first.")
        if options["json"]:
            self.stdout.write(json.dumps(logins))
            return
        for login in logins:
            self.stdout.write(
                f"{login['role']:11} {login['email']:26} {login['password']}"
            )
