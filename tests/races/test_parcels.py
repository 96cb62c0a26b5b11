"""With the web alone, no worker, no relay: orders, picks and parcels share no unit."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest

from common.invariants import violations
from common.models import OutboxEvent
from parts.models import PartsOrder, Shipment, ShipmentLine, StockLevel, StockMovement
from tests import build
from tests.parts.store import Store
from tests.races.callers import Call
from tests.races.server import crowd, web_server
from tests.races.test_reserve import token

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True, serialized_rollback=False),
]
API = "/api/v1"
ON_HAND = 3
ORDERS = 3


def call(path: str, key: str, **body: Any) -> Call:
    return Call(path=f"{API}/{path}/", body=body, key=key)


def at_once(orders: list[PartsOrder], verb: str, **body: Any) -> list[list[Call]]:
    """Each order's call from two callers, under keys of their own."""
    return [
        [call(f"parts-orders/{order.pk}/{verb}", f"{verb}-{order.pk}-{n}", **body)]
        for order in orders
        for n in range(2)
    ]


def told(port: int, caller: str, batches: list[list[Call]]) -> list[int]:
    return [status for some in crowd(port, caller, batches) for status in some]


@dataclass
class Sale:
    """Three orders of two for three pieces, from the quote to the carrier."""

    level: StockLevel
    placed: list[int]
    confirmed: list[int]
    picked: list[int]
    packed: list[int]
    shipped: list[int]

    def faults(self) -> list[str]:
        """Return what went wrong, in words; nothing is as it should be."""
        self.level.refresh_from_db()
        left = StockMovement.objects.filter(kind=StockMovement.Kind.SHIP)
        lines = ShipmentLine.objects.filter(movement__isnull=False)
        answers = self.placed + self.confirmed + self.picked + self.packed
        found = {
            "answers": sorted({*answers, *self.shipped} - {200, 201, 204, 409}),
            "confirmed": sorted(set(self.confirmed) - {200}),
            # Three pieces for three orders of two: one order whole, one in part.
            "lists": Counter(self.picked)[201] - 2,
            "pieces shipped": -sum(row.quantity for row in left) - ON_HAND,
            "pieces on lists": sum(row.quantity for row in lines) - ON_HAND,
            "left": self.level.on_hand,
            "held": self.level.reserved,
            "laws": [law.name for law in violations()],
        }
        return [f"{what}: {wrong}" for what, wrong in found.items() if wrong]


def sale(module: str) -> Sale:
    """Sell over HTTP with the web alone, every step from several callers at once."""
    store, caller, buyer = Store(), token(), build.customer()
    level = store.receive(ON_HAND)
    with web_server(module) as port:
        placed = told(port, caller, placing(store, buyer.pk))
        orders = list(PartsOrder.objects.order_by("pk"))
        confirmed = told(port, caller, at_once(orders, "confirm"))
        picked = told(port, caller, at_once(orders, "pick"))
        parcels = list(Shipment.objects.order_by("pk"))
        packed = told(port, caller, [packing(parcel) for parcel in parcels])
        shipped = told(
            port,
            caller,
            [
                [call(f"shipments/{parcel.pk}/ship", f"s-{parcel.pk}-{n}", carrier="Y")]
                for parcel in parcels
                for n in range(3)
            ]
            + at_once(orders, "ship", carrier="Y")
            + [[counted(level, n)] for n in range(2)]
            + [
                [call(f"parts-orders/{orders[0].pk}/cancel", "c", reason="no")],
                [call(f"parts-orders/{orders[1].pk}/cancel-lines", "d", reason="no")],
            ],
        )
    return Sale(level, placed, confirmed, picked, packed, shipped)


def test_order_pick_and_ship_use_no_unit_twice_without_a_worker() -> None:
    sold = sale("config.wsgi")

    assert sold.faults() == []
    # Each order was sent twice under its key, and is there once.
    assert sold.placed == [201] * 2 * ORDERS
    assert PartsOrder.objects.count() == ORDERS
    # Nobody has worked on what the commands asked for: the web was alone.
    assert not OutboxEvent.objects.exclude(state=OutboxEvent.State.PENDING).exists()


@pytest.mark.unlawful
def test_the_rig_finds_a_sale_that_does_not_lock() -> None:
    assert sale("tests.races.unlocked").faults()


def placing(store: Store, customer_id: int) -> list[list[Call]]:
    """Each order from two callers, under the same key."""
    line = {"part": store.part.pk, "quantity": "2", "unit_price": "900"}
    body = {"customer": customer_id, "site": store.site.pk, "lines": [line]}
    return [
        [call("parts-orders", f"place-{order}", **body)]
        for order in range(ORDERS)
        for _n in range(2)
    ]


def packing(parcel: Shipment) -> list[Call]:
    at = f"shipments/{parcel.pk}"
    ticks = [
        call(f"{at}/tick", f"t-{line.pk}", line=line.pk) for line in parcel.lines.all()
    ]
    return [*ticks, call(f"{at}/pack", f"p-{parcel.pk}", boxes=1, weight_grams=100)]


def counted(level: StockLevel, n: int) -> Call:
    return call(
        f"stock-levels/{level.pk}/adjust", f"n-{n}", counted="0", reason="count"
    )
