"""Answering demands: all of the touched parts in one go."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from common import outbox
from common.retry import retrying
from parts import queries
from parts.commands.holding import look_for_arrivals
from parts.models import Availability, Demand, Part
from parts.queries import Answer

PARTS_AT_ONCE = 2000
SUBJECTS_PER_EVENT = 200
# All rows in one parameter: thousands of answers are written in a second.
WRITE = """
INSERT INTO parts_availability
    (demand_id, kind, quantity, available_on, confidence, detail, answered_at)
SELECT demand_id, kind, quantity, available_on, confidence, detail, %s
FROM jsonb_to_recordset(%s) AS answer (
    demand_id bigint, kind text, quantity numeric, available_on date,
    confidence text, detail jsonb
)
ON CONFLICT (demand_id) DO UPDATE
SET kind = excluded.kind, quantity = excluded.quantity,
    available_on = excluded.available_on, confidence = excluded.confidence,
    detail = excluded.detail, answered_at = excluded.answered_at
"""
Change = tuple[Answer, Availability | None]


@retrying
@transaction.atomic
def check_availability(
    *,
    at: datetime,
    demand_ids: Sequence[int] | None = None,
    part_ids: Sequence[int] | None = None,
    cause: Mapping[str, Any] | None = None,
) -> list[int]:
    """Answer every open demand of the touched parts, in a fixed number of statements.

    Parts that stand in for each other are answered together. Idempotent: the same
    state of things gives the same answers. When answers changed, whoever waits for
    them hears of it by the event ``restoration.parts_answers_changed``.

    Args:
        at: the moment of asking, aware; "today" is the site's own.
        demand_ids: demands whose parts are asked about.
        part_ids: parts that are asked about besides.
        cause: what set this off, handed on with the event.

    Returns:
        The demands whose answer is new or another than before.

    Source: docs/domain/availability.md A1 to A13.
    """
    touched = set(part_ids or ())
    if demand_ids:
        rows = Demand.objects.filter(pk__in=demand_ids)
        touched.update(rows.values_list("part_id", flat=True))
    return _check(touched, at, cause or {})[1]


def _check(
    touched: Collection[int], at: datetime, cause: Mapping[str, Any]
) -> tuple[set[int], list[int]]:
    """Answer what hangs together with some parts; return those and what changed."""
    group = queries.connected_parts(touched)
    # One check of a part at a time: an older look must not overwrite a newer one.
    locked = (
        Part.objects.filter(pk__in=group).order_by("pk").select_for_update(no_key=True)
    )
    group = set(locked.values_list("pk", flat=True))
    found = list(queries.answers(queries.read_situation(group, at)))
    before = _answers_of(group)
    written = [
        answer for answer in found if _is_new(answer, before.get(answer.demand.pk))
    ]
    _write(written, found, before, at)
    changed = [
        answer for answer in written if _differs(answer, before.get(answer.demand.pk))
    ]
    _announce(changed, cause)
    look_for_arrivals(
        answer.demand for answer in changed if answer.kind == Availability.Kind.ON_HAND
    )
    return group, [answer.demand.pk for answer in changed]


def check_all_availability(*, at: datetime) -> int:
    """Answer every open demand; return how many answers changed.

    Works in groups of parts, each in a transaction of its own, so that nobody waits
    for all of it. What hangs together is answered once.
    """
    wanted = Demand.objects.waiting().order_by().values_list("part_id", flat=True)
    todo = sorted(set(wanted), reverse=True)
    answered: set[int] = set()
    changed = 0
    while todo:
        batch: list[int] = []
        while todo and len(batch) < PARTS_AT_ONCE:
            part_id = todo.pop()
            if part_id not in answered:
                batch.append(part_id)
        if batch:
            group, news = _check_together(batch, at)
            answered |= group
            changed += len(news)
    return changed


@retrying
@transaction.atomic
def _check_together(
    part_ids: Collection[int], at: datetime
) -> tuple[set[int], list[int]]:
    return _check(part_ids, at, {})


def _answers_of(part_ids: Collection[int]) -> dict[int, Availability]:
    rows = Availability.objects.filter(demand__part_id__in=part_ids)
    return {row.demand_id: row for row in rows}


def _is_new(answer: Answer, before: Availability | None) -> bool:
    """Whether anything of an answer is to be written, hints included."""
    if before is None or _differs(answer, before):
        return True
    return _without_days(answer.detail) != _without_days(before.detail)


def _differs(answer: Answer, before: Availability | None) -> bool:
    """Whether those who wait should hear of it; another hint is no news."""
    if before is None:
        return True
    if (answer.kind, answer.quantity, answer.confidence) != (
        before.kind,
        before.quantity,
        before.confidence,
    ):
        return True
    if answer.kind == Availability.Kind.ON_HAND:
        # On hand is always today: a new day is no news.
        return _places(_without_days(answer.detail)) != _places(
            _without_days(before.detail)
        )
    return (answer.available_on, _places(answer.detail)) != (
        before.available_on,
        _places(before.detail),
    )


def _places(detail: Mapping[str, Any]) -> tuple[Any, ...]:
    return detail.get("places"), detail.get("short"), detail.get("life")


def _without_days(detail: Mapping[str, Any]) -> dict[str, Any]:
    places = [
        {name: value for name, value in place.items() if name != "available_on"}
        for place in detail.get("places", [])
    ]
    return {**detail, "places": places}


def _write(
    changed: Sequence[Answer],
    found: Sequence[Answer],
    before: Mapping[int, Availability],
    at: datetime,
) -> None:
    """Write the answers that changed; note on the others that they were asked again."""
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(WRITE, [at, json.dumps([_row(each) for each in changed])])
    news = {answer.demand.pk for answer in changed}
    same = [answer for answer in found if answer.demand.pk not in news]
    Availability.objects.filter(
        demand_id__in=[answer.demand.pk for answer in same]
    ).update(answered_at=at)
    _move_to_today(same)
    open_ids = {answer.demand.pk for answer in found}
    closed = [demand_id for demand_id in before if demand_id not in open_ids]
    Availability.objects.filter(demand_id__in=closed).delete()


def _row(answer: Answer) -> dict[str, Any]:
    return {
        "demand_id": answer.demand.pk,
        "kind": answer.kind,
        "quantity": str(answer.quantity),
        "available_on": answer.available_on and answer.available_on.isoformat(),
        "confidence": answer.confidence,
        "detail": answer.detail,
    }


def _move_to_today(same: Sequence[Answer]) -> None:
    by_day: dict[Any, list[int]] = {}
    for answer in same:
        if answer.kind == Availability.Kind.ON_HAND:
            by_day.setdefault(answer.available_on, []).append(answer.demand.pk)
    for day, ids in by_day.items():
        Availability.objects.filter(demand_id__in=ids).update(available_on=day)


def _announce(changed: Sequence[Answer], cause: Mapping[str, Any]) -> None:
    by_subject: dict[str, list[int]] = {}
    for answer in changed:
        by_subject.setdefault(answer.demand.subject_key, []).append(answer.demand.pk)
    subjects = sorted(by_subject)
    for start in range(0, len(subjects), SUBJECTS_PER_EVENT):
        some = subjects[start : start + SUBJECTS_PER_EVENT]
        outbox.write(
            "restoration.parts_answers_changed",
            subject=some[0] if len(some) == 1 else "",
            subject_keys=some,
            demand_ids=sorted(pk for key in some for pk in by_subject[key]),
            cause=dict(cause),
        )
