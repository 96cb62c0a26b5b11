"""From the receiving bins to the shelves with what is held; into quarantine and out."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common import audit, outbox
from common.errors import InvalidInput
from parts.commands.ledger import Act, free, post
from parts.commands.parcels import OPEN_PARCELS
from parts.commands.refusals import (
    BeingPicked,
    InsufficientStock,
    WrongState,
    exact,
    missing,
    needed_reason,
    shown,
)
from parts.commands.running import once
from parts.commands.stock import move_stock
from parts.commands.units import clean_serials
from parts.models import (
    Bin,
    Demand,
    Reservation,
    ShipmentLine,
    StockLevel,
    StockMovement,
)

Kind = StockMovement.Kind
MOST_MOVES = 200


@dataclass(frozen=True, kw_only=True)
class PutAway:
    """One move from a receiving bin to a shelf.

    Attributes:
        level_id: the position in the receiving bin.
        bin_id: a store bin at the same site.
        quantity: in the part's unit, above zero, at most what lies there.
        serials: which units, if not all that lie there.
    """

    level_id: int
    bin_id: int
    quantity: Decimal
    serials: Sequence[str] = ()


class JustReserved(WrongState):
    """Somebody has reserved here at this moment."""

    title = _("Changed at this moment")
    default_sentence = _("Somebody has just reserved some of these pieces.")
    todo = _("Send it again.")


def put_away(
    *,
    moves: Sequence[PutAway],
    reason: str,
    key: str,
    at: datetime,
    actor_id: int | None = None,
) -> int:
    """Move pieces from receiving bins to shelves, all or none.

    Free pieces go first; holds go along with the pieces they stand on. Each move can
    be undone for itself. Idempotent by ``key``.

    Args:
        moves: at least one, at most 200.
        reason: why.
        key: the caller's key.
        at: when, aware.
        actor_id: who puts them away.

    Returns:
        How many moves there were.

    Raises:
        InvalidInput: no moves, too many, or a quantity out of range.
        WrongState: a position is not in a receiving bin, a bin is no shelf of the site.
        InsufficientStock: less lies there.
        JustReserved: holds have changed at this moment.
        BeingPicked: the pieces are on an open pick list.
        KeyReused: the key was used with another body.
        NotFound: no such position or bin.

    Source: docs/domain/stock.md R19.
    """
    if not 0 < len(moves) <= MOST_MOVES:
        raise InvalidInput(_("Choose 1 to 200 moves."), field="moves")
    why = needed_reason(reason)
    checked = [
        PutAway(
            level_id=move.level_id,
            bin_id=move.bin_id,
            quantity=exact(move.quantity),
            serials=clean_serials(move.serials),
        )
        for move in moves
    ]

    def work(command_id: UUID) -> dict[str, int]:
        levels, holds = _locked(checked, _sources(checked))
        for number, move in enumerate(checked):
            act = Act(
                # Each move is a command of its own to whoever undoes it.
                command_id=uuid.uuid5(command_id, str(number)),
                actor_id=actor_id,
                at=at,
                reason=why,
            )
            _move(act, move, levels, holds)
        _after(checked, levels, why, actor_id, at)
        return {"moves": len(checked)}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="put_away",
        body={
            "moves": [
                [move.level_id, move.bin_id, str(move.quantity), list(move.serials)]
                for move in checked
            ],
            "reason": why,
        },
        work=work,
    )
    return answer["moves"]


@dataclass
class _Levels:
    """The locked positions that pieces leave and reach."""

    by_pk: dict[int, StockLevel]
    targets: dict[tuple[int, int], StockLevel]


def _sources(moves: Sequence[PutAway]) -> dict[int, StockLevel]:
    ids = {move.level_id for move in moves}
    rows = StockLevel.objects.filter(pk__in=ids).select_related("bin")
    sources = {row.pk: row for row in rows}
    if len(sources) != len(ids):
        raise missing("level")
    bins = Bin.objects.in_bulk({move.bin_id for move in moves})
    for move in moves:
        source, bin_ = sources[move.level_id], bins.get(move.bin_id)
        if bin_ is None:
            raise missing("bin")
        if source.bin.kind != Bin.Kind.RECEIVING:
            raise WrongState(_("Bin %(bin)s is no receiving bin."), bin=source.bin.code)
        if (bin_.kind, bin_.site_id) != (Bin.Kind.STORE, source.bin.site_id):
            raise WrongState(_("Bin %(bin)s is no shelf of this site."), bin=bin_.code)
    return sources


def _locked(
    moves: Sequence[PutAway], sources: dict[int, StockLevel]
) -> tuple[_Levels, dict[int, list[Reservation]]]:
    """Lock wishes, then positions, and read what is held where pieces leave."""
    held = Reservation.objects.held().filter(level__in=sources)
    wishes = set(held.values_list("demand_id", flat=True)) - {None}
    locked = {row.pk for row in Demand.objects.filter(pk__in=wishes).locked()}
    StockLevel.objects.bulk_create(
        [_target(sources[move.level_id], move.bin_id) for move in moves],
        ignore_conflicts=True,
    )
    wanted = Q(pk__in=sources)
    for move in moves:
        source = sources[move.level_id]
        wanted |= Q(
            part=source.part_id,
            bin=move.bin_id,
            lot=source.lot,
            owner=source.owner_id,
        )
    rows = list(StockLevel.objects.filter(wanted).locked())
    by_place = {(row.part_id, row.bin_id, row.lot, row.owner_id): row for row in rows}
    levels = _Levels({row.pk: row for row in rows}, {})
    for move in moves:
        new = _target(sources[move.level_id], move.bin_id)
        place = (new.part_id, new.bin_id, new.lot, new.owner_id)
        levels.targets[move.level_id, move.bin_id] = by_place[place]
    holds: dict[int, list[Reservation]] = {pk: [] for pk in levels.by_pk}
    now_held = Reservation.objects.held().filter(level__in=levels.by_pk)
    for hold in now_held.order_by("pk"):
        if hold.level_id in sources and hold.demand_id not in {*locked, None}:
            raise JustReserved
        holds[hold.level_id or 0].append(hold)
    return levels, holds


def _target(source: StockLevel, bin_id: int) -> StockLevel:
    return StockLevel(
        part_id=source.part_id,
        bin_id=bin_id,
        lot=source.lot,
        owner_id=source.owner_id,
    )


def _move(
    act: Act, move: PutAway, levels: _Levels, holds: dict[int, list[Reservation]]
) -> None:
    source = levels.by_pk[move.level_id]
    target = levels.targets[move.level_id, move.bin_id]
    if source.on_hand < move.quantity:
        raise InsufficientStock(
            _("Only %(available)s lie here; %(wanted)s were to be put away."),
            available=shown(source.on_hand),
            wanted=shown(move.quantity),
        )
    carried = max(Decimal(0), move.quantity - free(source))
    cost = source.unit_cost
    post(
        act,
        source,
        Kind.MOVE_OUT,
        -move.quantity,
        from_reserved=carried,
        serials=move.serials,
    )
    post(act, target, Kind.MOVE_IN, move.quantity, unit_cost=cost)
    if carried:
        StockLevel.objects.filter(pk=target.pk).update(reserved=F("reserved") + carried)
        target.reserved += carried
        _carry(act, source, target, carried, holds)


def _carry(
    act: Act,
    source: StockLevel,
    target: StockLevel,
    quantity: Decimal,
    holds: dict[int, list[Reservation]],
) -> None:
    """Let the oldest holds go along with the pieces they stand on."""
    there = {hold.demand_key: hold for hold in holds[target.pk]}
    left = quantity
    picked = _picked(source)
    free_first = sorted(
        holds[source.pk], key=lambda hold: (hold.demand_id in picked, hold.pk)
    )
    for hold in free_first:
        piece = min(left, hold.quantity)
        if piece <= 0:
            break
        if hold.demand_id in picked:
            raise BeingPicked
        left -= piece
        known = there.get(hold.demand_key)
        if known is None and piece == hold.quantity:
            hold.level = target
            hold.save(update_fields=["level"])
            holds[source.pk].remove(hold)
            holds[target.pk].append(hold)
            continue
        if piece == hold.quantity:
            hold.state = Reservation.State.RELEASED
            holds[source.pk].remove(hold)
        else:
            hold.quantity -= piece
        hold.save(update_fields=["state", "quantity"])
        if known is None:
            known = Reservation.objects.create(
                demand_id=hold.demand_id,
                demand_key=hold.demand_key,
                level=target,
                quantity=piece,
                held_until=hold.held_until,
                created_at=act.at,
            )
            holds[target.pk].append(known)
        else:
            known.quantity += piece
            known.save(update_fields=["quantity"])


def _picked(level: StockLevel) -> set[int | None]:
    """Return the wishes for which pieces of a position are on an open pick list."""
    rows = ShipmentLine.objects.filter(level=level, shipment__state__in=OPEN_PARCELS)
    return set(rows.values_list("line__demand_id", flat=True))


def _after(
    moves: Sequence[PutAway],
    levels: _Levels,
    reason: str,
    actor_id: int | None,
    at: datetime,
) -> None:
    by_part: dict[int, list[list[str | int]]] = {}
    for move in moves:
        part_id = levels.by_pk[move.level_id].part_id
        row: list[str | int] = [move.level_id, move.bin_id, str(move.quantity)]
        by_part.setdefault(part_id, []).append(row)
    outbox.write("parts.check_availability", part_ids=sorted(by_part))
    for part_id, rows in sorted(by_part.items()):
        audit.record(
            subject=f"part:{part_id}",
            command="put_away",
            actor_id=actor_id,
            at=at,
            detail={"moves": [list(row) for row in rows], "reason": reason},
        )


def quarantine_stock(
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
    """Close free pieces away: in quarantine they are promised to nobody.

    As `move_stock`; besides:

    Raises:
        WrongState: the bin is no quarantine, or the pieces are in one.
    """
    _refuse_kinds(level_id, bin_id, into=True)
    return move_stock(
        level_id=level_id,
        bin_id=bin_id,
        quantity=quantity,
        reason=reason,
        key=key,
        at=at,
        actor_id=actor_id,
        serials=serials,
    )


def release_quarantine(
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
    """Let pieces out of quarantine, to be promised again.

    As `move_stock`; besides:

    Raises:
        WrongState: the pieces are in no quarantine, or the bin is one.
    """
    _refuse_kinds(level_id, bin_id, into=False)
    return move_stock(
        level_id=level_id,
        bin_id=bin_id,
        quantity=quantity,
        reason=reason,
        key=key,
        at=at,
        actor_id=actor_id,
        serials=serials,
    )


def _refuse_kinds(level_id: int, bin_id: int, *, into: bool) -> None:
    here = Bin.objects.filter(levels=level_id).first()
    there = Bin.objects.filter(pk=bin_id).first()
    if here is None or there is None:
        raise missing("level" if here is None else "bin")
    closed = [bin_.kind == Bin.Kind.QUARANTINE for bin_ in (here, there)]
    if closed != [not into, into]:
        raise WrongState(
            _("One of the two bins is a quarantine: the one the pieces go to or leave.")
        )
