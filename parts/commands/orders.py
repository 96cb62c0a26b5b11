"""Customer orders for parts: quoted, confirmed, shipped, given up."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common import audit, outbox
from common.errors import InvalidInput
from parts.commands.demands import Wish, cancel_demand, raise_demands
from parts.commands.holding import Holds, total
from parts.commands.issues import draw
from parts.commands.ledger import Act
from parts.commands.purchasing import checked_price, next_number
from parts.commands.refusals import WrongState, exact, missing, needed_reason
from parts.commands.reservations import reserve_for_demands
from parts.commands.running import once
from parts.models import (
    Demand,
    Part,
    PartsOrder,
    PartsOrderLine,
    Shipment,
    StockLevel,
    StockMovement,
)
from workshop.models import Customer, Site

State = PartsOrder.State


@dataclass(frozen=True, kw_only=True)
class Sold:
    """One line of a customer's order.

    Attributes:
        part_id: what is sold.
        quantity: in the part's unit, above zero.
        unit_price: in the order's currency, zero or more.
    """

    part_id: int
    quantity: Decimal
    unit_price: Decimal


class NothingToShip(WrongState):
    """No piece of the order lies ready."""

    title = _("Nothing is ready to ship")


def subject_of(order_id: int) -> str:
    """Return the key under which an order's wishes are grouped."""
    return f"parts-order:{order_id}"


def place_parts_order(
    *,
    customer_id: int,
    site_id: int,
    lines: Sequence[Sold],
    key: str,
    at: datetime,
    actor_id: int | None = None,
    currency: str = "",
) -> PartsOrder:
    """Write a quote for a customer. Nothing is held before it is confirmed.

    Idempotent by ``key``.

    Args:
        customer_id: who buys.
        site_id: where from.
        lines: at least one.
        key: the caller's key.
        at: when, aware.
        actor_id: who writes it.
        currency: ISO 4217; the customer's own if empty.

    Raises:
        InvalidInput: no lines, an unknown currency, a price or quantity out of range.
        KeyReused: the key was used with another body.
        NotFound: no such customer, site or part.
    """
    if not lines:
        raise InvalidInput(_("An order has at least one line."), field="lines")
    customer = Customer.objects.filter(pk=customer_id).first()
    if customer is None:
        raise missing("customer")
    money = currency or customer.currency
    checked = [
        Sold(
            part_id=line.part_id,
            quantity=exact(line.quantity),
            unit_price=checked_price(line.unit_price, money),
        )
        for line in lines
    ]
    _refuse_unknown({line.part_id for line in checked}, site_id)

    def work(_command_id: UUID) -> dict[str, int]:
        order = PartsOrder.objects.create(
            number=next_number("SO", "parts_partsorder_number"),
            customer=customer,
            site_id=site_id,
            currency=money,
            created_at=at,
        )
        PartsOrderLine.objects.bulk_create(
            [
                PartsOrderLine(order=order, currency=money, **asdict(line))
                for line in checked
            ]
        )
        _record("place_parts_order", order, actor_id, at)
        return {"order": order.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="place_parts_order",
        body={
            "customer": customer_id,
            "site": site_id,
            "currency": money,
            "lines": [asdict(line) for line in checked],
        },
        work=work,
    )
    return PartsOrder.objects.get(pk=answer["order"])


def _refuse_unknown(part_ids: set[int], site_id: int) -> None:
    if Part.objects.filter(pk__in=part_ids).count() != len(part_ids):
        raise missing("part")
    if not Site.objects.filter(pk=site_id).exists():
        raise missing("site")


@transaction.atomic
def confirm_parts_order(
    *, order_id: int, at: datetime, actor_id: int | None = None
) -> PartsOrder:
    """Make a quote an order: its wishes are raised and held, from bin or order line.

    Confirming again changes nothing.

    Raises:
        WrongState: the order was cancelled.
        NotFound: no such order.
    """
    order = _locked(order_id)
    if order.state == State.CANCELLED:
        raise WrongState(_("Order %(number)s was cancelled."), number=order.number)
    if order.state != State.QUOTE:
        return order
    lines = list(order.lines.order_by("pk"))
    demands = raise_demands(
        wishes=[
            Wish(
                demand_key=f"order-line:{line.pk}",
                part_id=line.part_id,
                quantity=line.quantity,
            )
            for line in lines
        ],
        subject_key=subject_of(order.pk),
        site_id=order.site_id,
        at=at,
        actor_id=actor_id,
    )
    for line, demand in zip(lines, demands, strict=True):
        line.demand = demand
    PartsOrderLine.objects.bulk_update(lines, ["demand"])
    order.state = State.CONFIRMED
    order.save(update_fields=["state"])
    reserve_for_demands(
        demand_ids=[demand.pk for demand in demands], at=at, actor_id=actor_id
    )
    _record("confirm_parts_order", order, actor_id, at)
    return order


