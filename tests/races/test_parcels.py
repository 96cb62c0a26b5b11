"""With the web alone, no worker, no relay: orders, picks and parcels share no unit."""

from collections import Counter
from typing import Any

import pytest

from common.invariants import violations
from common.models import OutboxEvent
from parts.models import PartsOrder, Shipment, ShipmentLine, StockLevel, StockMovement
from tests import build
from tests.parts.selling import quoted
from tests.parts.store import Store
from tests.races.callers import Call
from tests.races.server import race, web_server
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


def test_order_pick_and_ship_use_no_unit_twice_without_a_worker() -> None:
    store, caller = Store(), token()
    level = store.receive(ON_HAND)
    buyer = build.customer()
    orders = [quoted(store, 2, buyer) for _n in range(ORDERS)]

    with web_server() as port:
        confirmed = race(port, caller, at_once(orders, "confirm"))
        picked = race(port, caller, at_once(orders, "pick"))
        parcels = list(Shipment.objects.order_by("pk"))
        packed = race(port, caller, [packing(parcel) for parcel in parcels])
        shipped = race(
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

    level.refresh_from_db()
    assert set(confirmed) == {200}
    # Three pieces for three orders of two: one order whole, one in part.
    assert Counter(picked) == {201: 2, 409: 2 * ORDERS - 2}
    assert max(packed + shipped) < 500
    assert set(shipped) <= {200, 201, 204, 409}
    left = StockMovement.objects.filter(kind=StockMovement.Kind.SHIP)
    lines = ShipmentLine.objects.filter(movement__isnull=False)
    assert -sum(row.quantity for row in left) == ON_HAND
    assert sum(row.quantity for row in lines) == ON_HAND
    assert (level.on_hand, level.reserved) == (0, 0)
    assert violations() == []
    # Nobody has worked on what the commands asked for: the web was alone.
    assert not OutboxEvent.objects.exclude(state=OutboxEvent.State.PENDING).exists()


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
