"""Quotes: written, changed, sent to the customer. Source: docs/domain/orders.md."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common import outbox
from common.errors import InvalidInput
from common.money import quantise
from common.retry import retrying
from parts.commands.order_states import (
    State,
    change_state,
    locked_parts_order,
    need_state,
    record_order,
    subject_of,
)
from parts.commands.purchasing import next_number
from parts.commands.quote_holds import (
    quote_holds,
    release_quote_holds,
)
from parts.commands.quote_terms import (
    USUAL,
    Sold,
    Terms,
    as_body,
    bodies,
    checked_lines,
    day_at,
    end_of_day,
    freeze_rate,
    set_terms,
)
from parts.commands.refusals import WrongState, missing
from parts.commands.running import once
from parts.models import PartsOrder, PartsOrderLine
from parts.queries.order_money import order_money
from workshop.models import Customer, Site

LONGEST_VALIDITY = timedelta(days=366)


class NoRate(WrongState):
    """A quote in a foreign currency needs to know what that is worth."""

    title = _("No exchange rate")
    todo = _("Have a manager enter the rate of the day on the desk, then send again.")


def place_parts_order(
    *,
    customer_id: int,
    site_id: int,
    lines: Sequence[Sold],
    key: str,
    at: datetime,
    actor_id: int | None = None,
    currency: str = "",
    terms: Terms = USUAL,
) -> PartsOrder:
    """Write a quote for a customer. Nothing is held before it is confirmed.

    The newest exchange rate is frozen on it. Idempotent by ``key``.

    Args:
        customer_id: who buys.
        site_id: where from.
        lines: at least one.
        key: the caller's key.
        at: when, aware.
        actor_id: who writes it.
        currency: ISO 4217; the customer's own if empty.
        terms: destination, freight, deposit.

    Raises:
        InvalidInput: no lines, an unknown currency, a price or quantity out of range.
        KeyReused: the key was used with another body.
        NotFound: no such customer, site or part.

    Source: docs/domain/orders.md Q2, Q3.
    """
    customer = Customer.objects.filter(pk=customer_id).first()
    if customer is None:
        raise missing("customer")
    money = currency or customer.currency
    checked = checked_lines(lines, money)
    site = Site.objects.filter(pk=site_id).first()
    if site is None:
        raise missing("site")

    def work(_command_id: UUID) -> dict[str, int]:
        order = PartsOrder(
            number=next_number("SO", "parts_partsorder_number"),
            customer=customer,
            site=site,
            currency=money,
            destination=customer.country,
            ship_to=customer.address,
            created_at=at,
        )
        freeze_rate(order, at)
        set_terms(order, terms)
        order.save()
        change_state(order, State.QUOTE, actor_id=actor_id, at=at, is_new=True)
        write_lines(order, checked)
        record_order("place_parts_order", order, actor_id, at)
        return {"order": order.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="place_parts_order",
        body={
            "customer": customer_id,
            "site": site_id,
            "currency": money,
            "lines": bodies(lines, checked),
            **as_body(terms),
        },
        work=work,
    )
    return PartsOrder.objects.get(pk=answer["order"])


def change_quote(
    *,
    order_id: int,
    key: str,
    at: datetime,
    actor_id: int | None = None,
    lines: Sequence[Sold] | None = None,
    terms: Terms = USUAL,
) -> PartsOrder:
    """Change the lines or terms of a quote. What was sent has to be sent again.

    New lines take the place of all old ones; what these held is given back.
    Idempotent by ``key``.

    Args:
        order_id: a quote.
        key: the caller's key.
        at: when, aware.
        actor_id: who changes it.
        lines: all lines, at least one; None leaves them.
        terms: what is to be different.

    Raises:
        InvalidInput: a price, quantity or term out of range.
        WrongState: it is not a quote any more.
        KeyReused: the key was used with another body.
        NotFound: no such order or part.
    """
    currency = PartsOrder.objects.filter(pk=order_id).values_list("currency", flat=True)
    money = currency.first()
    if money is None:
        raise missing("order")
    checked = None if lines is None else checked_lines(lines, money)

    def work(_command_id: UUID) -> dict[str, int]:
        order = locked_parts_order(order_id)
        need_state(order, State.QUOTE)
        set_terms(order, terms)
        if checked is not None:
            release_quote_holds(order, at)
            order.lines.all().delete()
            write_lines(order, checked)
        set_deposit(order)
        order.offered_at = None
        order.save()
        record_order("change_quote", order, actor_id, at)
        return {"order": order.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="change_quote",
        body={
            "order": order_id,
            "lines": bodies(lines or (), checked or ()),
            **as_body(terms),
        },
        work=work,
    )
    return PartsOrder.objects.get(pk=answer["order"])


@retrying
@transaction.atomic
def offer_quote(
    *, order_id: int, valid_until: date, at: datetime, actor_id: int | None = None
) -> PartsOrder:
    """Send a quote to its customer, or send it again with a new last day.

    The rate of the day is frozen on it. The same last day again sends nothing.

    Args:
        order_id: a quote.
        valid_until: the last day on which it can be accepted, at the site.
        at: when, aware.
        actor_id: who sends it.

    Raises:
        InvalidInput: the day is past or more than a year away.
        NoRate: it is in a foreign currency of which no rate is known.
        WrongState: it is not a quote any more, or has no lines.
        NotFound: no such order.

    Source: docs/domain/orders.md Q2.
    """
    order = locked_parts_order(order_id)
    need_state(order, State.QUOTE)
    today = day_at(order.site, at)
    if not today <= valid_until <= today + LONGEST_VALIDITY:
        raise InvalidInput(
            _("Choose a last day from today on, at most a year ahead."),
            field="valid_until",
        )
    if order.offered_at is not None and order.valid_until == valid_until:
        return order
    freeze_rate(order, at)
    if order.rate is None and order.currency != order.site.currency:
        raise NoRate(
            _("No rate from %(currency)s to %(base)s has been entered."),
            currency=order.currency,
            base=order.site.currency,
        )
    order.valid_until = valid_until
    order.offered_at = at
    order.save(update_fields=["rate", "rate_on", "valid_until", "offered_at"])
    # What is held for the quote is held as long as the quote.
    quote_holds(order).update(held_until=end_of_day(order.site, valid_until))
    outbox.write(
        "parts.mail_quote",
        subject=subject_of(order.pk),
        order_id=order.pk,
        offered_at=at.isoformat(),
    )
    record_order(
        "offer_quote", order, actor_id, at, valid_until=valid_until.isoformat()
    )
    return order


def write_lines(order: PartsOrder, lines: Sequence[Sold]) -> None:
    PartsOrderLine.objects.bulk_create(
        PartsOrderLine(order=order, currency=order.currency, **asdict(line))
        for line in lines
    )
    set_deposit(order)
    order.save(update_fields=["deposit"])


def set_deposit(order: PartsOrder) -> None:
    """Bring a deposit in percent up to date; refuse one above the whole.

    Raises:
        InvalidInput: it is more than the order comes to.
    """
    net = order_money(order, order.lines.all()).whole.net
    if order.deposit_percent is not None:
        order.deposit = quantise(net * order.deposit_percent / 100, order.currency)
    if order.deposit > net:
        raise InvalidInput(
            _("The deposit is more than the order comes to before tax."),
            field="deposit",
        )
