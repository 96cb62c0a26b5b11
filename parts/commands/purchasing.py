"""Orders to suppliers: written, sent, moved in time, given up."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from common import audit, outbox
from common.canonical import JSON
from common.errors import InvalidInput
from common.money import quantise
from common.retry import retrying
from parts.commands.due_days import refuse_too_far
from parts.commands.holding import Holds, settle
from parts.commands.pegs import lock_lines_and_wishes
from parts.commands.refusals import (
    WrongState,
    exact,
    missing,
    needed_reason,
)
from parts.commands.running import once
from parts.models import (
    DueDateChange,
    Part,
    PurchaseOrder,
    PurchaseOrderLine,
    Supplier,
)
from workshop.models import Site

State = PurchaseOrder.State


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """One line of an order to a supplier.

    Attributes:
        part_id: what is ordered.
        quantity: in the part's unit, above zero.
        unit_price: in the order's currency, zero or more.
        due_on: the day it should arrive.
    """

    part_id: int
    quantity: Decimal
    unit_price: Decimal
    due_on: date


def create_purchase_order(
    *,
    supplier_id: int,
    site_id: int,
    lines: Sequence[Ordered],
    key: str,
    at: datetime,
    actor_id: int | None = None,
    currency: str = "",
    number: str = "",
) -> PurchaseOrder:
    """Write an order as a draft; nothing is on its way before it is sent.

    Idempotent by ``key``.

    Args:
        supplier_id: who delivers.
        site_id: where to.
        lines: at least one.
        key: the caller's key.
        at: when, aware.
        actor_id: who writes it.
        currency: ISO 4217; the supplier's own if empty.
        number: one given elsewhere; the next of ours if empty.

    Raises:
        InvalidInput: no lines, an unknown currency, a price, quantity or day out of
            range.
        NumberTaken: another order carries the number.
        KeyReused: the key was used with another body.
        NotFound: no such supplier, site or part.
    """
    if not lines:
        raise InvalidInput(_("An order has at least one line."), field="lines")
    supplier = Supplier.objects.filter(pk=supplier_id).first()
    if supplier is None:
        raise missing("supplier")
    money = currency or supplier.currency
    checked = [checked_line(line, money) for line in lines]
    for line in checked:
        refuse_too_far(line.due_on, at)
    _refuse_unknown({line.part_id for line in checked}, site_id)

    def work(_command_id: UUID) -> dict[str, int]:
        order = PurchaseOrder.objects.create(
            number=number or next_number("PO", "parts_purchaseorder_number"),
            supplier=supplier,
            site_id=site_id,
            currency=money,
            created_by_id=actor_id,
            created_at=at,
        )
        PurchaseOrderLine.objects.bulk_create(
            [
                PurchaseOrderLine(order=order, currency=money, **asdict(line))
                for line in checked
            ]
        )
        record_order("create_purchase_order", order, actor_id, at, lines=len(checked))
        return {"order": order.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="create_purchase_order",
        body={
            "supplier": supplier_id,
            "site": site_id,
            "currency": money,
            "number": number,
            "lines": [asdict(line) for line in checked],
        },
        work=work,
    )
    return PurchaseOrder.objects.get(pk=answer["order"])


def next_number(prefix: str, sequence: str) -> str:
    """Return the next number of a series such as ``PO-000042``."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass)", [sequence])
        return f"{prefix}-{cursor.fetchone()[0]:06d}"


def checked_line(line: Ordered, currency: str) -> Ordered:
    """Return a line in the columns' own spelling.

    Raises:
        InvalidInput: a price or quantity out of range.
    """
    price = checked_price(line.unit_price, currency)
    return Ordered(
        part_id=line.part_id,
        quantity=exact(line.quantity),
        unit_price=price,
        due_on=line.due_on,
    )


def checked_price(price: Decimal, currency: str) -> Decimal:
    """Return a price of zero or more in whole smallest units of the currency.

    Raises:
        InvalidInput: negative, too large, finer than that, or no such currency.
    """
    if not price.is_finite() or not 0 <= price < Decimal("1e12"):
        raise InvalidInput(
            _("%(price)s was given; a price of zero or more was expected."),
            field="unit_price",
            price=price,
        )
    if quantise(price, currency) != price:
        raise InvalidInput(
            _("%(price)s is no whole number of %(currency)s's smallest units."),
            field="unit_price",
            price=price,
            currency=currency,
        )
    return quantise(price, currency)


def _refuse_unknown(part_ids: set[int], site_id: int) -> None:
    if Part.objects.filter(pk__in=part_ids).count() != len(part_ids):
        raise missing("part")
    if not Site.objects.filter(pk=site_id).exists():
        raise missing("site")


