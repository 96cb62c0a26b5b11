"""What comes back from customers: agreed, received, refunded or refused.

Source: docs/domain/orders.md Q11, Q12.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Sum as Add
from django.utils.translation import gettext_lazy as _

from common import outbox
from common.canonical import JSON
from common.errors import InvalidInput
from common.money import quantise
from common.retry import retrying
from parts.commands.ledger import Act, level_at, post
from parts.commands.order_billing import NAMESPACE
from parts.commands.order_states import (
    State,
    locked_parts_order,
    need_state,
    record_order,
)
from parts.commands.purchasing import next_number
from parts.commands.quote_holds import hold_key
from parts.commands.quote_terms import checked_amount
from parts.commands.refusals import (
    MoreThanWanted,
    WrongState,
    exact,
    missing,
    needed_reason,
    shown,
)
from parts.commands.running import once
from parts.commands.units import clean_serials
from parts.models import (
    Bin,
    PartsOrder,
    PartsOrderLine,
    Return,
    StockMovement,
)
from parts.queries.order_money import Sum, taxed
from workshop import commands as house

Kind = Return.Kind
Step = Return.State
ZERO = Decimal(0)
COST_STEP = Decimal("0.0001")
# Where pieces that come back may go: on the shelf, or apart until they are looked at.
TAKES_RETURNS = (Bin.Kind.STORE, Bin.Kind.RECEIVING, Bin.Kind.QUARANTINE)

# The only way in which a return's state changes: from → to.
TRANSITIONS: Mapping[str, frozenset[str]] = {
    Step.EXPECTED: frozenset({Step.RECEIVED, Step.REFUSED}),
    Step.RECEIVED: frozenset({Step.REFUNDED, Step.REFUSED}),
    Step.REFUNDED: frozenset(),
    Step.REFUSED: frozenset(),
}


def agree_return(
    *,
    line_id: int,
    kind: str,
    quantity: Decimal,
    reason: str,
    key: str,
    at: datetime,
    actor_id: int | None = None,
) -> Return:
    """Agree that pieces of a line may come back, or old ones in exchange.

    Idempotent by ``key``.

    Args:
        line_id: a line of a customer's order.
        kind: ``RETURN`` for the piece itself, ``CORE`` for the old one.
        quantity: in the part's unit, at most what was shipped and is not coming back.
        reason: why.
        key: the caller's key.
        at: when, aware.
        actor_id: who agrees.

    Raises:
        InvalidInput: no reason, or no such kind.
        MoreThanWanted: more than was shipped.
        WrongState: a core is offered for a line without a core charge.
        KeyReused: the key was used with another body.
        NotFound: no such line.
    """
    wanted, why = exact(quantity), needed_reason(reason)
    if kind not in Kind.values:
        raise InvalidInput(_("RETURN or CORE was expected."), field="kind")

    def work(_command_id: UUID) -> dict[str, int]:
        order, line = _locked_line(line_id)
        need_state(order, State.CONFIRMED, State.SHIPPED, State.DELIVERED)
        if kind == Kind.CORE and not line.core_charge:
            raise WrongState(_("No core was charged for this line."))
        shipped = line.demand.drawn if line.demand else ZERO
        left = shipped - _coming_back(line, kind)
        if wanted > left:
            raise MoreThanWanted(
                _("Only %(left)s can come back: shipped and not agreed yet."),
                left=shown(max(left, ZERO)),
            )
        row = Return.objects.create(
            number=next_number("RT", "parts_return_number"),
            line=line,
            kind=kind,
            quantity=wanted,
            reason=why,
            currency=line.currency,
            agreed_at=at,
        )
        record_order("agree_return", order, actor_id, at, **_told(row))
        return {"return": row.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="agree_return",
        body={"line": line_id, "kind": kind, "quantity": wanted, "reason": why},
        work=work,
    )
    return Return.objects.get(pk=answer["return"])


def receive_return(
    *,
    return_id: int,
    bin_id: int,
    key: str,
    at: datetime,
    actor_id: int | None = None,
    part_id: int | None = None,
    answer: str = "",
    serials: Sequence[str] = (),
) -> Return:
    """Take in what came back. It enters the ledger at the cost at which it left.

    An old core is stock of another part and enters at what is refunded for it.
    Idempotent by ``key``.

    Args:
        return_id: an expected return.
        bin_id: a store, receiving or quarantine bin of the order's site.
        key: the caller's key.
        at: when, aware.
        actor_id: who takes it in.
        part_id: what a core is from now on; needed for a core, and only there.
        answer: what was found, at most 200 characters.
        serials: which units come back, if not all that were shipped.

    Raises:
        InvalidInput: the part is missing or not asked for; the bin is no such bin.
        WrongState: the return is not expected.
        KeyReused: the key was used with another body.
        NotFound: no such return, bin or part.
    """
    found, units = answer.strip()[:200], clean_serials(serials)

    def work(command_id: UUID) -> dict[str, int]:
        order, row = locked_return(return_id)
        _step(row, Step.RECEIVED)
        becomes = _received_part(row, part_id)
        _need_bin(order, bin_id)
        act = Act(
            command_id=command_id,
            actor_id=actor_id,
            at=at,
            reason=row.reason,
            subject_key=hold_key(row.line),
        )
        level = level_at(part_id=becomes, bin_id=bin_id)
        row.movement = post(
            act,
            level,
            StockMovement.Kind.CUSTOMER_RETURN,
            row.quantity,
            unit_cost=_cost_of(order, row),
            serials=units,
        )
        row.received_at, row.answer = at, found
        row.save()
        outbox.write("parts.check_availability", part_ids=[becomes])
        record_order("receive_return", order, actor_id, at, **_told(row))
        return {"return": row.pk}

    done = once(
        key=key,
        actor_id=actor_id,
        command="receive_return",
        body={
            "return": return_id,
            "bin": bin_id,
            "part": part_id,
            "answer": found,
            "serials": units,
        },
        work=work,
    )
    return Return.objects.get(pk=done["return"])


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
    _step(row, Step.REFUNDED)
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
    record_order("refund_return", order, actor_id, at, **_told(row))
    return row


@retrying
@transaction.atomic
def refuse_return(
    *, return_id: int, reason: str, at: datetime, actor_id: int | None = None
) -> Return:
    """Refuse a return: it did not come, or not as agreed. Twice changes nothing.

    Pieces that were taken in stay in the ledger until they are sent back.

    Raises:
        InvalidInput: no reason.
        WrongState: it was refunded.
        NotFound: no such return.
    """
    why = needed_reason(reason)
    order, row = locked_return(return_id)
    if row.state == Step.REFUSED:
        return row
    _step(row, Step.REFUSED)
    row.answer, row.settled_at = why, at
    row.save(update_fields=["state", "answer", "settled_at"])
    record_order("refuse_return", order, actor_id, at, reason=why, **_told(row))
    return row


def refundable(row: Return) -> Decimal:
    """Return what was charged for the pieces of a return, before tax."""
    line = row.line
    if row.kind == Kind.CORE:
        return quantise(row.quantity * line.core_charge, line.currency)
    shipped = line.demand.drawn if line.demand else ZERO
    # The core charge comes back with the piece, unless the old one brought it.
    cores = min(row.quantity, max(shipped - _coming_back(line, Kind.CORE), ZERO))
    whole = row.quantity * line.unit_price + cores * line.core_charge
    return quantise(whole, line.currency)


def locked_return(return_id: int) -> tuple[PartsOrder, Return]:
    """Return a return and its order, read after the order was locked.

    Raises:
        NotFound: no such return.
    """
    rows = Return.objects.filter(pk=return_id)
    found = rows.values_list("line__order_id", flat=True).first()
    if found is None:
        raise missing("return")
    order = locked_parts_order(found)
    return order, rows.select_related("line__part", "line__demand").get()


def _locked_line(line_id: int) -> tuple[PartsOrder, PartsOrderLine]:
    rows = PartsOrderLine.objects.filter(pk=line_id)
    found = rows.values_list("order_id", flat=True).first()
    if found is None:
        raise missing("line")
    order = locked_parts_order(found)
    return order, rows.select_related("demand").get()


def _coming_back(line: PartsOrderLine, kind: str) -> Decimal:
    """Return how many of a line's pieces, or of their cores, came or will come back."""
    rows = line.returns.filter(kind=kind).exclude(state=Step.REFUSED)
    return rows.aggregate(sum=Add("quantity"))["sum"] or ZERO


