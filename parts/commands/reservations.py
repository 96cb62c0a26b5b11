"""Holds on one position for one wish: made, given back, lapsed."""

import logging
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from common import audit, outbox
from common.errors import DomainError
from common.retry import retrying
from parts.commands.demands import locked_demand
from parts.commands.holding import Holds, Place, give_back, lock_pegs, settle, total
from parts.commands.ledger import locked_level, refuse_beyond_free
from parts.commands.refusals import (
    ConflictingDemand,
    InsufficientStock,
    MoreThanWanted,
    OwnedStock,
    WholePieces,
    WrongState,
    exact,
    lawful,
    missing,
    shown,
)
from parts.commands.running import once
from parts.models import (
    Bin,
    Demand,
    Part,
    PurchaseOrderLine,
    Reservation,
    StockLevel,
)

log = logging.getLogger(__name__)
USABLE = (Bin.Kind.STORE, Bin.Kind.RECEIVING)


def reserve_stock(
    *,
    level_id: int,
    quantity: Decimal,
    demand_key: str,
    key: str,
    at: datetime,
    actor_id: int | None = None,
    held_until: datetime | None = None,
) -> Reservation:
    """Hold stock of one position for one wish without moving it.

    Idempotent by ``key``, and by ``demand_key``: asking again with the same quantity
    returns the first hold.

    Args:
        level_id: the part-and-bin position to hold from.
        quantity: in the part's unit, above zero.
        demand_key: the wish it is for. A demand of that key must want this part at
            this site; a key without a demand is a hold of its own (a quote).
        key: the caller's key.
        at: when, aware.
        actor_id: who asks.
        held_until: aware instant from which the hold may be swept; None holds on.

    Raises:
        InsufficientStock: less than ``quantity`` is free, or the bin is quarantine.
        ConflictingDemand: the key holds another quantity here, or wants another part.
        MoreThanWanted: the demand does not want that much more.
        OwnedStock: the pieces belong to a customer, and not to the wish's.
        WrongState: the demand was given up or has been drawn.
        KeyReused: the key was used with another body.
        NotFound: no such level.

    Source: docs/domain/stock.md R2, R3, R5.
    """
    wanted = exact(quantity)

    def work(_command_id: UUID) -> dict[str, int]:
        hold, is_new = _hold_one(level_id, wanted, demand_key, at, held_until)
        if is_new:
            _after_hold(hold, actor_id, at)
        return {"reservation": hold.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="reserve_stock",
        body={
            "level": level_id,
            "quantity": wanted,
            "demand_key": demand_key,
            "held_until": held_until,
        },
        work=work,
    )
    return Reservation.objects.get(pk=answer["reservation"])


def _hold_one(
    level_id: int,
    quantity: Decimal,
    demand_key: str,
    at: datetime,
    held_until: datetime | None,
) -> tuple[Reservation, bool]:
    demand = Demand.objects.filter(demand_key=demand_key).locked().first()
    if demand is not None:
        lock_pegs([demand])
    level = _locked_with_bin(level_id)
    held = Reservation.objects.held().filter(demand_key=demand_key, level=level).first()
    if held is not None:
        if held.quantity != quantity:
            raise ConflictingDemand(
                _("%(demand_key)s already holds %(held)s here."),
                demand_key=demand_key,
                held=shown(held.quantity),
            )
        return held, False
    bin_ = level.bin
    if bin_.kind not in USABLE:
        raise InsufficientStock(
            _("Bin %(bin)s is closed for promises."), bin=bin_.code, available="0"
        )
    _refuse_theirs(level, demand)
    _refuse_fraction(level, quantity)
    refuse_beyond_free(level, quantity)
    if demand is not None:
        _refuse_misfit(demand, level, bin_, quantity, at)
    hold = Reservation.objects.create(
        demand=demand,
        demand_key=demand_key,
        level=level,
        quantity=quantity,
        held_until=held_until,
        created_at=at,
    )
    StockLevel.objects.filter(pk=level.pk).update(reserved=F("reserved") + quantity)
    if demand is not None:
        _swap_pegs(demand, at)
    return hold, True


def _refuse_fraction(level: StockLevel, quantity: Decimal) -> None:
    if quantity == quantity.to_integral_value():
        return
    if Part.objects.filter(pk=level.part_id, unit__in=Part.WHOLE_UNITS).exists():
        raise WholePieces


def _locked_with_bin(level_id: int) -> StockLevel:
    rows = StockLevel.objects.filter(pk=level_id).select_related("bin")
    level = rows.locked().first()
    if level is None:
        raise missing("level")
    return level


