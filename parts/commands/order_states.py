"""How a customer's order goes from state to state. Source: docs/domain/orders.md Q1."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from common import audit
from common.canonical import JSON
from parts.commands.refusals import WrongState, missing
from parts.models import (
    Demand,
    PartsOrder,
    PartsOrderEvent,
    PurchaseOrderLine,
    Reservation,
    StockLevel,
)

State = PartsOrder.State

# The only way in which an order's state changes: from → to.
TRANSITIONS: Mapping[str, frozenset[str]] = {
    "": frozenset({State.QUOTE}),
    State.QUOTE: frozenset({State.ACCEPTED, State.CONFIRMED, State.CANCELLED}),
    State.ACCEPTED: frozenset({State.CONFIRMED, State.CANCELLED}),
    State.CONFIRMED: frozenset({State.SHIPPED, State.DELIVERED, State.CANCELLED}),
    State.SHIPPED: frozenset({State.DELIVERED}),
    State.DELIVERED: frozenset(),
    State.CANCELLED: frozenset(),
}


def subject_of(order_id: int) -> str:
    """Return the key under which an order's wishes and invoices are grouped."""
    return f"parts-order:{order_id}"


def locked_parts_order(order_id: int) -> PartsOrder:
    """Return one order, locked; its parcels and returns are locked with it.

    Raises:
        NotFound: no such order.
    """
    rows = PartsOrder.objects.filter(pk=order_id).select_for_update(
        of=("self",), no_key=True
    )
    order = rows.select_related("site", "customer").first()
    if order is None:
        raise missing("order")
    return order


def locked_wishes(order: PartsOrder) -> list[Demand]:
    """Return an order's wishes, locked with all that they hold, in the common order.

    One wish after the other would lock positions before the next wish.
    """
    demands = list(Demand.objects.filter(order_line__order=order).locked())
    held = Reservation.objects.held().filter(demand__in=demands)
    lines = PurchaseOrderLine.objects.filter(pk__in=held.values("order_line"))
    list(lines.locked())
    list(StockLevel.objects.filter(pk__in=held.values("level")).locked())
    return demands


def change_state(
    order: PartsOrder,
    became: State,
    *,
    actor_id: int | None,
    at: datetime,
    reason: str = "",
    is_new: bool = False,
) -> None:
    """Bring a locked order into another state and write the step down.

    Raises:
        WrongState: the table knows no such step.
    """
    was = "" if is_new else str(order.state)
    if became not in TRANSITIONS[was]:
        raise WrongState(
            _("Order %(number)s is %(state)s; this cannot follow."),
            number=order.number,
            state=order.get_state_display(),
        )
    order.state = became
    if not is_new:
        order.save(update_fields=["state"])
    PartsOrderEvent.objects.create(
        order=order,
        was=was,
        became=became,
        reason=reason[:200],
        changed_by_id=actor_id,
        changed_at=at,
    )


def need_state(order: PartsOrder, *states: State) -> None:
    """Refuse an order that is in none of these states.

    Raises:
        WrongState: names the state it is in.
    """
    if order.state not in states:
        raise WrongState(
            _("Order %(number)s is %(state)s; this cannot follow."),
            number=order.number,
            state=order.get_state_display(),
        )


def record_order(
    command: str,
    order: PartsOrder,
    actor_id: int | None,
    at: datetime,
    **detail: JSON,
) -> None:
    """Write a command on an order into its audit chain, as the last thing."""
    told: dict[str, Any] = {"order": order.number, "state": str(order.state), **detail}
    audit.record(
        subject=subject_of(order.pk),
        command=command,
        actor_id=actor_id,
        at=at,
        detail=told,
    )
