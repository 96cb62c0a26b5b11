"""The pages about the plan, side by side."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _


def plan_tabs(here: str) -> list[dict[str, Any]]:
    """Return the tabs of the plan's pages.

    Args:
        here: the route of the page they stand on.
    """
    labels = {
        "board:plan": _("Plan in force"),
        "board:health": _("Plan health"),
        "board:pins": _("Pins"),
        "board:what_if": _("What if"),
        "board:absences": _("Who is away"),
        "board:extra_days": _("Extra days"),
        "board:calendars": _("Sheets and calendars"),
    }
    return [
        {"url": reverse(route), "label": label, "here": route == here}
        for route, label in labels.items()
    ]
