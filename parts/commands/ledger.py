"""The one way in which stock changes: a line in the ledger and its level."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import reduce
from operator import or_

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from common.formats import plural
from parts.commands.refusals import InsufficientStock, WrongState, missing, shown
from parts.commands.units import follow, is_by_serial
from parts.models import Bin, Part, StockLevel, StockMovement
from parts.models.stock import StockLevelQuerySet

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
        WrongState: the bin is for removed originals only.
    """
    place = StockLevel(part_id=part_id, bin_id=bin_id, lot=lot, owner_id=owner_id)
    return levels_at([place])[0]


def levels_at(places: Sequence[StockLevel]) -> list[StockLevel]:
    """Return several positions, made where they are the first, locked in key order.

    Args:
        places: unsaved rows that say part, bin, lot and owner.

    Raises:
        NotFound: no such part or bin.
        WrongState: the bin is for removed originals only.
    """
    rows = StockLevel.objects.filter(reduce(or_, map(_is_at, places)))
    found = {_place(row): row for row in rows.locked()}
    fresh = [place for place in places if _place(place) not in found]
    if fresh:
        _refuse_unknown(fresh)
        StockLevel.objects.bulk_create(fresh, ignore_conflicts=True)
        # A new key is the highest, unless somebody else made the row: ask for all.
        found = {_place(row): row for row in rows.all().locked()}
    return [found[_place(place)] for place in places]


def _is_at(place: StockLevel) -> Q:
    return Q(part=place.part_id, bin=place.bin_id, lot=place.lot, owner=place.owner_id)


def _place(level: StockLevel) -> tuple[int, int, str, int | None]:
    return level.part_id, level.bin_id, level.lot, level.owner_id


def _refuse_unknown(places: Sequence[StockLevel]) -> None:
    part_ids = {place.part_id for place in places}
    if Part.objects.filter(pk__in=part_ids).count() != len(part_ids):
        raise missing("part")
    bins = Bin.objects.in_bulk({place.bin_id for place in places})
    for place in places:
        bin_ = bins.get(place.bin_id)
        if bin_ is None:
            raise missing("bin")
        if bin_.kind == Bin.Kind.ORIGINALS:
            raise WrongState(
                _("Bin %(bin)s is for originals taken off cars only."), bin=bin_.code
            )


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
    if not _still_kept_so(level).update(
        on_hand=F("on_hand") + quantity,
        reserved=F("reserved") - from_reserved,
        last_sequence=F("last_sequence") + 1,
        unit_cost=average,
    ):
        raise WrongState(
            _("This part has just got serial numbers, or lost them: look again.")
        )
    level.on_hand += quantity
    level.reserved -= from_reserved
    level.last_sequence += 1
    level.unit_cost = average
    follow(movement, level, serials)
    return movement


def _still_kept_so(level: StockLevel) -> StockLevelQuerySet:
    """Return the level unless its part has begun or ceased to be kept by number.

    That may have happened while we waited for the level's lock, and only a statement
    that begins after the wait sees it.
    """
    now = Part.objects.filter(pk=OuterRef("part_id"), is_serialised=is_by_serial(level))
    return StockLevel.objects.filter(Exists(now), pk=level.pk)


def moved_average(level: StockLevel, quantity: Decimal, cost: Decimal) -> Decimal:
    """Return the average cost after ``quantity`` pieces at ``cost`` came or went."""
    after = level.on_hand + quantity
    if after <= 0:
        return level.unit_cost
    value = level.on_hand * level.unit_cost + quantity * cost
    return max(Decimal(0), (value / after).quantize(COST_STEP, ROUND_HALF_UP))
