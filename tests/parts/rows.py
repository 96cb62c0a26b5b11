"""Many rows at once, in states that commands make: for counting statements."""

from datetime import timedelta
from uuid import UUID

from parts.models import (
    Availability,
    Demand,
    Part,
    PartNumber,
    PartsOrder,
    PartsOrderLine,
    PurchaseOrder,
    PurchaseOrderLine,
    Reservation,
    StockLevel,
    StockMovement,
)
from tests import build
from tests.parts.store import NOW, TODAY, D, Store


def fill(store: Store, count: int) -> None:
    """Make ``count`` parts, each on hand, wanted, held, on order and sold."""
    first = Part.objects.count()
    span = range(first, first + count)
    parts = Part.objects.bulk_create(
        [Part(code=f"fill-{n}", name_en=f"Part {n}") for n in span]
    )
    PartNumber.objects.bulk_create(
        [
            PartNumber(part=part, as_printed=f"FILL-{n}", normalised=f"FILL{n}")
            for n, part in zip(span, parts, strict=True)
        ]
    )
    levels = StockLevel.objects.bulk_create(
        [
            StockLevel(
                part=part, bin=store.shelf, on_hand=2, reserved=1, last_sequence=1
            )
            for part in parts
        ]
    )
    StockMovement.objects.bulk_create(
        [
            StockMovement(
                level=level,
                kind=StockMovement.Kind.RECEIPT,
                quantity=2,
                sequence=1,
                balance=2,
                command_id=UUID(int=level.pk),
                moved_at=NOW,
            )
            for level in levels
        ]
    )
    _orders(store, parts, _wishes(store, parts, levels))


def _wishes(store: Store, parts: list[Part], levels: list[StockLevel]) -> list[Demand]:
    demands = Demand.objects.bulk_create(
        [
            Demand(
                demand_key=f"fill:{part.pk}",
                subject_key="project:1",
                part=part,
                site=store.site,
                quantity=1,
                state=Demand.State.RESERVED,
                created_at=NOW,
            )
            for part in parts
        ]
    )
    Reservation.objects.bulk_create(
        [
            Reservation(
                demand=demand,
                demand_key=demand.demand_key,
                level=level,
                quantity=1,
                created_at=NOW,
            )
            for demand, level in zip(demands, levels, strict=True)
        ]
    )
    Availability.objects.bulk_create(
        [
            Availability(
                demand=demand,
                kind=Availability.Kind.ON_HAND,
                quantity=1,
                available_on=TODAY,
                confidence=Availability.Confidence.FIRM,
                detail={"places": []},
                answered_at=NOW,
            )
            for demand in demands
        ]
    )
    return demands


def _orders(store: Store, parts: list[Part], demands: list[Demand]) -> None:
    supplier, buyer = build.supplier(), build.customer()
    bought = PurchaseOrder.objects.bulk_create(
        [
            PurchaseOrder(
                number=f"PO-F{part.pk}",
                supplier=supplier,
                site=store.site,
                currency="JPY",
                state=PurchaseOrder.State.SENT,
                ordered_at=NOW,
                created_at=NOW,
            )
            for part in parts
        ]
    )
    PurchaseOrderLine.objects.bulk_create(
        [
            PurchaseOrderLine(
                order=order,
                part=part,
                quantity=1,
                unit_price=D(9),
                currency="JPY",
                due_on=TODAY + timedelta(days=9),
            )
            for order, part in zip(bought, parts, strict=True)
        ]
    )
    sold = PartsOrder.objects.bulk_create(
        [
            PartsOrder(
                number=f"SO-F{part.pk}",
                customer=buyer,
                site=store.site,
                currency="JPY",
                state=PartsOrder.State.CONFIRMED,
                created_at=NOW,
            )
            for part in parts
        ]
    )
    PartsOrderLine.objects.bulk_create(
        [
            PartsOrderLine(
                order=order,
                part=demand.part,
                quantity=1,
                unit_price=D(9),
                currency="JPY",
                demand=demand,
            )
            for order, demand in zip(sold, demands, strict=True)
        ]
    )
