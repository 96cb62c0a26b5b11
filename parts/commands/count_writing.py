"""Stocktakes added up, approved by a second person, and written to the ledger."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from common import outbox, subjects
from common.errors import NotAllowed
from common.money import quantise
from common.retry import retrying
from parts import queries
from parts.commands.counting import (
    currency_of,
    locked_count,
    record_count,
    subject_of,
)
from parts.commands.ledger import Act, post
from parts.commands.refusals import (
    InsufficientStock,
    WrongState,
    needed_reason,
    shown,
)
from parts.commands.running import once
from parts.models import Count, Reservation, StockLevel, StockMovement
from parts.queries import Difference

State = Count.State


class SecondPersonNeeded(NotAllowed):
    """Differences above the limit are agreed to by somebody who did not count."""

    title = _("A second person is needed")
    default_sentence = _(
        "The differences are above the limit: somebody who did not count agrees."
    )
    todo = _("Ask a colleague to look at the differences and write the stocktake.")


class CountedSince(WrongState):
    """The position was corrected after it had been counted."""

    title = _("Corrected in the meantime")
    todo = _("Open the stocktake again and count this position once more.")


@retrying
@transaction.atomic
def submit_count(
    *,
    count_id: int,
    at: datetime,
    actor_id: int | None = None,
    leave_out: bool = False,
) -> Count:
    """Say that everything has been counted and add the differences up.

    Submitting again changes nothing.

    Args:
        count_id: the stocktake.
        at: when, aware.
        actor_id: who answers for the finds.
        leave_out: drop the positions that nobody has counted.

    Raises:
        WrongState: positions are not counted yet, none are, or the count is over.
        NotFound: no such count.
    """
    count = locked_count(count_id, State.OPEN, State.COUNTED)
    if count.state == State.COUNTED:
        return count
    open_lines = count.lines.filter(counted__isnull=True)
    if leave_out:
        open_lines.delete()
    left = open_lines.count()
    if left or not count.lines.exists():
        raise WrongState(
            ngettext_lazy(
                "%(left)s position is not counted yet.",
                "%(left)s positions are not counted yet.",
                left,
            ),
            left=left,
        )
    worth = sum((row.value for row in queries.count_lines(count.pk)), Decimal(0))
    count.state = State.COUNTED
    count.counted_by_id = actor_id
    count.counted_at = at
    count.variance_value = quantise(worth, currency_of(count.site_id))
    count.save(update_fields=["state", "counted_by", "counted_at", "variance_value"])
    record_count(
        "submit_count", count, actor_id, at, variance=str(count.variance_value)
    )
    return count


@retrying
@transaction.atomic
def reopen_count(
    *, count_id: int, reason: str, at: datetime, actor_id: int | None = None
) -> Count:
    """Let positions be counted once more. What was found stays until it is replaced.

    Raises:
        WrongState: the count is being counted, was written or given up.
        NotFound: no such count.
    """
    why = needed_reason(reason)
    count = locked_count(count_id, State.COUNTED)
    count.state = State.OPEN
    count.counted_by = count.counted_at = count.variance_value = None
    count.save(update_fields=["state", "counted_by", "counted_at", "variance_value"])
    record_count("reopen_count", count, actor_id, at, reason=why)
    return count


@retrying
@transaction.atomic
def cancel_count(
    *, count_id: int, reason: str, at: datetime, actor_id: int | None = None
) -> bool:
    """Give a stocktake up; stock stays as it is. Returns whether this call did it.

    Raises:
        WrongState: it has been written.
        NotFound: no such count.
    """
    why = needed_reason(reason)
    count = locked_count(count_id, State.OPEN, State.COUNTED, State.CANCELLED)
    if count.state == State.CANCELLED:
        return False
    count.state = State.CANCELLED
    count.save(update_fields=["state"])
    record_count("cancel_count", count, actor_id, at, reason=why)
    return True


def post_count(
    *, count_id: int, key: str, at: datetime, actor_id: int | None = None
) -> Count:
    """Write the differences to the ledger, each as a ``COUNT`` line.

    Above the limit the one who writes agrees, and must not have counted. Idempotent
    by ``key``.

    Args:
        count_id: a counted stocktake.
        key: the caller's key.
        at: when, aware.
        actor_id: who writes it, and so approves it.

    Raises:
        SecondPersonNeeded: above the limit, and the caller has counted.
        InsufficientStock: more is reserved than would be left; names the holds.
        CountedSince: a position was corrected after it had been counted.
        WrongState: the count is not waiting to be written.
        KeyReused: the key was used with another body.
        NotFound: no such count.

    Source: docs/domain/stock.md R15, R16.
    """

    def work(command_id: UUID) -> dict[str, int]:
        count = locked_count(count_id, State.COUNTED)
        _refuse_two_eyes(count, actor_id)
        act = Act(
            command_id=command_id,
            actor_id=actor_id,
            at=at,
            reason=f"{count.number}: {count.reason}"[:200],
            subject_key=subject_of(count.pk),
        )
        parts = _write_differences(act, count)
        count.state = State.POSTED
        count.posted_at = at
        count.approved_by_id = actor_id
        count.save(update_fields=["state", "posted_at", "approved_by"])
        if parts:
            outbox.write("parts.check_availability", part_ids=sorted(parts))
        record_count("post_count", count, actor_id, at, lines=len(parts))
        return {"count": count.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="post_count",
        body={"count": count_id},
        work=work,
    )
    return Count.objects.get(pk=answer["count"])


def _refuse_two_eyes(count: Count, actor_id: int | None) -> None:
    if (count.variance_value or Decimal(0)) <= count.approval_limit:
        return
    counted = {count.counted_by_id, *count.lines.values_list("counted_by", flat=True)}
    if actor_id is None or actor_id in counted:
        raise SecondPersonNeeded


def _write_differences(act: Act, count: Count) -> set[int]:
    """Write what differs and return the parts it touches."""
    differing = [
        row
        for row in queries.count_lines(count.pk)
        if row.difference or row.missing or row.extra
    ]
    ids = [row.line.level_id for row in differing]
    levels = {row.pk: row for row in StockLevel.objects.filter(pk__in=ids).locked()}
    _refuse_corrected(differing)
    costs = queries.costs_of(list(levels.values()))
    for row in sorted(differing, key=lambda each: each.line.level_id):
        level = levels[row.line.level_id]
        _refuse_held(row, level)
        row.line.movement = _correct(act, row, level, costs[level.pk])
        row.line.save(update_fields=["movement"])
    return {level.part_id for level in levels.values()}


def _refuse_corrected(rows: Sequence[Difference]) -> None:
    """A find that came before another correction would write the difference twice.

    A line that is undone corrects the books as a count does: no piece moves by it.
    """
    newest: dict[int, int] = {}
    lines = StockMovement.objects.filter(
        level__in=[row.line.level_id for row in rows],
        kind__in=[StockMovement.Kind.COUNT, StockMovement.Kind.REVERSAL],
    )
    for level_id, sequence in lines.order_by("sequence").values_list(
        "level_id", "sequence"
    ):
        newest[level_id] = sequence
    for row in rows:
        if newest.get(row.line.level_id, 0) > (row.line.counted_sequence or 0):
            raise CountedSince(
                _("%(part)s in bin %(bin)s was corrected after it had been counted."),
                part=row.line.level.part.name,
                bin=row.line.level.bin.code,
            )


def _refuse_held(row: Difference, level: StockLevel) -> None:
    left = level.on_hand + (row.difference or Decimal(0))
    if left >= level.reserved:
        return
    holds = list(
        Reservation.objects.held().filter(level=level).order_by("created_at", "pk")
    )
    names = subjects.names_of(hold.demand_key for hold in holds)
    said = [f"{names[hold.demand_key]}: {shown(hold.quantity)}" for hold in holds]
    raise InsufficientStock(
        _(
            "%(part)s in bin %(bin)s: %(left)s would be left, but %(reserved)s are held"
            " (%(holds)s). Release holds first."
        ),
        part=row.line.level.part.name,
        bin=row.line.level.bin.code,
        left=shown(left),
        reserved=shown(level.reserved),
        holds="; ".join(said),
        level=level.pk,
    )


def _correct(
    act: Act, row: Difference, level: StockLevel, cost: Decimal
) -> StockMovement:
    """Write a difference: of serial units first the new, then those that are gone.

    So a piece that is held stays held where another number lies in its place.
    """
    kind = StockMovement.Kind.COUNT
    if row.line.serials is None:
        return post(act, level, kind, row.difference or Decimal(0), unit_cost=cost)
    written: list[StockMovement] = []
    for sign, serials in ((1, row.extra), (-1, row.missing)):
        if serials:
            pieces = Decimal(sign * len(serials))
            written.append(
                post(act, level, kind, pieces, unit_cost=cost, serials=serials)
            )
    return written[-1]
