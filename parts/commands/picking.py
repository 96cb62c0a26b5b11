"""Pick lists of customers' orders: written, ticked, packed, given up.

A pick list names pieces that are held for its order and takes nothing off the shelf;
they stay held until the parcel leaves, in one command with the ledger's lines.

Source: docs/domain/orders.md Q8, Q9.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common.errors import InvalidInput
from common.retry import retrying
from parts.commands.back_orders import servable
from parts.commands.choosing import choose_scanned, choose_units
from parts.commands.holding import Holds
from parts.commands.order_states import (
    State,
    locked_parts_order,
    need_state,
    record_order,
)
from parts.commands.parcels import (
    OPEN_PARCELS,
    change_parcel,
    locked_shipment,
    need_parcel,
    record_parcel,
    shipment_of,
)
from parts.commands.purchasing import next_number
from parts.commands.refusals import (
    WrongState,
    lawful,
    missing,
    needed_reason,
)
from parts.commands.running import once
from parts.commands.sharing import reserve_for_demands
from parts.commands.units import clean_serials
from parts.models import (
    Demand,
    PartsOrder,
    Shipment,
    ShipmentLine,
    Unit,
)
from parts.queries.scanning import read_scan

Parcel = Shipment.State
MOST_BOXES = 999
HEAVIEST_GRAMS = 30_000_000


class NothingToShip(WrongState):
    """No piece of the order lies ready."""

    title = _("Nothing is ready to ship")


class NotPicked(WrongState):
    """A parcel is packed when everything on its list lies beside the box."""

    title = _("Not picked yet")
    todo = _("Pick what is missing, or cancel this list and make one without it.")


class NotOnThisList(WrongState):
    """The scanned piece does not belong into this parcel."""

    title = _("Not on this list")
    todo = _("Put the piece back and look at the list.")


def create_pick_list(
    *,
    order_id: int,
    key: str,
    at: datetime,
    actor_id: int | None = None,
    line_ids: Collection[int] | None = None,
) -> Shipment:
    """List what is held on hand for an order and is on no other open list.

    What has come free since is held first, in turn. Idempotent by ``key``.

    Args:
        order_id: a confirmed order.
        key: the caller's key.
        at: when, aware.
        actor_id: who asks.
        line_ids: only these lines of the order, for a parcel of their own.

    Raises:
        NothingToShip: nothing of it is held on hand, or all of that is being picked.
        WrongState: the order is not confirmed.
        KeyReused: the key was used with another body.
        NotFound: no such order.
    """

    def work(_command_id: UUID) -> dict[str, int]:
        order = locked_parts_order(order_id)
        need_state(order, State.CONFIRMED)
        shipment = list_held(order, line_ids, at, actor_id)
        record_order("create_pick_list", order, actor_id, at, shipment=shipment.number)
        return {"shipment": shipment.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="create_pick_list",
        body={
            "order": order_id,
            "lines": None if line_ids is None else sorted(line_ids),
        },
        work=work,
    )
    return shipment_of(answer)


def list_held(
    order: PartsOrder,
    line_ids: Collection[int] | None,
    at: datetime,
    actor_id: int | None,
) -> Shipment:
    rows = order.lines.filter(demand__isnull=False)
    lines = list(rows if line_ids is None else rows.filter(pk__in=line_ids))
    own = {line.demand_id for line in lines if line.demand_id is not None}
    wanted = Demand.objects.filter(pk__in=own)
    parts = set(wanted.values_list("part_id", flat=True))
    waiting = servable(parts)
    # Everybody's wishes before anybody's positions: the common order of locks.
    everybody = Demand.objects.filter(pk__in=own.union(waiting)).locked()
    demands = [demand for demand in everybody if demand.pk in own]
    if waiting:
        reserve_for_demands(demand_ids=waiting, at=at, actor_id=actor_id)
    holds = Holds.of(demands, at)
    by_key = {demand.pk: demand for demand in demands}
    listed = _listed(order)
    found = [
        (line, hold.level_id, hold.quantity - listed.get((line.pk, hold.level_id), 0))
        for line in lines
        if line.demand_id is not None
        for hold in holds.on_hand(by_key[line.demand_id])
    ]
    ready = [
        (line, level, left)
        for line, level, left in found
        if level is not None and left > 0
    ]
    if not ready:
        raise NothingToShip(
            _("No piece of order %(number)s is held on hand and not being picked."),
            number=order.number,
        )
    shipment = Shipment.objects.create(
        number=next_number("SH", "parts_shipment_number"), order=order, created_at=at
    )
    ShipmentLine.objects.bulk_create(
        ShipmentLine(shipment=shipment, line=line, level_id=level, quantity=left)
        for line, level, left in ready
    )
    return shipment


def _listed(order: PartsOrder) -> dict[tuple[int, int | None], Decimal]:
    """Return what of an order's holds is on open pick lists, by line and position."""
    rows = ShipmentLine.objects.filter(
        shipment__order=order, shipment__state__in=OPEN_PARCELS
    )
    listed: dict[tuple[int, int | None], Decimal] = {}
    for row in rows:
        spot = (row.line_id, row.level_id)
        listed[spot] = listed.get(spot, Decimal(0)) + row.quantity
    return listed


