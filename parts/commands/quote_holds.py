"""Pieces held for quotes until their last day. Source: docs/domain/orders.md Q5."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from common import outbox
from parts.commands.order_states import (
    State,
    locked_parts_order,
    need_state,
    record_order,
)
from parts.commands.quote_terms import day_at, end_of_day
from parts.commands.refusals import WrongState
from parts.commands.running import once
from parts.models import PartsOrder, PartsOrderLine, Reservation, StockLevel


def hold_quote(
    *, order_id: int, key: str, at: datetime, actor_id: int | None = None
) -> PartsOrder:
    """Hold what lies free for a quote until its last day; the sweep gives it back.

    Holds nothing twice: a second call adds what has become free since. Idempotent by
    ``key``.

    Args:
        order_id: a quote that was sent.
        key: the caller's key.
        at: when, aware.
        actor_id: who asks.

    Raises:
        WrongState: it is not a quote, or has no last day ahead.
        KeyReused: the key was used with another body.
        NotFound: no such order.

    Source: docs/domain/orders.md Q5.
    """

    def work(_command_id: UUID) -> dict[str, int]:
        order = locked_parts_order(order_id)
        need_state(order, State.QUOTE)
        until = order.valid_until
        if until is None or until < day_at(order.site, at):
            raise WrongState(
                _("Send quote %(number)s with a last day first."), number=order.number
            )
        held = _hold_free(order, end_of_day(order.site, until), at)
        if held:
            outbox.write("parts.check_availability", part_ids=held)
        record_order("hold_quote", order, actor_id, at, parts=len(held))
        return {"order": order.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="hold_quote",
        body={"order": order_id},
        work=work,
    )
    return PartsOrder.objects.get(pk=answer["order"])


def _hold_free(order: PartsOrder, until: datetime, at: datetime) -> list[int]:
    """Hold free pieces for each line; return the parts of which some were held."""
    lines = list(order.lines.order_by("pk"))
    levels = list(
        StockLevel.objects.usable()
        .filter(part__in=[line.part_id for line in lines], bin__site_id=order.site_id)
        .locked()
    )
    held = quote_holds(order)
    has = {(row.demand_key, row.level_id): row for row in held}
    touched = set()
    for line in lines:
        key = hold_key(line)
        had = [row.quantity for (owner, _level), row in has.items() if owner == key]
        short = line.quantity - sum(had, Decimal(0))
        for level in levels:
            piece = min(short, level.on_hand - level.reserved)
            if level.part_id != line.part_id or piece <= 0:
                continue
            _hold_more(has.get((key, level.pk)), key, level, piece, until, at)
            level.reserved += piece
            short -= piece
            touched.add(level.part_id)
    return sorted(touched)


def _hold_more(
    row: Reservation | None,
    key: str,
    level: StockLevel,
    piece: Decimal,
    until: datetime,
    at: datetime,
) -> None:
    if row is None:
        Reservation.objects.create(
            demand_key=key,
            level=level,
            quantity=piece,
            held_until=until,
            created_at=at,
        )
    else:
        Reservation.objects.filter(pk=row.pk).update(
            quantity=F("quantity") + piece, held_until=until
        )
    StockLevel.objects.filter(pk=level.pk).update(reserved=F("reserved") + piece)


def release_quote_holds(order: PartsOrder, at: datetime) -> None:
    """Give back what is held for a locked quote."""
    rows = quote_holds(order)
    levels = StockLevel.objects.filter(pk__in=rows.values("level"))
    parts = sorted({level.part_id for level in levels.locked()})
    for row in rows.order_by("pk"):
        StockLevel.objects.filter(reservations=row).update(
            reserved=F("reserved") - row.quantity
        )
        Reservation.objects.filter(pk=row.pk).update(state=Reservation.State.RELEASED)
    if parts:
        outbox.write("parts.check_availability", part_ids=parts)


def hold_key(line: PartsOrderLine) -> str:
    """Return the key of the wish that a line becomes, under which quotes hold too."""
    return f"order-line:{line.pk}"


def hold_keys(order: PartsOrder) -> list[str]:
    return [hold_key(line) for line in order.lines.all()]


def quote_holds(order: PartsOrder) -> QuerySet[Reservation]:
    """Return what is held for a quote: always positions, which their index serves."""
    return Reservation.objects.held().filter(
        demand_key__in=hold_keys(order), demand__isnull=True, level__isnull=False
    )