def _refuse_theirs(level: StockLevel, demand: Demand | None) -> None:
    """A customer's pieces are kept for their own car."""
    if level.owner_id is not None and (
        demand is None or demand.owner_id != level.owner_id
    ):
        raise OwnedStock


def _refuse_misfit(
    demand: Demand, level: StockLevel, bin_: Bin, quantity: Decimal, at: datetime
) -> None:
    if (demand.part_id, demand.site_id) != (level.part_id, bin_.site_id):
        raise ConflictingDemand(
            _("%(demand_key)s wants another part, or wants it elsewhere."),
            demand_key=demand.demand_key,
        )
    if demand.state not in (Demand.State.OPEN, Demand.State.RESERVED):
        raise WrongState(_("This wish is closed. Raise a new one."))
    wanted = demand.remaining - total(Holds.of([demand], at).on_hand(demand))
    if quantity > wanted:
        raise MoreThanWanted(
            _("%(demand_key)s wants only %(wanted)s more."),
            demand_key=demand.demand_key,
            wanted=shown(max(wanted, Decimal(0))),
        )


def _swap_pegs(demand: Demand, at: datetime) -> None:
    """What lies here need not be waited for: give back pegs beyond the remainder."""
    holds = Holds.of([demand], at)
    give_back(demand, holds, keep=demand.remaining)
    holds.write()
    settle([demand], holds)


def _after_hold(hold: Reservation, actor_id: int | None, at: datetime) -> None:
    level = hold.level
    if level is None:
        raise TypeError("a hold made here is on a level")
    outbox.write("parts.check_availability", part_ids=[level.part_id])
    audit.record(
        subject=f"part:{level.part_id}",
        command="reserve_stock",
        actor_id=actor_id,
        at=at,
        detail={
            "reservation": hold.pk,
            "level": level.pk,
            "quantity": str(hold.quantity),
            "demand_key": hold.demand_key,
        },
    )


@retrying
@lawful()
@transaction.atomic
def release_hold(
    *,
    reservation_id: int,
    reason: str,
    at: datetime,
    actor_id: int | None = None,
) -> bool:
    """Give a held quantity back to its bin or order line.

    Returns whether this call did it: releasing twice changes nothing.

    Raises:
        NotFound: no such reservation.
    """
    return _release(reservation_id, reason, at, actor_id, lambda _hold: True)


@retrying
@lawful()
@transaction.atomic
def release_lapsed_hold(*, reservation_id: int, at: datetime) -> bool:
    """Give back a hold whose time is over. Returns whether this call did it."""
    return _release(
        reservation_id,
        "lapsed",
        at,
        None,
        lambda hold: hold.held_until is not None and hold.held_until <= at,
    )


def release_lapsed_holds(*, at: datetime, limit: int = 500) -> int:
    """Give back every hold whose time is over, each in a transaction of its own.

    Args:
        at: aware; holds until this instant or earlier have lapsed.
        limit: at most this many in one go; the next call takes the rest.
    """
    lapsed = Reservation.objects.lapsed(at).order_by("held_until", "pk")
    ids = list(lapsed.values_list("pk", flat=True)[:limit])
    return sum(_swept(pk, at) for pk in ids)


def _swept(reservation_id: int, at: datetime) -> bool:
    """Give one lapsed hold back; one that has to stay keeps nobody else's."""
    try:
        return release_lapsed_hold(reservation_id=reservation_id, at=at)
    except DomainError:
        log.info("The lapsed hold %s stays: it is being picked.", reservation_id)
        return False


def _release(
    reservation_id: int,
    reason: str,
    at: datetime,
    actor_id: int | None,
    may: Callable[[Reservation], bool],
) -> bool:
    hold = Reservation.objects.filter(pk=reservation_id).first()
    if hold is None:
        raise missing("reservation")
    demand = locked_demand(hold.demand_id) if hold.demand_id else None
    place = _locked_place(hold)
    hold.refresh_from_db()
    if not Holds.is_held(hold) or not may(hold):
        return False
    if demand is None and hold.demand_id is not None:
        # A quote's hold became its order's between looking and locking.
        raise WrongState(_("This hold has just become an order's. Look again."))
    holds = Holds(at=at, rows=[hold])
    holds.release(hold)
    holds.write()
    if demand is not None:
        settle([demand], Holds.of([demand], at))
    outbox.write("parts.check_availability", part_ids=[place.part_id])
    audit.record(
        subject=f"part:{place.part_id}",
        command="release_hold",
        actor_id=actor_id,
        at=at,
        detail={"reservation": hold.pk, "reason": reason[:200]},
    )
    return True


def _locked_place(hold: Reservation) -> Place:
    if hold.level_id is not None:
        return locked_level(hold.level_id)
    return PurchaseOrderLine.objects.filter(reservations=hold).locked().get()
