"""What is checked, measured and found while the work goes on."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from common import audit, outbox
from common.canonical import JSON
from common.errors import InvalidInput
from restoration import queries
from restoration.commands.cards import locked_card
from restoration.commands.plans import request_plan
from restoration.commands.projects import WrongState, existing
from restoration.commands.running import once
from restoration.models import (
    ChecklistItem,
    Finding,
    InspectionItem,
    JobCard,
    Measurement,
    ProjectEvent,
)

Result = ChecklistItem.Result
LARGEST = Decimal(10) ** 10
PLACES = Decimal("0.0001")


def check_item(
    *,
    item_id: int,
    result: str,
    technician_id: int | None,
    user_id: int,
    key: str,
    at: datetime,
) -> ChecklistItem:
    """Tick one line of a card's checklist; a later tick corrects an earlier one.

    Args:
        item_id: the line.
        result: ``GOOD``, ``NOT_GOOD``, ``NOT_APPLICABLE``, or ``OPEN`` to take it back.
        technician_id: who looked.
        user_id: who asks.
        key: idempotency key.
        at: now, aware.

    Raises:
        NotFound: no such line.
        InvalidInput: no such result.
        WrongState: the card is cancelled.
        KeyReused: the key belongs to another request.
    """
    if result not in Result.values:
        raise InvalidInput(
            _("“%(result)s” is no result; %(known)s were expected."),
            field="result",
            result=result[:20],
            known=", ".join(Result.values),
        )

    def work() -> int:
        found = existing(ChecklistItem.objects.filter(pk=item_id).first())
        card = _open_card(found.card_id)
        item = ChecklistItem.objects.get(pk=item_id)
        item.result = result
        is_open = result == Result.OPEN
        item.checked_by_id = None if is_open else technician_id
        item.checked_at = None if is_open else at
        item.save(update_fields=["result", "checked_by", "checked_at"])
        _record(card, "check_item", user_id, at, item=item.pk, result=result)
        return item.pk

    pk = once(
        key=key,
        user_id=user_id,
        command="check_item",
        body={"item": item_id, "result": result, "technician": technician_id},
        work=work,
    )
    return ChecklistItem.objects.get(pk=pk)


def record_measurement(
    *,
    card_id: int,
    label: str,
    value: Decimal,
    unit: str,
    technician_id: int | None,
    user_id: int,
    key: str,
    at: datetime,
    inspection_item_id: int | None = None,
) -> Measurement:
    """Write down a measured value. A wrong one is followed by a right one.

    Args:
        card_id: the card.
        label: what was measured; of the inspection item where it is empty.
        value: at most ten digits before the point; rounded to four after it.
        unit: such as ``mm`` or ``kg/cm2``.
        technician_id: who measured.
        user_id: who asks.
        key: idempotency key.
        at: now, aware.
        inspection_item_id: the item it answers, where there is one.

    Raises:
        NotFound: no such card or item.
        InvalidInput: no label or unit, or no usable value.
        WrongState: the card is cancelled.
        KeyReused: the key belongs to another request.
    """
    _check_value(value)

    def work() -> int:
        card = _open_card(card_id)
        item = None
        if inspection_item_id is not None:
            rows = InspectionItem.objects.filter(pk=inspection_item_id)
            item = existing(rows.first())
        what = label.strip() or (item.name_en if item else "")
        in_unit = unit.strip() or (item.unit if item else "")
        if not what or not in_unit:
            raise InvalidInput(
                _("Say what was measured, and in which unit."),
                field="label" if not what else "unit",
            )
        row = Measurement.objects.create(
            card=card,
            item=item,
            label=what[:120],
            value=value.quantize(PLACES),
            unit=in_unit[:40],
            measured_by_id=technician_id,
            measured_at=at,
        )
        _record(card, "record_measurement", user_id, at, measurement=row.pk)
        return row.pk

    pk = once(
        key=key,
        user_id=user_id,
        command="record_measurement",
        body={
            "card": card_id, "label": label, "value": value, "unit": unit,
            "technician": technician_id, "item": inspection_item_id,
        },
        work=work,
    )  # fmt: skip
    return Measurement.objects.get(pk=pk)


def raise_finding(
    *,
    card_id: int,
    severity: str,
    text: str,
    language: str,
    user_id: int,
    key: str,
    at: datetime,
    minutes_low: int = 0,
    minutes_high: int = 0,
) -> Finding:
    """Report something that was not agreed. The desk hears of it at once.

    Args:
        card_id: where it was found.
        severity: ``NOTE``, ``SHOULD`` or ``MUST``.
        text: what was found, in the finder's own words.
        language: the language of these words.
        user_id: who found it.
        key: idempotency key.
        at: now, aware.
        minutes_low: the work it may take, at least.
        minutes_high: and at most.

    Raises:
        NotFound: no such card.
        InvalidInput: no text, no such severity, or a range that does not rise.
        WrongState: the card is cancelled.
        KeyReused: the key belongs to another request.
    """
    if severity not in Finding.Severity.values:
        raise InvalidInput(
            _("“%(severity)s” is no severity; %(known)s were expected."),
            field="severity",
            severity=severity[:20],
            known=", ".join(Finding.Severity.values),
        )
    if not text.strip():
        raise InvalidInput(_("Say what was found."), field="text")
    if not 0 <= minutes_low <= minutes_high:
        raise InvalidInput(
            _("The least time is above the most time."), field="minutes_low"
        )

    def work() -> int:
        card = _open_card(card_id)
        row = Finding.objects.create(
            project=card.project,
            card=card,
            severity=severity,
            text=text.strip(),
            language=language[:5],
            minutes_low=minutes_low,
            minutes_high=minutes_high,
            raised_by_id=user_id,
            raised_at=at,
        )
        ProjectEvent.objects.create(
            project=card.project,
            kind="FINDING_RAISED",
            detail={
                "finding": row.pk,
                "severity": severity,
                **queries.card_names(card),
            },
            is_for_customer=False,
            actor_id=user_id,
            happened_at=at,
        )
        outbox.write(
            "restoration.mail_finding",
            subject=card.project.subject_key,
            finding_id=row.pk,
        )
        cause: dict[str, JSON] = {"kind": "FINDING", "finding": row.pk}
        request_plan(site_id=card.project.site_id, cause=cause, at=at)
        _record(card, "raise_finding", user_id, at, finding=row.pk)
        return row.pk

    pk = once(
        key=key,
        user_id=user_id,
        command="raise_finding",
        body={
            "card": card_id, "severity": severity, "text": text,
            "language": language, "minutes": [minutes_low, minutes_high],
        },
        work=work,
    )  # fmt: skip
    return Finding.objects.get(pk=pk)


def _check_value(value: Decimal) -> None:
    if not value.is_finite() or abs(value) >= LARGEST:
        raise InvalidInput(_("This is no usable value."), field="value")


def _open_card(card_id: int) -> JobCard:
    card = locked_card(card_id)
    if card.state == JobCard.State.CANCELLED:
        raise WrongState(
            _("“%(card)s” is cancelled."),
            card=card.title,
        )
    return card


def _record(
    card: JobCard, command: str, user_id: int, at: datetime, **detail: JSON
) -> None:
    audit.record(
        subject=card.project.subject_key,
        command=command,
        actor_id=user_id,
        at=at,
        detail={"card": card.pk, **detail},
    )
