"""Ledger lines undone: by a line that names them, once."""

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _

from common import outbox
from parts.commands.demands import locked_demand
from parts.commands.holding import Holds, settle
from parts.commands.job_returns import owned_outside
from parts.commands.ledger import (
    COST_STEP,
    Act,
    locked_level,
    post,
    refuse_beyond_free,
)
from parts.commands.refusals import WrongState, missing, needed_reason
from parts.commands.running import once
from parts.commands.stock import movement_of, record_movement
from parts.models import (
    Demand,
    LandedShare,
    LandedTaken,
    PurchaseOrder,
    PurchaseOrderLine,
    StockLevel,
    StockMovement,
)

Kind = StockMovement.Kind
REVERSIBLE = (
    Kind.RECEIPT,
    Kind.ISSUE,
    Kind.COUNT,
    Kind.SCRAP,
    Kind.HANDED_BACK,
    Kind.MOVE_OUT,
    Kind.MOVE_IN,
    Kind.INTO_KIT,
    Kind.KIT_MADE,
    Kind.KIT_OPENED,
    Kind.FROM_KIT,
)
# Lines of one command that only make sense together, and are undone together.
MOVES = (Kind.MOVE_OUT, Kind.MOVE_IN)
KITS = (Kind.INTO_KIT, Kind.KIT_MADE, Kind.KIT_OPENED, Kind.FROM_KIT)


def reverse_movement(
    *,
    movement_id: int,
    reason: str,
    key: str,
    at: datetime,
    actor_id: int | None = None,
) -> StockMovement:
    """Undo a ledger line by a line that names it, once.

    A move is undone at both its ends, a kit with all its components; a draw opens its
    wish again, a receipt gives its pieces back to the order line. Returns and shipments
    are not undone but followed by what really happened next. Idempotent by ``key``.

    Raises:
        WrongState: the line is of a kind that is not undone, or has been.
        InsufficientStock: the pieces have gone elsewhere since.
        KeyReused: the key was used with another body.
        NotFound: no such line.

    Source: docs/domain/stock.md R7.
    """
    why = needed_reason(reason)

    def work(command_id: UUID) -> dict[str, int]:
        first = StockMovement.objects.filter(pk=movement_id).first()
        if first is None:
            raise missing("movement")
        if first.kind not in REVERSIBLE:
            raise WrongState(_("Lines of this kind are not undone."))
        act = Act(
            command_id=command_id,
            actor_id=actor_id,
            at=at,
            reason=why,
            subject_key=first.subject_key,
        )
        undone = _undo(act, first)
        record_movement(
            "reverse_movement", act, undone, undone.level.part_id, reverses=first.pk
        )
        return {"movement": undone.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="reverse_movement",
        body={"movement": movement_id, "reason": why},
        work=work,
    )
    return movement_of(answer)


def _undo(act: Act, first: StockMovement) -> StockMovement:
    if first.kind == Kind.ISSUE:
        return _undo_issue(act, first)
    if first.kind == Kind.RECEIPT:
        _reopen_order_line(first)
    rows = [first]
    together = next((kinds for kinds in (MOVES, KITS) if first.kind in kinds), ())
    if together:
        legs = StockMovement.objects.filter(
            command_id=first.command_id, kind__in=together
        )
        # What came in leaves first, so that units are free to go back.
        rows = list(legs.select_related("level").order_by("-pk"))
    ids = [row.level_id for row in rows]
    levels = {row.pk: row for row in StockLevel.objects.filter(pk__in=ids).locked()}
    costs = _cost_with_landed(rows)
    lines = {
        row.pk: _reversal(act, levels[row.level_id], row, costs[row.pk]) for row in rows
    }
    if together == KITS:
        touched = {level.part_id for level in levels.values()}
        outbox.write("parts.check_availability", part_ids=sorted(touched))
    return lines[first.pk]


def _reversal(
    act: Act, level: StockLevel, row: StockMovement, cost: Decimal
) -> StockMovement:
    _refuse_undone(row)
    if row.quantity > 0:
        refuse_beyond_free(level, row.quantity)
    return post(act, level, Kind.REVERSAL, -row.quantity, unit_cost=cost, reverses=row)


def _cost_with_landed(rows: Sequence[StockMovement]) -> dict[int, Decimal]:
    """Return line → the cost of a piece with the freight and duty it bears by now.

    Pieces that never came, or go back where they were, take their share along; left
    behind, it would make the others dear.
    """
    borne = LandedShare.objects.filter(movement__in=rows)
    into = borne.aggregate(n=Sum("into_stock"))["n"] or Decimal(0)
    # What an undone cost has taken back they do not bear any more.
    back = LandedTaken.objects.filter(movement__in=rows)
    into -= back.aggregate(n=Sum("amount"))["n"] or Decimal(0)
    each = into / max(abs(row.quantity) for row in rows)
    return {
        row.pk: (row.unit_cost + each).quantize(COST_STEP, ROUND_HALF_UP)
        for row in rows
    }


def _refuse_undone(row: StockMovement) -> None:
    if StockMovement.objects.filter(reverses=row).exists():
        raise WrongState(_("This line has been undone already."))


def _undo_issue(act: Act, first: StockMovement) -> StockMovement:
    demand = Demand.objects.filter(demand_key=first.subject_key).first()
    if demand is not None:
        demand = locked_demand(demand.pk)
        _refuse_returned(demand, first)
    undone = _reversal(act, locked_level(first.level_id), first, first.unit_cost)
    if demand is not None:
        demand.drawn += first.quantity
        demand.state = Demand.State.OPEN
        demand.save(update_fields=["drawn", "state"])
        settle([demand], Holds.of([demand], act.at))
    return undone


def _refuse_returned(demand: Demand, first: StockMovement) -> None:
    """Refuse to undo a draw whose pieces came back, the house's or their owner's."""
    outside = owned_outside(demand)
    if StockLevel.objects.filter(pk=first.level_id, owner__isnull=True).exists():
        outside = demand.drawn - outside
    if demand.state == Demand.State.CANCELLED or outside < -first.quantity:
        raise WrongState(_("These parts have come back already."))


def _reopen_order_line(first: StockMovement) -> None:
    line = PurchaseOrderLine.objects.filter(receipts__movement=first).locked().first()
    if line is None:
        return
    # Asked under the line's lock: undone twice, it would have come less than never.
    _refuse_undone(first)
    PurchaseOrderLine.objects.filter(pk=line.pk).update(
        received=F("received") - first.quantity
    )
    if line.closed_at is not None or line.received - first.quantity >= line.quantity:
        # It was agreed that no more comes of it, or a surplus goes back.
        return
    # An order that had come in whole is waited for again.
    PurchaseOrder.objects.filter(
        pk=line.order_id, state=PurchaseOrder.State.RECEIVED
    ).update(state=PurchaseOrder.State.SENT)
