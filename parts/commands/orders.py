"""Customer orders: agreed to, paid ahead, held for. Source: docs/domain/orders.md."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common import outbox
from common.errors import StaleVersion
from common.retry import retrying
from parts.commands.back_orders import back_orders
from parts.commands.demands import Wish, raise_demands
from parts.commands.order_billing import (
    invoice_order,
)
from parts.commands.order_states import (
    State,
    change_state,
    locked_parts_order,
    need_state,
    record_order,
    subject_of,
)
from parts.commands.quote_holds import hold_key, quote_holds
from parts.commands.quote_terms import day_at
from parts.commands.refusals import WrongState, lawful, needed_reason
from parts.commands.sharing import reserve_for_demands
from parts.models import (
    Demand,
    PartsOrder,
    PartsOrderLine,
    PurchaseOrderLine,
    Reservation,
    StockLevel,
)
from parts.queries.order_money import order_money, quote_digest
from workshop.models import Invoice

DUE_AFTER = timedelta(days=7)


class QuoteExpired(WrongState):
    """The quote's last day is over."""

    title = _("The quote has expired")
    default_sentence = _("Quote %(number)s was valid until %(until)s.")
    todo = _(
        "Ask the workshop for a new last day; prices and stock are looked at anew."
    )


class DepositOpen(WrongState):
    """The deposit has not come in."""

    title = _("The deposit is open")
    default_sentence = _("The deposit for order %(number)s has not been paid yet.")
    todo = _("Book the payment, or go on without it and say why.")


@retrying
@lawful()
@transaction.atomic
def accept_quote(
    *, order_id: int, seen: str, at: datetime, actor_id: int | None
) -> PartsOrder:
    """Accept a quote as its customer has read it. Accepting again changes nothing.

    Args:
        order_id: a quote that was sent.
        seen: `quote_digest` of what was read.
        at: when, aware.
        actor_id: the customer's login.

    Raises:
        QuoteExpired: its last day is over.
        StaleVersion: it has been changed since it was read.
        WrongState: it was cancelled, or is being changed and was not sent again.
        NotFound: no such order.

    Source: docs/domain/orders.md Q2.
    """
    order = locked_parts_order(order_id)
    if order.state not in (State.QUOTE, State.CANCELLED):
        return order
    need_state(order, State.QUOTE)
    if order.offered_at is None:
        raise WrongState(
            _("Quote %(number)s is being changed; it will be sent to you again."),
            number=order.number,
        )
    if quote_digest(order, order.lines.order_by("pk")) != seen:
        raise StaleVersion(_("The quote has been changed since you opened it."))
    return _agree(order, "accept_quote", at, actor_id)


@retrying
@lawful()
@transaction.atomic
def confirm_parts_order(
    *, order_id: int, at: datetime, actor_id: int | None = None
) -> PartsOrder:
    """Make a quote an order, on the customer's word.

    Without a deposit its wishes are raised and held at once, from bin or order line;
    with one, the deposit is invoiced and holding waits for it. Confirming again changes
    nothing.

    Raises:
        QuoteExpired: its last day is over.
        WrongState: the order was cancelled.
        NotFound: no such order.
    """
    order = locked_parts_order(order_id)
    if order.state not in (State.QUOTE, State.CANCELLED):
        return order
    need_state(order, State.QUOTE)
    return _agree(order, "confirm_parts_order", at, actor_id)


def _agree(
    order: PartsOrder, command: str, at: datetime, actor_id: int | None
) -> PartsOrder:
    today = day_at(order.site, at)
    if order.valid_until is not None and order.valid_until < today:
        raise QuoteExpired(number=order.number, until=order.valid_until.isoformat())
    order.accepted_at = at
    if order.deposit:
        order.deposit_invoice = invoice_order(
            order,
            order_money(order, order.lines.all()).deposit,
            titles=(
                f"Deposit for order {order.number}",
                f"ご注文 {order.number} 手付金",
            ),
            what="deposit",
            due_on=today + DUE_AFTER,
            at=at,
            actor_id=actor_id,
        )
        order.save(update_fields=["accepted_at", "deposit_invoice"])
        change_state(order, State.ACCEPTED, actor_id=actor_id, at=at)
    else:
        order.save(update_fields=["accepted_at"])
        _hold(order, "", at, actor_id)
    record_order(command, order, actor_id, at)
    return order


