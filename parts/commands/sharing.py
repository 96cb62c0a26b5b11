"""What lies here and what is to come, shared out among wishes in their turn."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from common import audit, outbox
from common.canonical import JSON
from common.retry import retrying
from parts.commands.holding import Holds, Place, give_back, settle, total
from parts.commands.refusals import missing
from parts.models import Demand, PurchaseOrderLine, Reservation, StockLevel

Spot = tuple[int, int]
# Part, site and whose the pieces are: the house's own if nobody's.
Shelf = tuple[int, int, int | None]


def reserve_for_demand(
    *, demand_id: int, at: datetime, actor_id: int | None = None
) -> list[Reservation]:
    """Hold what one demand wants; see `reserve_for_demands`."""
    return reserve_for_demands(demand_ids=[demand_id], at=at, actor_id=actor_id)


@retrying
@transaction.atomic
def reserve_for_demands(
    *, demand_ids: Sequence[int], at: datetime, actor_id: int | None = None
) -> list[Reservation]:
    """Hold for demands what lies on hand at their site, then what is on order.

    Demands are served by priority, date needed and age; their customer's own pieces
    before the house's; bins by age of their position; order lines by due date. What
    cannot be held is left to the availability answer: this refuses nothing.
    Idempotent: what is held stays held, and a peg is swapped for stock once there is
    some.

    Args:
        demand_ids: open demands; others are passed over.
        at: when, aware.
        actor_id: who asks.

    Returns:
        All holds of these demands, old and new.

    Raises:
        NotFound: one of the demands does not exist.

    Source: docs/domain/stock.md R3 to R5.
    """
    demands = list(Demand.objects.filter(pk__in=demand_ids).locked())
    if len(demands) != len(set(demand_ids)):
        raise missing("demand")
    if not demands:
        return []
    part_ids = {demand.part_id for demand in demands}
    lines = _locked_incoming(part_ids)
    levels = list(
        StockLevel.objects.usable_for(
            {demand.owner_id for demand in demands if demand.owner_id is not None}
        )
        .filter(part_id__in=part_ids)
        .select_related("bin")
        .locked()
    )
    holds = Holds.of(demands, at)
    _share_out(in_turn(demands), levels, lines, holds)
    holds.write()
    settle(demands, holds)
    _after_sharing(demands, holds, actor_id, at)
    return [row for row in holds.rows if holds.is_held(row)]


def _locked_incoming(part_ids: set[int]) -> list[PurchaseOrderLine]:
    """Lock the lines under way, then look once more which orders still are.

    A line that was waited for may be of an order that was cancelled meanwhile.
    """
    some = PurchaseOrderLine.objects.incoming().filter(part_id__in=part_ids)
    locked = [line.pk for line in some.locked()]
    lines = PurchaseOrderLine.objects.incoming().filter(pk__in=locked)
    return list(lines.select_related("order").order_by("pk"))


def in_turn(demands: Sequence[Demand]) -> list[Demand]:
    """Return waiting demands first come, first served."""
    waiting = (Demand.State.OPEN, Demand.State.RESERVED)
    return sorted(
        (demand for demand in demands if demand.state in waiting),
        key=lambda row: (
            row.priority,
            row.needed_on is None,
            row.needed_on.toordinal() if row.needed_on else 0,
            row.pk,
        ),
    )


def _share_out(
    demands: Sequence[Demand],
    levels: Sequence[StockLevel],
    lines: Sequence[PurchaseOrderLine],
    holds: Holds,
) -> None:
    shelf: dict[Shelf, list[tuple[Place, Decimal]]] = {}
    for level in levels:
        here = (level.part_id, level.bin.site_id, level.owner_id)
        shelf.setdefault(here, []).append((level, level.on_hand - level.reserved))
    coming: dict[Spot, list[tuple[Place, Decimal]]] = {}
    for line in sorted(lines, key=lambda row: (row.due_on, row.pk)):
        spot = (line.part_id, line.order.site_id)
        left = line.quantity - line.received - line.reserved
        coming.setdefault(spot, []).append((line, left))
    for demand in demands:
        spot = (demand.part_id, demand.site_id)
        short = demand.remaining - total(holds.on_hand(demand))
        if demand.owner_id is not None:
            own = shelf.get((*spot, demand.owner_id), [])
            short -= _take(demand, own, short, holds)
        short -= _take(demand, shelf.get((*spot, None), []), short, holds)
        give_back(demand, holds, keep=demand.remaining)
        short -= total(holds.pegs(demand))
        _take(demand, coming.get(spot, []), short, holds)


def _take(
    demand: Demand, places: list[tuple[Place, Decimal]], wanted: Decimal, holds: Holds
) -> Decimal:
    """Hold up to ``wanted`` of the places in their order; return how much that was."""
    taken = Decimal(0)
    for index, (place, left) in enumerate(places):
        piece = min(left, wanted - taken)
        if piece > 0:
            holds.hold(demand, place, piece)
            places[index] = (place, left - piece)
            taken += piece
    return taken


def _after_sharing(
    demands: Sequence[Demand], holds: Holds, actor_id: int | None, at: datetime
) -> None:
    by_subject: dict[str, list[Demand]] = {}
    for demand in demands:
        by_subject.setdefault(demand.subject_key, []).append(demand)
    outbox.write(
        "parts.check_availability",
        subject=demands[0].subject_key,
        part_ids=sorted({demand.part_id for demand in demands}),
    )
    for subject, rows in sorted(by_subject.items()):
        lines: list[JSON] = [
            {
                "demand": row.pk,
                "held": str(total(holds.on_hand(row))),
                "pegged": str(total(holds.pegs(row))),
            }
            for row in rows
        ]
        audit.record(
            subject=subject,
            command="reserve_for_demands",
            actor_id=actor_id,
            at=at,
            detail={"lines": lines},
        )
