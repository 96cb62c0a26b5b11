"""One part put in the place of another in every wish that still waits for it."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from common import audit, outbox
from common.errors import InvalidInput
from parts.commands.catalogue import WHOLE
from parts.commands.holding import Holds, give_back, settle
from parts.commands.refusals import WholePieces, WrongState, missing, needed_reason
from parts.commands.running import id_of, once
from parts.commands.sharing import reserve_for_demands
from parts.models import (
    Demand,
    KitLine,
    Part,
    PurchaseOrderLine,
    ReorderRule,
    Replacement,
    StockLevel,
)
from parts.queries import Verdict, number_of, verdicts

MOST_DEMANDS = 2000


def replace_part(
    *,
    old_id: int,
    new_id: int,
    demand_ids: Sequence[int],
    reason: str,
    key: str,
    at: datetime,
    actor_id: int | None = None,
    everywhere: bool = False,
) -> list[Replacement]:
    """Move open wishes from one part to another, with all that hangs on them.

    What they hold of the old part is given back; each keeps what was agreed to, and
    holds of the new part what lies here or is to come. Undone by the same command the
    other way round: a wish that comes back to what was agreed to says so no more.

    Args:
        old_id: the part that is replaced.
        new_id: the part that takes its place.
        demand_ids: the wishes, as the preview showed them.
        reason: why.
        key: the caller's key.
        at: when, aware.
        actor_id: who decides it.
        everywhere: also in kits and reorder rules.

    Raises:
        WrongState: a wish waits no longer, wants another part, has drawn of the old
            one, or is for a car that the new part is not for.
        Circle: a kit would hold itself.
        WholePieces: a fraction was wanted, and the new part is counted in pieces.
        InvalidInput: the same part twice, no reason, or nothing to replace.
        NotFound: no such part or wish.
        KeyReused: the key was used with another body.

    Source: docs/domain/catalogue.md C12 to C14.
    """
    why = needed_reason(reason)
    wanted = sorted(set(demand_ids))
    if old_id == new_id:
        raise InvalidInput(_("This is the part itself."), field="new")
    if not wanted and not everywhere:
        raise InvalidInput(_("Choose at least one wish."), field="demands")
    if len(wanted) > MOST_DEMANDS:
        raise InvalidInput(_("At most 2,000 wishes at a time."), field="demands")

    def work(command_id: UUID) -> dict[str, int]:
        parts = Part.objects.prefetch_related("numbers").in_bulk([old_id, new_id])
        if len(parts) != 2:
            raise missing("part")
        demands = _locked(wanted)
        _refuse_unfit(demands, parts[old_id], parts[new_id], at)
        _move(demands, old_id, new_id, at)
        Replacement.objects.bulk_create(
            Replacement(
                old_id=old_id,
                new_id=new_id,
                demand=demand,
                reason=why,
                command_id=command_id,
                replaced_by_id=actor_id,
                replaced_at=at,
            )
            for demand in demands
        )
        moved = _in_kits_and_rules(old_id, new_id) if everywhere else {}
        _tell(demands, old_id, new_id)
        audit.record(
            subject=f"part:{old_id}",
            command="replace_part",
            actor_id=actor_id,
            at=at,
            detail={"new": new_id, "demands": wanted, "reason": why, **moved},
        )
        # All it locks is locked already; its own entries come after ours.
        reserve_for_demands(demand_ids=wanted, at=at, actor_id=actor_id)
        return {"replaced": len(demands)}

    once(
        key=key,
        actor_id=actor_id,
        command="replace_part",
        body={
            "old": old_id,
            "new": new_id,
            "demands": wanted,
            "reason": why,
            "everywhere": everywhere,
        },
        work=work,
    )
    done = id_of(key=key, actor_id=actor_id, command="replace_part")
    return list(Replacement.objects.filter(command_id=done).order_by("pk"))


def _locked(demand_ids: Sequence[int]) -> list[Demand]:
    demands = list(Demand.objects.filter(pk__in=demand_ids).locked())
    if len(demands) != len(demand_ids):
        raise missing("demand")
    return demands


def _refuse_unfit(
    demands: Sequence[Demand], old: Part, new: Part, at: datetime
) -> None:
    waiting = (Demand.State.OPEN, Demand.State.RESERVED)
    in_pieces = [demand for demand in demands if demand.quantity % 1]
    if new.unit in WHOLE and in_pieces:
        raise WholePieces(field="demands")
    for row in verdicts(demands, old.pk, new.pk, at):
        demand = row.demand
        if demand.part_id != old.pk or demand.state not in waiting:
            raise WrongState(
                _("%(demand)s does not wait for %(part)s any more."),
                demand=demand.demand_key,
                part=number_of(old),
            )
        if row.verdict is Verdict.DRAWN:
            raise WrongState(
                _("Pieces of %(part)s have been drawn for %(demand)s: return them."),
                demand=demand.demand_key,
                part=number_of(old),
            )
        if row.verdict is Verdict.NO:
            raise WrongState(
                _("%(part)s is not for the car of %(demand)s."),
                demand=demand.demand_key,
                part=number_of(new),
            )


def _move(demands: Sequence[Demand], old_id: int, new_id: int, at: datetime) -> None:
    """Give back what is held of the old part and want the new one instead."""
    both = [old_id, new_id]
    list(PurchaseOrderLine.objects.incoming().filter(part_id__in=both).locked())
    list(StockLevel.objects.filter(part_id__in=both).locked())
    holds = Holds.of(demands, at)
    for demand in demands:
        give_back(demand, holds, keep=Decimal(0))
    holds.write()
    settle(demands, holds)
    for demand in demands:
        agreed = demand.replaces_part_id or old_id
        demand.replaces_part_id = None if agreed == new_id else agreed
        demand.part_id = new_id
    Demand.objects.bulk_update(demands, ["part", "replaces_part"])


def _in_kits_and_rules(old_id: int, new_id: int) -> dict[str, int]:
    lines = list(KitLine.objects.select_for_update().filter(component_id=old_id))
    holding = {
        row.kit_id: row
        for row in KitLine.objects.filter(
            component_id=new_id, kit_id__in=[line.kit_id for line in lines]
        )
    }
    for line in lines:
        other = holding.get(line.kit_id)
        if other is None:
            line.component_id = new_id
            line.save(update_fields=["component"])
        else:
            other.quantity += line.quantity
            other.save(update_fields=["quantity"])
            line.delete()
    rules = ReorderRule.objects.filter(part_id=old_id)
    taken = ReorderRule.objects.filter(part_id=new_id).values("site")
    moved = rules.exclude(site__in=taken).update(part_id=new_id)
    dropped, _by_model = ReorderRule.objects.filter(part_id=old_id).delete()
    return {"kits": len(lines), "rules": moved, "rules_dropped": dropped}


def _tell(demands: Sequence[Demand], old_id: int, new_id: int) -> None:
    """Have the answers asked for again, and let those who waited know."""
    outbox.write(
        "parts.check_availability",
        subject=f"part:{old_id}",
        part_ids=sorted([old_id, new_id]),
    )
    if demands:
        outbox.write(
            "restoration.parts_replaced",
            subject=f"part:{old_id}",
            demand_ids=[demand.pk for demand in demands],
            old_id=old_id,
            new_id=new_id,
        )
