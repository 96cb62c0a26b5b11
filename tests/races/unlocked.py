"""The application with a planted bug: holds are summed in Python, without a lock.

The race's checker has to find what this does; it is loaded by that test alone.
"""

import random
import time
from datetime import datetime
from decimal import Decimal

from config.wsgi import application
from parts.commands import reservations
from parts.commands.refusals import InsufficientStock
from parts.models import Reservation, StockLevel

__all__ = ["application"]


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
    time.sleep(random.uniform(0, 0.01))
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


reservations._hold_one = hold_by_sum
