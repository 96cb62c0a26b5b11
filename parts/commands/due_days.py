"""How far ahead a part may be due."""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from common.errors import InvalidInput

# Planning looks 1,600 days ahead: a part due later would stop a whole site's plan.
FARTHEST_DUE = timedelta(days=4 * 365)


def is_too_far(due_on: date, today: date) -> bool:
    """Return whether a day lies beyond what is planned for."""
    return due_on > today + FARTHEST_DUE


def refuse_too_far(due_on: date, at: datetime) -> None:
    """Refuse a day beyond what is planned for.

    Raises:
        InvalidInput: it is more than four years ahead.
    """
    if is_too_far(due_on, at.date()):
        raise InvalidInput(
            _("%(due_on)s was given; a day within four years was expected."),
            field="due_on",
            due_on=due_on.isoformat(),
        )
