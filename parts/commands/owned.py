"""Pieces that belong to customers: kept for them, never sold, handed back."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from parts.commands.ledger import Act, level_at, locked_level, post, refuse_beyond_free
from parts.commands.refusals import WrongState, exact, missing, needed_reason
from parts.commands.running import once
from parts.commands.stock import movement_of, record_movement
from parts.commands.units import clean_serials
from parts.models import StockMovement
from workshop.models import Customer

Kind = StockMovement.Kind


class NotOwned(WrongState):
    """The pieces are the house's own."""

    title = _("Belongs to the house")
    default_sentence = _("These pieces are the house's own; they have no other owner.")
    todo = _("Issue, sell or scrap them instead.")


def receive_owned(
    *,
    owner_id: int,
    part_id: int,
    bin_id: int,
    quantity: Decimal,
    reason: str,
    key: str,
    at: datetime,
    actor_id: int | None = None,
    lot: str = "",
    serials: Sequence[str] = (),
) -> StockMovement:
    """Take pieces of a customer into a bin, apart from the house's own.

    They cost the house nothing and serve only wishes that name their owner. Idempotent
    by ``key``.

    Args:
        owner_id: the customer they belong to.
        part_id: what came.
        bin_id: where it goes.
        quantity: in the part's unit, above zero.
        reason: why the house keeps them.
        key: the caller's key.
        at: when, aware.
        actor_id: who received them.
        lot: the lot they belong to, if lots are kept apart.
        serials: one per piece, for parts kept by serial number.

    Raises:
        InvalidInput: a quantity, reason or serial number out of range.
        KeyReused: the key was used with another body.
        NotFound: no such customer, part or bin.

    Source: docs/domain/stock.md R14.
    """
    wanted, why, units = exact(quantity), needed_reason(reason), clean_serials(serials)
    if not Customer.objects.filter(pk=owner_id).exists():
        raise missing("owner")

    def work(command_id: UUID) -> dict[str, int]:
        level = level_at(part_id=part_id, bin_id=bin_id, lot=lot, owner_id=owner_id)
        act = Act(command_id=command_id, actor_id=actor_id, at=at, reason=why)
        nothing = Decimal(0)
        movement = post(
            act, level, Kind.RECEIPT, wanted, unit_cost=nothing, serials=units
        )
        record_movement("receive_owned", act, movement, part_id, owner=owner_id)
        return {"movement": movement.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="receive_owned",
        body={
            "owner": owner_id,
            "part": part_id,
            "bin": bin_id,
            "lot": lot,
            "quantity": wanted,
            "reason": why,
            "serials": units,
        },
        work=work,
    )
    return movement_of(answer)


def hand_back_owned(
    *,
    level_id: int,
    quantity: Decimal,
    reason: str,
    key: str,
    at: datetime,
    actor_id: int | None = None,
    serials: Sequence[str] = (),
) -> StockMovement:
    """Give pieces back to the customer they belong to. Idempotent by ``key``.

    Args:
        level_id: the position they leave.
        quantity: in the part's unit, above zero, at most what no wish holds.
        reason: to whom and why.
        key: the caller's key.
        at: when, aware.
        actor_id: who gives them.
        serials: which units, if not all that lie there.

    Raises:
        NotOwned: the pieces are the house's own.
        InsufficientStock: less is free.
        KeyReused: the key was used with another body.
        NotFound: no such level.

    Source: docs/domain/stock.md R14.
    """
    wanted, why, units = exact(quantity), needed_reason(reason), clean_serials(serials)

    def work(command_id: UUID) -> dict[str, int]:
        level = locked_level(level_id)
        if level.owner_id is None:
            raise NotOwned
        refuse_beyond_free(level, wanted)
        act = Act(command_id=command_id, actor_id=actor_id, at=at, reason=why)
        movement = post(act, level, Kind.HANDED_BACK, -wanted, serials=units)
        record_movement(
            "hand_back_owned", act, movement, level.part_id, owner=level.owner_id
        )
        return {"movement": movement.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="hand_back_owned",
        body={"level": level_id, "quantity": wanted, "reason": why, "serials": units},
        work=work,
    )
    return movement_of(answer)
