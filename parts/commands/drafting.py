"""A draft's lines are added, changed and removed until it is sent."""

from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common.errors import StaleVersion
from common.retry import retrying
from parts.commands.due_days import refuse_too_far
from parts.commands.purchasing import (
    Ordered,
    checked_line,
    checked_price,
    locked_order,
    record_order,
)
from parts.commands.refusals import (
    WrongState,
    exact,
    lawful,
    missing,
    needed_reason,
    shown,
)
from parts.commands.running import once
from parts.models import Part, PurchaseOrder, PurchaseOrderLine
from parts.queries import line_version


def add_order_line(
    *,
    order_id: int,
    line: Ordered,
    key: str,
    at: datetime,
    actor_id: int | None = None,
) -> PurchaseOrderLine:
    """Add a line to a draft. Idempotent by ``key``.

    Args:
        order_id: a draft.
        line: part, quantity, price in the order's currency, and day.
        key: the caller's key.
        at: when, aware.
        actor_id: who adds it.

    Raises:
        WrongState: the order is no draft any more.
        InvalidInput: a price, quantity or day out of range.
        KeyReused: the key was used with another body.
        NotFound: no such order or part.
    """

    def work(_command_id: UUID) -> dict[str, int]:
        order = locked_draft(order_id)
        checked = checked_line(line, order.currency)
        refuse_too_far(checked.due_on, at)
        if not Part.objects.filter(pk=checked.part_id).exists():
            raise missing("part")
        row = PurchaseOrderLine.objects.create(
            order=order, currency=order.currency, **asdict(checked)
        )
        _record("add_order_line", row, actor_id, at)
        return {"line": row.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="add_order_line",
        body={"order": order_id, **asdict(line)},
        work=work,
    )
    return PurchaseOrderLine.objects.get(pk=answer["line"])


@retrying
@lawful()
@transaction.atomic
def change_order_line(
    *,
    line_id: int,
    at: datetime,
    quantity: Decimal | None = None,
    unit_price: Decimal | None = None,
    due_on: date | None = None,
    version: int | None = None,
    reason: str = "",
    actor_id: int | None = None,
) -> PurchaseOrderLine:
    """Change a draft's line. None leaves as it is; saying the same changes nothing.

    Args:
        line_id: a line of a draft.
        at: when, aware.
        quantity: in the part's unit, above zero.
        unit_price: in the order's currency.
        due_on: the day it should arrive.
        version: the line as it was read, by `queries.line_version`; None: whatever it
            is by now.
        reason: why; may be empty.
        actor_id: who changes it.

    Raises:
        StaleVersion: somebody has changed the line since it was read.
        WrongState: the order is no draft any more.
        InvalidInput: a price, quantity or day out of range, or a long reason.
        NotFound: no such line.
    """
    line = _locked_draft_line(line_id, version)
    before = (line.quantity, line.unit_price, line.due_on)
    if quantity is not None:
        line.quantity = exact(quantity)
    if unit_price is not None:
        line.unit_price = checked_price(unit_price, line.currency)
    if due_on is not None:
        refuse_too_far(due_on, at)
        line.due_on = due_on
    if before == (line.quantity, line.unit_price, line.due_on):
        return line
    line.save(update_fields=["quantity", "unit_price", "due_on"])
    _record("change_order_line", line, actor_id, at, reason)
    return line


@retrying
@transaction.atomic
def remove_order_line(
    *,
    line_id: int,
    at: datetime,
    version: int | None = None,
    reason: str = "",
    actor_id: int | None = None,
) -> None:
    """Take a line off a draft.

    Args:
        line_id: a line of a draft.
        at: when, aware.
        version: the line as it was read, by `queries.line_version`; None: whatever it
            is by now.
        reason: why; may be empty.
        actor_id: who removes it.

    Raises:
        StaleVersion: somebody has changed the line since it was read.
        InvalidInput: a long reason.
        WrongState: the order is no draft any more, or the line's date was moved on
            record.
        NotFound: no such line, or it was removed before.
    """
    line = _locked_draft_line(line_id, version)
    if line.due_changes.exists():
        raise WrongState(_("The date of this line was moved on record. It stays."))
    order, gone = line.order, _told(line) | _because(reason)
    line.delete()
    record_order("remove_order_line", order, actor_id, at, **gone)


def locked_draft(order_id: int) -> PurchaseOrder:
    """Return an order that may be edited, locked.

    Raises:
        WrongState: it is no draft any more.
        NotFound: no such order.
    """
    order = locked_order(order_id)
    if order.state != PurchaseOrder.State.DRAFT:
        raise WrongState(
            _("Order %(number)s is no draft any more."), number=order.number
        )
    return order


def _locked_draft_line(line_id: int, version: int | None) -> PurchaseOrderLine:
    line = PurchaseOrderLine.objects.filter(pk=line_id).locked().first()
    if line is None:
        raise missing("line")
    line.order = locked_draft(line.order_id)
    if version is not None and version != line_version(line):
        raise StaleVersion
    return line


def _because(reason: str) -> dict[str, str | int]:
    return {"reason": needed_reason(reason)} if reason.strip() else {}


def _told(line: PurchaseOrderLine) -> dict[str, str | int]:
    return {
        "part": line.part_id,
        "quantity": shown(line.quantity),
        "unit_price": str(line.unit_price),
        "due_on": line.due_on.isoformat(),
    }


def _record(
    command: str,
    line: PurchaseOrderLine,
    actor_id: int | None,
    at: datetime,
    reason: str = "",
) -> None:
    detail = _told(line) | _because(reason)
    record_order(command, line.order, actor_id, at, line=line.pk, **detail)
