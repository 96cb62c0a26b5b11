"""What a scenario that was made real has entered: shown and taken back on its page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone

from common.errors import InvalidInput
from common.row_keys import row_key
from restoration import commands, queries
from restoration.models import Scenario
from workshop.models import Absence, Technician, Viewer


@dataclass(frozen=True, slots=True)
class Entered:
    """What still stands of what was entered; `can_be` where there was anything."""

    # Each with its first and last day.
    absences: Sequence[tuple[Absence, date, date]]
    # By the key of what was entered together, how many days.
    saturdays: Sequence[tuple[str, int]]
    can_be: bool

    @property
    def is_any(self) -> bool:
        return bool(self.absences or self.saturdays)


def entered(found: Scenario, user: Viewer) -> Entered | None:
    """Return what a scenario has entered; None before it is made real."""
    if found.state != Scenario.State.PUBLISHED:
        return None
    kinds = [change["kind"] for change in found.changes]
    return Entered(
        [each for each in (absence(found, c, user) for c in found.changes) if each],
        saturdays(found),
        "ABSENCE" in kinds or "SATURDAYS" in kinds,
    )


def absence(
    found: Scenario, change: dict[str, Any], user: Viewer
) -> tuple[Absence, date, date] | None:
    """Return the absence that a change has entered, as long as it is not over."""
    if change["kind"] != "ABSENCE":
        return None
    try:
        technician, *period = queries.absence_of(found.site, change)
    except InvalidInput:
        # Who was to be away has left the house.
        return None
    people = Technician.objects.visible_to(user)
    rows = Absence.objects.filter(technician__in=people, technician=technician)
    rows = rows.filter(period=tuple(period), period__endswith__gt=timezone.now())
    row = rows.select_related("technician").first()
    if row is None:
        return None
    first, last = (date.fromisoformat(change[name]) for name in ("from_on", "to_on"))
    return row, first, last


def saturdays(found: Scenario) -> list[tuple[str, int]]:
    """Return what a scenario has entered of Saturdays: by which key, how many days."""
    batches = [
        str(commands.batch_of(found, number))
        for number, change in enumerate(found.changes)
        if change["kind"] == "SATURDAYS"
    ]
    days = queries.days_of_batches(found.site, batches) if batches else {}
    return [(each, days[each]) for each in batches if each in days]


def back(request: HttpRequest, url: str) -> HttpResponseRedirect:
    """Lead back to the scenario from whose page something was taken back."""
    asked_from = row_key(request.POST.get("scenario"))
    return redirect("board:scenario", asked_from) if asked_from else redirect(url)
