"""Arrivals against order lines, and the wishes that waited for them."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from common import outbox
from common.errors import DomainError, InvalidInput
from common.formats import plural
from common.money import quantise
from parts.commands.closing import end_if_over
from parts.commands.holding import Holds, settle, total
from parts.commands.ledger import Act, level_at, post
from parts.commands.pegs import Pegged, lock_lines_and_wishes
from parts.commands.purchasing import locked_order
from parts.commands.refusals import (
    WrongState,
    exact,
    missing,
    shown,
)
from parts.commands.reservations import USABLE
from parts.commands.running import once
from parts.commands.sharing import in_turn
from parts.commands.stock import checked_cost, movement_of, record_movement
from parts.commands.units import clean_serials
from parts.models import (
    Bin,
    Demand,
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    Reservation,
    StockCost,
    StockLevel,
    StockMovement,
)


class OverDelivery(DomainError):
    """More arrived than was ordered, and nobody has said that it is kept."""

    title = _("More than was ordered")
    todo = _("Receive what was ordered, or say that the surplus is kept.")


def receive_order_line(
    *,
    line_id: int,
    quantity: Decimal,
    bin_id: int,
    key: str,
    at: datetime,
    actor_id: int | None = None,
    unit_cost: Decimal | None = None,
    accept_surplus: bool = False,
    reason: str = "",
    serials: Sequence[str] = (),
) -> StockMovement:
    """Take in what arrived on an order line, whole or in part.

    The moving average follows. Wishes pegged to the line now hold the stock, first
    come, first served. Into a closed bin (quarantine) pieces come without being
    promised to anybody. Idempotent by ``key``.

    Args:
        line_id: the order line.
        quantity: in the part's unit, above zero.
        bin_id: where the pieces go, at the order's site.
        key: the caller's key.
        at: when, aware.
        actor_id: who received them.
        unit_cost: landed cost of one unit in the site's currency; the line's price
            if None, which needs an order in that currency.
        accept_surplus: keep more than was ordered, or what comes after all.
        reason: anything worth noting; needed where a surplus is kept.
        serials: one per piece, for parts kept by serial number.

    Raises:
        OverDelivery: more than is outstanding, without ``accept_surplus``. Of a line
            that was closed nothing is.
        WrongState: the order is not under way, or the bin is at another site.
        InvalidInput: a cost is needed or out of range, or a surplus without a reason.
        KeyReused: the key was used with another body.
        NotFound: no such line or bin.

    Source: docs/domain/stock.md R9, R10.
    """
    wanted, units = exact(quantity), clean_serials(serials)
    cost = None if unit_cost is None else checked_cost(unit_cost)

    def work(command_id: UUID) -> dict[str, int]:
        act = Act(command_id=command_id, actor_id=actor_id, at=at, reason=reason[:200])
        pegged = lock_lines_and_wishes([line_id])
        if not pegged.lines:
            raise missing("line")
        line = pegged.lines[0]
        # It may have been cancelled while its line was waited for.
        order = locked_order(line.order_id)
        line.order.state = order.state
        _refuse(line, wanted, accept_surplus=accept_surplus, reason=reason)
        bin_ = _bin(line, bin_id)
        movement = _take_in(act, line, bin_, wanted, cost, units)
        _hand_over(line, bin_, movement.level, pegged, wanted, at)
        _close_when_whole(line, order)
        record_movement("receive_order_line", act, movement, line.part_id, line=line.pk)
        return {"movement": movement.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="receive_order_line",
        body={
            "line": line_id,
            "quantity": wanted,
            "bin": bin_id,
            "unit_cost": cost,
            "accept_surplus": accept_surplus,
            "reason": reason,
            "serials": units,
        },
        work=work,
    )
    return movement_of(answer)


def _refuse(
    line: PurchaseOrderLine, quantity: Decimal, *, accept_surplus: bool, reason: str
) -> None:
    if line.order.state not in (PurchaseOrder.State.SENT, PurchaseOrder.State.RECEIVED):
        raise WrongState(
            _("Order %(number)s is not under way."), number=line.order.number
        )
    is_closed = line.closed_at is not None
    outstanding = Decimal(0) if is_closed else line.quantity - line.received
    if quantity <= outstanding:
        return
    if accept_surplus and not reason.strip():
        raise InvalidInput(_("Say why more is kept than was ordered."), field="reason")
    if not accept_surplus:
        raise OverDelivery(
            ngettext_lazy(
                "Only %(outstanding)s is outstanding; %(arrived)s arrived.",
                "Only %(outstanding)s are outstanding; %(arrived)s arrived.",
                plural(outstanding),
            ),
            outstanding=shown(max(outstanding, Decimal(0))),
            arrived=shown(quantity),
        )


def _bin(line: PurchaseOrderLine, bin_id: int) -> Bin:
    bin_ = Bin.objects.filter(pk=bin_id).first()
    if bin_ is None:
        raise missing("bin")
    if bin_.site_id != line.order.site_id:
        raise WrongState(_("Bin %(bin)s is at another site."), bin=bin_.code)
    return bin_


def _take_in(
    act: Act,
    line: PurchaseOrderLine,
    bin_: Bin,
    quantity: Decimal,
    cost: Decimal | None,
    serials: Sequence[str],
) -> StockMovement:
    currency = line.order.site.currency
    if cost is None:
        if line.currency != currency:
            raise InvalidInput(
                _("The order is in %(theirs)s: say what one cost in %(ours)s."),
                field="unit_cost",
                theirs=line.currency,
                ours=currency,
            )
        cost = line.unit_price
    level = level_at(part_id=line.part_id, bin_id=bin_.pk)
    movement = post(
        act,
        level,
        StockMovement.Kind.RECEIPT,
        quantity,
        unit_cost=cost,
        serials=serials,
    )
    StockCost.objects.create(
        movement=movement,
        amount=quantise(quantity * cost, currency),
        currency=currency,
    )
    Receipt.objects.create(
        line=line, movement=movement, quantity=quantity, received_at=act.at
    )
    return movement


def _hand_over(
    line: PurchaseOrderLine,
    bin_: Bin,
    level: StockLevel,
    pegged: Pegged,
    quantity: Decimal,
    at: datetime,
) -> None:
    """Turn pegs into holds on what arrived; let go of pegs on what will not come."""
    holds = Holds.of(pegged.demands, at)
    promised = Decimal(0) if bin_.kind not in USABLE else quantity
    pegs = _pegs_in_turn(line, pegged, holds)
    for demand, peg in pegs:
        piece = min(promised, peg.quantity)
        if piece > 0:
            holds.release(peg, piece)
            holds.hold(demand, level, piece)
            promised -= piece
    left = max(line.quantity - line.received - quantity, Decimal(0))
    surplus = total(peg for _demand, peg in pegs if holds.is_held(peg)) - left
    for _demand, peg in reversed(pegs):
        if surplus > 0 and holds.is_held(peg):
            surplus -= holds.release(peg, surplus)
    holds.write()
    # After the pegs, so that the line never has more spoken for than is to come.
    PurchaseOrderLine.objects.filter(pk=line.pk).update(
        received=F("received") + quantity
    )
    line.received += quantity
    settle(pegged.demands, holds)


def _pegs_in_turn(
    line: PurchaseOrderLine, pegged: Pegged, holds: Holds
) -> list[tuple[Demand, Reservation]]:
    return [
        (demand, peg)
        for demand in in_turn(pegged.demands)
        for peg in holds.pegs(demand)
        if peg.order_line_id == line.pk
    ]


def _close_when_whole(line: PurchaseOrderLine, order: PurchaseOrder) -> None:
    if line.received >= line.quantity:
        outbox.write("parts.learn_lead_times", supplier_ids=[line.order.supplier_id])
    end_if_over(order)
