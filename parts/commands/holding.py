"""Holds on stock and on what is to come. Callers hold the locks.

Order of locks: demands, order lines, levels; each in the order of their keys.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from django.db.models import F

from common import outbox
from parts.models import Demand, PurchaseOrderLine, Reservation, StockLevel

State = Demand.State
Place = StockLevel | PurchaseOrderLine


@dataclass
class Holds:
    """The holds of some locked demands, changed in memory and then written at once."""

    at: datetime
    rows: list[Reservation] = field(default_factory=list)
    _level_change: dict[int, Decimal] = field(
        default_factory=lambda: defaultdict(Decimal)
    )
    _line_change: dict[int, Decimal] = field(
        default_factory=lambda: defaultdict(Decimal)
    )
    _touched: dict[int, Reservation] = field(default_factory=dict)
    _new: list[Reservation] = field(default_factory=list)

    @classmethod
    def of(cls, demands: Iterable[Demand], at: datetime) -> "Holds":
        """Read what the locked demands hold now."""
        rows = Reservation.objects.held().filter(demand__in=demands)
        return cls(at=at, rows=list(rows.order_by("pk")))

    def on_hand(self, demand: Demand) -> list[Reservation]:
        return [
            row
            for row in self.rows
            if row.demand_id == demand.pk and row.level_id and self.is_held(row)
        ]

    def pegs(self, demand: Demand) -> list[Reservation]:
        return [
            row
            for row in self.rows
            if row.demand_id == demand.pk and row.order_line_id and self.is_held(row)
        ]

    @staticmethod
    def is_held(row: Reservation) -> bool:
        return row.state == Reservation.State.HELD

    def hold(
        self,
        demand: Demand,
        place: Place,
        quantity: Decimal,
        held_until: datetime | None = None,
    ) -> None:
        """Hold more of one place; the caller has seen that it is free there."""
        level_id, line_id = _ids(place)
        self._change(level_id, line_id, quantity)
        for row in self.rows:
            same = (row.demand_id, row.level_id, row.order_line_id) == (
                demand.pk,
                level_id,
                line_id,
            )
            if same and self.is_held(row):
                row.quantity += quantity
                # What holds on without an end does not lapse with what was there.
                row.held_until = held_until
                self._touch(row)
                return
        row = Reservation(
            demand=demand,
            demand_key=demand.demand_key,
            level_id=level_id,
            order_line_id=line_id,
            quantity=quantity,
            held_until=held_until,
            created_at=self.at,
        )
        self.rows.append(row)
        self._new.append(row)

    def release(self, row: Reservation, quantity: Decimal | None = None) -> Decimal:
        """Give a hold back, whole or in part, and return how much that was."""
        given = row.quantity if quantity is None else min(quantity, row.quantity)
        self._change(row.level_id, row.order_line_id, -given)
        self._shrink(row, given, Reservation.State.RELEASED)
        return given

    def consume(self, row: Reservation, quantity: Decimal) -> None:
        """Draw from a hold; the ledger line takes it off the level."""
        if quantity < row.quantity:
            self._new.append(
                Reservation(
                    demand_id=row.demand_id,
                    demand_key=row.demand_key,
                    level_id=row.level_id,
                    quantity=quantity,
                    state=Reservation.State.CONSUMED,
                    created_at=self.at,
                )
            )
        self._shrink(row, quantity, Reservation.State.CONSUMED)

    def write(self) -> None:
        """Write all changes: one statement per place, one for each kind of row."""
        for line_id, change in sorted(self._line_change.items()):
            PurchaseOrderLine.objects.filter(pk=line_id).update(
                reserved=F("reserved") + change
            )
        for level_id, change in sorted(self._level_change.items()):
            StockLevel.objects.filter(pk=level_id).update(
                reserved=F("reserved") + change
            )
        if self._touched:
            Reservation.objects.bulk_update(
                self._touched.values(), ["quantity", "state", "held_until"]
            )
        Reservation.objects.bulk_create(self._new)
        self._level_change.clear()
        self._line_change.clear()
        self._touched.clear()
        self._new.clear()

    def _change(
        self, level_id: int | None, line_id: int | None, change: Decimal
    ) -> None:
        if level_id is not None:
            self._level_change[level_id] += change
        if line_id is not None:
            self._line_change[line_id] += change

    def _shrink(
        self, row: Reservation, quantity: Decimal, end: Reservation.State
    ) -> None:
        if quantity < row.quantity:
            row.quantity -= quantity
        else:
            row.state = end
        self._touch(row)

    def _touch(self, row: Reservation) -> None:
        if row.pk is not None:
            self._touched[row.pk] = row


def _ids(place: Place) -> tuple[int | None, int | None]:
    if isinstance(place, StockLevel):
        return place.pk, None
    return None, place.pk


def lock_pegs(demands: Iterable[Demand]) -> None:
    """Lock the order lines that locked demands are pegged to, before any position.

    Pieces that are taken off the shelf let pegs go, and order lines come first.
    """
    pegged = Reservation.objects.held().filter(
        demand__in=demands, order_line__isnull=False
    )
    lines = PurchaseOrderLine.objects.filter(pk__in=pegged.values("order_line"))
    list(lines.locked())


def total(rows: Iterable[Reservation]) -> Decimal:
    return sum((row.quantity for row in rows), Decimal(0))


def settle(demands: Sequence[Demand], holds: Holds) -> None:
    """Write the state that follows from what the locked demands have drawn and hold."""
    changed = []
    for demand in demands:
        if demand.state == State.CANCELLED:
            continue
        state = _state_of(demand, holds)
        if state != demand.state:
            demand.state = state
            changed.append(demand)
    if changed:
        Demand.objects.bulk_update(changed, ["state"])
        settled = (State.RESERVED, State.FULFILLED)
        look_for_arrivals(row for row in changed if row.state in settled)


class Grouped(Protocol):
    """A wish that may be one of a group."""

    @property
    def group_key(self) -> str: ...


def look_for_arrivals(demands: Iterable[Grouped]) -> None:
    """Have it looked, after the commit, whether all that their groups need is here.

    Afterwards, because two transactions may serve one group's last wishes at once and
    neither sees the other's.

    Args:
        demands: wishes that were served, given up or found on hand just now.
    """
    groups = {demand.group_key for demand in demands if demand.group_key}
    if groups:
        outbox.write("parts.note_arrivals", group_keys=sorted(groups))


def _state_of(demand: Demand, holds: Holds) -> str:
    if demand.remaining <= 0:
        return State.FULFILLED
    if total(holds.on_hand(demand)) >= demand.remaining:
        return State.RESERVED
    return State.OPEN


def give_back(demand: Demand, holds: Holds, keep: Decimal) -> None:
    """Release what a demand holds beyond ``keep``: what is to come first."""
    surplus = total(holds.on_hand(demand)) + total(holds.pegs(demand)) - keep
    for row in reversed(holds.on_hand(demand) + holds.pegs(demand)):
        if surplus <= 0:
            return
        surplus -= holds.release(row, surplus)
