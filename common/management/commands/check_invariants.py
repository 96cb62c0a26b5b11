"""Prove the laws of the data: ``manage.py check_invariants``."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from common.invariants import check, invariants


class Command(BaseCommand):
    help = "Runs every app's invariants.sql; fails when a law is broken."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for law in invariants():
            found = check(law)
            if found is None:
                self.stdout.write(f"ok      {law.name}")
                continue
            broken += 1
            self.stdout.write(self.style.ERROR(f"BROKEN  {law.name}: {law.sentence}"))
            for row in found.rows:
                facts = ", ".join(
                    f"{column}={value}"
                    for column, value in zip(found.columns, row, strict=True)
                )
                self.stdout.write(f"          {facts}")
        if broken:
            self.stderr.write(f"{broken} broken")
            sys.exit(1)
