"""What does not come any more: lines delivered short, and the rest of an order."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from common.retry import retrying
from parts.commands.holding import Holds, settle
from parts.commands.pegs import Pegged, lock_lines_and_wishes
from parts.commands.purchasing import ask_again, locked_order, record_order
from parts.commands.refusals import WrongState, missing, needed_reason
from parts.models import PurchaseOrder, PurchaseOrderLine

State = PurchaseOrder.State


@retrying
@transaction.atomic
def close_order_line(
    *, line_id: int, reason: str, at: datetime, actor_id: int | None = None
) -> bool:
    """Agree that what is missing of a line does not come any more.

    Pegs on it are let go and the wishes behind them answered again. An order with
    nothing left to come is over: received, or cancelled where nothing has come.

    Returns whether this call did it: closing twice changes nothing.

    Args:
        line_id: a line of an order under way.
        reason: why it was delivered short.
        at: when, aware.
        actor_id: who agrees.

    Raises:
        WrongState: the order is not under way, or the line has arrived whole.
        InvalidInput: no reason.
        NotFound: no such line.

    Source: docs/domain/purchasing.md B4.
    """
    why = needed_reason(reason)
    pegged = lock_lines_and_wishes([line_id])
    if not pegged.lines:
        raise missing("line")
    line = pegged.lines[0]
    if line.closed_at is not None:
        return False
    order = _under_way(line.order_id)
    if line.received >= line.quantity:
        raise WrongState(_("This line has arrived whole."))
    _close(pegged, why, at)
    end_if_over(order)
    ask_again(order, [line.part_id])
    record_order("close_order_line", order, actor_id, at, line=line.pk, reason=why)
    return True


@retrying
@transaction.atomic
def cancel_order_rest(
    *, order_id: int, reason: str, at: datetime, actor_id: int | None = None
) -> list[int]:
    """Give up what has not come yet of a sent order; what has come stays.

    Args:
        order_id: a sent order.
        reason: why.
        at: when, aware.
        actor_id: who gives it up.

    Returns:
        The lines that were closed; none if nothing was left to come.

    Raises:
        WrongState: the order is not under way.
        InvalidInput: no reason.
        NotFound: no such order.

    Source: docs/domain/purchasing.md B5.
    """
    why = needed_reason(reason)
    waiting = PurchaseOrderLine.objects.filter(
        order=order_id, received__lt=F("quantity"), closed_at__isnull=True
    )
    pegged = lock_lines_and_wishes(list(waiting.values_list("pk", flat=True)))
    order = locked_order(order_id)
    if order.state == State.RECEIVED:
        return []
    _refuse_not_sent(order)
    rest = [
        line
        for line in pegged.lines
        if line.closed_at is None and line.received < line.quantity
    ]
    _close(
        Pegged(
            lines=rest,
            pegs=pegged.pegs,
            demands=pegged.demands,
        ),
        why,
        at,
    )
    end_if_over(order)
    ask_again(order, [line.part_id for line in rest])
    record_order("cancel_order_rest", order, actor_id, at, lines=len(rest), reason=why)
    return [line.pk for line in rest]


def _under_way(order_id: int) -> PurchaseOrder:
    order = locked_order(order_id)
    _refuse_not_sent(order)
    return order


def _refuse_not_sent(order: PurchaseOrder) -> None:
    if order.state != State.SENT:
        raise WrongState(_("Order %(number)s is not under way."), number=order.number)


def _close(pegged: Pegged, reason: str, at: datetime) -> None:
    """Let the pegs go and close the locked lines."""
    holds = Holds(at=at, rows=pegged.pegs)
    for row in pegged.pegs:
        holds.release(row)
    holds.write()
    settle(pegged.demands, Holds.of(pegged.demands, at))
    PurchaseOrderLine.objects.filter(pk__in=[line.pk for line in pegged.lines]).update(
        closed_at=at, closed_reason=reason
    )


def end_if_over(order: PurchaseOrder) -> None:
    """End a locked order with nothing left to come: received, or cancelled."""
    lines = list(order.lines.all())
    if any(row.received < row.quantity and row.closed_at is None for row in lines):
        return
    has_come = any(row.received > 0 for row in lines)
    order.state = State.RECEIVED if has_come else State.CANCELLED
    order.save(update_fields=["state"])
