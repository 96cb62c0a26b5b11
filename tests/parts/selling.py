"""Short ways to sell from a store in tests."""

from typing import Any

from parts import commands
from parts.models import PartsOrder, Shipment
from tests import build
from tests.parts.store import NOW, D, Store, key
from workshop.commands import record_payment
from workshop.models import Customer


def quoted(
    store: Store, quantity: Any = 2, customer: Customer | None = None, **fields: Any
) -> PartsOrder:
    """A quote for pieces of the store's part."""
    buyer = customer or build.customer()
    line = {"part_id": store.part.pk, "quantity": D(quantity), "unit_price": D(900)}
    wanted = {
        "lines": [commands.Sold(**line | fields.pop("line", {}))],
        "key": key(),
        "at": NOW,
    } | fields
    return commands.place_parts_order(
        customer_id=buyer.pk, site_id=store.site.pk, **wanted
    )


def confirmed(store: Store, quantity: Any = 2, **fields: Any) -> PartsOrder:
    order = quoted(store, quantity, **fields)
    return commands.confirm_parts_order(order_id=order.pk, at=NOW)


def listed(order: PartsOrder, **fields: Any) -> Shipment:
    wanted = {"key": key(), "at": NOW} | fields
    return commands.create_pick_list(order_id=order.pk, **wanted)


def packed(shipment: Shipment) -> Shipment:
    for line in shipment.lines.all():
        commands.pick_line(shipment_id=shipment.pk, line_id=line.pk, at=NOW)
    return commands.pack_shipment(
        shipment_id=shipment.pk, boxes=1, weight_grams=1200, at=NOW
    )


def shipped(shipment: Shipment, **fields: Any) -> Shipment:
    wanted = {"carrier": "Yamato", "key": key(), "at": NOW} | fields
    return commands.ship_shipment(shipment_id=shipment.pk, **wanted)


def sold_out(store: Store, quantity: Any = 2, **fields: Any) -> PartsOrder:
    """An order that was shipped whole."""
    order = confirmed(store, quantity, **fields)
    shipped(packed(listed(order)))
    order.refresh_from_db()
    return order


def pay(order: PartsOrder) -> None:
    """Book the deposit of an accepted quote."""
    order.refresh_from_db()
    invoice = order.deposit_invoice
    assert invoice is not None
    record_payment(
        invoice_id=invoice.pk,
        amount=invoice.total,
        currency=invoice.currency,
        method="BANK_TRANSFER",
        external_id=f"bank-{key()}",
        actor_id=None,
        at=NOW,
    )
