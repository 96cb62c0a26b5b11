"""A step is taken again when PostgreSQL comes back; else the reader hears what went."""

from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from common.retry import await_database, is_gone
from restoration.story.telling import Teller

T = TypeVar("T")
COMES_BACK_SECONDS = 30.0


class Gone(Exception):
    """A service went away and did not come back in time."""


def take(tell: Teller, step: Callable[[], T]) -> T:
    """Take one step; take it again each time PostgreSQL went and came back.

    Args:
        tell: what the step has said already is not said again.
        step: may be taken twice.

    Raises:
        Gone: it stayed away.
    """
    number = tell.number
    while True:
        try:
            return step()
        except (OperationalError, InterfaceError) as error:
            if not is_gone(error):
                raise
        tell.say(
            _("PostgreSQL went away; what was done stays. Waiting for it, %(seconds)s"
              " s at most.") % {"seconds": round(COMES_BACK_SECONDS)}
        )  # fmt: skip
        try:
            await_database(COMES_BACK_SECONDS)
        except OperationalError as error:
            raise Gone(
                _("PostgreSQL is away; it did not come back within %(seconds)s s.")
                % {"seconds": round(COMES_BACK_SECONDS)}
            ) from error
        tell.say(_("PostgreSQL is back; the step is taken again."))
        tell.again(number)