@retrying
@transaction.atomic
def send_purchase_order(
    *, order_id: int, at: datetime, actor_id: int | None = None
) -> PurchaseOrder:
    """Send a draft: from now on its lines are on their way.

    Sending again changes nothing.

    Raises:
        WrongState: the order was cancelled, or has no lines.
        NotFound: no such order.
    """
    order = locked_order(order_id)
    if order.state in (State.SENT, State.RECEIVED):
        return order
    if order.state != State.DRAFT:
        raise WrongState(_("Order %(number)s was cancelled."), number=order.number)
    if not order.lines.exists():
        raise WrongState(_("An order without lines is not sent."))
    order.state, order.ordered_at = State.SENT, at
    order.save(update_fields=["state", "ordered_at"])
    ask_again(order)
    record_order("send_purchase_order", order, actor_id, at)
    return order


@retrying
@transaction.atomic
def cancel_purchase_order(
    *, order_id: int, reason: str, at: datetime, actor_id: int | None = None
) -> bool:
    """Give an order up; the wishes that waited for its lines wait anew.

    Returns whether this call did it: cancelling twice changes nothing.

    Raises:
        WrongState: something has arrived on it already.
        NotFound: no such order.
    """
    why = needed_reason(reason)
    line_ids = list(
        PurchaseOrderLine.objects.filter(order=order_id).values_list("pk", flat=True)
    )
    pegged = lock_lines_and_wishes(line_ids)
    order = locked_order(order_id)
    if order.state == State.CANCELLED:
        return False
    if any(line.received for line in pegged.lines):
        raise WrongState(
            _("Parts have arrived on order %(number)s already."), number=order.number
        )
    holds = Holds(at=at, rows=pegged.pegs)
    for row in pegged.pegs:
        holds.release(row)
    holds.write()
    settle(pegged.demands, Holds.of(pegged.demands, at))
    order.state = State.CANCELLED
    order.save(update_fields=["state"])
    ask_again(order)
    record_order("cancel_purchase_order", order, actor_id, at, reason=why)
    return True


@retrying
@transaction.atomic
def change_due_date(
    *,
    line_id: int,
    due_on: date,
    reason: str,
    at: datetime,
    actor_id: int | None = None,
) -> PurchaseOrderLine:
    """Move an order line's due date, with its cause, and have the wishes asked again.

    The same date again changes nothing. Whoever waits hears of the change, with this
    cause, by the event ``restoration.parts_answers_changed``.

    Args:
        line_id: the order line.
        due_on: the new day.
        reason: why it moved, in the words that people above will read.
        at: when, aware.
        actor_id: who says so; None for an import.

    Raises:
        InvalidInput: the day is more than four years ahead, or there is no reason.
        WrongState: the order is not under way, or the line has arrived.
        NotFound: no such line.

    Source: docs/domain/availability.md A1, A9.
    """
    why = needed_reason(reason)
    refuse_too_far(due_on, at)
    rows = PurchaseOrderLine.objects.filter(pk=line_id)
    line = rows.select_related("order").locked().first()
    if line is None:
        raise missing("line")
    is_over = line.received >= line.quantity or line.closed_at is not None
    if line.order.state not in (State.DRAFT, State.SENT) or is_over:
        raise WrongState(_("This line is not on its way any more."))
    was = line.due_on
    if was == due_on:
        return line
    line.due_on = due_on
    line.save(update_fields=["due_on"])
    DueDateChange.objects.create(
        line=line,
        was_due_on=was,
        due_on=due_on,
        reason=why,
        changed_by_id=actor_id,
        changed_at=at,
    )
    moved: dict[str, JSON] = {
        "kind": "DUE_DATE_MOVED",
        "order": line.order.number,
        "line_id": line.pk,
        "part_id": line.part_id,
        "was": was.isoformat(),
        "now": due_on.isoformat(),
        "reason": why,
    }
    outbox.write(
        "parts.check_availability",
        subject=f"part:{line.part_id}",
        part_ids=[line.part_id],
        cause=moved,
    )
    audit.record(
        subject=f"part:{line.part_id}",
        command="change_due_date",
        actor_id=actor_id,
        at=at,
        detail=moved,
    )
    return line


def locked_order(order_id: int) -> PurchaseOrder:
    """Return one order, locked.

    Raises:
        NotFound: no such order.
    """
    rows = PurchaseOrder.objects.filter(pk=order_id).select_for_update(no_key=True)
    order = rows.first()
    if order is None:
        raise missing("order")
    return order


def ask_again(order: PurchaseOrder, part_ids: Sequence[int] | None = None) -> None:
    """Have the wishes for some parts of an order, or all, answered again."""
    if part_ids is None:
        part_ids = list(order.lines.values_list("part_id", flat=True))
    if part_ids:
        outbox.write(
            "parts.check_availability",
            subject=f"purchase-order:{order.pk}",
            part_ids=sorted(set(part_ids)),
        )


def record_order(
    command: str,
    order: PurchaseOrder,
    actor_id: int | None,
    at: datetime,
    **detail: str | int,
) -> None:
    """Write down who did what to an order; call it last."""
    audit.record(
        subject=f"purchase-order:{order.pk}",
        command=command,
        actor_id=actor_id,
        at=at,
        detail={"order": order.number, "state": str(order.state), **detail},
    )
