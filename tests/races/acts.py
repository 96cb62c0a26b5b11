"""Eight things people do to one lot at the same moment, and what must be true then."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone

from parts import commands
from parts.models import (
    Bin,
    Count,
    PartsOrder,
    Reservation,
    ShipmentLine,
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
PIECES = 2
MISSING = 2
# What a caller may be told: that it was done, or that it was refused.
DONE = {"reserve": 201, "issue": 200, "remove": 201, "ship": 201, "count": 200,
        "cancel": 200, "stocktake": 200, "put away": 204}  # fmt: skip
REFUSED = 409
Kind = StockMovement.Kind


@dataclass
class Lot:
    """Ten pieces of a part of their own, and what is wanted of them.

    They lie on a shelf, or, where they are to be put away, in a receiving bin.
    """

    store: Store
    customer_id: int
    in_receiving: bool = False
    level: StockLevel = field(init=False)
    orders: list[PartsOrder] = field(default_factory=list)
    stocktake: Count | None = None

    def __post_init__(self) -> None:
        self.store.part = build.part()
        kind = Bin.Kind.RECEIVING if self.in_receiving else Bin.Kind.STORE
        bin_ = build.bin(self.store.site, kind=kind)
        self.level = self.store.receive(ON_HAND, bin_id=bin_.pk)

    def path(self, verb: str) -> str:
        return f"/api/v1/stock-levels/{self.level.pk}/{verb}/"

    def held_orders(self) -> list[PartsOrder]:
        """Confirmed orders that hold two pieces each; to ship or to cancel."""
        if not self.orders:
            self.orders = [self._held_order() for _each in range(ORDERS)]
        return self.orders

    def _held_order(self) -> PartsOrder:
        line = commands.Sold(
            part_id=self.store.part.pk,
            quantity=Decimal(PIECES),
            unit_price=Decimal(900),
        )
        order = commands.place_parts_order(
            customer_id=self.customer_id,
            site_id=self.store.site.pk,
            lines=[line],
            key=key(),
            at=timezone.now(),
        )
        return commands.confirm_parts_order(order_id=order.pk, at=timezone.now())

    def counted(self) -> Count:
        """A stocktake by which pieces are missing; to be written."""
        if self.stocktake is None:
            count = commands.open_count(
                site_id=self.store.site.pk,
                kind=Count.Kind.CYCLE,
                bin_id=self.level.bin_id,
                reason="the year's end",
                key=key(),
                at=timezone.now(),
            )
            commands.enter_find(
                count_id=count.pk,
                level_id=self.level.pk,
                counted=Decimal(ON_HAND - MISSING),
                key=key(),
                at=timezone.now(),
            )
            self.stocktake = commands.submit_count(count_id=count.pk, at=timezone.now())
        return self.stocktake


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


def stocktake(lot: Lot) -> Iterator[Call]:
    """Write one stocktake from every side, while what was counted comes and goes."""
    count = lot.counted()
    while True:
        yield Call(f"/api/v1/counts/{count.pk}/write/", {}, key())


def put_away(lot: Lot) -> Iterator[Call]:
    """Carry pieces, and what is held of them, to two shelves."""
    shelves = [lot.store.shelf, build.bin(lot.store.site)]
    turn = 0
    while True:
        turn += 1
        move = {"level": lot.level.pk, "bin": shelves[turn % 2].pk, "quantity": "2"}
        body = {"moves": [move], "reason": "tidied"}
        yield Call("/api/v1/stock-levels/put-away/", body, key())


ACTS: dict[str, Callable[[Lot], Iterator[Call]]] = {
    "reserve": reserve,
    "issue": issue,
    "remove": remove,
    "ship": ship,
    "count": count,
    "cancel": cancel,
    "stocktake": stocktake,
    "put away": put_away,
}


def faults(lot: Lot, told: list[tuple[str, int]]) -> list[str]:
    """Return what went wrong in a race, in words; nothing is as it should be.

    Args:
        lot: what was fought over.
        told: act and status of every answer.
    """
    strange = Counter(
        f"{act} answered {status}"
        for act, status in told
        if status not in (DONE[act], REFUSED)
    )
    found = [f"{what}, {times} times" for what, times in sorted(strange.items())]
    found += _of_the_level(lot)
    found += _of_the_answers(lot, Counter(act for act, s in told if s == DONE[act]))
    return found


def _of_the_level(lot: Lot) -> Iterator[str]:
    """Every position of the part: what is put away lies elsewhere."""
    for level in StockLevel.objects.filter(part=lot.store.part):
        here, held = level.on_hand, level.reserved
        ledger = level.movements.aggregate(n=Sum("quantity"))["n"] or 0
        if ledger != here:
            yield f"the ledger says {ledger}, the level {here}"
        if not 0 <= held <= here:
            yield f"{held} of {here} are held"
        holds = Reservation.objects.held().filter(level=level)
        if (holds.aggregate(n=Sum("quantity"))["n"] or 0) != held:
            yield f"holds do not add up to {held}"


def _of_the_answers(lot: Lot, done: Counter[str]) -> Iterator[str]:
    """Whatever was said to be done has moved its pieces, and nothing else has."""
    part = lot.store.part
    moved: Counter[str] = Counter()
    for kind, quantity in StockMovement.objects.filter(level__part=part).values_list(
        "kind", "quantity"
    ):
        moved[kind] += abs(int(quantity))
    packed = ShipmentLine.objects.filter(
        shipment__order__in=lot.orders, movement__isnull=False
    ).aggregate(n=Sum("quantity"))["n"]
    free_holds = Reservation.objects.filter(level__part=part, demand__isnull=True)
    for act, pieces, each in (
        ("issue", moved[Kind.ISSUE], 1),
        ("remove", moved[Kind.SCRAP], 1),
        ("ship", moved[Kind.SHIP], PIECES),
        ("ship", packed or 0, PIECES),
        ("reserve", free_holds.count(), 1),
        ("put away", moved[Kind.MOVE_IN], 2),
        ("put away", moved[Kind.MOVE_OUT], 2),
        ("stocktake", missed_by(lot.stocktake), MISSING),
    ):
        if pieces != done[act] * each:
            yield f"{act} was said to be done {done[act]} times and moved {pieces}"
    yield from _of_the_orders(lot, done)


def missed_by(count: Count | None) -> int:
    """Return how many pieces a stocktake has taken out of the ledger."""
    if count is None:
        return 0
    lines = StockMovement.objects.filter(subject_key=f"count:{count.pk}")
    return -int(lines.aggregate(n=Sum("quantity"))["n"] or 0)


def _of_the_orders(lot: Lot, done: Counter[str]) -> Iterator[str]:
    if done["stocktake"] > 1:
        yield f"one stocktake was written {done['stocktake']} times"
    for order in lot.orders:
        order.refresh_from_db()
        shipped = order.shipments.exists()
        if shipped == (order.state == PartsOrder.State.CANCELLED) and (
            shipped or done["cancel"]
        ):
            yield f"{order.number} is {order.state}, shipped: {shipped}"
