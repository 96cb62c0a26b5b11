"""The promise ledger takes a new line when a date is given or moved."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common.errors import InvalidInput
from workshop.models import Promise


@transaction.atomic
def write_promise(
    *,
    subject_key: str,
    promised_on: date,
    confidence: str,
    cause: str,
    at: datetime,
    cause_detail: Mapping[str, Any] | None = None,
    evidence: Mapping[str, Any] | None = None,
    given_by_id: int | None = None,
) -> Promise:
    """Give a date, or move it. The date and confidence in force are not given twice.

    Args:
        subject_key: whose date, such as ``project:12``.
        promised_on: the day, in the calendar of the subject's site.
        confidence: one of `Promise.Confidence`.
        cause: one of `Promise.Cause`; the first line is always a first promise.
        at: now, aware.
        cause_detail: what the cause names.
        evidence: opaque keys of what the date rests on.
        given_by_id: the person who gives it; None for a published plan.

    Returns:
        The line in force after the call.

    Raises:
        InvalidInput: the confidence or the cause is unknown.

    Source: docs/domain/promises.md, rules D1 to D3.
    """
    if confidence not in Promise.Confidence.values:
        raise InvalidInput(_("This is no confidence."), field="confidence")
    if cause not in Promise.Cause.values:
        raise InvalidInput(_("This is no cause."), field="cause")
    last = (
        Promise.objects.filter(subject_key=subject_key)
        .select_for_update(no_key=True)
        .order_by("-sequence")
        .first()
    )
    if last and (last.promised_on, last.confidence) == (promised_on, confidence):
        return last
    if last is None:
        cause, moved = Promise.Cause.FIRST, 0
    else:
        moved = (promised_on - last.promised_on).days
        if cause == Promise.Cause.FIRST:
            raise InvalidInput(_("There is a first promise already."), field="cause")
    return Promise.objects.create(
        subject_key=subject_key,
        sequence=last.sequence + 1 if last else 1,
        promised_on=promised_on,
        confidence=confidence,
        cause=cause,
        cause_detail=dict(cause_detail or {}),
        evidence=dict(evidence or {}),
        given_by_id=given_by_id,
        given_at=at,
        moved_days=moved,
    )
