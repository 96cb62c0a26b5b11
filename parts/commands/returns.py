"""What comes back from customers: agreed, received, refunded or refused.

Source: docs/domain/orders.md Q11, Q12.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum as Add
from django.utils.translation import gettext_lazy as _

from common import outbox
from common.canonical import JSON
from common.errors import InvalidInput
from parts.commands.ledger import Act, level_at, post
from parts.commands.order_states import (
    State,
    locked_parts_order,
    need_state,
    record_order,
)
from parts.commands.purchasing import next_number
from parts.commands.quote_holds import hold_key
from parts.commands.quotes import NoRate
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
        MoreThanWanted: more than was shipped. The old piece of one that comes back
            whole is not taken besides: its charge goes back with the piece.
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
        left = _may_come(line, kind)
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
        record_order("agree_return", order, actor_id, at, **told(row))
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
        NoRate: a core of an order in a foreign currency without a rate.
        WrongState: the return is not expected.
        KeyReused: the key was used with another body.
        NotFound: no such return, bin or part.
    """
    found, units = answer.strip()[:200], clean_serials(serials)

    def work(command_id: UUID) -> dict[str, int]:
        order, row = locked_return(return_id)
        step(row, Step.RECEIVED)
        becomes = _received_part(row, part_id)
        _need_bin(order, bin_id)
        act = Act(
            command_id=command_id,
            actor_id=actor_id,
            at=at,
            reason=row.reason,
            subject_key=hold_key(row.line),
        )
        level = level_at(part_id=becomes, bin_id=bin_id, lot=_lot_of(row))
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
        record_order("receive_return", order, actor_id, at, **told(row))
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


def _may_come(line: PartsOrderLine, kind: str) -> Decimal:
    """Return how many may still be agreed on: shipped, and not coming back yet."""
    shipped = line.demand.drawn if line.demand else ZERO
    left = shipped - coming_back(line, kind)
    if kind == Kind.CORE:
        left -= coming_back(line, Kind.RETURN)
    return left


def coming_back(line: PartsOrderLine, kind: str, before: int | None = None) -> Decimal:
    """Return how many of a line's pieces, or of their cores, came or will come back.

    Args:
        line: of a customer's order.
        kind: the pieces themselves or the old ones.
        before: only returns that were agreed on before this one.
    """
    rows = line.returns.filter(kind=kind).exclude(state=Step.REFUSED)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return rows.aggregate(sum=Add("quantity"))["sum"] or ZERO


def _received_part(row: Return, part_id: int | None) -> int:
    # What was shipped may be the successor of what was ordered.
    demand = row.line.demand
    sold_id = row.line.part_id if demand is None else demand.part_id
    if row.kind == Kind.RETURN:
        if part_id not in (None, sold_id):
            raise InvalidInput(
                _("What comes back is the part that was sold."), field="part"
            )
        return sold_id
    if part_id is None or part_id == sold_id:
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


def _lot_of(row: Return) -> str:
    """Return the lot that pieces come back to: the one they left, if it was one."""
    if row.kind == Kind.CORE:
        return ""
    lines = StockMovement.objects.filter(
        shipment_line__line=row.line, kind=StockMovement.Kind.SHIP
    )
    lots = set(lines.values_list("level__lot", flat=True))
    return lots.pop() if len(lots) == 1 else ""


def _cost_of(order: PartsOrder, row: Return) -> Decimal:
    """Return what one piece costs in the site's currency when it comes back."""
    if row.kind == Kind.CORE:
        return (row.line.core_charge * _worth(order)).quantize(COST_STEP)
    lines = StockMovement.objects.filter(
        shipment_line__line=row.line, kind=StockMovement.Kind.SHIP
    )
    pieces = sum((-line.quantity for line in lines), ZERO)
    value = sum((-line.quantity * line.unit_cost for line in lines), ZERO)
    return (value / pieces).quantize(COST_STEP) if pieces else ZERO


def _worth(order: PartsOrder) -> Decimal:
    """Return what one unit of an order's currency is worth in its site's.

    Raises:
        NoRate: nobody has entered one.
    """
    if order.currency == order.site.currency:
        return Decimal(1)
    if order.rate is None:
        raise NoRate(
            _("No rate from %(currency)s to %(base)s has been entered."),
            currency=order.currency,
            base=order.site.currency,
        )
    return order.rate


def step(row: Return, became: Return.State) -> None:
    """Bring a locked return into another state, if the table knows the step."""
    if became not in TRANSITIONS[row.state]:
        raise WrongState(
            _("Return %(number)s is %(state)s; this cannot follow."),
            number=row.number,
            state=row.get_state_display(),
        )
    row.state = became


def told(row: Return) -> dict[str, JSON]:
    """Return what the audit chain says of a return."""
    return {
        "return": row.number,
        "kind": str(row.kind),
        "quantity": str(row.quantity),
        "became": str(row.state),
        "refund": str(row.refund),
    }
