"""A small store to test in: one site, two bins, and short ways to ask for things."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from common.invariants import violations
from common.models import OutboxEvent
from parts import commands
from parts.models import (
    Bin,
    Demand,
    Part,
    PurchaseOrder,
    PurchaseOrderLine,
    Reservation,
    StockLevel,
    StockMovement,
)
from tests import build
from workshop.models import Site

NOW = build.NOW
TODAY = date(2026, 11, 23)
D = Decimal
_keys = count(1)


def key() -> str:
    return f"key-{next(_keys)}"


@dataclass
class Store:
    """One site with a shelf, a quarantine bin and a part."""

    site: Site = field(default_factory=build.site)
    shelf: Bin = field(init=False)
    closed: Bin = field(init=False)
    part: Part = field(default_factory=lambda: build.part("13020-05U00"))

    def __post_init__(self) -> None:
        self.shelf = build.bin(self.site)
        self.closed = build.bin(self.site, kind=Bin.Kind.QUARANTINE)

    def receive(self, quantity: Any = 5, **fields: Any) -> StockLevel:
        fields = {
            "part_id": self.part.pk,
            "bin_id": self.shelf.pk,
            "unit_cost": D(100),
            "reason": "found",
        } | fields
        movement = commands.receive_stock(
            quantity=D(quantity), key=key(), at=NOW, **fields
        )
        return movement.level

    def want(self, quantity: Any = 1, **fields: Any) -> Demand:
        fields = {
            "demand_key": f"card-part:{next(_keys)}",
            "subject_key": "project:1",
            "part_id": self.part.pk,
            "site_id": self.site.pk,
        } | fields
        return commands.raise_demand(quantity=D(quantity), at=NOW, **fields)

    def reserve(self, demand: Demand) -> list[Reservation]:
        return commands.reserve_for_demand(demand_id=demand.pk, at=NOW)

    def issue(self, demand: Demand, quantity: Any = 1, **fields: Any) -> Demand:
        return commands.issue_parts(
            demand_id=demand.pk,
            quantity=D(quantity),
            **{"key": key(), "at": NOW} | fields,
        )

    def order(
        self,
        quantity: Any = 10,
        days: int = 30,
        *,
        price: Any = 100,
        send: bool = True,
        **fields: Any,
    ) -> PurchaseOrderLine:
        order = commands.create_purchase_order(
            supplier_id=fields.pop("supplier_id", None) or build.supplier().pk,
            site_id=self.site.pk,
            lines=[
                commands.Ordered(
                    part_id=fields.pop("part_id", self.part.pk),
                    quantity=D(quantity),
                    unit_price=D(price),
                    due_on=TODAY + timedelta(days=days),
                )
            ],
            key=key(),
            at=NOW,
            **fields,
        )
        if send:
            commands.send_purchase_order(order_id=order.pk, at=NOW)
        return order.lines.get()

    def arrive(
        self, line: PurchaseOrderLine, quantity: Any, **fields: Any
    ) -> StockMovement:
        return commands.receive_order_line(
            line_id=line.pk,
            quantity=D(quantity),
            **{"bin_id": self.shelf.pk, "key": key(), "at": NOW} | fields,
        )


def position(level: StockLevel) -> tuple[Decimal, Decimal]:
    """What lies there and how much of it is held."""
    level.refresh_from_db()
    return level.on_hand, level.reserved


def everything() -> tuple[Any, ...]:
    """What a refused command must leave as it was."""
    return (
        list(StockLevel.objects.order_by("pk").values()),
        list(StockMovement.objects.order_by("pk").values()),
        list(Reservation.objects.order_by("pk").values()),
        list(Demand.objects.order_by("pk").values()),
        list(PurchaseOrder.objects.order_by("pk").values()),
        list(PurchaseOrderLine.objects.order_by("pk").values()),
        OutboxEvent.objects.count(),
    )


def refused(
    kind: type[Exception], call: Callable[..., Any], /, **arguments: Any
) -> str:
    """Call, expect the refusal, prove that nothing changed, return the sentence."""
    before = everything()
    try:
        call(**arguments)
    except kind as error:
        assert everything() == before
        assert violations() == []
        return str(error)
    raise AssertionError(f"{call.__name__} was not refused")
