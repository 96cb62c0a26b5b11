"""A landed cost that was a mistake, taken back from what still lies there."""

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from common import audit
from common.money import quantise
from parts.commands.landing import spread
from parts.commands.ledger import COST_STEP
from parts.commands.refusals import WrongState, missing, needed_reason
from parts.commands.running import once
from parts.models import LandedCost, LandedReversal, LandedTaken, StockLevel
from parts.queries import StillBorne, still_borne


def undo_landed_cost(
    *,
    cost_id: int,
    reason: str,
    key: str,
    at: datetime,
    actor_id: int | None = None,
) -> LandedReversal:
    """Take a landed cost back from what still lies there, whole and once.

    Each position gets the average it would have without the cost; what has left since
    keeps its share. Idempotent by ``key``.

    Args:
        cost_id: the cost.
        reason: what was wrong with it.
        key: the caller's key.
        at: when, aware.
        actor_id: who undoes it.

    Raises:
        InvalidInput: no reason.
        WrongState: it has been undone already.
        KeyReused: the key was used with another body.
        NotFound: no such cost.

    Source: docs/domain/stock.md R26.
    """
    why = needed_reason(reason)

    def work(command_id: UUID) -> dict[str, int]:
        cost, levels = _locked(cost_id)
        rows = [row for row in still_borne(cost) if levels[row.level_id].on_hand > 0]
        taken = _take_back(cost, rows, levels)
        reversal = LandedReversal.objects.create(
            cost=cost,
            amount=sum((row.amount for row in taken), Decimal(0)),
            reason=why,
            command_id=command_id,
            undone_by_id=actor_id,
            undone_at=at,
        )
        for row in taken:
            row.reversal = reversal
        LandedTaken.objects.bulk_create(taken)
        StockLevel.objects.bulk_update(levels.values(), ["unit_cost"])
        audit.record(
            subject=f"landed-cost:{cost.pk}",
            command="undo_landed_cost",
            actor_id=actor_id,
            at=at,
            detail={
                "taken_back": str(reversal.amount),
                "currency": cost.currency,
                "reason": why,
            },
        )
        return {"reversal": reversal.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="undo_landed_cost",
        body={"cost": cost_id, "reason": why},
        work=work,
    )
    return LandedReversal.objects.get(pk=answer["reversal"])


def _locked(cost_id: int) -> tuple[LandedCost, dict[int, StockLevel]]:
    """Return a cost that stands, and all positions of its parts, locked."""
    cost = LandedCost.objects.select_for_update(no_key=True).filter(pk=cost_id).first()
    if cost is None:
        raise missing("cost")
    if LandedReversal.objects.filter(cost=cost).exists():
        raise WrongState(_("This landed cost has been undone already."))
    parts = cost.shares.values_list("movement__level__part", flat=True)
    rows = StockLevel.objects.filter(part__in=set(parts), owner__isnull=True)
    return cost, {row.pk: row for row in rows.locked()}


def _take_back(
    cost: LandedCost, rows: Sequence[StillBorne], levels: dict[int, StockLevel]
) -> list[LandedTaken]:
    """Lower the averages; return whole smallest units by the lines that bore them."""
    lots = [
        (levels[row.level_id], line_id, borne)
        for row in rows
        for line_id, borne in row.lots.items()
    ]
    if not lots:
        return []
    # Rounded, it is still not more than the stock bore at first.
    first = sum((share.into_stock for share in cost.shares.all()), Decimal(0))
    still = sum((borne for _level, _line, borne in lots), Decimal(0))
    whole = min(quantise(still, cost.currency), first)
    amounts = spread(whole, [borne for _level, _line, borne in lots], cost.currency)
    before = {row.level_id: levels[row.level_id].unit_cost for row in rows}
    for row in rows:
        level = levels[row.level_id]
        lower = level.unit_cost - row.amount / level.on_hand
        level.unit_cost = max(Decimal(0), lower.quantize(COST_STEP, ROUND_HALF_UP))
    return [
        LandedTaken(
            movement_id=line_id,
            amount=amount,
            unit_cost_before=before[level.pk],
            unit_cost_after=level.unit_cost,
        )
        for (level, line_id, _borne), amount in zip(lots, amounts, strict=True)
    ]
