"""How customers' orders end: given up, shipped, delivered. Source: orders.md Q10."""

from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common.errors import InvalidInput
from common.retry import retrying
from parts.commands.order_billing import ZERO, credit_difference, give_money_back
from parts.commands.order_states import (
    State,
    change_state,
    locked_parts_order,
    locked_wishes,
    need_state,
    record_order,
)
from parts.commands.parcels import OPEN_PARCELS
from parts.commands.quote_holds import release_quote_holds
from parts.commands.refusals import BeingPicked, WrongState, lawful, needed_reason
from parts.commands.wishes import change_wish, give_up_wish
from parts.models import (
    Demand,
    PartsOrder,
    PartsOrderLine,
    Shipment,
)
from parts.queries.order_money import order_money


@retrying
@lawful()
@transaction.atomic
def cancel_parts_order(
    *, order_id: int, reason: str, at: datetime, actor_id: int | None = None
) -> bool:
    """Give an order up, release what it holds, give its deposit back.

    Returns whether this call did it: cancelling twice changes nothing.

    Raises:
        BeingPicked: a pick list of it is open.
        WrongState: something has been shipped already.
        NotFound: no such order.
    """
    why = needed_reason(reason)
    order = locked_parts_order(order_id)
    if order.state == State.CANCELLED:
        return False
    demands = locked_wishes(order)
    if order.state not in (State.QUOTE, State.ACCEPTED, State.CONFIRMED) or any(
        demand.drawn for demand in demands
    ):
        raise WrongState(
            _("Parts of order %(number)s have been shipped."), number=order.number
        )
    _refuse_picked(order, order.lines.all())
    release_quote_holds(order, at)
    for demand in demands:
        give_up_wish(demand, reason=why, at=at, actor_id=actor_id)
    give_money_back(order, at, actor_id)
    change_state(order, State.CANCELLED, actor_id=actor_id, at=at, reason=why)
    record_order("cancel_parts_order", order, actor_id, at, reason=why)
    return True


@retrying
@lawful()
@transaction.atomic
def cancel_order_lines(
    *,
    order_id: int,
    reason: str,
    at: datetime,
    actor_id: int | None = None,
    line_ids: Collection[int] | None = None,
) -> bool:
    """Give up what is still to come of an order's lines; what was shipped stays sold.

    An invoice that asked for it already is credited. When nothing is left to ship the
    order is shipped, or cancelled if nothing ever was. Returns whether anything was
    given up.

    Args:
        order_id: a confirmed order.
        reason: why.
        at: when, aware.
        actor_id: who decides.
        line_ids: which of its lines; None for all.

    Raises:
        BeingPicked: a line is on an open pick list.
        InvalidInput: no reason, or a line that is not the order's.
        WrongState: the order is not confirmed.
        NotFound: no such order.

    Source: docs/domain/orders.md Q10.
    """
    why = needed_reason(reason)
    order = locked_parts_order(order_id)
    need_state(order, State.CONFIRMED)
    locked_wishes(order)
    rows = order.lines.select_related("demand").order_by("pk")
    lines = [row for row in rows if line_ids is None or row.pk in line_ids]
    if line_ids is not None and len(lines) != len(set(line_ids)):
        raise InvalidInput(
            _("One of the lines is not of order %(number)s."),
            field="lines",
            number=order.number,
        )
    _refuse_picked(order, lines)
    before = order_money(order, rows)
    given_up = [_give_up(line, why, at, actor_id) for line in lines]
    if not any(given_up):
        return False
    if any(line.owed for line in order.lines.all()):
        credit_difference(order, before, at, actor_id)
    else:
        give_money_back(order, at, actor_id)
    close_if_done(order, at=at, actor_id=actor_id, reason=why)
    record_order(
        "cancel_order_lines", order, actor_id, at, reason=why, lines=len(lines)
    )
    return True


def _give_up(
    line: PartsOrderLine, why: str, at: datetime, actor_id: int | None
) -> Decimal:
    """Give up what a line still waits for; return how much that was."""
    demand = line.demand
    if demand is None or demand.state not in (Demand.State.OPEN, Demand.State.RESERVED):
        return ZERO
    rest = demand.remaining
    if demand.drawn:
        change_wish(demand, quantity=demand.drawn, at=at, actor_id=actor_id)
    else:
        give_up_wish(demand, reason=why, at=at, actor_id=actor_id)
    line.cancelled += rest
    line.save(update_fields=["cancelled"])
    return rest


def close_if_done(
    order: PartsOrder, *, at: datetime, actor_id: int | None, reason: str = ""
) -> None:
    """Bring a locked order into the state that follows when nothing is left to ship."""
    waits = [Demand.State.OPEN, Demand.State.RESERVED]
    demands = Demand.objects.filter(order_line__order=order)
    if order.state != State.CONFIRMED or demands.filter(state__in=waits).exists():
        return
    became = State.SHIPPED if demands.filter(drawn__gt=0).exists() else State.CANCELLED
    change_state(order, became, actor_id=actor_id, at=at, reason=reason)
    deliver_if_done(order, at=at, actor_id=actor_id)


def deliver_if_done(order: PartsOrder, *, at: datetime, actor_id: int | None) -> None:
    """Bring a shipped order to delivered when all of its parcels are there."""
    out = order.shipments.filter(state=Shipment.State.SHIPPED)
    if order.state == State.SHIPPED and not out.exists():
        change_state(order, State.DELIVERED, actor_id=actor_id, at=at)


def _refuse_picked(order: PartsOrder, lines: Iterable[PartsOrderLine]) -> None:
    parcel = order.shipments.filter(state__in=OPEN_PARCELS, lines__line__in=list(lines))
    found = parcel.first()
    if found is not None:
        raise BeingPicked(
            _("Pieces of order %(number)s are on pick list %(parcel)s."),
            number=order.number,
            parcel=found.number,
        )
