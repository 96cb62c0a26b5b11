"""One car's way through the house on the running services: ``manage.py story``."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from common.errors import DomainError, InvalidInput
from restoration import queries
from restoration.story import whole
from restoration.story.again import Gone
from restoration.story.cast import begin
from restoration.story.journal import Journal, opened
from restoration.story.telling import Teller
from restoration.story.waiting import Stuck

FRAME = "BNR34-004321"
TEMPLATE = "full"
BROKEN, NEVER_BUILT, GONE, STOPPED = 1, 2, 3, 130


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
        parser.add_argument(
            "--journal", type=Path, help="a file; from it an interrupted story goes on"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"]), term_as_interrupt():
            tell = Teller(self.stdout)  # type: ignore[arg-type]  # it writes lines
            subject = [options["frame"], options["template"]]
            journal, other = opened(options["journal"], subject)
            whole.tell_interruption(tell, journal, other)
            code = self.run_story(tell, journal, options)
            if code in (GONE, STOPPED):
                journal.leave()
            else:
                journal.forget()
            if code:
                sys.exit(code)

    def run_story(self, tell: Teller, journal: Journal, options: dict[str, Any]) -> int:
        """Tell it and return the exit code; what ended it is said, never traced."""
        beginning = partial(
            begin,
            frame=options["frame"],
            template=options["template"],
            unlisted_reason=options["unlisted_reason"].strip(),
            tell=tell,
            patience=options["patience"],
            journal=journal,
        )
        try:
            whole.tell_all(beginning, tell, journal)
        except (queries.NeverBuilt, InvalidInput) as refusal:
            tell.say(_("Refused: %(why)s") % {"why": refusal})
            return NEVER_BUILT
        except (Stuck, DomainError) as error:
            self.stderr.write(_("The story broke off: %(why)s") % {"why": error})
            return BROKEN
        except Gone as gone:
            self.stderr.write(whole.parting(journal, str(gone)))
            return GONE
        except KeyboardInterrupt:
            self.stderr.write(whole.parting(journal, _("Stopped.")))
            return STOPPED
        return 0


@contextmanager
def term_as_interrupt() -> Iterator[None]:
    """TERM, which a dying supervisor sends, ends the story as Ctrl-C does."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