def _received_part(row: Return, part_id: int | None) -> int:
    if row.kind == Kind.RETURN:
        if part_id not in (None, row.line.part_id):
            raise InvalidInput(
                _("What comes back is the part that was sold."), field="part"
            )
        return row.line.part_id
    if part_id is None or part_id == row.line.part_id:
        raise InvalidInput(
            _("Name the part that the old piece is kept as; it is not the new one."),
            field="part",
        )
    return part_id


def _need_bin(order: PartsOrder, bin_id: int) -> None:
    bin_ = Bin.objects.filter(pk=bin_id).first()
    if bin_ is None:
        raise missing("bin")
    if bin_.site_id != order.site_id or bin_.kind not in TAKES_RETURNS:
        raise InvalidInput(
            _("Bin %(bin)s takes no returns of this site."), field="bin", bin=bin_.code
        )


def _cost_of(order: PartsOrder, row: Return) -> Decimal:
    """Return what one piece costs in the site's currency when it comes back."""
    if row.kind == Kind.CORE:
        return (row.line.core_charge * (order.rate or 1)).quantize(COST_STEP)
    lines = StockMovement.objects.filter(
        shipment_line__line=row.line, kind=StockMovement.Kind.SHIP
    )
    pieces = sum((-line.quantity for line in lines), ZERO)
    value = sum((-line.quantity * line.unit_cost for line in lines), ZERO)
    return (value / pieces).quantize(COST_STEP) if pieces else ZERO


def _step(row: Return, became: Return.State) -> None:
    if became not in TRANSITIONS[row.state]:
        raise WrongState(
            _("Return %(number)s is %(state)s; this cannot follow."),
            number=row.number,
            state=row.get_state_display(),
        )
    row.state = became


def _told(row: Return) -> dict[str, JSON]:
    return {
        "return": row.number,
        "kind": str(row.kind),
        "quantity": str(row.quantity),
        "became": str(row.state),
        "refund": str(row.refund),
    }
