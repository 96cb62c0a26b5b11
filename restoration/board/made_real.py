"""What a scenario that was made real has entered: shown and taken back on its page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone

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
        absences(found, user),
        saturdays(found),
        "ABSENCE" in kinds or "SATURDAYS" in kinds,
    )


def absences(found: Scenario, user: Viewer) -> list[tuple[Absence, date, date]]:
    """Return the absences a scenario has entered that are not over, and their days."""
    wanted = queries.away_in(found.site, found.changes)
    if not wanted:
        return []
    people = Technician.objects.visible_to(user).employed()
    rows = Absence.objects.filter(
        technician__in=people.filter(pk__in=[pk for pk, _from, _to in wanted]),
        period__endswith__gt=timezone.now(),
    )
    known = {
        (row.technician_id, row.period.lower, row.period.upper): row
        for row in rows.select_related("technician")
    }
    return [
        (known[each], each[1].date(), (each[2] - timedelta(days=1)).date())
        for each in wanted
        if each in known
    ]


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
