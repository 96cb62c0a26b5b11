"""Parts on their way from the store to a card, and back."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from common import audit, outbox
from common.formats import plural
from parts.commands.demands import locked_demand
from parts.commands.holding import Holds, give_back, settle
from parts.commands.ledger import Act, free, level_at, post
from parts.commands.refusals import (
    InsufficientStock,
    MoreThanWanted,
    WrongState,
    exact,
    missing,
    needed_reason,
    shown,
)
from parts.commands.running import once
from parts.models import Bin, Demand, StockLevel, StockMovement

Kind = StockMovement.Kind


def issue_parts(
    *,
    demand_id: int,
    quantity: Decimal,
    key: str,
    at: datetime,
    actor_id: int | None = None,
    reason: str = "",
) -> Demand:
    """Draw parts to the card that wants them.

    What the demand holds is drawn first, then what is free at its site. The level, the
    ledger, the hold and the demand move together. Idempotent by ``key``.

    Args:
        demand_id: the wish that is served.
        quantity: in the part's unit, above zero, at most what is still wanted.
        key: the caller's key.
        at: when, aware.
        actor_id: who draws.
        reason: anything worth noting; may be empty.

    Raises:
        MoreThanWanted: more than the demand still wants.
        InsufficientStock: less than that is held or free.
        WrongState: the demand was given up.
        KeyReused: the key was used with another body.
        NotFound: no such demand.

    Source: docs/domain/stock.md R6.
    """
    wanted = exact(quantity)

    def work(command_id: UUID) -> dict[str, int]:
        demand = locked_demand(demand_id)
        act = Act(
            command_id=command_id,
            actor_id=actor_id,
            at=at,
            reason=reason[:200],
            subject_key=demand.demand_key,
        )
        draw(act, demand, wanted, Kind.ISSUE)
        _record("issue_parts", act, demand, wanted)
        return {"demand": demand.pk}

    answer = once(
        key=key,
        actor_id=actor_id,
        command="issue_parts",
        body={"demand": demand_id, "quantity": wanted, "reason": reason},
        work=work,
    )
    return Demand.objects.get(pk=answer["demand"])


def draw(act: Act, demand: Demand, quantity: Decimal, kind: StockMovement.Kind) -> None:
    """Take pieces for a locked demand off the shelf, held ones first.

    Raises:
        MoreThanWanted: more than the demand still wants.
        InsufficientStock: less than that is held or free at its site.
        WrongState: the demand was given up.
    """
    _refuse_draw(demand, quantity)
    holds = Holds.of([demand], act.at)
    held = {row.level_id: row for row in holds.on_hand(demand)}
    levels = _levels(demand, [pk for pk in held if pk is not None])
    left = quantity
    for level in sorted(levels, key=lambda row: (row.pk not in held, row.pk)):
        row = held.get(level.pk)
        from_hold = min(left, row.quantity) if row else Decimal(0)
        piece = from_hold + min(left - from_hold, max(free(level), Decimal(0)))
        if piece <= 0:
            continue
        if row and from_hold:
            holds.consume(row, from_hold)
        post(act, level, kind, -piece, from_reserved=from_hold)
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


def _levels(demand: Demand, held_ids: Sequence[int]) -> list[StockLevel]:
    here = StockLevel.objects.usable().filter(
        part_id=demand.part_id, bin__site_id=demand.site_id, on_hand__gt=0
    )
    ids = {*here.values_list("pk", flat=True), *held_ids}
    return list(StockLevel.objects.filter(pk__in=ids).locked())


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
) -> Demand:
    """Put drawn parts back into a bin.

    By default the wish shrinks by what came back, and ends when nothing is left of
    it; with ``still_wanted`` (a wrong or damaged piece) it opens again. Idempotent by
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

    Raises:
        MoreThanWanted: more than was drawn.
        WrongState: the bin is at another site.
        KeyReused: the key was used with another body.
        NotFound: no such demand or bin.
    """
    wanted, why = exact(quantity), needed_reason(reason)

    def work(command_id: UUID) -> dict[str, int]:
        demand = locked_demand(demand_id)
        act = Act(
            command_id=command_id,
            actor_id=actor_id,
            at=at,
            reason=why,
            subject_key=demand.demand_key,
        )
        _put_back(act, demand, wanted, bin_id)
        _shrink(demand, wanted, at, still_wanted=still_wanted)
        _record("return_parts", act, demand, wanted)
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
        },
        work=work,
    )
    return Demand.objects.get(pk=answer["demand"])


def _put_back(act: Act, demand: Demand, quantity: Decimal, bin_id: int) -> None:
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
    # They come back at the cost at which they left.
    left_at = (
        StockMovement.objects.filter(
            subject_key=demand.demand_key, kind=Kind.ISSUE, level__part=demand.part_id
        )
        .order_by("-pk")
        .values_list("unit_cost", flat=True)
        .first()
    )
    level = level_at(part_id=demand.part_id, bin_id=bin_id)
    post(act, level, Kind.RETURN, quantity, unit_cost=left_at)


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


def _record(command: str, act: Act, demand: Demand, quantity: Decimal) -> None:
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
