"""The one way in which stock changes: a line in the ledger and its level."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import F
from django.utils.translation import ngettext_lazy

from common.formats import plural
from parts.commands.refusals import InsufficientStock, missing, shown
from parts.commands.units import follow
from parts.models import Bin, Part, StockLevel, StockMovement

COST_STEP = Decimal("0.0001")


@dataclass(frozen=True, kw_only=True)
class Act:
    """What all ledger lines of one command share."""

    command_id: uuid.UUID
    actor_id: int | None
    at: datetime
    reason: str = ""
    subject_key: str = ""


def free(level: StockLevel) -> Decimal:
    """Return what nobody holds of a level that was read under its lock."""
    return level.on_hand - level.reserved


def level_at(
    *, part_id: int, bin_id: int, lot: str = "", owner_id: int | None = None
) -> StockLevel:
    """Return the position of a part in a bin, made when it is the first, locked.

    Pieces of a customer lie apart from the house's own.

    Raises:
        NotFound: no such part or bin.
    """
    rows = StockLevel.objects.filter(
        part_id=part_id, bin_id=bin_id, lot=lot, owner=owner_id
    )
    level = rows.locked().first()
    if level is not None:
        return level
    if not Part.objects.filter(pk=part_id).exists():
        raise missing("part")
    if not Bin.objects.filter(pk=bin_id).exists():
        raise missing("bin")
    StockLevel.objects.bulk_create(
        [StockLevel(part_id=part_id, bin_id=bin_id, lot=lot, owner_id=owner_id)],
        ignore_conflicts=True,
    )
    return rows.locked().get()


def locked_level(level_id: int) -> StockLevel:
    """Return one level, locked.

    Raises:
        NotFound: no such level.
    """
    level = StockLevel.objects.filter(pk=level_id).locked().first()
    if level is None:
        raise missing("level")
    return level


def refuse_beyond_free(level: StockLevel, quantity: Decimal) -> None:
    """Refuse to take what others hold.

    Raises:
        InsufficientStock: less than ``quantity`` of the locked level is free.
    """
    if free(level) < quantity:
        raise InsufficientStock(
            ngettext_lazy(
                "Only %(available)s is free here; %(wanted)s were asked for.",
                "Only %(available)s are free here; %(wanted)s were asked for.",
                plural(free(level)),
            ),
            available=shown(free(level)),
            wanted=shown(quantity),
            level=level.pk,
        )


def post(
    act: Act,
    level: StockLevel,
    kind: StockMovement.Kind,
    quantity: Decimal,
    *,
    unit_cost: Decimal | None = None,
    from_reserved: Decimal = Decimal(0),
    reverses: StockMovement | None = None,
    serials: Sequence[str] = (),
) -> StockMovement:
    """Append one line to the ledger of a locked level and move the level with it.

    Args:
        act: who, when, why and for what.
        level: read under its lock; it is brought up to date.
        kind: what happened.
        quantity: signed, in the part's unit.
        unit_cost: of the pieces, in the site's currency; the level's average if None.
        from_reserved: how much of what leaves had been held.
        reverses: the line that this one undoes.
        serials: which units go with it, for parts kept by serial number.
    """
    cost = level.unit_cost if unit_cost is None else unit_cost
    average = moved_average(level, quantity, cost)
    movement = StockMovement.objects.create(
        level=level,
        kind=kind,
        quantity=quantity,
        sequence=level.last_sequence + 1,
        balance=level.on_hand + quantity,
        unit_cost=cost,
        reason=act.reason,
        subject_key=act.subject_key,
        reverses=reverses,
        command_id=act.command_id,
        moved_by_id=act.actor_id,
        moved_at=act.at,
    )
    StockLevel.objects.filter(pk=level.pk).update(
        on_hand=F("on_hand") + quantity,
        reserved=F("reserved") - from_reserved,
        last_sequence=F("last_sequence") + 1,
        unit_cost=average,
    )
    level.on_hand += quantity
    level.reserved -= from_reserved
    level.last_sequence += 1
    level.unit_cost = average
    follow(movement, level, serials)
    return movement


def moved_average(level: StockLevel, quantity: Decimal, cost: Decimal) -> Decimal:
    """Return the average cost after ``quantity`` pieces at ``cost`` came or went."""
    after = level.on_hand + quantity
    if after <= 0:
        return level.unit_cost
    value = level.on_hand * level.unit_cost + quantity * cost
    return max(Decimal(0), (value / after).quantize(COST_STEP))
