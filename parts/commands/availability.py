"""Answering demands: all of the touched parts in one go."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from common import outbox
from common.retry import retrying
from parts import queries
from parts.commands.holding import look_for_arrivals
from parts.models import Availability, Demand
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
BEFORE = """
SELECT a.demand_id, a.detail::text, a.kind, a.quantity, a.available_on, a.confidence
FROM parts_availability a JOIN parts_demand d ON d.id = a.demand_id
WHERE d.part_id = ANY (%s)
"""
# One check of a part at a time: an older look must not overwrite a newer one.
LOCK = "SELECT id FROM parts_part WHERE id = ANY (%s) ORDER BY id FOR NO KEY UPDATE"
# On hand is always today: what was asked again is on hand on the day of asking.
ASKED_AGAIN = """
UPDATE parts_availability a
SET answered_at = %s, available_on = coalesce(same.day, a.available_on)
FROM unnest(%s::bigint[], %s::date[]) AS same (demand_id, day)
WHERE a.demand_id = same.demand_id
"""


@dataclass(slots=True)
class Before:
    """What a demand was answered the last time."""

    detail: dict[str, Any]
    kind: str
    quantity: Decimal
    available_on: date | None
    confidence: str


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
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [sorted(group)])
        group = {row[0] for row in cursor.fetchall()}
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


def _answers_of(part_ids: Collection[int]) -> dict[int, Before]:
    with connection.cursor() as cursor:
        cursor.execute(BEFORE, [sorted(part_ids)])
        return {
            demand_id: Before(json.loads(detail), *rest)
            for demand_id, detail, *rest in cursor.fetchall()
        }


def _is_new(answer: Answer, before: Before | None) -> bool:
    """Whether anything of an answer is to be written, hints included."""
    if before is None or _differs(answer, before):
        return True
    return _without_days(answer.detail) != _without_days(before.detail)


def _differs(answer: Answer, before: Before | None) -> bool:
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
    before: Mapping[int, Before],
    at: datetime,
) -> None:
    """Write the answers that changed; note on the others that they were asked again."""
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(WRITE, [at, json.dumps([_row(each) for each in changed])])
    news = {answer.demand.pk for answer in changed}
    _ask_again([each for each in found if each.demand.pk not in news], at)
    open_ids = {answer.demand.pk for answer in found}
    closed = [demand_id for demand_id in before if demand_id not in open_ids]
    if closed:
        Availability.objects.filter(demand_id__in=closed).delete()


def _ask_again(same: Sequence[Answer], at: datetime) -> None:
    days = [
        answer.available_on if answer.kind == Availability.Kind.ON_HAND else None
        for answer in same
    ]
    if same:
        with connection.cursor() as cursor:
            asked = [answer.demand.pk for answer in same]
            cursor.execute(ASKED_AGAIN, [at, asked, days])


def _row(answer: Answer) -> dict[str, Any]:
    return {
        "demand_id": answer.demand.pk,
        "kind": answer.kind,
        "quantity": str(answer.quantity),
        "available_on": answer.available_on and answer.available_on.isoformat(),
        "confidence": answer.confidence,
        "detail": answer.detail,
    }


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