@transaction.atomic
def cancel_parts_order(
    *, order_id: int, reason: str, at: datetime, actor_id: int | None = None
) -> bool:
    """Give an order up and release what it holds.

    Returns whether this call did it: cancelling twice changes nothing.

    Raises:
        WrongState: something has been shipped already.
        NotFound: no such order.
    """
    why = needed_reason(reason)
    order = _locked(order_id)
    if order.state == State.CANCELLED:
        return False
    demands = list(Demand.objects.filter(order_line__order=order).locked())
    if order.state not in (State.QUOTE, State.CONFIRMED) or any(
        demand.drawn for demand in demands
    ):
        raise WrongState(
            _("Parts of order %(number)s have been shipped."), number=order.number
        )
    for demand in demands:
        cancel_demand(demand_id=demand.pk, reason=why, at=at, actor_id=actor_id)
    order.state = State.CANCELLED
    order.save(update_fields=["state"])
    _record("cancel_parts_order", order, actor_id, at, reason=why)
    return True


def ship_parts_order(
    *,
    order_id: int,
    carrier: str,
    key: str,
    at: datetime,
    actor_id: int | None = None,
    tracking_number: str = "",
) -> Shipment:
    """Ship every piece of an order that lies held for it.

    What is still to come is shipped by a later call. Stock, wishes and order change
    together. Idempotent by ``key``.

    Args:
        order_id: the order.
        carrier: who carries the parcel.
        key: the caller's key.
        at: when, aware.
        actor_id: who ships.
        tracking_number: the carrier's, if known.

    Raises:
        NothingToShip: no piece of it is held on hand.
        WrongState: the order is not confirmed, or has been shipped whole.
        KeyReused: the key was used with another body.
        NotFound: no such order.
    """
    if not carrier.strip() or len(carrier) > 60 or len(tracking_number) > 60:
        raise InvalidInput(
            _("Name the carrier in 1 to 60 characters."), field="carrier"
        )

    def work(command_id: UUID) -> dict[str, int]:
        order = _locked(order_id)
        if order.state != State.CONFIRMED:
            raise WrongState(
                _("Order %(number)s is not waiting to be shipped."), number=order.number
            )
        parts = _ship_held(order, command_id, actor_id, at)
        shipment = Shipment.objects.create(
            number=next_number("SH", "parts_shipment_number"),
            order=order,
            state=Shipment.State.SHIPPED,
            created_at=at,
            carrier=carrier.strip(),
            tracking_number=tracking_number,
            shipped_at=at,
        )
        outbox.write("parts.check_availability", part_ids=parts)
        _record("ship_parts_order", order, actor_id, at, shipment=shipment.pk)
        return {"shipment": shipment.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="ship_parts_order",
        body={"order": order_id, "carrier": carrier, "tracking": tracking_number},
        work=work,
    )
    return Shipment.objects.select_related("order").get(pk=answer["shipment"])


def _ship_held(
    order: PartsOrder, command_id: UUID, actor_id: int | None, at: datetime
) -> list[int]:
    """Ship what the order's wishes hold on hand; return the parts that left."""
    demands = list(Demand.objects.filter(order_line__order=order).locked())
    holds = Holds.of(demands, at)
    ready = {demand.pk: total(holds.on_hand(demand)) for demand in demands}
    shipped = [demand for demand in demands if ready[demand.pk] > 0]
    if not shipped:
        raise NothingToShip(
            _("No piece of order %(number)s is held on hand yet."), number=order.number
        )
    # All positions at once: one by one, two orders could wait for each other.
    parts = sorted({demand.part_id for demand in shipped})
    list(StockLevel.objects.filter(part__in=parts).locked())
    for demand in shipped:
        act = Act(
            command_id=command_id,
            actor_id=actor_id,
            at=at,
            reason=order.number,
            subject_key=demand.demand_key,
        )
        draw(act, demand, ready[demand.pk], StockMovement.Kind.SHIP)
    if not any(demand.remaining for demand in demands):
        order.state = State.SHIPPED
        order.save(update_fields=["state"])
    return parts


def _locked(order_id: int) -> PartsOrder:
    rows = PartsOrder.objects.filter(pk=order_id).select_for_update(no_key=True)
    order = rows.first()
    if order is None:
        raise missing("order")
    return order


def _record(
    command: str,
    order: PartsOrder,
    actor_id: int | None,
    at: datetime,
    **detail: str | int,
) -> None:
    audit.record(
        subject=subject_of(order.pk),
        command=command,
        actor_id=actor_id,
        at=at,
        detail={"order": order.number, "state": str(order.state), **detail},
    )
