"""The application with planted bugs: nothing is locked, sums are made in Python.

The races' checkers have to find what this does; it is loaded by those tests alone.
"""

import random
import time
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from config.wsgi import application
from parts.commands import holding, reservations
from parts.commands.refusals import InsufficientStock
from parts.models import Count, Demand, PartsOrder, Reservation, Shipment, StockLevel

__all__ = ["application"]

SCARCE = (StockLevel, Demand, PartsOrder, Shipment, Count)
_lock = QuerySet.select_for_update
_write = holding.Holds.write


def think() -> None:
    time.sleep(random.uniform(0.002, 0.02))


def look(rows: Any, *args: Any, **options: Any) -> Any:
    """Read scarce rows without a lock, think for a moment, then go on with them."""
    if rows.model not in SCARCE:
        return _lock(rows, *args, **options)
    rows = rows.all()
    len(rows)
    think()
    return rows


def hold_by_sum(
    level_id: int,
    quantity: Decimal,
    demand_key: str,
    at: datetime,
    held_until: datetime | None,
) -> tuple[Reservation, bool]:
    """Look, think for a moment, then write what was thought."""
    level = StockLevel.objects.get(pk=level_id)
    if level.on_hand - level.reserved < quantity:
        raise InsufficientStock
    think()
    hold = Reservation.objects.create(
        demand_key=demand_key,
        level=level,
        quantity=quantity,
        held_until=held_until,
        created_at=at,
    )
    level.reserved += quantity
    level.save(update_fields=["reserved"])
    return hold, True


def write_by_sum(holds: holding.Holds) -> None:
    """Give holds back to levels by sums that were made before somebody else's."""
    changes = dict(holds._level_change)
    levels = {row.pk: row for row in StockLevel.objects.filter(pk__in=changes)}
    think()
    holds._level_change.clear()
    for level_id, change in changes.items():
        levels[level_id].reserved += change
        levels[level_id].save(update_fields=["reserved"])
    _write(holds)


QuerySet.select_for_update = look  # type: ignore[method-assign]
reservations._hold_one = hold_by_sum
holding.Holds.write = write_by_sum  # type: ignore[method-assign]