@retrying
@transaction.atomic
def pick_line(
    *,
    shipment_id: int,
    line_id: int,
    at: datetime,
    actor_id: int | None = None,
    is_picked: bool = True,
    serials: Sequence[str] = (),
) -> ShipmentLine:
    """Tick a line of a pick list, or take the tick off. The same again changes nothing.

    Args:
        shipment_id: a pick list.
        line_id: of this list.
        at: when, aware.
        actor_id: who picks.
        is_picked: whether the pieces lie beside the box.
        serials: which units, where more lie there than are picked.

    Raises:
        UnitsNeeded: it is not certain which units are meant.
        WrongState: the list is not being picked.
        NotFound: no such list, or no such line on it.
    """
    shipment, units = locked_shipment(shipment_id), clean_serials(serials)
    line = shipment.lines.select_related("level__part").filter(pk=line_id).first()
    if line is None:
        raise missing("line")
    need_parcel(shipment, Parcel.PICKING)
    if is_picked:
        choose_units(line, units)
    else:
        line.chosen.all().delete()
    return _tick(shipment, line, at, actor_id, is_picked=is_picked)


@retrying
@transaction.atomic
def pick_by_scan(
    *, shipment_id: int, code: str, at: datetime, actor_id: int | None = None
) -> ShipmentLine:
    """Tick the next line of what was scanned.

    A unit is noted for its line, which is ticked when all of its units are known.

    Args:
        shipment_id: a pick list.
        code: the label of a part, a position or a unit; a part number in any
            spelling, a serial number, or the part's code.
        at: when, aware.
        actor_id: who scans.

    Raises:
        InvalidInput: nothing was scanned.
        UnitsNeeded: the part is kept by serial number, and more lie there than go.
        NotOnThisList: no open line of the list is for this part.
        WrongState: the list is not being picked.
        NotFound: no such list.
    """
    text = code.strip()
    if not text or len(text) > 200:
        raise InvalidInput(_("Scan or type a part number."), field="code")
    shipment = locked_shipment(shipment_id)
    meant = {(meaning.kind, meaning.pk) for meaning in read_scan(text)}
    units = Unit.objects.filter(pk__in=[pk for kind, pk in meant if kind == "u"])
    lies = dict(units.filter(level__isnull=False).values_list("level", "serial"))
    meant |= {("l", pk) for pk in lies}
    rows = shipment.lines.select_related("level__part").order_by("is_picked", "pk")
    mine = [row for row in rows if _is_meant(row, text, meant)]
    if not mine or mine[0].is_picked:
        raise NotOnThisList(
            _("“%(code)s” is not on list %(number)s, or is picked already."),
            code=text,
            number=shipment.number,
        )
    need_parcel(shipment, Parcel.PICKING)
    if mine[0].level_id not in lies:
        choose_units(mine[0])
    elif not choose_scanned(mine[0], lies[mine[0].level_id]):
        return mine[0]
    return _tick(shipment, mine[0], at, actor_id, is_picked=True)


def _is_meant(row: ShipmentLine, text: str, meant: set[tuple[str, int]]) -> bool:
    # What lies there may be the successor of what was ordered.
    part = row.level.part
    is_code = text.casefold() == part.code.casefold()
    return is_code or ("p", part.pk) in meant or ("l", row.level_id) in meant


def _tick(
    shipment: Shipment,
    line: ShipmentLine,
    at: datetime,
    actor_id: int | None,
    *,
    is_picked: bool,
) -> ShipmentLine:
    need_parcel(shipment, Parcel.PICKING)
    if line.is_picked != is_picked:
        line.is_picked = is_picked
        line.save(update_fields=["is_picked"])
        Shipment.objects.filter(pk=shipment.pk).update(picked_by_id=actor_id)
        record_parcel(
            "pick_line", shipment, actor_id, at, line=line.pk, picked=is_picked
        )
    return line


@retrying
@transaction.atomic
def pack_shipment(
    *,
    shipment_id: int,
    boxes: int,
    weight_grams: int,
    at: datetime,
    actor_id: int | None = None,
) -> Shipment:
    """Close the boxes of a pick list whose lines are all ticked.

    Packing again with other numbers puts them right.

    Raises:
        InvalidInput: boxes or weight out of range.
        NotPicked: a line is not ticked.
        WrongState: the list was shipped or cancelled.
        NotFound: no such list.
    """
    if not 1 <= boxes <= MOST_BOXES:
        raise InvalidInput(_("Enter 1 to 999 boxes."), field="boxes")
    if not 1 <= weight_grams <= HEAVIEST_GRAMS:
        raise InvalidInput(
            _("Enter the weight in grams, at most 30 t."), field="weight_grams"
        )
    shipment = locked_shipment(shipment_id)
    need_parcel(shipment, *OPEN_PARCELS)
    waiting = shipment.lines.filter(is_picked=False).count()
    if waiting:
        raise NotPicked(
            _("%(count)s lines of list %(number)s are not picked."),
            count=waiting,
            number=shipment.number,
        )
    if shipment.state == Parcel.PICKING:
        change_parcel(shipment, Parcel.PACKED)
        shipment.packed_at = at
    shipment.boxes, shipment.weight_grams = boxes, weight_grams
    shipment.save()
    record_parcel(
        "pack_shipment", shipment, actor_id, at, boxes=boxes, grams=weight_grams
    )
    return shipment


@retrying
@lawful()
@transaction.atomic
def cancel_pick_list(
    *, shipment_id: int, reason: str, at: datetime, actor_id: int | None = None
) -> bool:
    """Give a pick list up; its pieces stay held for the order.

    Returns whether this call did it: cancelling twice changes nothing.

    Raises:
        InvalidInput: no reason.
        WrongState: the parcel has left.
        NotFound: no such list.
    """
    why = needed_reason(reason)
    shipment = locked_shipment(shipment_id)
    if shipment.state == Parcel.CANCELLED:
        return False
    change_parcel(shipment, Parcel.CANCELLED)
    shipment.save(update_fields=["state"])
    record_parcel("cancel_pick_list", shipment, actor_id, at, reason=why)
    return True
