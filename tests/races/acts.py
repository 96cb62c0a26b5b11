"""Six things people do to one lot at the same moment, and what must be true then."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from common.invariants import Violation, violations
from parts import commands
from parts.models import (
    PartsOrder,
    Reservation,
    Shipment,
    StockLevel,
    StockMovement,
)
from tests import build
from tests.parts.store import Store, key
from tests.races.callers import Call

ON_HAND = 10
ORDERS = 4
CALLERS = 8
EACH = 2
CUSTOMER = "customer"
# What a caller may be told: that it was done, or that it was refused.
DONE = {"reserve": 201, "issue": 200, "remove": 201, "ship": 201, "count": 200,
        "cancel": 200}  # fmt: skip
REFUSED = 409
Kind = StockMovement.Kind
Laws = set[tuple[str, tuple[Any, ...]]]


@dataclass
class Lot:
    """Ten pieces of a part of their own, and what is wanted of them."""

    store: Store
    customer_id: int
    level: StockLevel = field(init=False)
    orders: list[PartsOrder] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store.part = build.part()
        self.level = self.store.receive(ON_HAND)

    def path(self, verb: str) -> str:
        return f"/api/v1/stock-levels/{self.level.pk}/{verb}/"

    def held_orders(self) -> list[PartsOrder]:
        """Confirmed orders that hold two pieces each; to ship or to cancel."""
        if not self.orders:
            self.orders = [self._held_order() for _each in range(ORDERS)]
        return self.orders

    def _held_order(self) -> PartsOrder:
        line = commands.Sold(
            part_id=self.store.part.pk, quantity=Decimal(2), unit_price=Decimal(900)
        )
        order = commands.place_parts_order(
            customer_id=self.customer_id,
            site_id=self.store.site.pk,
            lines=[line],
            key=key(),
            at=timezone.now(),
        )
        return commands.confirm_parts_order(order_id=order.pk, at=timezone.now())


def reserve(lot: Lot) -> Iterator[Call]:
    while True:
        body = {"quantity": "1", "demand_key": f"race:{key()}"}
        yield Call(lot.path("reserve"), body, key())


def issue(lot: Lot) -> Iterator[Call]:
    """Draw for cards, of which the first two hold their piece already."""
    for held in (True, True, *(False for _each in range(CALLERS * EACH))):
        demand = lot.store.want(1)
        if held:
            lot.store.reserve(demand)
        yield Call(f"/api/v1/demands/{demand.pk}/issue/", {"quantity": "1"}, key())


def remove(lot: Lot) -> Iterator[Call]:
    while True:
        yield Call(lot.path("scrap"), {"quantity": "1", "reason": "broken"}, key())


def count(lot: Lot) -> Iterator[Call]:
    """Say that other numbers lie there than the ledger knows."""
    turn = 0
    while True:
        turn += 1
        body = {"counted": str(6 + turn % 6), "reason": "counted"}
        yield Call(lot.path("adjust"), body, key())


def ship(lot: Lot) -> Iterator[Call]:
    """Ship the same orders from every side."""
    orders = lot.held_orders()
    while True:
        for order in orders:
            path = f"/api/v1/parts-orders/{order.pk}/ship/"
            yield Call(path, {"carrier": "Yamato"}, key())


def cancel(lot: Lot) -> Iterator[Call]:
    orders = lot.held_orders()
    while True:
        for order in orders:
            path = f"/api/v1/parts-orders/{order.pk}/cancel/"
            yield Call(path, {"reason": "changed their mind"}, key())


ACTS: dict[str, Callable[[Lot], Iterator[Call]]] = {
    "reserve": reserve,
    "issue": issue,
    "remove": remove,
    "ship": ship,
    "count": count,
    "cancel": cancel,
}


def broken_laws() -> Laws:
    """Return every row that breaks a law, by the law's name."""

    def rows(found: Violation) -> Iterator[tuple[str, tuple[Any, ...]]]:
        return ((found.name, row) for row in found.rows)

    return {each for found in violations() for each in rows(found)}


def faults(lot: Lot, told: list[tuple[str, int]], before: Laws) -> list[str]:
    """Return what went wrong in a race, in words; nothing is as it should be.

    Args:
        lot: what was fought over.
        told: act and status of every answer.
        before: laws that an earlier race has broken.
    """
    strange = Counter(
        f"{act} answered {status}"
        for act, status in told
        if status not in (DONE[act], REFUSED)
    )
    found = [f"{what}, {times} times" for what, times in sorted(strange.items())]
    found += _of_the_level(lot)
    found += _of_the_answers(lot, Counter(act for act, s in told if s == DONE[act]))
    new = broken_laws() - before
    return found + [f"the law {name}: {row}" for name, row in sorted(new, key=str)]


def _of_the_level(lot: Lot) -> Iterator[str]:
    lot.level.refresh_from_db()
    here, held = lot.level.on_hand, lot.level.reserved
    moves = StockMovement.objects.filter(level=lot.level)
    ledger = moves.aggregate(n=Sum("quantity"))["n"]
    if ledger != here:
        yield f"the ledger says {ledger}, the level {here}"
    if not 0 <= held <= here:
        yield f"{held} of {here} are held"
    holds = Reservation.objects.held().filter(level=lot.level)
    if (holds.aggregate(n=Sum("quantity"))["n"] or 0) != held:
        yield f"holds do not add up to {held}"


def _of_the_answers(lot: Lot, done: Counter[str]) -> Iterator[str]:
    """Whatever was said to be done has left its rows, and nothing else has."""
    moves = Counter(
        StockMovement.objects.filter(level=lot.level).values_list("kind", flat=True)
    )
    parcels = Shipment.objects.filter(order__in=lot.orders).count()
    free_holds = Reservation.objects.filter(level=lot.level, demand__isnull=True)
    for act, rows in (
        ("issue", moves[Kind.ISSUE]),
        ("remove", moves[Kind.SCRAP]),
        ("ship", moves[Kind.SHIP]),
        ("ship", parcels),
        ("reserve", free_holds.count()),
    ):
        if rows != done[act]:
            yield f"{act} was said to be done {done[act]} times and was {rows} times"
    for order in lot.orders:
        order.refresh_from_db()
        shipped = order.shipments.exists()
        if shipped == (order.state == PartsOrder.State.CANCELLED) and (
            shipped or done["cancel"]
        ):
            yield f"{order.number} is {order.state}, shipped: {shipped}"