@retrying
@lawful()
@transaction.atomic
def settle_deposit(
    *, order_id: int, at: datetime, actor_id: int | None = None
) -> PartsOrder:
    """Hold an order's parts now that its deposit is paid; twice changes nothing.

    Raises:
        DepositOpen: it is not paid.
        WrongState: the order does not wait for one.
        NotFound: no such order.

    Source: docs/domain/orders.md Q6.
    """
    order = locked_parts_order(order_id)
    if order.state in (State.CONFIRMED, State.SHIPPED, State.DELIVERED):
        return order
    need_state(order, State.ACCEPTED)
    invoice = order.deposit_invoice
    if invoice is None or invoice.state != Invoice.State.PAID:
        raise DepositOpen(number=order.number)
    _hold(order, "", at, actor_id)
    outbox.write("parts.mail_deposit", subject=subject_of(order.pk), order_id=order.pk)
    record_order("settle_deposit", order, actor_id, at)
    return order


def settle_paid_deposit(*, order_id: int, at: datetime) -> bool:
    """Hold an order's parts if it waits for a deposit that is paid by now.

    Returns whether it did: any other order is passed over.
    """
    waiting = PartsOrder.objects.filter(
        pk=order_id, state=State.ACCEPTED, deposit_invoice__state=Invoice.State.PAID
    )
    if not waiting.exists():
        return False
    settle_deposit(order_id=order_id, at=at)
    return True


@retrying
@lawful()
@transaction.atomic
def waive_deposit(
    *, order_id: int, reason: str, at: datetime, actor_id: int | None
) -> PartsOrder:
    """Hold an order's parts before its deposit is paid. The invoice stays open.

    Raises:
        InvalidInput: no reason.
        WrongState: the order does not wait for a deposit.
        NotFound: no such order.
    """
    why = needed_reason(reason)
    order = locked_parts_order(order_id)
    if order.state == State.CONFIRMED:
        return order
    need_state(order, State.ACCEPTED)
    _hold(order, why, at, actor_id)
    record_order("waive_deposit", order, actor_id, at, reason=why)
    return order


def _hold(order: PartsOrder, reason: str, at: datetime, actor_id: int | None) -> None:
    """Raise an agreed order's wishes and hold for them, in turn with those before."""
    lines = list(order.lines.order_by("pk"))
    demands = raise_demands(
        wishes=[
            Wish(
                demand_key=hold_key(line),
                part_id=line.part_id,
                quantity=line.quantity,
            )
            for line in lines
        ],
        subject_key=subject_of(order.pk),
        site_id=order.site_id,
        at=at,
        actor_id=actor_id,
    )
    for line, demand in zip(lines, demands, strict=True):
        line.demand = demand
    PartsOrderLine.objects.bulk_update(lines, ["demand"])
    order.confirmed_at = at
    order.save(update_fields=["confirmed_at"])
    change_state(order, State.CONFIRMED, actor_id=actor_id, at=at, reason=reason)
    own = [demand.pk for demand in demands]
    before = back_orders({demand.part_id for demand in demands}, order.site_id)
    everybody = sorted({*own, *before})
    # In the common order of locks: the wishes, then the positions that are held.
    list(Demand.objects.filter(pk__in=everybody).locked())
    _take_over_holds(order, demands)
    reserve_for_demands(demand_ids=everybody, at=at, actor_id=actor_id)


def _take_over_holds(order: PartsOrder, demands: Sequence[Demand]) -> None:
    """Make what was held for the quote the order's own, without an end."""
    by_key = {demand.demand_key: demand.pk for demand in demands}
    rows = quote_holds(order)
    # Order lines come before positions in the common order of locks; the sweep gives
    # lapsed holds back under the position's lock.
    parts = [demand.part_id for demand in demands]
    list(PurchaseOrderLine.objects.incoming().filter(part__in=parts).locked())
    list(StockLevel.objects.filter(pk__in=rows.values("level")).locked())
    for row in rows:
        Reservation.objects.filter(pk=row.pk).update(
            demand_id=by_key[row.demand_key], held_until=None
        )
