"""Which units go into a parcel, where more lie than are picked. Callers hold the order.

Source: docs/domain/stock.md R24.
"""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from common.errors import InvalidInput
from parts.commands.refusals import BeingPicked
from parts.commands.units import NAMED, UnitsNeeded
from parts.models import ShipmentLine, ShipmentUnit, Unit


def choose_units(line: ShipmentLine, serials: Sequence[str] = ()) -> None:
    """Note which units a line's pieces are, if its part is kept by serial number.

    Args:
        line: of an open list, with its position's part.
        serials: all of them; without any those that were chosen before count, and
            where only one answer is possible it is taken.

    Raises:
        UnitsNeeded: it is not certain which units are meant.
        InvalidInput: a unit does not lie where the line takes its pieces from.
        BeingPicked: it is on another list.
    """
    if not line.level.part.is_serialised:
        return
    here, taken = _lying(line), _elsewhere(line)
    free = [unit for unit in here if unit.pk not in taken]
    if serials:
        units = [_named(serial, here, taken) for serial in serials]
    else:
        known = set(line.chosen.values_list("unit", flat=True))
        units = [unit for unit in free if unit.pk in known]
        if len(units) != line.quantity and len(free) == line.quantity:
            units = free
    if len(units) != line.quantity:
        raise UnitsNeeded(
            _("Say which serial numbers leave: %(serials)s lie here."),
            serials=", ".join(unit.serial for unit in free[:NAMED]) or "–",
        )
    line.chosen.all().delete()
    ShipmentUnit.objects.bulk_create(
        ShipmentUnit(line=line, unit=unit) for unit in units
    )


def choose_scanned(line: ShipmentLine, serial: str) -> bool:
    """Add a unit that was scanned. Returns whether all of the line's are known now.

    Raises:
        InvalidInput: it does not lie where the line takes its pieces from.
        BeingPicked: it is on another list.
    """
    unit = _named(serial, _lying(line), _elsewhere(line))
    line.chosen.get_or_create(unit=unit)
    return line.chosen.count() == line.quantity


def _lying(line: ShipmentLine) -> list[Unit]:
    rows = Unit.objects.filter(level=line.level_id).order_by("pk")
    return list(rows.select_for_update(no_key=True))


def _elsewhere(line: ShipmentLine) -> dict[int, str]:
    rows = ShipmentUnit.objects.open().exclude(line=line)
    here = rows.filter(unit__level=line.level_id)
    return dict(here.values_list("unit", "line__shipment__number"))


def _named(serial: str, here: Sequence[Unit], taken: dict[int, str]) -> Unit:
    unit = next((unit for unit in here if unit.serial == serial), None)
    if unit is None:
        raise InvalidInput(
            _("Unit %(serial)s does not lie here."), field="serials", serial=serial
        )
    if unit.pk in taken:
        raise BeingPicked(
            _("Unit %(serial)s is on pick list %(number)s."),
            serial=serial,
            number=taken[unit.pk],
        )
    return unit
