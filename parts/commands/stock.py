"""Stock that comes, moves, is counted, is thrown away; and mistakes undone."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from common import audit, outbox
from common.canonical import JSON
from common.errors import InvalidInput
from common.formats import plural
from common.money import quantise
from parts.commands.ledger import (
    Act,
    level_at,
    levels_at,
    locked_level,
    post,
    refuse_beyond_free,
)
from parts.commands.refusals import (
    InsufficientStock,
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
    StockCost,
    StockLevel,
    StockMovement,
)

Kind = StockMovement.Kind
DEAREST = Decimal("999999999")


def receive_stock(
    *,
    part_id: int,
    bin_id: int,
    quantity: Decimal,
    unit_cost: Decimal,
    reason: str,
    key: str,
    at: datetime,
    actor_id: int | None = None,
    lot: str = "",
    serials: Sequence[str] = (),
) -> StockMovement:
    """Take pieces into a bin without an order: found, bought over the counter.

    The moving average follows. Idempotent by ``key``.

    Args:
        part_id: what came.
        bin_id: where it goes.
        quantity: in the part's unit, above zero.
        unit_cost: landed cost of one unit in the site's currency, zero or more.
        reason: where the pieces come from.
        key: the caller's key.
        at: when, aware.
        actor_id: who received them.
        lot: the lot they belong to, if lots are kept apart.
        serials: one per piece, for parts kept by serial number.

    Raises:
        InvalidInput: a quantity, cost or reason out of range.
        KeyReused: the key was used with another body.
        NotFound: no such part or bin.

    Source: docs/domain/stock.md R1, R9.
    """
    wanted, why, cost = exact(quantity), needed_reason(reason), checked_cost(unit_cost)
    units = clean_serials(serials)

    def work(command_id: UUID) -> dict[str, int]:
        level = level_at(part_id=part_id, bin_id=bin_id, lot=lot)
        act = Act(command_id=command_id, actor_id=actor_id, at=at, reason=why)
        movement = post(act, level, Kind.RECEIPT, wanted, unit_cost=cost, serials=units)
        currency = Bin.objects.values_list("site__currency", flat=True).get(pk=bin_id)
        StockCost.objects.create(
            movement=movement,
            amount=quantise(wanted * cost, currency),
            currency=currency,
        )
        record_movement("receive_stock", act, movement, level.part_id)
        return {"movement": movement.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="receive_stock",
        body={
            "part": part_id,
            "bin": bin_id,
            "lot": lot,
            "quantity": wanted,
            "unit_cost": cost,
            "reason": why,
            "serials": units,
        },
        work=work,
    )
    return movement_of(answer)


def move_stock(
    *,
    level_id: int,
    bin_id: int,
    quantity: Decimal,
    reason: str,
    key: str,
    at: datetime,
    actor_id: int | None = None,
    serials: Sequence[str] = (),
) -> StockMovement:
    """Move free pieces to another bin, at their cost. Idempotent by ``key``.

    Args:
        level_id: the position they leave.
        bin_id: where they go; the lot stays.
        quantity: in the part's unit, above zero, at most what is free.
        reason: why.
        key: the caller's key.
        at: when, aware.
        actor_id: who moves them.
        serials: which units, if not all that lie there.

    Returns:
        The line that took them out; the other carries the same ``command_id``.

    Raises:
        InsufficientStock: less is free.
        InvalidInput: the bin is the one they lie in.
        KeyReused: the key was used with another body.
        NotFound: no such level or bin.
        WrongState: the other bin's site keeps its books in another currency.
    """
    wanted, why, units = exact(quantity), needed_reason(reason), clean_serials(serials)

    def work(command_id: UUID) -> dict[str, int]:
        source, target = both_ends(level_id, bin_id)
        refuse_beyond_free(source, wanted)
        act = Act(command_id=command_id, actor_id=actor_id, at=at, reason=why)
        cost = source.unit_cost
        out = post(act, source, Kind.MOVE_OUT, -wanted, serials=units)
        post(act, target, Kind.MOVE_IN, wanted, unit_cost=cost)
        record_movement("move_stock", act, out, source.part_id, to_level=target.pk)
        return {"movement": out.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="move_stock",
        body={
            "level": level_id,
            "bin": bin_id,
            "quantity": wanted,
            "reason": why,
            "serials": units,
        },
        work=work,
    )
    return movement_of(answer)


def both_ends(level_id: int, bin_id: int) -> tuple[StockLevel, StockLevel]:
    """Return the level that pieces leave and the one they reach, locked in order.

    Raises:
        InvalidInput: the bin is the one they lie in.
        NotFound: no such level or bin.
        WrongState: the other bin's site keeps its books in another currency, or the
            bin is for removed originals only.
    """
    source = StockLevel.objects.filter(pk=level_id).first()
    if source is None:
        raise missing("level")
    if source.bin_id == bin_id:
        raise InvalidInput(_("The pieces already lie in this bin."), field="bin")
    _refuse_other_money(source.bin_id, bin_id)
    here, there = levels_at(
        [
            StockLevel(
                part_id=source.part_id,
                bin_id=place,
                lot=source.lot,
                owner_id=source.owner_id,
            )
            for place in (source.bin_id, bin_id)
        ]
    )
    return here, there


def _refuse_other_money(from_bin: int, to_bin: int) -> None:
    currencies = dict(
        Bin.objects.filter(pk__in=[from_bin, to_bin]).values_list(
            "pk", "site__currency"
        )
    )
    if to_bin not in currencies:
        raise missing("bin")
    if len(set(currencies.values())) > 1:
        raise WrongState(_("That site keeps its books in another currency."))


def adjust_stock(
    *,
    level_id: int,
    counted: Decimal,
    reason: str,
    key: str,
    at: datetime,
    actor_id: int | None = None,
    serials: Sequence[str] = (),
) -> StockMovement | None:
    """Write what was counted: the difference becomes a ``COUNT`` line.

    Idempotent by ``key``.

    Args:
        level_id: the position that was counted.
        counted: pieces that lie there, zero or more.
        reason: why it was counted, or what explains the difference.
        key: the caller's key.
        at: when, aware.
        actor_id: who counted.
        serials: the units that are too many or missing, if their number differs.

    Returns:
        The line, or None when the count agreed and nothing was written.

    Raises:
        InsufficientStock: fewer were counted than are reserved: release holds first.
        KeyReused: the key was used with another body.
        NotFound: no such level.

    Source: docs/domain/stock.md R7.
    """
    lies = Decimal(0) if counted == 0 else exact(counted, "counted")
    why, units = needed_reason(reason), clean_serials(serials)

    def work(command_id: UUID) -> dict[str, int]:
        level = locked_level(level_id)
        if lies == level.on_hand:
            return {}
        if lies < level.reserved:
            raise InsufficientStock(
                ngettext_lazy(
                    "%(reserved)s is reserved here: release holds before this count.",
                    "%(reserved)s are reserved here: release holds before this count.",
                    plural(level.reserved),
                ),
                reserved=shown(level.reserved),
                counted=shown(lies),
            )
        act = Act(command_id=command_id, actor_id=actor_id, at=at, reason=why)
        movement = post(act, level, Kind.COUNT, lies - level.on_hand, serials=units)
        record_movement("adjust_stock", act, movement, level.part_id)
        return {"movement": movement.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="adjust_stock",
        body={"level": level_id, "counted": lies, "reason": why, "serials": units},
        work=work,
    )
    return movement_of(answer) if answer else None


def scrap_stock(
    *,
    level_id: int,
    quantity: Decimal,
    reason: str,
    key: str,
    at: datetime,
    actor_id: int | None = None,
    serials: Sequence[str] = (),
) -> StockMovement:
    """Throw free pieces away. Idempotent by ``key``.

    Raises:
        InsufficientStock: less is free.
        KeyReused: the key was used with another body.
        NotFound: no such level.
    """
    wanted, why, units = exact(quantity), needed_reason(reason), clean_serials(serials)

    def work(command_id: UUID) -> dict[str, int]:
        level = locked_level(level_id)
        refuse_beyond_free(level, wanted)
        act = Act(command_id=command_id, actor_id=actor_id, at=at, reason=why)
        movement = post(act, level, Kind.SCRAP, -wanted, serials=units)
        record_movement("scrap_stock", act, movement, level.part_id)
        return {"movement": movement.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="scrap_stock",
        body={"level": level_id, "quantity": wanted, "reason": why, "serials": units},
        work=work,
    )
    return movement_of(answer)


def checked_cost(unit_cost: Decimal) -> Decimal:
    """Return a cost of zero or more, to a ten-thousandth.

    Raises:
        InvalidInput: negative, too large or finer than that.
    """
    if not unit_cost.is_finite() or not 0 <= unit_cost <= DEAREST:
        raise InvalidInput(
            _("%(cost)s was given; a cost of zero or more was expected."),
            field="unit_cost",
            cost=unit_cost,
        )
    cost = unit_cost.quantize(Decimal("0.0001"))
    if cost != unit_cost:
        raise InvalidInput(
            _("%(cost)s has more than four decimal places."),
            field="unit_cost",
            cost=unit_cost,
        )
    return cost


def movement_of(answer: dict[str, int]) -> StockMovement:
    """Return the ledger line a command has answered with."""
    rows = StockMovement.objects.select_related("level__part", "level__bin")
    return rows.get(pk=answer["movement"])


def record_movement(
    command: str, act: Act, movement: StockMovement, part_id: int, **detail: JSON
) -> None:
    """Have the part's wishes answered again and write the command down."""
    outbox.write("parts.check_availability", part_ids=[part_id])
    audit.record(
        subject=f"part:{part_id}",
        command=command,
        actor_id=act.actor_id,
        at=act.at,
        detail={
            "movement": movement.pk,
            "level": movement.level_id,
            "quantity": str(movement.quantity),
            "reason": act.reason,
            **detail,
        },
    )
