"""People are away, hours and bays change: whoever plans hears of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext_lazy as _

from common import audit, outbox
from common.database import constraint_of
from common.errors import DomainError, InvalidInput, NotFound
from common.idempotency import run_once
from workshop.commands.people import require_manager
from workshop.models import Absence, Technician

PEOPLE_CHANGED = "restoration.people_changed"
LONGEST_REASON = 200


class AwayAlready(DomainError):
    """The technician is away then in any case."""

    todo = _("Change the absence that is there.")


def enter_absence(
    *,
    technician_id: int,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    user_id: int,
    key: str,
    at: datetime,
) -> Absence:
    """Write down that a technician is away; whoever plans hears of it.

    Args:
        technician_id: who.
        starts_at: aware.
        ends_at: aware, after the start.
        reason: up to 200 characters; may be empty.
        user_id: the manager who says so.
        key: idempotency key.
        at: now, aware.

    Raises:
        NotAllowed: not a manager.
        NotFound: no such technician, or the key's absence was taken back since.
        InvalidInput: it ends before it begins, or is over.
        AwayAlready: there is an absence within that time.
        KeyReused: the key belongs to another request.
    """
    if starts_at >= ends_at:
        raise InvalidInput(_("It ends before it begins."), field="ends_at")

    def work() -> int:
        require_manager(user_id)
        technician = Technician.objects.employed().filter(pk=technician_id).first()
        if technician is None:
            raise NotFound
        if ends_at <= at:
            raise InvalidInput(
                _("This absence is over; no plan can heed it any more."),
                field="ends_at",
            )
        row = _written(technician, starts_at, ends_at, reason)
        note_people_changed(site_ids=[technician.site_id], cause="ABSENCE")
        audit.record(
            subject=f"site:{technician.site_id}",
            command="enter_absence",
            actor_id=user_id,
            at=at,
            detail={"technician": technician.pk, "absence": row.pk},
        )
        return row.pk

    body = {
        "technician": technician_id, "starts_at": starts_at.isoformat(),
        "ends_at": ends_at.isoformat(), "reason": reason,
    }  # fmt: skip
    pk = run_once(
        key=key, actor_id=user_id, command="enter_absence", body=body, work=work
    )
    row = Absence.objects.filter(pk=cast("int", pk)).first()
    if row is None:
        raise NotFound
    return row


def end_absence(*, absence_id: int, user_id: int, key: str, at: datetime) -> None:
    """Take an absence back; whoever plans hears of it. Twice changes nothing.

    Args:
        absence_id: the absence.
        user_id: the manager who says so.
        key: idempotency key.
        at: now, aware.

    Raises:
        NotAllowed: not a manager.
        KeyReused: the key belongs to another request.
    """

    def work() -> int:
        require_manager(user_id)
        rows = Absence.objects.select_related("technician").select_for_update(
            of=("self",)
        )
        row = rows.filter(pk=absence_id).first()
        if row is not None:
            site_id = row.technician.site_id
            row.delete()
            note_people_changed(site_ids=[site_id], cause="ABSENCE")
            audit.record(
                subject=f"site:{site_id}",
                command="end_absence",
                actor_id=user_id,
                at=at,
                detail={"technician": row.technician_id, "absence": absence_id},
            )
        return absence_id

    body = {"absence": absence_id}
    run_once(key=key, actor_id=user_id, command="end_absence", body=body, work=work)


def _written(
    technician: Technician, starts_at: datetime, ends_at: datetime, reason: str
) -> Absence:
    try:
        with transaction.atomic():
            return Absence.objects.create(
                technician=technician,
                period=DateTimeTZRange(starts_at, ends_at),
                reason=reason.strip()[:LONGEST_REASON],
            )
    except IntegrityError as error:
        if constraint_of(error) != "workshop_absence_no_overlap":
            raise
        raise AwayAlready(
            _("%(name)s is away within that time already."), name=technician.name
        ) from error


@transaction.atomic
def note_people_changed(*, site_ids: Iterable[int], cause: str) -> None:
    """Tell whoever plans that people, hours, holidays or bays of sites are others.

    Args:
        site_ids: the sites.
        cause: what changed, such as ``ABSENCE``.
    """
    found = sorted(set(site_ids))
    if found:
        outbox.write(PEOPLE_CHANGED, site_ids=found, cause=cause)
