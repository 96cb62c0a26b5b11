"""Customers' orders that wait, served in turn. Source: docs/domain/orders.md Q7."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet

from parts.commands.refusals import lawful
from parts.commands.sharing import reserve_for_demands
from parts.models import (
    Demand,
    Reservation,
    StockLevel,
)

ZERO = Decimal(0)


def back_orders(part_ids: Collection[int], site_id: int) -> list[int]:
    """Return the wishes of customers' orders that still wait for pieces here."""
    rows = Demand.objects.filter(
        state=Demand.State.OPEN,
        order_line__isnull=False,
        part__in=part_ids,
        site_id=site_id,
    )
    return list(rows.values_list("pk", flat=True))


def serve_back_orders(
    *, part_ids: Collection[int], at: datetime, actor_id: int | None = None
) -> int:
    """Hold what has come free for the customers' orders that wait, first come first.

    Pieces that an earlier wish of a card will want are left to it. Idempotent.

    Args:
        part_ids: parts of which something may have come free.
        at: when, aware.
        actor_id: who asks; None for the house itself.

    Returns:
        How many wishes were looked at.

    Source: docs/domain/orders.md Q7.
    """
    ids = servable(part_ids)
    if ids:
        with lawful():
            reserve_for_demands(demand_ids=ids, at=at, actor_id=actor_id)
    return len(ids)


def servable(part_ids: Collection[int]) -> list[int]:
    """Return the wishes of customers' orders whose turn it is, at all sites."""
    rows = Demand.objects.filter(
        state=Demand.State.OPEN, order_line__isnull=False, part__in=part_ids
    )
    spots = sorted(set(rows.values_list("part_id", "site_id")))
    return [pk for part_id, site_id in spots for pk in _servable(part_id, site_id)]


def _servable(part_id: int, site_id: int) -> list[int]:
    """Return the back-orders whose turn it is, with what lies free at a site."""
    levels = StockLevel.objects.usable().filter(part_id=part_id, bin__site_id=site_id)
    left = sum((level.on_hand - level.reserved for level in levels), ZERO)
    waiting = Demand.objects.filter(
        part_id=part_id, site_id=site_id, state=Demand.State.OPEN
    )
    held = _held_on_hand(waiting)
    ours = set(back_orders({part_id}, site_id))
    served, is_kept = [], False
    for demand in waiting.in_turn():
        short = demand.remaining - held.get(demand.pk, ZERO)
        if left <= 0:
            break
        if demand.pk not in ours:
            is_kept = True
        elif is_kept and short > left:
            break
        else:
            served.append(demand.pk)
        left -= min(short, left)
    return served


def _held_on_hand(demands: QuerySet[Demand]) -> dict[int, Decimal]:
    held: dict[int, Decimal] = {}
    rows = Reservation.objects.held().filter(demand__in=demands, level__isnull=False)
    for row in rows:
        if row.demand_id is not None:
            held[row.demand_id] = held.get(row.demand_id, ZERO) + row.quantity
    return held
