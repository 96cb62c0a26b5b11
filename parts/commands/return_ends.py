"""How returns of customers end: refunded, or refused and given over.

Source: docs/domain/orders.md Q11, Q12.
"""

import uuid
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common import outbox
from common.errors import InvalidInput
from common.money import quantise
from common.retry import retrying
from parts.commands.ledger import Act, levels_at, post, refuse_beyond_free
from parts.commands.order_billing import NAMESPACE
from parts.commands.order_states import record_order, subject_of
from parts.commands.quote_terms import checked_amount
from parts.commands.refusals import lawful, needed_reason
from parts.commands.returns import (
    ZERO,
    Kind,
    Step,
    coming_back,
    locked_return,
    step,
    told,
)
from parts.models import PartsOrder, Return, StockLevel, StockMovement, UnitMove
from parts.queries.order_money import Sum, taxed
from workshop import commands as house


@retrying
@transaction.atomic
def refund_return(
    *,
    return_id: int,
    at: datetime,
    actor_id: int | None = None,
    net: Decimal | None = None,
) -> Return:
    """Credit a customer for what came back; twice changes nothing.

    Args:
        return_id: a received return.
        at: when, aware.
        actor_id: who decides.
        net: before tax, at most what was charged; None for all of it.

    Raises:
        InvalidInput: the amount is not above zero, or more than was charged.
        WrongState: the return was not received, or was refused.
        NotFound: no such return.

    Source: docs/domain/orders.md Q12.
    """
    order, row = locked_return(return_id)
    if row.state == Step.REFUNDED:
        return row
    step(row, Step.REFUNDED)
    most = refundable(row)
    given = most if net is None else checked_amount(net, order.currency, "net")
    if not 0 < given <= most:
        raise InvalidInput(
            _("Enter an amount above zero, at most %(most)s before tax."),
            field="net",
            most=most,
        )
    back: Sum = taxed(order, given)
    house.credit_customer(
        customer_id=order.customer_id,
        memo=f"Refund {row.number} ({order.number})",
        net=back.net,
        tax=back.tax,
        currency=order.currency,
        command_id=uuid.uuid5(NAMESPACE, f"return:{row.pk}"),
        actor_id=actor_id,
        at=at,
    )
    row.refund, row.settled_at = back.total, at
    row.save(update_fields=["state", "refund", "settled_at"])
    outbox.write("parts.mail_refund", subject=subject_of(order.pk), return_id=row.pk)
    record_order("refund_return", order, actor_id, at, **told(row))
    return row


@retrying
@lawful()
@transaction.atomic
def refuse_return(
    *, return_id: int, reason: str, at: datetime, actor_id: int | None = None
) -> Return:
    """Refuse a return: it did not come, or not as agreed. Twice changes nothing.

    Pieces that were taken in are the customer's: from now on they lie apart as their
    own, to be handed back, and are sold to nobody.

    Raises:
        InvalidInput: no reason.
        InsufficientStock: the pieces do not lie free where they were taken in.
        WrongState: it was refunded.
        NotFound: no such return.
    """
    why = needed_reason(reason)
    order, row = locked_return(return_id)
    if row.state == Step.REFUSED:
        return row
    step(row, Step.REFUSED)
    if row.movement is not None:
        _give_over(order, row, row.movement, why, at, actor_id)
    row.answer, row.settled_at = why, at
    row.save(update_fields=["state", "answer", "settled_at"])
    record_order("refuse_return", order, actor_id, at, reason=why, **told(row))
    return row


def refundable(row: Return) -> Decimal:
    """Return what was charged for the pieces of a return, before tax."""
    line = row.line
    if row.kind == Kind.CORE:
        return quantise(row.quantity * line.core_charge, line.currency)
    shipped = line.demand.drawn if line.demand else ZERO
    # The core charge comes back with the piece, unless the old one brought it or it
    # went with an earlier piece.
    charged = max(shipped - coming_back(line, Kind.CORE), ZERO)
    earlier = coming_back(line, Kind.RETURN, before=row.pk)
    cores = min(row.quantity, max(charged - earlier, ZERO))
    whole = row.quantity * line.unit_price + cores * line.core_charge
    return quantise(whole, line.currency)


def _give_over(
    order: PartsOrder,
    row: Return,
    first: StockMovement,
    reason: str,
    at: datetime,
    actor_id: int | None,
) -> None:
    """Take what came in off the house's stock and keep it as the customer's own."""
    here = first.level
    house, theirs = levels_at(
        [
            StockLevel(
                part_id=here.part_id, bin_id=here.bin_id, lot=here.lot, owner_id=owner
            )
            for owner in (None, order.customer_id)
        ]
    )
    refuse_beyond_free(house, first.quantity)
    act = Act(
        command_id=uuid.uuid5(NAMESPACE, f"refused:{row.pk}"),
        actor_id=actor_id,
        at=at,
        reason=f"{row.number}: {reason}"[:200],
    )
    serials = list(
        UnitMove.objects.filter(movement=first)
        .order_by("unit")
        .values_list("unit__serial", flat=True)
    )
    post(
        act,
        house,
        StockMovement.Kind.REVERSAL,
        -first.quantity,
        unit_cost=first.unit_cost,
        reverses=first,
    )
    post(
        act,
        theirs,
        StockMovement.Kind.RECEIPT,
        first.quantity,
        unit_cost=ZERO,
        serials=serials,
    )
    outbox.write("parts.check_availability", part_ids=[here.part_id])
