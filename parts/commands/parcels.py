"""What all commands on parcels share: the lock, the states, the record."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from common.canonical import JSON
from parts.commands.order_states import locked_parts_order, record_order
from parts.commands.refusals import WrongState, missing
from parts.models import Shipment

Parcel = Shipment.State
OPEN_PARCELS = (Parcel.PICKING, Parcel.PACKED)

# The only way in which a parcel's state changes: from → to.
TRANSITIONS: Mapping[str, frozenset[str]] = {
    Parcel.PICKING: frozenset({Parcel.PACKED, Parcel.CANCELLED}),
    Parcel.PACKED: frozenset({Parcel.SHIPPED, Parcel.CANCELLED}),
    Parcel.SHIPPED: frozenset({Parcel.DELIVERED}),
    Parcel.DELIVERED: frozenset(),
    Parcel.CANCELLED: frozenset(),
}


def locked_shipment(shipment_id: int) -> Shipment:
    """Return one parcel, read after its order was locked.

    Raises:
        NotFound: no such parcel.
    """
    order_id = Shipment.objects.filter(pk=shipment_id).values_list(
        "order_id", flat=True
    )
    found = order_id.first()
    if found is None:
        raise missing("shipment")
    order = locked_parts_order(found)
    shipment = Shipment.objects.get(pk=shipment_id)
    shipment.order = order
    return shipment


def change_parcel(shipment: Shipment, became: Shipment.State) -> None:
    if became not in TRANSITIONS[shipment.state]:
        need_parcel(shipment)
    shipment.state = became


def need_parcel(shipment: Shipment, *states: Shipment.State) -> None:
    if shipment.state not in states:
        raise WrongState(
            _("Parcel %(number)s is %(state)s; this cannot follow."),
            number=shipment.number,
            state=shipment.get_state_display(),
        )


def shipment_of(answer: Mapping[str, int]) -> Shipment:
    rows = Shipment.objects.select_related("order")
    return rows.get(pk=answer["shipment"])


def record_parcel(
    command: str,
    shipment: Shipment,
    actor_id: int | None,
    at: datetime,
    **detail: JSON,
) -> None:
    record_order(
        command, shipment.order, actor_id, at, shipment=shipment.number, **detail
    )
