"""Parcels on their way to customers: shipped and delivered.

Source: docs/domain/orders.md Q8, Q9.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from common import outbox
from common.errors import InvalidInput
from common.retry import retrying
from parts.commands.holding import Holds, give_back, lock_pegs, settle
from parts.commands.issues import where_units
from parts.commands.ledger import Act, post
from parts.commands.order_ends import close_if_done, deliver_if_done
from parts.commands.order_states import (
    State,
    locked_parts_order,
    need_state,
    record_order,
    subject_of,
)
from parts.commands.parcels import (
    change_parcel,
    locked_shipment,
    need_parcel,
    record_parcel,
    shipment_of,
)
from parts.commands.picking import list_held
from parts.commands.refusals import (
    BeingPicked,
    shown,
)
from parts.commands.running import once
from parts.commands.units import UnitsNeeded, clean_serials
from parts.models import (
    Demand,
    Shipment,
    ShipmentLine,
    StockLevel,
    StockMovement,
)

Parcel = Shipment.State
LONGEST_NAME = 60


def ship_shipment(
    *,
    shipment_id: int,
    carrier: str,
    key: str,
    at: datetime,
    actor_id: int | None = None,
    tracking_number: str = "",
    serials: Sequence[str] = (),
) -> Shipment:
    """Hand a packed parcel to its carrier: its pieces leave the ledger, once.

    Stock, wishes, parcel and order change together. Idempotent by ``key``.

    Args:
        shipment_id: a packed parcel.
        carrier: who carries it.
        key: the caller's key.
        at: when, aware.
        actor_id: who ships.
        tracking_number: the carrier's, if known.
        serials: which units leave, for parts kept by serial number and where more lie
            than leave.

    Raises:
        InvalidInput: no carrier.
        UnitsNeeded: it is not certain which units are meant.
        WrongState: the parcel is not packed.
        KeyReused: the key was used with another body.
        NotFound: no such parcel.
    """
    checked_carrier(carrier, tracking_number)
    units = clean_serials(serials)

    def work(command_id: UUID) -> dict[str, int]:
        shipment = locked_shipment(shipment_id)
        need_parcel(shipment, Parcel.PACKED)
        shipment.carrier, shipment.tracking_number = carrier, tracking_number
        _send(shipment, units, command_id, actor_id, at)
        return {"shipment": shipment.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="ship_shipment",
        body={
            "shipment": shipment_id,
            "carrier": carrier,
            "tracking": tracking_number,
            **_told(units),
        },
        work=work,
    )
    return shipment_of(answer)


def ship_parts_order(
    *,
    order_id: int,
    carrier: str,
    key: str,
    at: datetime,
    actor_id: int | None = None,
    tracking_number: str = "",
    serials: Sequence[str] = (),
) -> Shipment:
    """Pick, pack and ship in one step what lies held for an order.

    What is being picked for another parcel is left to that one; what is still to come
    is shipped by a later call. Idempotent by ``key``.

    Args:
        order_id: the order.
        carrier: who carries the parcel.
        key: the caller's key.
        at: when, aware.
        actor_id: who ships.
        tracking_number: the carrier's, if known.
        serials: which units leave, for parts kept by serial number and where more lie
            than leave.

    Raises:
        InvalidInput: no carrier.
        UnitsNeeded: it is not certain which units are meant.
        NothingToShip: no piece of it is held on hand.
        WrongState: the order is not confirmed, or has been shipped whole.
        KeyReused: the key was used with another body.
        NotFound: no such order.
    """
    checked_carrier(carrier, tracking_number)
    units = clean_serials(serials)

    def work(command_id: UUID) -> dict[str, int]:
        order = locked_parts_order(order_id)
        need_state(order, State.CONFIRMED)
        shipment = list_held(order, None, at, actor_id)
        shipment.order = order
        shipment.lines.update(is_picked=True)
        change_parcel(shipment, Parcel.PACKED)
        shipment.packed_at, shipment.picked_by_id = at, actor_id
        shipment.carrier, shipment.tracking_number = carrier, tracking_number
        _send(shipment, units, command_id, actor_id, at)
        return {"shipment": shipment.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="ship_parts_order",
        body={
            "order": order_id,
            "carrier": carrier,
            "tracking": tracking_number,
            **_told(units),
        },
        work=work,
    )
    return shipment_of(answer)


def _send(
    shipment: Shipment,
    serials: Sequence[str],
    command_id: UUID,
    actor_id: int | None,
    at: datetime,
) -> None:
    """Let a locked, packed parcel leave: one ledger line for each of its lines."""
    order = shipment.order
    lines = list(
        shipment.lines.select_related("line")
        .prefetch_related("chosen__unit")
        .order_by("pk")
    )
    demands = {
        row.pk: row
        for row in Demand.objects.filter(
            pk__in=[line.line.demand_id for line in lines]
        ).locked()
    }
    lock_pegs(demands.values())
    # All positions at once: one by one, two parcels could wait for each other.
    ids = {line.level_id for line in lines}
    levels = {row.pk: row for row in StockLevel.objects.filter(pk__in=ids).locked()}
    # Before its holds are used up, the list must not be one of the open ones.
    change_parcel(shipment, Parcel.SHIPPED)
    shipment.carrier = shipment.carrier.strip()
    shipment.tracking_number = shipment.tracking_number.strip()
    shipment.shipped_at = at
    shipment.save()
    holds = Holds.of(demands.values(), at)
    units = _named(lines, levels, serials)
    for line in lines:
        act = Act(
            command_id=command_id,
            actor_id=actor_id,
            at=at,
            reason=f"{order.number} {shipment.number}",
            subject_key=demands[line.line.demand_id or 0].demand_key,
        )
        mine = _units_of(line, units.get(line.level_id, []))
        demand = demands[line.line.demand_id or 0]
        _take_out(act, line, demand, levels[line.level_id], holds, mine)
    for demand in demands.values():
        give_back(demand, holds, keep=demand.remaining)
    holds.write()
    settle(list(demands.values()), holds)
    _after_sending(shipment, list(demands.values()), actor_id, at)


def _named(
    lines: Sequence[ShipmentLine],
    levels: Mapping[int, StockLevel],
    serials: Sequence[str],
) -> dict[int, list[str]]:
    """Return level → the serial numbers named there; none is named for nothing."""
    found = where_units(levels.values(), serials)
    known = {serial for here in found.values() for serial in here}
    for serial in serials:
        if serial not in known:
            raise InvalidInput(
                _("Unit %(serial)s does not lie here."), field="serials", serial=serial
            )
    for level_id, here in found.items():
        taken = [line.quantity for line in lines if line.level_id == level_id]
        pieces = sum(taken, Decimal(0))
        if len(here) > pieces:
            raise UnitsNeeded(
                _(
                    "%(pieces)s pieces need as many serial numbers; %(given)s were"
                    " given."
                ),
                pieces=shown(pieces),
                given=len(here),
            )
    return found


def _units_of(line: ShipmentLine, named: list[str]) -> list[str]:
    """Return the units of a line: those chosen for it, else of those named now."""
    chosen = sorted(row.unit.serial for row in line.chosen.all())
    if chosen:
        return chosen
    count = min(int(line.quantity), len(named))
    return [named.pop(0) for _each in range(count)]


def _take_out(
    act: Act,
    line: ShipmentLine,
    demand: Demand,
    level: StockLevel,
    holds: Holds,
    serials: Sequence[str],
) -> None:
    """Take one line's pieces off the shelf, from what is held for them."""
    hold = next(
        (row for row in holds.on_hand(demand) if row.level_id == line.level_id), None
    )
    if hold is None or hold.quantity < line.quantity:
        raise BeingPicked(
            _("The pieces of this list are not held any more; make a new list.")
        )
    holds.consume(hold, line.quantity)
    line.movement = post(
        act,
        level,
        StockMovement.Kind.SHIP,
        -line.quantity,
        from_reserved=line.quantity,
        serials=serials,
    )
    line.save(update_fields=["movement"])
    Demand.objects.filter(pk=demand.pk).update(drawn=F("drawn") + line.quantity)
    demand.drawn += line.quantity


