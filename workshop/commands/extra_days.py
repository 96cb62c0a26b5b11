"""Days worked besides the week's: entered together, withdrawn, entered again."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from common import audit
from common.database import constraint_of
from common.errors import DomainError, InvalidInput, NotFound
from common.formats import day_text
from common.idempotency import run_once
from workshop.commands.people import require_manager
from workshop.commands.shifts import LONGEST_REASON, note_people_changed
from workshop.models import ExtraDay, Site, Technician

# Two years of Saturdays, mornings and afternoons, with some people's own hours.
MOST_WINDOWS = 1000


class OpenAlready(DomainError):
    """These hours of that day are entered already."""

    todo = _("Withdraw what is entered for that day first.")


@dataclass(frozen=True, slots=True)
class Window:
    """Some hours of a day on the site's clock, of all or of one person."""

    day: date
    opens: time
    closes: time
    technician_id: int | None = None


def enter_extra_days(
    *,
    site_id: int,
    windows: Sequence[Window],
    batch: UUID,
    reason: str,
    user_id: int,
    key: str,
    at: datetime,
) -> int:
    """Write down that days are worked by hours of their own; whoever plans hears of it.

    Args:
        site_id: which workshop.
        windows: the hours, 1 to 1,000; a person's own replace the site's on that day.
        batch: names what is entered together.
        reason: up to 200 characters; may be empty.
        user_id: the manager who says so.
        key: idempotency key.
        at: now, aware.

    Returns:
        How many days.

    Raises:
        NotAllowed: not a manager.
        NotFound: no such site.
        InvalidInput: no window, too many, one that ends before it begins, or one of
            somebody who does not work there.
        OpenAlready: hours of such a day are entered already.
        KeyReused: the key belongs to another request.

    Source: docs/domain/planning.md, rule P23.
    """
    _check(windows)

    def work() -> int:
        require_manager(user_id)
        site = Site.objects.filter(pk=site_id).first()
        if site is None:
            raise NotFound
        people = {w.technician_id for w in windows if w.technician_id is not None}
        if Technician.objects.filter(site=site, pk__in=people).count() != len(people):
            raise InvalidInput(_("Nobody of the site was named."), field="technician")
        _write(site, windows, batch, reason, user_id, at)
        days = sorted({w.day for w in windows})
        _tell(site.pk, "enter_extra_days", days, user_id, at)
        return len(days)

    body = {
        "site": site_id,
        "windows": [
            [w.day.isoformat(), str(w.opens), str(w.closes), w.technician_id]
            for w in windows
        ],
        "batch": str(batch),
        "reason": reason,
    }
    answer = run_once(
        key=key, actor_id=user_id, command="enter_extra_days", body=body, work=work
    )
    return int(str(answer))


def withdraw_extra_days(
    *,
    site_id: int,
    user_id: int,
    key: str,
    at: datetime,
    day: date | None = None,
    batch: UUID | None = None,
) -> int:
    """Work a day by the week's hours again. Twice changes nothing.

    Args:
        site_id: which workshop.
        user_id: the manager who says so.
        key: idempotency key.
        at: now, aware.
        day: all hours of this day; or
        batch: all that was entered together.

    Returns:
        How many days.

    Raises:
        NotAllowed: not a manager.
        KeyReused: the key belongs to another request.
    """
    which = {"batch": batch} if day is None else {"day": day}

    def work() -> int:
        require_manager(user_id)
        rows = _locked(ExtraDay.objects.valid().filter(site=site_id, **which))
        days = sorted({row.day for row in rows})
        ExtraDay.objects.filter(pk__in=[row.pk for row in rows]).update(
            withdrawn_at=at, withdrawn_by=user_id
        )
        if days:
            _tell(site_id, "withdraw_extra_days", days, user_id, at)
        return len(days)

    body = {
        "site": site_id, "day": day.isoformat() if day else None,
        "batch": str(batch) if batch else None,
    }  # fmt: skip
    answer = run_once(
        key=key, actor_id=user_id, command="withdraw_extra_days", body=body, work=work
    )
    return int(str(answer))


def restore_extra_day(
    *, site_id: int, day: date, user_id: int, key: str, at: datetime
) -> int:
    """Enter again the hours of a day that were withdrawn last; how many windows.

    Args:
        site_id: which workshop.
        day: which day.
        user_id: the manager who says so.
        key: idempotency key.
        at: now, aware.

    Raises:
        NotAllowed: not a manager.
        OpenAlready: other hours were entered since.
        KeyReused: the key belongs to another request.
    """

    def work() -> int:
        require_manager(user_id)
        gone = ExtraDay.objects.filter(
            site=site_id, day=day, withdrawn_at__isnull=False
        )
        last = gone.order_by("-withdrawn_at").first()
        rows = _locked(gone.filter(withdrawn_at=last.withdrawn_at)) if last else []
        if rows:
            with _refused(day):
                ExtraDay.objects.filter(pk__in=[row.pk for row in rows]).update(
                    withdrawn_at=None, withdrawn_by=None
                )
            _tell(site_id, "restore_extra_day", [day], user_id, at)
        return len(rows)

    body = {"site": site_id, "day": day.isoformat()}
    answer = run_once(
        key=key, actor_id=user_id, command="restore_extra_day", body=body, work=work
    )
    return int(str(answer))


def _check(windows: Sequence[Window]) -> None:
    if not 1 <= len(windows) <= MOST_WINDOWS:
        raise InvalidInput(
            _("1 to %(most)s windows were expected."),
            field="windows",
            most=MOST_WINDOWS,
        )
    if any(w.opens >= w.closes for w in windows):
        raise InvalidInput(_("It ends before it begins."), field="closes")


def _write(
    site: Site,
    windows: Sequence[Window],
    batch: UUID,
    reason: str,
    user_id: int,
    at: datetime,
) -> None:
    with _refused(min(w.day for w in windows)):
        ExtraDay.objects.bulk_create(
            ExtraDay(
                site=site,
                technician_id=w.technician_id,
                day=w.day,
                opens=w.opens,
                closes=w.closes,
                reason=reason.strip()[:LONGEST_REASON],
                batch=batch,
                entered_by_id=user_id,
                entered_at=at,
            )
            for w in windows
        )


@contextmanager
def _refused(day: date) -> Iterator[None]:
    """Turn what the database refuses into a sentence; what was written is undone."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if constraint_of(error) != "workshop_extraday_no_overlap":
            raise
        raise OpenAlready(
            _("Hours are entered already for %(day)s or a day after it."),
            day=day_text(day),
        ) from error


def _locked(rows: QuerySet[ExtraDay]) -> list[ExtraDay]:
    return list(rows.order_by("pk").select_for_update(of=("self",), no_key=True))


def _tell(
    site_id: int, command: str, days: Sequence[date], user_id: int, at: datetime
) -> None:
    note_people_changed(site_ids=[site_id], cause="HOURS")
    audit.record(
        subject=f"site:{site_id}",
        command=command,
        actor_id=user_id,
        at=at,
        detail={"days": [day.isoformat() for day in days]},
    )
