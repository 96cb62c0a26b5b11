"""Who gets a scarce part first: proposed by the desk, decided by a manager."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from common import audit
from common.errors import DomainError, InvalidInput, NotAllowed
from parts import commands as parts
from parts.models import Availability, Demand, Reservation
from restoration import queries
from restoration.commands.projects import existing
from restoration.commands.running import once
from restoration.models import Arbitration, ArbitrationClaim
from restoration.queries import Effect, Weighing
from workshop.models import Role, User

Kind = Arbitration.Kind
USUAL_PRIORITY = 100


@dataclass(frozen=True, slots=True)
class Why:
    """What is written of an order of claims: how binding it is, and why."""

    kind: str
    reason: str
    ground: str = ""

    @property
    def command(self) -> str:
        return "arbitrate" if self.kind == Kind.DECIDED else "propose_arbitration"


class ClaimsChanged(DomainError):
    """The claims are not those that were decided on."""

    code = "claims_changed"
    title = _("The claims have changed")


def arbitrate(
    *,
    part_id: int,
    site_id: int,
    order: Sequence[int],
    reason: str,
    user_id: int,
    key: str,
    at: datetime,
    ground: str = "",
) -> Arbitration:
    """Decide in which order the claims to a scarce part are served, and serve them.

    In one transaction: the decision with its claims, the priorities that later answers
    keep, the holds of all claims released and taken anew in the decided order, new
    answers. What changed goes to the plan and from there to the promises, as every
    new answer does. A decision is undone by another one. Safe to repeat with its key.

    Args:
        part_id: the scarce part.
        site_id: where.
        order: every claim's demand, the winner first.
        reason: why; kept with the decision, for the house alone.
        user_id: a manager.
        key: idempotency key.
        at: now, aware.
        ground: one of `Arbitration.Ground`: why, as the customers who wait read it.

    Raises:
        NotAllowed: who asks is no manager.
        NotFound: no such part or site.
        InvalidInput: no reason, an unknown ground, or the order does not name each
            claim once.
        ClaimsChanged: a claim came or went meanwhile.
        KeyReused: the key belongs to another request.

    Source: docs/domain/claims.md, rules K1 to K6.
    """
    if ground and ground not in Arbitration.Ground.values:
        raise InvalidInput(
            _("“%(ground)s” is no ground; one of %(known)s was expected."),
            field="ground",
            ground=ground[:20],
            known=", ".join(Arbitration.Ground.values),
        )
    if not User.objects.filter(pk=user_id, role=Role.MANAGER, is_active=True).exists():
        raise NotAllowed
    why = Why(Kind.DECIDED, reason.strip(), ground)
    return _written(why, part_id, site_id, order, user_id=user_id, key=key, at=at)


def propose_arbitration(
    *,
    part_id: int,
    site_id: int,
    order: Sequence[int],
    reason: str,
    user_id: int,
    key: str,
    at: datetime,
) -> Arbitration:
    """Write down who should get a scarce part first; a manager decides.

    Nothing moves. Args and Raises as in `arbitrate`; parts staff may do it, too.
    """
    rows = User.objects.filter(pk=user_id, is_active=True)
    if not rows.filter(role__in=[Role.MANAGER, Role.PARTS]).exists():
        raise NotAllowed
    why = Why(Kind.PROPOSED, reason.strip())
    return _written(why, part_id, site_id, order, user_id=user_id, key=key, at=at)


def _written(
    why: Why,
    part_id: int,
    site_id: int,
    order: Sequence[int],
    *,
    user_id: int,
    key: str,
    at: datetime,
) -> Arbitration:
    if not 1 <= len(why.reason) <= 200:
        raise InvalidInput(_("Give a reason of 1 to 200 characters."), field="reason")
    user = existing(User.objects.filter(pk=user_id).first())
    # The planner's pass takes its time: before anything is locked.
    weighed = queries.weigh(
        user, part_id=part_id, site_id=site_id, at=at, order=tuple(order)
    )

    def work() -> int:
        demands = _locked(part_id, site_id, order)
        row = _record(why, weighed, user_id, at)
        after = _serve(row, demands, order, at) if why.kind == Kind.DECIDED else {}
        _record_claims(row, weighed, demands, order, after)
        audit.record(
            subject=f"part:{part_id}",
            command=why.command,
            actor_id=user_id,
            at=at,
            detail={"arbitration": row.pk, "order": list(order), "reason": why.reason},
        )
        return row.pk

    body = {"part": part_id, "site": site_id, "order": list(order)}
    pk = once(
        key=key,
        user_id=user_id,
        command=why.command,
        body={**body, "reason": why.reason, "ground": why.ground},
        work=work,
    )
    return Arbitration.objects.get(pk=pk)


def _locked(part_id: int, site_id: int, order: Sequence[int]) -> dict[int, Demand]:
    """Lock the claims and make sure that they are those that were decided on."""
    if len(set(order)) != len(order) or not order:
        raise InvalidInput(_("Name each claim once, the winner first."), field="order")
    found = {d.pk: d for d in Demand.objects.filter(pk__in=order).locked()}
    turn = (
        Demand.objects.waiting()
        .filter(part=part_id, site=site_id)
        .in_turn()
        .values_list("pk", flat=True)
    )
    if set(turn[: queries.MOST_CLAIMS]) != set(order):
        raise ClaimsChanged(
            _("A claim came or went while you looked. Look at the claims again.")
        )
    return found


def _record(why: Why, weighed: Weighing, user_id: int, at: datetime) -> Arbitration:
    return Arbitration.objects.create(
        kind=why.kind,
        part=weighed.part,
        site=weighed.site,
        reason=why.reason,
        ground=why.ground,
        pieces=weighed.pieces.all,
        day_rate=weighed.day_rate,
        currency=weighed.site.currency,
        decided_by_id=user_id,
        decided_at=at,
    )


def _serve(
    row: Arbitration, demands: Mapping[int, Demand], order: Sequence[int], at: datetime
) -> dict[int, Availability]:
    """Give back what the claims hold and hold it anew in the decided order."""
    holds = Reservation.objects.held().filter(demand__in=demands)
    for pk in holds.order_by("order_line", "level", "pk").values_list("pk", flat=True):
        parts.release_hold(
            reservation_id=pk,
            reason=row.reason,
            at=at,
            actor_id=row.decided_by_id,
        )
    for pk, priority in _priorities(row, demands, order).items():
        parts.change_demand(
            demand_id=pk, priority=priority, at=at, actor_id=row.decided_by_id
        )
    parts.reserve_for_demands(demand_ids=list(order), at=at, actor_id=row.decided_by_id)
    parts.check_availability(
        part_ids=[row.part_id],
        at=at,
        cause={"kind": "ARBITRATED", "part_id": row.part_id, "arbitration": row.pk},
    )
    return {a.demand_id: a for a in Availability.objects.filter(demand__in=demands)}


def _priorities(
    row: Arbitration, demands: Mapping[int, Demand], order: Sequence[int]
) -> dict[int, int]:
    """Return priorities that put the claims before all others, in their order."""
    others = (
        Demand.objects.waiting()
        .filter(part=row.part_id, site=row.site_id)
        .exclude(pk__in=demands)
        .values_list("priority", flat=True)
    )
    first = max(0, min([USUAL_PRIORITY, *others]) - len(order))
    return {pk: first + place for place, pk in enumerate(order)}


def _record_claims(
    row: Arbitration,
    weighed: Weighing,
    demands: Mapping[int, Demand],
    order: Sequence[int],
    after: Mapping[int, Availability],
) -> None:
    effects = {e.claim.demand.pk: e for o in weighed.options for e in o.effects}
    priorities = (
        _priorities(row, demands, order)
        if row.kind == Kind.DECIDED
        else {pk: demand.priority for pk, demand in demands.items()}
    )
    ArbitrationClaim.objects.bulk_create(
        [
            _claim(row, place, demands[pk], priorities[pk], effects.get(pk), after)
            for place, pk in enumerate(order, 1)
        ]
    )


def _claim(
    row: Arbitration,
    place: int,
    demand: Demand,
    priority: int,
    effect: Effect | None,
    after: Mapping[int, Availability],
) -> ArbitrationClaim:
    answer = after.get(demand.pk)
    now_on = effect.now.on if effect is not None else None
    return ArbitrationClaim(
        arbitration=row,
        demand=demand,
        rank=place,
        was_priority=demand.priority,
        priority=priority,
        quantity=demand.remaining,
        was_on=effect.was.on if effect is not None else None,
        now_on=answer.available_on if answer is not None else now_on,
        finish_days=effect.finish_days if effect is not None else None,
        cost=effect.cost if effect is not None else None,
    )
