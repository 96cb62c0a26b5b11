"""Invoices and credits of customers' orders. Source: docs/domain/orders.md Q6, Q10."""

import uuid
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common import outbox
from common.retry import retrying
from parts.commands.order_states import (
    State,
    locked_parts_order,
    need_state,
    record_order,
    subject_of,
)
from parts.commands.refusals import WrongState
from parts.models import (
    PartsOrder,
)
from parts.queries.order_money import OrderMoney, Sum, order_money
from workshop import commands as house
from workshop.models import Invoice

ZERO = Decimal(0)


NAMESPACE = uuid.UUID("2f6a8f0e-6f7c-4a7e-9a55-0d9a7b2b6f10")


@retrying
@transaction.atomic
def invoice_parts_order(
    *, order_id: int, due_on: date, at: datetime, actor_id: int | None
) -> Invoice:
    """Ask for what is left of an order beyond its deposit, once.

    Args:
        order_id: an agreed order.
        due_on: not before the day of issue at the site.
        at: when, aware.
        actor_id: who asks.

    Raises:
        InvalidInput: the day is past.
        WrongState: it is a quote or cancelled, or nothing is left to pay.
        NotFound: no such order.
    """
    order = locked_parts_order(order_id)
    if order.balance_invoice is not None:
        return order.balance_invoice
    need_state(order, State.CONFIRMED, State.SHIPPED, State.DELIVERED)
    left = balance_of(order, order_money(order, order.lines.all()))
    if left.net <= 0:
        raise WrongState(
            _("Nothing is left to pay on order %(number)s."), number=order.number
        )
    order.balance_invoice = invoice_order(
        order,
        left,
        titles=(f"Order {order.number}", f"ご注文 {order.number}"),
        what="balance",
        due_on=due_on,
        at=at,
        actor_id=actor_id,
    )
    order.save(update_fields=["balance_invoice"])
    record_order(
        "invoice_parts_order",
        order,
        actor_id,
        at,
        invoice=order.balance_invoice.number,
    )
    return order.balance_invoice


def balance_of(order: PartsOrder, money: OrderMoney) -> Sum:
    return money.balance if order.deposit_invoice_id else money.whole


def invoice_order(
    order: PartsOrder,
    amount: Sum,
    *,
    titles: tuple[str, str],
    what: str,
    due_on: date,
    at: datetime,
    actor_id: int | None,
) -> Invoice:
    return house.issue_invoice(
        customer_id=order.customer_id,
        subject_key=subject_of(order.pk),
        site_id=order.site_id,
        title_en=titles[0],
        title_ja=titles[1],
        net=amount.net,
        tax=amount.tax,
        currency=order.currency,
        due_on=due_on,
        command_id=command_id(order, what),
        actor_id=actor_id,
        at=at,
    )


def command_id(order: PartsOrder, what: str) -> uuid.UUID:
    """Return the id of a posting that an order makes once."""
    return uuid.uuid5(NAMESPACE, f"{what}:{order.pk}")


def give_money_back(order: PartsOrder, at: datetime, actor_id: int | None) -> None:
    """Take an order's invoices back; what was paid on them becomes a credit."""
    credited = ZERO
    for name in ("deposit", "balance"):
        invoice = getattr(order, f"{name}_invoice")
        if invoice is None or invoice.state == Invoice.State.VOID:
            continue
        if invoice.state == Invoice.State.ISSUED and not invoice.payments.exists():
            house.void_invoice(invoice_id=invoice.pk, actor_id=actor_id, at=at)
        else:
            amount = Sum(invoice.net, invoice.tax)
            credit_order(order, amount, f"{name}-back", at, actor_id)
            credited += amount.total
    _tell_of(order, credited, "back")


def credit_order(
    order: PartsOrder, amount: Sum, what: str, at: datetime, actor_id: int | None
) -> None:
    house.credit_customer(
        customer_id=order.customer_id,
        memo=f"Credit {order.number}",
        net=amount.net,
        tax=amount.tax,
        currency=order.currency,
        command_id=command_id(order, what),
        actor_id=actor_id,
        at=at,
    )


def credit_difference(
    order: PartsOrder, before: OrderMoney, at: datetime, actor_id: int | None
) -> None:
    """Credit what was invoiced beyond what the order now comes to."""
    after = order_money(order, order.lines.all())
    less = _surplus(order, before, after)
    if less.net > 0:
        given_up = sum((line.cancelled for line in order.lines.all()), ZERO)
        what = f"lines-{given_up}"
        credit_order(order, less, what, at, actor_id)
        _tell_of(order, less.total, what)


def _tell_of(order: PartsOrder, credited: Decimal, what: str) -> None:
    """Let the customer be written to, if anything was credited."""
    if credited > 0:
        outbox.write(
            "parts.mail_credit",
            subject=subject_of(order.pk),
            order_id=order.pk,
            total=str(credited),
            what=what,
        )


def _surplus(order: PartsOrder, before: OrderMoney, after: OrderMoney) -> Sum:
    """Return by how much more was invoiced too much after a change than before it."""
    if order.balance_invoice_id is not None:
        return before.whole.without(after.whole)
    if order.deposit_invoice_id is None:
        return Sum(ZERO, ZERO)
    kept = after.whole if after.balance.net < 0 else after.deposit
    kept_before = before.whole if before.balance.net < 0 else before.deposit
    return kept_before.without(kept)
