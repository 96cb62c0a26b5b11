"""What commands can do of a scenario: absences, Saturdays, the day of a part."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from parts import commands as parts
from parts.models import PurchaseOrderLine, Reservation
from restoration import queries
from restoration.commands.extra_days import MOST_WEEKS, batch_of, usual
from restoration.models import Scenario
from restoration.queries import OpenDays
from restoration.queries.scenario_changes import SATURDAY
from workshop import commands as workshop

Change = Mapping[str, Any]


def make_real(scenario: Scenario, *, user_id: int, at: datetime) -> list[Change]:
    """Enter what can be entered; return what is left for people to do.

    Inside the caller's transaction. A part that is on its way gets its new day on its
    order lines; that its supplier is told stays for people, with the orders' numbers.

    Args:
        scenario: locked.
        user_id: the manager who decides.
        at: now, aware.

    Raises:
        AwayAlready: somebody is away within that time already.
        OpenAlready: hours of such a Saturday are entered already.
    """
    today = at.astimezone(ZoneInfo(scenario.site.time_zone)).date()
    lines = _lines(scenario.changes)
    left: list[Change] = []
    for number, change in enumerate(scenario.changes):
        if change["kind"] == "ABSENCE":
            _enter_absence(scenario, number, user_id=user_id, at=at)
        elif change["kind"] == "PART":
            on = date.fromisoformat(change["on"])
            late = _to_move(lines.get(change["demand"], ()), on) if on >= today else []
            for line in late:
                parts.change_due_date(
                    line_id=line.pk, due_on=on, reason=scenario.name,
                    at=at, actor_id=user_id,
                )  # fmt: skip
            orders = sorted({line.order.number for line in late})
            left.append({**change, "orders": orders} if orders else change)
        elif change["kind"] == "SATURDAYS":
            if not _open_saturdays(scenario, number, today, user_id=user_id, at=at):
                left.append(change)
        else:
            left.append(change)
    return left


def _enter_absence(
    scenario: Scenario, number: int, *, user_id: int, at: datetime
) -> None:
    """Enter a change's absence; of one that is over nothing is left to do."""
    technician, starts_at, ends_at = queries.absence_of(
        scenario.site, scenario.changes[number]
    )
    if ends_at <= at:
        return
    workshop.enter_absence(
        technician_id=technician,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=scenario.name,
        user_id=user_id,
        key=f"scenario-{scenario.pk}-{number}",
        at=at,
    )


def _open_saturdays(
    scenario: Scenario, number: int, today: date, *, user_id: int, at: datetime
) -> bool:
    """Enter a change's Saturdays, from today on, by the hours it was planned with.

    Return whether all are entered; for more than some years people do it themselves.
    """
    change = scenario.changes[number]
    first = max(date.fromisoformat(change["from_on"]), today)
    last = date.fromisoformat(change["to_on"])
    if (last - first).days > MOST_WEEKS * 7:
        return False
    windows = usual(scenario.site, OpenDays(SATURDAY, first, last))
    if windows:
        workshop.enter_extra_days(
            site_id=scenario.site_id,
            windows=windows,
            batch=batch_of(scenario, number),
            reason=scenario.name,
            user_id=user_id,
            key=f"scenario-{scenario.pk}-{number}",
            at=at,
        )
    return True


def _lines(changes: Sequence[Change]) -> dict[int, list[PurchaseOrderLine]]:
    """Return by wish the order lines that it holds, all locked in key order."""
    wishes = [change["demand"] for change in changes if change["kind"] == "PART"]
    held = Reservation.objects.held().filter(demand__in=wishes)
    pairs = list(
        held.exclude(order_line=None)
        .order_by("pk")
        .values_list("demand_id", "order_line_id")
    )
    coming = PurchaseOrderLine.objects.incoming().select_related("order")
    rows = coming.filter(pk__in=[line for _wish, line in pairs]).locked()
    lines = {line.pk: line for line in rows}
    found: dict[int, list[PurchaseOrderLine]] = {}
    for wish, line in pairs:
        if wish is not None and line in lines:
            found.setdefault(wish, []).append(lines[line])
    return found


def _to_move(
    lines: Sequence[PurchaseOrderLine], on: date
) -> Sequence[PurchaseOrderLine]:
    """Return the lines that have to move so that all of a wish is here on a day."""
    late = [line for line in lines if line.due_on > on]
    if late or any(line.due_on == on for line in lines):
        return late
    return sorted(lines, key=lambda line: line.due_on)[-1:]
