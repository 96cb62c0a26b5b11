"""Parts on their way from the store to a card."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from common import audit, outbox
from common.errors import InvalidInput
from common.formats import plural
from parts.commands.demands import locked_demand
from parts.commands.holding import Holds, give_back, lock_pegs, settle
from parts.commands.ledger import Act, free, post
from parts.commands.refusals import (
    InsufficientStock,
    MoreThanWanted,
    WrongState,
    exact,
    shown,
)
from parts.commands.running import once
from parts.commands.units import UnitsNeeded, clean_serials
from parts.commands.wishes import refuse_sold
from parts.models import Demand, StockLevel, StockMovement, Unit

Kind = StockMovement.Kind


def issue_parts(
    *,
    demand_id: int,
    quantity: Decimal,
    key: str,
    at: datetime,
    actor_id: int | None = None,
    reason: str = "",
    serials: Sequence[str] = (),
) -> Demand:
    """Draw parts to the card that wants them.

    What the demand holds is drawn first, then its customer's own pieces, then what is
    free at its site. The level, the ledger, the hold and the demand move together.
    Idempotent by ``key``.

    Args:
        demand_id: the wish that is served.
        quantity: in the part's unit, above zero, at most what is still wanted.
        key: the caller's key.
        at: when, aware.
        actor_id: who draws.
        reason: anything worth noting; may be empty.
        serials: which units, for parts kept by serial number and where more lie
            than are drawn.

    Raises:
        MoreThanWanted: more than the demand still wants.
        InsufficientStock: less than that is held or free.
        UnitsNeeded: it is not certain which units are meant.
        WrongState: the demand was given up, or is a customer's order's.
        KeyReused: the key was used with another body.
        NotFound: no such demand.

    Source: docs/domain/stock.md R6.
    """
    wanted, units = exact(quantity), clean_serials(serials)

    def work(command_id: UUID) -> dict[str, int]:
        demand = locked_demand(demand_id)
        refuse_sold(demand)
        act = Act(
            command_id=command_id,
            actor_id=actor_id,
            at=at,
            reason=reason[:200],
            subject_key=demand.demand_key,
        )
        draw(act, demand, wanted, Kind.ISSUE, units)
        record_pieces("issue_parts", act, demand, wanted)
        return {"demand": demand.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="issue_parts",
        body={
            "demand": demand_id,
            "quantity": wanted,
            "reason": reason,
            "serials": units,
        },
        work=work,
    )
    return Demand.objects.get(pk=answer["demand"])


def draw(
    act: Act,
    demand: Demand,
    quantity: Decimal,
    kind: StockMovement.Kind,
    serials: Sequence[str] = (),
) -> None:
    """Take pieces for a locked demand off the shelf, held ones first.

    Pieces of the customer whom the demand names come next, but only to their own car:
    nobody is sold what is theirs.

    Raises:
        MoreThanWanted: more than the demand still wants.
        InsufficientStock: less than that is held or free at its site.
        WrongState: the demand was given up.
    """
    _refuse_draw(demand, quantity)
    lock_pegs([demand])
    holds = Holds.of([demand], act.at)
    held = {row.level_id: row for row in holds.on_hand(demand)}
    mine = {demand.owner_id} if kind == Kind.ISSUE and demand.owner_id else set()
    levels = _levels(demand, [pk for pk in held if pk is not None], mine)
    named = located(levels, serials, quantity)
    left = quantity
    for level in sorted(
        levels, key=lambda row: (row.pk not in held, row.owner_id is None, row.pk)
    ):
        row = held.get(level.pk)
        units = named.get(level.pk, [])
        most = min(left, Decimal(len(units))) if serials else left
        from_hold = min(most, row.quantity) if row else Decimal(0)
        piece = from_hold + min(most - from_hold, max(free(level), Decimal(0)))
        if piece <= 0:
            continue
        if row and from_hold:
            holds.consume(row, from_hold)
        post(act, level, kind, -piece, from_reserved=from_hold, serials=units)
        left -= piece
    if left > 0:
        raise InsufficientStock(
            ngettext_lazy(
                "Only %(available)s is held or free; %(wanted)s were asked for.",
                "Only %(available)s are held or free; %(wanted)s were asked for.",
                plural(quantity - left),
            ),
            available=shown(quantity - left),
            wanted=shown(quantity),
        )
    Demand.objects.filter(pk=demand.pk).update(drawn=F("drawn") + quantity)
    demand.drawn += quantity
    give_back(demand, holds, keep=demand.remaining)
    holds.write()
    settle([demand], holds)


def _refuse_draw(demand: Demand, quantity: Decimal) -> None:
    if demand.state == Demand.State.CANCELLED:
        raise WrongState(_("This wish was given up. Raise a new one."))
    if quantity > demand.remaining:
        raise MoreThanWanted(
            ngettext_lazy(
                "Only %(wanted)s is still wanted; more is a new wish.",
                "Only %(wanted)s are still wanted; more is a new wish.",
                plural(demand.remaining),
            ),
            wanted=shown(demand.remaining),
            asked=shown(quantity),
        )


def _levels(
    demand: Demand, held_ids: Sequence[int], owner_ids: set[int]
) -> list[StockLevel]:
    here = StockLevel.objects.usable_for(owner_ids).filter(
        part_id=demand.part_id, bin__site_id=demand.site_id, on_hand__gt=0
    )
    ids = {*here.values_list("pk", flat=True), *held_ids}
    return list(StockLevel.objects.filter(pk__in=ids).locked())


def where_units(
    levels: Iterable[StockLevel], serials: Sequence[str]
) -> dict[int, list[str]]:
    """Return level → those of the serial numbers that lie there."""
    found: dict[int, list[str]] = {}
    if not serials:
        return found
    units = Unit.objects.filter(level__in=list(levels), serial__in=serials)
    for level_id, serial in units.values_list("level_id", "serial").order_by("pk"):
        found.setdefault(level_id or 0, []).append(serial)
    return found


def located(
    levels: Collection[StockLevel], serials: Sequence[str], pieces: Decimal
) -> dict[int, list[str]]:
    """Return level → the serial numbers named there, if all of them lie somewhere.

    Raises:
        UnitsNeeded: they are not as many as the pieces.
        InvalidInput: one does not lie in any of the positions.
    """
    found = where_units(levels, serials)
    if serials and len(serials) != pieces:
        raise UnitsNeeded(
            _("%(pieces)s pieces need as many serial numbers; %(given)s were given."),
            pieces=shown(pieces),
            given=len(serials),
        )
    known = {serial for here in found.values() for serial in here}
    for serial in serials:
        if serial not in known:
            raise InvalidInput(
                _("Unit %(serial)s does not lie here."), field="serials", serial=serial
            )
    return found


def record_pieces(command: str, act: Act, demand: Demand, quantity: Decimal) -> None:
    """Have the wishes answered again and write down what was drawn or came back."""
    outbox.write("parts.check_availability", part_ids=[demand.part_id])
    audit.record(
        subject=f"part:{demand.part_id}",
        command=command,
        actor_id=act.actor_id,
        at=act.at,
        detail={
            "demand": demand.pk,
            "quantity": str(quantity),
            "drawn": str(demand.drawn),
            "reason": act.reason,
        },
    )
