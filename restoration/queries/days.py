"""Which day it is at a workshop: what is given and due goes by its calendar."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from workshop.models import Site


def day_at(site: Site, at: datetime) -> date:
    """Return the day it is in a workshop.

    Args:
        site: whose calendar.
        at: the instant, aware.
    """
    return at.astimezone(ZoneInfo(site.time_zone)).date()