def _after_sending(
    shipment: Shipment, demands: Sequence[Demand], actor_id: int | None, at: datetime
) -> None:
    order = shipment.order
    close_if_done(order, at=at, actor_id=actor_id)
    outbox.write(
        "parts.check_availability",
        part_ids=sorted({demand.part_id for demand in demands}),
    )
    outbox.write(
        "parts.mail_shipped", subject=subject_of(order.pk), shipment_id=shipment.pk
    )
    record_order("ship_shipment", order, actor_id, at, shipment=shipment.number)


def _told(serials: Sequence[str]) -> dict[str, Sequence[str]]:
    return {"serials": serials} if serials else {}


@retrying
@transaction.atomic
def deliver_shipment(
    *, shipment_id: int, at: datetime, actor_id: int | None = None
) -> Shipment:
    """Write down that a parcel has reached its customer; twice changes nothing.

    An order is delivered when all of its parcels are.

    Raises:
        WrongState: the parcel has not left.
        NotFound: no such parcel.
    """
    shipment = locked_shipment(shipment_id)
    if shipment.state == Parcel.DELIVERED:
        return shipment
    change_parcel(shipment, Parcel.DELIVERED)
    shipment.delivered_at = at
    shipment.save(update_fields=["state", "delivered_at"])
    deliver_if_done(shipment.order, at=at, actor_id=actor_id)
    record_parcel("deliver_shipment", shipment, actor_id, at)
    return shipment


def checked_carrier(carrier: str, tracking_number: str) -> None:
    """Refuse a parcel without a carrier's name.

    Raises:
        InvalidInput: names the value that cannot be used.
    """
    if not carrier.strip() or len(carrier) > LONGEST_NAME:
        raise InvalidInput(
            _("Name the carrier in 1 to 60 characters."), field="carrier"
        )
    if len(tracking_number) > LONGEST_NAME:
        raise InvalidInput(
            _("A tracking number has at most 60 characters."), field="tracking_number"
        )
