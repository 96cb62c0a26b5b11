"""Kits put together from what lies in the store, and taken apart again.

Source: docs/domain/stock.md R21, R22.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from common import audit, outbox
from parts.commands.kit_making import Making
from parts.commands.kit_opening import Opening
from parts.commands.ledger import Act
from parts.commands.refusals import exact, needed_reason
from parts.commands.running import once
from parts.commands.stock import movement_of
from parts.commands.units import clean_serials
from parts.models import StockMovement


def assemble_kit(
    *,
    kit_id: int,
    bin_id: int,
    quantity: Decimal,
    reason: str,
    key: str,
    at: datetime,
    actor_id: int | None = None,
    whole_tree: bool = False,
    lot: str = "",
    serials: Sequence[str] = (),
    component_serials: Sequence[str] = (),
) -> StockMovement:
    """Put kits together from free pieces of the house at the bin's site.

    The kit comes at the sum of what its components cost on average where they lay.
    Idempotent by ``key``; undone whole by undoing any of its lines.

    Args:
        kit_id: a part that holds components.
        bin_id: where the kits go.
        quantity: how many, above zero.
        reason: why.
        key: the caller's key.
        at: when, aware.
        actor_id: who puts them together.
        whole_tree: whether kits inside that do not lie ready are put together first.
        lot: of the kits, if lots are kept apart.
        serials: of the kits, if they are kept by serial number.
        component_serials: which units go in, where more lie than are needed.

    Returns:
        The line by which the kits came.

    Raises:
        ComponentsMissing: names what is not free at the site and how many.
        UnitsNeeded: it is not certain which units are meant.
        InvalidInput: the bin is closed for promises, or a quantity is out of range.
        WrongState: the part holds no components.
        KeyReused: the key was used with another body.
        NotFound: no such part or bin.
    """
    wanted, why = exact(quantity), needed_reason(reason)
    own, inside = clean_serials(serials), clean_serials(component_serials)

    def work(command_id: UUID) -> dict[str, int]:
        making = Making.of(kit_id, bin_id, lot, inside)
        making.plan(wanted, whole_tree=whole_tree)
        act = _act(command_id, actor_id, at, why, kit_id)
        line = making.write(act, own)
        _record("assemble_kit", act, line, kit_id, making.touched)
        return {"movement": line.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="assemble_kit",
        body={
            "kit": kit_id,
            "bin": bin_id,
            "quantity": wanted,
            "reason": why,
            "whole_tree": whole_tree,
            "lot": lot,
            "serials": own,
            "component_serials": inside,
        },
        work=work,
    )
    return movement_of(answer)


def take_kit_apart(
    *,
    level_id: int,
    bin_id: int,
    quantity: Decimal,
    reason: str,
    key: str,
    at: datetime,
    actor_id: int | None = None,
    whole_tree: bool = False,
    serials: Sequence[str] = (),
    component_serials: Sequence[str] = (),
) -> StockMovement:
    """Take free kits of the house apart and put their components into a bin.

    What the kits cost is shared among the components by what these cost on average at
    the site, else by their price; by pieces where neither is known. Idempotent by
    ``key``; undone whole by undoing any of its lines.

    Args:
        level_id: the position of the kits.
        bin_id: where the components go, at the same site.
        quantity: how many kits, above zero, at most what is free.
        reason: why.
        key: the caller's key.
        at: when, aware.
        actor_id: who takes them apart.
        whole_tree: whether kits inside are taken apart, too; one that is kept by
            serial number stays whole.
        serials: which kits, if they are kept by serial number.
        component_serials: what stands on the components that are.

    Returns:
        The line by which the kits left.

    Raises:
        InsufficientStock: less is free.
        OwnedStock: the kits are a customer's.
        UnitsNeeded: it is not certain which units are meant.
        WrongState: the part holds no components, or the bin is at another site.
        KeyReused: the key was used with another body.
        NotFound: no such level or bin.
    """
    wanted, why = exact(quantity), needed_reason(reason)
    own, inside = clean_serials(serials), clean_serials(component_serials)

    def work(command_id: UUID) -> dict[str, int]:
        opening = Opening.of(level_id, bin_id, inside)
        kit_id = opening.source.part_id
        act = _act(command_id, actor_id, at, why, kit_id)
        line = opening.take_apart(act, wanted, own, whole_tree=whole_tree)
        _record("take_kit_apart", act, line, kit_id, opening.touched)
        return {"movement": line.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="take_kit_apart",
        body={
            "level": level_id,
            "bin": bin_id,
            "quantity": wanted,
            "reason": why,
            "whole_tree": whole_tree,
            "serials": own,
            "component_serials": inside,
        },
        work=work,
    )
    return movement_of(answer)


def _act(
    command_id: UUID, actor_id: int | None, at: datetime, reason: str, kit_id: int
) -> Act:
    return Act(
        command_id=command_id,
        actor_id=actor_id,
        at=at,
        reason=reason,
        subject_key=f"part:{kit_id}",
    )


def _record(
    command: str, act: Act, line: StockMovement, kit_id: int, touched: Collection[int]
) -> None:
    outbox.write("parts.check_availability", part_ids=sorted({kit_id, *touched}))
    audit.record(
        subject=f"part:{kit_id}",
        command=command,
        actor_id=act.actor_id,
        at=act.at,
        detail={
            "movement": line.pk,
            "level": line.level_id,
            "quantity": str(line.quantity),
            "unit_cost": str(line.unit_cost),
            "components": sorted(touched),
            "reason": act.reason,
        },
    )
