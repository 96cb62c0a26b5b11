"""Serial units: which piece went with which line of the ledger. Callers hold the locks.

Units are locked after the levels, in the order of their keys.
"""

import unicodedata
from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from common.errors import InvalidInput, Text
from parts.commands.refusals import BeingPicked, shown
from parts.models import (
    Part,
    ShipmentUnit,
    StockLevel,
    StockMovement,
    Unit,
    UnitMove,
)

Kind = StockMovement.Kind
LONGEST_SERIAL = 60
NAMED = 12


class UnitsNeeded(InvalidInput):
    """A part kept by serial number moves piece by piece, each by its number."""

    title = _("Serial numbers needed")
    todo = _("Choose or scan one serial number for each piece.")

    def __init__(
        self, sentence: Text, /, *, field: str = "serials", **context: object
    ) -> None:
        super().__init__(sentence, field=field, **context)


def without_edges(serial: str) -> str:
    """Return a serial number as it is kept: full width as half width, no edges."""
    return unicodedata.normalize("NFKC", serial).strip()


def clean_serials(serials: Sequence[str]) -> list[str]:
    """Return serial numbers without their edges, full width read as half width.

    Raises:
        InvalidInput: one is empty, too long, or given twice.
    """
    cleaned = [without_edges(each) for each in serials]
    for each in cleaned:
        if not 0 < len(each) <= LONGEST_SERIAL:
            raise InvalidInput(
                _("A serial number has 1 to 60 characters."), field="serials"
            )
    if len(set(cleaned)) != len(cleaned):
        raise InvalidInput(
            _("The same serial number was given twice."), field="serials"
        )
    return cleaned


def is_by_serial(level: StockLevel) -> bool:
    """Return whether the pieces of a level are kept by serial number."""
    known = getattr(level, "is_by_serial", None)
    if known is None:
        part = Part.objects.filter(pk=level.part_id)
        known = part.values_list("is_serialised", flat=True).get()
    return bool(known)


def follow(
    movement: StockMovement, level: StockLevel, serials: Sequence[str] = ()
) -> None:
    """Let the units go with a line that has just been written.

    Where no serial numbers are given they follow from the line itself if there is
    only one answer: all that lie there leave, what was drawn comes back, what left
    one bin by a move reaches the other.

    Args:
        movement: the line, newly written.
        level: its position, locked.
        serials: of the pieces, as many as the line moves.

    Raises:
        UnitsNeeded: the numbers are missing or are not as many as the pieces.
        InvalidInput: a unit is not where the line takes it from, or the part is not
            kept by serial number.

    Source: docs/domain/stock.md R18.
    """
    if not is_by_serial(level):
        if serials:
            raise InvalidInput(
                _("This part is not kept by serial number."), field="serials"
            )
        return
    named = clean_serials(serials)
    leaves = movement.quantity < 0 or movement.kind == Kind.UNNUMBERED
    if movement.kind == Kind.NUMBERED:
        units = _taken_in(movement, named)
    elif movement.kind == Kind.UNNUMBERED:
        units = lying(level)
    else:
        units = _leaving(movement, level, named) if leaves else _coming(movement, named)
        _refuse_wrong_number(units, abs(movement.quantity))
    UnitMove.objects.bulk_create(
        [UnitMove(unit=unit, movement=movement) for unit in units]
    )
    goes_to = movement.subject_key if leaves and _is_fitted(movement) else ""
    Unit.objects.filter(pk__in=[unit.pk for unit in units]).update(
        level=None if leaves else level, fitted_key=goes_to
    )


def _is_fitted(movement: StockMovement) -> bool:
    """Whether pieces that leave are in a car, with a customer, or in a kit from now."""
    if movement.reverses is not None:
        return movement.reverses.kind == Kind.FROM_KIT
    return movement.kind in (Kind.ISSUE, Kind.SHIP, Kind.INTO_KIT)


def lying(level: StockLevel) -> list[Unit]:
    """Return the units of a level in the order of their numbers."""
    return list(Unit.objects.filter(level=level).order_by("serial"))


def _refuse_wrong_number(units: Sequence[Unit], pieces: Decimal) -> None:
    if len(units) != pieces:
        raise UnitsNeeded(
            _("%(pieces)s pieces need as many serial numbers; %(given)s were given."),
            pieces=shown(pieces),
            given=len(units),
        )


