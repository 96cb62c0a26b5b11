"""Parts that come back from a card, each to whom it belongs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from common.formats import plural
from parts.commands.demands import locked_demand
from parts.commands.holding import Holds, settle
from parts.commands.issues import record_pieces
from parts.commands.ledger import Act, levels_at, post
from parts.commands.refusals import (
    MoreThanWanted,
    WrongState,
    exact,
    missing,
    needed_reason,
    shown,
)
from parts.commands.running import once
from parts.commands.units import clean_serials
from parts.commands.wishes import refuse_sold
from parts.models import Bin, Demand, StockLevel, StockMovement, UnitMove

Kind = StockMovement.Kind


def return_parts(
    *,
    demand_id: int,
    quantity: Decimal,
    bin_id: int,
    reason: str,
    key: str,
    at: datetime,
    actor_id: int | None = None,
    still_wanted: bool = False,
    serials: Sequence[str] = (),
) -> Demand:
    """Put drawn parts back into a bin.

    By default the wish shrinks by what came back, and ends when nothing is left of
    it; with ``still_wanted`` (a wrong or damaged piece) it opens again. What came from
    the house goes back to the house first, the rest to its owner. Idempotent by
    ``key``.

    Args:
        demand_id: the wish the parts were drawn for.
        quantity: in the part's unit, above zero, at most what was drawn.
        bin_id: where the pieces go, at the demand's site.
        reason: why they come back.
        key: the caller's key.
        at: when, aware.
        actor_id: who brings them back.
        still_wanted: whether the card still needs as many.
        serials: which units come back, if not all that are out.

    Raises:
        MoreThanWanted: more than was drawn.
        WrongState: the bin is at another site, or the pieces were sold.
        KeyReused: the key was used with another body.
        NotFound: no such demand or bin.
    """
    wanted, why, units = exact(quantity), needed_reason(reason), clean_serials(serials)

    def work(command_id: UUID) -> dict[str, int]:
        demand = locked_demand(demand_id)
        refuse_sold(demand)
        act = Act(
            command_id=command_id,
            actor_id=actor_id,
            at=at,
            reason=why,
            subject_key=demand.demand_key,
        )
        _put_back(act, demand, wanted, bin_id, units)
        _shrink(demand, wanted, at, still_wanted=still_wanted)
        record_pieces("return_parts", act, demand, wanted)
        return {"demand": demand.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="return_parts",
        body={
            "demand": demand_id,
            "quantity": wanted,
            "bin": bin_id,
            "reason": why,
            "still_wanted": still_wanted,
            "serials": units,
        },
        work=work,
    )
    return Demand.objects.get(pk=answer["demand"])


def _put_back(
    act: Act, demand: Demand, quantity: Decimal, bin_id: int, serials: Sequence[str]
) -> None:
    if quantity > demand.drawn:
        raise MoreThanWanted(
            ngettext_lazy(
                "Only %(drawn)s has been drawn.",
                "Only %(drawn)s have been drawn.",
                plural(demand.drawn),
            ),
            drawn=shown(demand.drawn),
        )
    bin_ = Bin.objects.filter(pk=bin_id).first()
    if bin_ is None:
        raise missing("bin")
    if bin_.site_id != demand.site_id:
        raise WrongState(_("Bin %(bin)s is at another site."), bin=bin_.code)
    shares = _whose(demand, quantity, serials)
    levels = levels_at(
        [
            StockLevel(part_id=demand.part_id, bin_id=bin_id, owner_id=share.owner_id)
            for share in shares
        ]
    )
    for share, level in zip(shares, levels, strict=True):
        cost = _cost_it_left_at(demand) if share.owner_id is None else None
        post(
            act,
            level,
            Kind.RETURN,
            share.quantity,
            unit_cost=cost,
            serials=share.serials,
        )


@dataclass(frozen=True)
class _Share:
    """Pieces that come back to one owner; to the house if nobody's."""

    owner_id: int | None
    quantity: Decimal
    serials: Sequence[str]


def _whose(demand: Demand, quantity: Decimal, serials: Sequence[str]) -> list[_Share]:
    """Say whose the pieces are: units are their owner's, others the house's first."""
    if demand.owner_id is None:
        return [_Share(None, quantity, serials)]
    out = _units_out(demand)
    named = serials or list(out)
    if out and len(named) == quantity:
        theirs = [serial for serial in named if out.get(serial) is not None]
        ours = [serial for serial in named if out.get(serial) is None]
        some = ((None, ours), (demand.owner_id, theirs))
        return [_Share(who, Decimal(len(each)), each) for who, each in some if each]
    from_house = min(quantity, demand.drawn - owned_outside(demand))
    both = ((None, from_house), (demand.owner_id, quantity - from_house))
    return [_Share(who, part, serials) for who, part in both if part > 0]


def _units_out(demand: Demand) -> dict[str, int | None]:
    """Return the units that are out for a demand, and from whose position they left."""
    moves = UnitMove.objects.filter(
        unit__part=demand.part_id,
        unit__level__isnull=True,
        unit__fitted_key=demand.demand_key,
    )
    rows = moves.order_by("movement_id")
    return dict(rows.values_list("unit__serial", "movement__level__owner_id"))


def owned_outside(demand: Demand) -> Decimal:
    """Return how many of the customer's own pieces are out for a demand."""
    if demand.owner_id is None:
        return Decimal(0)
    lines = StockMovement.objects.filter(
        subject_key=demand.demand_key, level__owner=demand.owner_id
    )
    moved: Decimal | None = lines.aggregate(n=Sum("quantity"))["n"]
    return -(moved or Decimal(0))


def _cost_it_left_at(demand: Demand) -> Decimal | None:
    """Return the cost at which the house's pieces left last: they come back at it."""
    lines = StockMovement.objects.filter(
        subject_key=demand.demand_key,
        kind=Kind.ISSUE,
        level__part=demand.part_id,
        level__owner__isnull=True,
    )
    return lines.order_by("-pk").values_list("unit_cost", flat=True).first()


def _shrink(
    demand: Demand, quantity: Decimal, at: datetime, *, still_wanted: bool
) -> None:
    demand.drawn -= quantity
    if not still_wanted and demand.state != Demand.State.CANCELLED:
        if demand.quantity > quantity:
            demand.quantity -= quantity
        else:
            demand.state = Demand.State.CANCELLED
    elif demand.state == Demand.State.FULFILLED:
        demand.state = Demand.State.OPEN
    demand.save(update_fields=["drawn", "quantity", "state"])
    settle([demand], Holds.of([demand], at))
