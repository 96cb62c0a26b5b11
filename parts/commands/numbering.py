"""Parts that are kept by serial number from now on, or no longer.

Every piece that lies in the store gets its number in the same step: as many units lie
in a position as its level says, before and after. What has left before comes back with
a number of its own.

Source: docs/domain/stock.md R23.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from common import audit
from common.errors import InvalidInput
from parts.commands.ledger import Act, post
from parts.commands.refusals import (
    BeingPicked,
    SerialTaken,
    WrongState,
    missing,
    needed_reason,
    shown,
)
from parts.commands.running import once
from parts.commands.units import LONGEST_SERIAL, UnitsNeeded, lying, without_edges
from parts.models import (
    Count,
    Part,
    Shipment,
    StockLevel,
    StockMovement,
    Unit,
)
from parts.queries import number_of

Kind = StockMovement.Kind


def number_pieces(
    *,
    part_id: int,
    serials: Mapping[int, Sequence[str]],
    reason: str,
    key: str,
    at: datetime,
    actor_id: int | None = None,
) -> Part:
    """Keep a part by serial number from now on, and number every piece that lies here.

    No piece moves; each position gets one line of the ledger that says which units lie
    there. Idempotent by ``key``.

    Args:
        part_id: counted in pieces, sets or pairs.
        serials: position → one number for each piece, in the order they were read.
        reason: why.
        key: the caller's key.
        at: when, aware.
        actor_id: who numbers them.

    Raises:
        UnitsNeeded: a position has more or fewer pieces than numbers.
        InvalidInput: a line is empty, too long or stands twice, by its number.
        SerialTaken: another piece of this part carries the number.
        BeingPicked: pieces are on an open pick list.
        WrongState: it is kept by serial number already, is poured, cut or weighed, or
            is being counted.
        KeyReused: the key was used with another body.
        NotFound: no such part or position.
    """
    why = needed_reason(reason)
    named = {pk: checked_lines(rows, pk) for pk, rows in sorted(serials.items())}

    def work(command_id: UUID) -> dict[str, int]:
        part, levels = _locked(part_id)
        if part.is_serialised:
            raise WrongState(_("This part is kept by serial number already."))
        if part.unit not in Part.WHOLE_UNITS:
            raise WrongState(_("What is poured, cut or weighed has no serial numbers."))
        _refuse_busy(part)
        _refuse_other_lines(levels, named)
        _refuse_taken(part, named)
        Part.objects.filter(pk=part_id).update(is_serialised=True)
        act = Act(command_id=command_id, actor_id=actor_id, at=at, reason=why)
        for level in levels:
            if level.on_hand:
                # The part as locked counts, not what the level was read with.
                level.is_by_serial = True  # type: ignore[attr-defined]  # annotated
                post(
                    act,
                    level,
                    Kind.NUMBERED,
                    level.on_hand * 0,
                    serials=named[level.pk],
                )
        _record("number_pieces", act, part_id, sum(map(len, named.values())))
        return {"part": part_id}

    once(
        key=key,
        actor_id=actor_id,
        command="number_pieces",
        body={
            "part": part_id,
            "serials": {str(pk): rows for pk, rows in named.items()},
            "reason": why,
        },
        work=work,
    )
    return Part.objects.get(pk=part_id)


def end_numbers(
    *,
    part_id: int,
    reason: str,
    key: str,
    at: datetime,
    actor_id: int | None = None,
) -> Part:
    """Keep a part by serial number no longer.

    The units leave the books with a line of the ledger for each position; no piece
    moves, and what happened to each stays written. Idempotent by ``key``.

    Raises:
        BeingPicked: pieces are on an open pick list.
        WrongState: it is not kept by serial number, or is being counted.
        InvalidInput: no reason.
        KeyReused: the key was used with another body.
        NotFound: no such part.
    """
    why = needed_reason(reason)

    def work(command_id: UUID) -> dict[str, int]:
        part, levels = _locked(part_id)
        if not part.is_serialised:
            raise WrongState(_("This part is not kept by serial number."))
        _refuse_busy(part)
        act = Act(command_id=command_id, actor_id=actor_id, at=at, reason=why)
        ended = 0
        for level in levels:
            units = [unit.serial for unit in lying(level)]
            if units:
                # The part as locked counts, not what the level was read with.
                level.is_by_serial = True  # type: ignore[attr-defined]  # annotated
                post(act, level, Kind.UNNUMBERED, level.on_hand * 0, serials=units)
            ended += len(units)
        Part.objects.filter(pk=part_id).update(is_serialised=False)
        _record("end_numbers", act, part_id, ended)
        return {"part": part_id}

    once(
        key=key,
        actor_id=actor_id,
        command="end_numbers",
        body={"part": part_id, "reason": why},
        work=work,
    )
    return Part.objects.get(pk=part_id)


def checked_lines(rows: Sequence[str], level_id: int) -> list[str]:
    """Return serial numbers as they are kept.

    Raises:
        InvalidInput: names the line that is empty, too long, or stands twice.
    """
    seen: dict[str, int] = {}
    for line, text in enumerate(map(without_edges, rows), start=1):
        if not 0 < len(text) <= LONGEST_SERIAL:
            raise InvalidInput(
                _("Line %(line)s: a serial number has 1 to 60 characters."),
                field=field_of(level_id),
                line=line,
            )
        if text in seen:
            raise InvalidInput(
                _("Line %(line)s: %(serial)s stands in line %(first)s already."),
                field=field_of(level_id),
                line=line,
                serial=text,
                first=seen[text],
            )
        seen[text] = line
    return list(seen)


def field_of(level_id: int) -> str:
    """Return what a form calls the numbers of one position."""
    return f"serials-{level_id}"


def _locked(part_id: int) -> tuple[Part, list[StockLevel]]:
    """Return a part and all its positions, locked; nobody opens a new one meanwhile."""
    rows = StockLevel.objects.filter(part=part_id)
    list(rows.locked())
    part = Part.objects.select_for_update().filter(pk=part_id).first()
    if part is None:
        raise missing("part")
    # A position that somebody has opened before the part was locked.
    return part, list(
        rows.select_related("bin").order_by("pk").select_for_update(of=("self",))
    )


def _refuse_busy(part: Part) -> None:
    count = Count.objects.filter(
        lines__level__part=part, state__in=[Count.State.OPEN, Count.State.COUNTED]
    )
    number = count.order_by("pk").values_list("number", flat=True).first()
    if number is not None:
        raise WrongState(
            _("Stocktake %(number)s is counting this part: finish it first."),
            number=number,
        )
    picked = Shipment.objects.filter(
        lines__level__part=part,
        state__in=[Shipment.State.PICKING, Shipment.State.PACKED],
    )
    number = picked.order_by("pk").values_list("number", flat=True).first()
    if number is not None:
        raise BeingPicked(
            _("Pieces are on pick list %(number)s: ship or cancel it first."),
            number=number,
        )


def _refuse_other_lines(
    levels: Sequence[StockLevel], named: Mapping[int, Sequence[str]]
) -> None:
    known = {level.pk for level in levels}
    if not named.keys() <= known:
        raise missing("serials")
    for level in levels:
        given = len(named.get(level.pk, ()))
        if given != level.on_hand:
            raise UnitsNeeded(
                _("Bin %(bin)s: %(pieces)s lie there, %(given)s numbers were given."),
                field=field_of(level.pk),
                bin=level.bin.code,
                pieces=shown(level.on_hand),
                given=given,
            )


def _refuse_taken(part: Part, named: Mapping[int, Sequence[str]]) -> None:
    where: dict[str, tuple[int, int]] = {}
    for level_id, rows in named.items():
        for line, serial in enumerate(rows, start=1):
            if serial in where:
                raise SerialTaken(
                    _("Line %(line)s: %(serial)s was given in another bin already."),
                    field=field_of(level_id),
                    line=line,
                    serial=serial,
                )
            where[serial] = (level_id, line)
    # A number that was given up may be given again to the piece that carries it.
    outside = Unit.objects.filter(part=part, serial__in=where).exclude(fitted_key="")
    taken = outside.order_by("serial").values_list("serial", flat=True).first()
    if taken is not None:
        raise SerialTaken(
            _("Line %(line)s: %(serial)s of %(part)s was drawn or shipped."),
            field=field_of(where[taken][0]),
            line=where[taken][1],
            serial=taken,
            part=number_of(part),
        )


def _record(command: str, act: Act, part_id: int, units: int) -> None:
    audit.record(
        subject=f"part:{part_id}",
        command=command,
        actor_id=act.actor_id,
        at=act.at,
        detail={"units": units, "reason": act.reason},
    )
