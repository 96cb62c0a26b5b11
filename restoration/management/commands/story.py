"""One car's way through the house on the running services: ``manage.py story``."""

import os
import sys
from collections.abc import Callable
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from common.errors import DomainError, InvalidInput
from restoration import queries
from restoration.story import agreement, planning, working
from restoration.story.cast import Story, begin
from restoration.story.telling import Teller
from restoration.story.waiting import Stuck

FRAME = "BNR34-004321"
TEMPLATE = "full"
NEVER_BUILT, BROKEN = 2, 1
STEPS: tuple[Callable[[Story], None], ...] = (
    agreement.take_in,
    agreement.estimate,
    agreement.decide,
    planning.availability,
    planning.plan,
    working.floor,
    planning.late_part,
    working.small_job,
    planning.settle_down,
)


class Command(BaseCommand):
    help = (
        "Takes one car through the house on the running services and tells it. "
        "FRAME, TEMPLATE and UNLISTED_REASON may come from the environment."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--frame", default=os.environ.get("FRAME") or FRAME)
        parser.add_argument(
            "--template", default=os.environ.get("TEMPLATE") or TEMPLATE
        )
        parser.add_argument(
            "--unlisted-reason", default=os.environ.get("UNLISTED_REASON", "")
        )
        parser.add_argument("--language", choices=["en", "ja"], default="en")
        parser.add_argument(
            "--patience", type=float, default=45, help="seconds to wait for a row"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"]):
            tell = Teller(self.stdout)  # type: ignore[arg-type]  # it writes lines
            try:
                self.run_story(tell, options)
            except (queries.NeverBuilt, InvalidInput) as refusal:
                tell.say(_("Refused: %(why)s") % {"why": refusal})
                sys.exit(NEVER_BUILT)
            except (Stuck, DomainError) as error:
                self.stderr.write(_("The story broke off: %(why)s") % {"why": error})
                sys.exit(BROKEN)

    def run_story(self, tell: Teller, options: dict[str, Any]) -> None:
        story = begin(
            frame=options["frame"],
            template=options["template"],
            unlisted_reason=options["unlisted_reason"].strip(),
            tell=tell,
            patience=options["patience"],
        )
        for step in STEPS:
            step(story)
        prove(tell)
        tell.end()


def prove(tell: Teller) -> None:
    """Check every law of the data and every link of the audit chains.

    Raises:
        Stuck: one is broken.
    """
    tell.step(_("The laws"))
    for name in ("check_invariants", "verify_audit"):
        out = StringIO()
        try:
            call_command(name, stdout=out, stderr=out)
        except SystemExit as end:
            if end.code:
                raise Stuck(f"{name}:\n{out.getvalue()}") from end
        lines = [line for line in out.getvalue().splitlines() if line.startswith("ok")]
        tell.say(_("%(name)s: %(count)s held") % {"name": name, "count": len(lines)})
