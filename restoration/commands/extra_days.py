"""Days are worked besides the week's, by hours that are given or the usual ones."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from common.errors import InvalidInput
from restoration import queries
from restoration.commands.projects import existing
from restoration.commands.running import once
from restoration.models import Scenario
from restoration.queries import OpenDays
from workshop import commands as workshop
from workshop.commands import Window
from workshop.models import Site

WEEK = timedelta(days=7)
# Weeks at once.
MOST_WEEKS = 104


def open_extra_days(
    *,
    site_id: int,
    from_on: date,
    to_on: date,
    opens: time | None,
    closes: time | None,
    reason: str,
    user_id: int,
    key: str,
    at: datetime,
) -> int:
    """Have a day worked, or each week that weekday until another day; return how many.

    Without hours it is worked like the working day before it, also by those who have
    hours of their own. With hours everybody works these.

    Args:
        site_id: which workshop.
        from_on: the first.
        to_on: the last day on which there may be one, at most two years after.
        opens: from, on the site's clock; None for the usual hours.
        closes: to; None for the usual hours.
        reason: up to 200 characters; may be empty.
        user_id: the manager who says so.
        key: idempotency key.
        at: now, aware.

    Raises:
        NotAllowed: not a manager.
        NotFound: no such site.
        InvalidInput: only one of the two times, too many weeks, a day that is over, or
            one worked by its usual hours already.
        OpenAlready: hours of such a day are entered already.
        KeyReused: the key belongs to another request.

    Source: docs/domain/planning.md, rule P23.
    """
    if not from_on <= to_on <= from_on + MOST_WEEKS * WEEK:
        raise InvalidInput(
            _("The last day lies from the first on, within %(weeks)s weeks."),
            field="to_on",
            weeks=MOST_WEEKS,
        )
    if (opens is None) != (closes is None):
        raise InvalidInput(
            _("Say from when to when, or leave both empty."), field="closes"
        )

    batch = entered_batch(site_id, key)

    def work() -> int:
        site = existing(Site.objects.filter(pk=site_id).first())
        _check_day(site, from_on, at)
        return workshop.enter_extra_days(
            site_id=site_id,
            windows=_windows(site, from_on, to_on, opens, closes),
            batch=batch,
            reason=reason,
            user_id=user_id,
            key=f"days-{batch}",
            at=at,
        )

    body = {
        "site": site_id, "from": from_on.isoformat(), "to": to_on.isoformat(),
        "opens": str(opens), "closes": str(closes), "reason": reason,
    }  # fmt: skip
    return once(
        key=key, user_id=user_id, command="open_extra_days", body=body, work=work
    )


def _check_day(site: Site, from_on: date, at: datetime) -> None:
    if from_on < at.astimezone(ZoneInfo(site.time_zone)).date():
        raise InvalidInput(
            _("This day is over; today or a later one was expected."), field="from_on"
        )


def _windows(
    site: Site, from_on: date, to_on: date, opens: time | None, closes: time | None
) -> Sequence[Window]:
    if opens is not None and closes is not None:
        weeks = range((to_on - from_on).days // 7 + 1)
        return [Window(from_on + k * WEEK, opens, closes) for k in weeks]
    changed = OpenDays(from_on.weekday(), from_on, to_on)
    windows = usual(site, changed, on_holidays=True)
    if not windows:
        raise InvalidInput(
            _("It is worked by its usual hours already; enter others to change that."),
            field="from_on",
        )
    return windows


def usual(
    site: Site, changed: OpenDays, *, on_holidays: bool = False
) -> Sequence[Window]:
    """Return the windows by which days are worked like the working day before them."""
    found = queries.usual_windows(site, changed, on_holidays=on_holidays)
    return [Window(day, *hours, technician_id=whose) for day, whose, hours in found]


def entered_batch(site_id: int, key: str) -> UUID:
    """Return what names the days that were entered by a key."""
    return uuid5(NAMESPACE_URL, f"extra-days:{site_id}:{key}")


def batch_of(scenario: Scenario, number: int) -> UUID:
    """Return what names the days that a scenario's change has entered."""
    return uuid5(NAMESPACE_URL, f"scenario:{scenario.pk}:{number}")