def _leaving(
    movement: StockMovement, level: StockLevel, named: Sequence[str]
) -> list[Unit]:
    here, picked = lying(level), _picked(level)
    if movement.reverses_id is not None:
        gone_since = _units_of(movement.reverses_id)
        named = [unit.serial for unit in gone_since]
    if named:
        by_serial = {unit.serial: unit for unit in here}
        for serial in named:
            if serial not in by_serial:
                raise InvalidInput(
                    _("Unit %(serial)s does not lie here."),
                    field="serials",
                    serial=serial,
                )
            if serial in picked:
                raise BeingPicked(
                    _("Unit %(serial)s is on pick list %(number)s."),
                    serial=serial,
                    number=picked[serial],
                )
        return [by_serial[serial] for serial in named]
    here = [unit for unit in here if unit.serial not in picked]
    if len(here) != -movement.quantity:
        raise UnitsNeeded(
            _("Say which serial numbers leave: %(serials)s lie here."),
            serials=", ".join(unit.serial for unit in here[:NAMED]) or "–",
        )
    return here


def _picked(level: StockLevel) -> dict[str, str]:
    """Return the units of a level that are chosen for parcels, with these' numbers."""
    rows = ShipmentUnit.objects.open().filter(unit__level=level)
    return dict(rows.values_list("unit__serial", "line__shipment__number"))


def _coming(movement: StockMovement, named: Sequence[str]) -> list[Unit]:
    if movement.reverses_id is not None:
        return _outside(_units_of(movement.reverses_id))
    if movement.kind == Kind.MOVE_IN:
        moved = UnitMove.objects.filter(
            movement__command_id=movement.command_id,
            movement__kind=Kind.MOVE_OUT,
            unit__level__isnull=True,
        )
        return [row.unit for row in moved.select_related("unit").order_by("unit_id")]
    if movement.kind in (Kind.RETURN, Kind.CUSTOMER_RETURN):
        return _coming_back(movement, named)
    if movement.kind == Kind.FROM_KIT and not named:
        return _coming_back(movement, named)
    return _taken_in(movement, named)


def _units_of(movement_id: int) -> list[Unit]:
    rows = Unit.objects.filter(moves__movement=movement_id)
    return list(rows.order_by("pk").select_for_update(of=("self",), no_key=True))


def _outside(units: Sequence[Unit]) -> list[Unit]:
    """Return units that lie nowhere; one that does has gone on since."""
    for unit in units:
        if unit.level_id is not None:
            raise InvalidInput(
                _("Unit %(serial)s lies in the store already."),
                field="serials",
                serial=unit.serial,
            )
    return list(units)


def _coming_back(movement: StockMovement, named: Sequence[str]) -> list[Unit]:
    out = Unit.objects.filter(
        part=movement.level.part_id,
        level__isnull=True,
        fitted_key=movement.subject_key,
    )
    units = list(out.order_by("pk").select_for_update(no_key=True))
    if not named and len(units) == movement.quantity:
        return units
    if not units and movement.kind == Kind.CUSTOMER_RETURN:
        # An old core never left this house: its number is new here.
        return _taken_in(movement, named)
    known = {unit.serial: unit for unit in units}
    fresh = [serial for serial in named if serial not in known]
    if fresh and _may_be_fresh(movement, len(units), len(fresh)):
        old = [known[serial] for serial in named if serial in known]
        return [*old, *_taken_in(movement, fresh)]
    if not named or fresh:
        raise UnitsNeeded(
            _("Say which serial numbers come back: %(serials)s are out for this."),
            serials=", ".join(list(known)[:NAMED]) or "–",
        )
    return [known[serial] for serial in named]


def _may_be_fresh(movement: StockMovement, units: int, fresh: int) -> bool:
    """Whether pieces may come back by numbers that nobody has noted when they left.

    They left before their part was kept by serial number; or what comes is of another
    part, such as an old core, of which nothing had left.
    """
    lines = StockMovement.objects.filter(
        subject_key=movement.subject_key, level__part=movement.level.part_id
    ).exclude(pk=movement.pk)
    moved: Decimal | None = lines.aggregate(n=Sum("quantity"))["n"]
    return moved is None or fresh <= -moved - units


def _taken_in(movement: StockMovement, named: Sequence[str]) -> list[Unit]:
    part_id = movement.level.part_id
    old = Unit.objects.filter(part=part_id, serial__in=named).order_by("pk")
    known = _outside(list(old.select_for_update(of=("self",), no_key=True)))
    seen = {unit.serial for unit in known}
    fresh = Unit.objects.bulk_create(
        [
            Unit(part_id=part_id, serial=serial, provenance=movement.reason)
            for serial in named
            if serial not in seen
        ]
    )
    return [*known, *fresh]
