"""Dates that moved because a decision gave a scarce piece to somebody else."""

from collections.abc import Iterable, Mapping
from typing import Any

from restoration.models import Arbitration, ArbitrationClaim
from workshop.models import Promise, Viewer


def decision_behind(subject_key: str, part: Mapping[str, Any]) -> dict[str, Any]:
    """Return which decision put a part off, as a promise's cause names it.

    Nothing where no decision did, where the day is no longer the decision's, and
    where an earlier date has told of it. Neither who got the piece nor who decided is
    in it: customers read it.

    Args:
        subject_key: whose date moves, such as ``project:12``.
        part: of the cause: the wish and the day on which its part comes now.

    Source: docs/domain/promises.md, rule D9.
    """
    claims = ArbitrationClaim.objects.filter(
        demand=part["demand"], arbitration__kind=Arbitration.Kind.DECIDED
    ).select_related("arbitration")
    lost = claims.order_by("-arbitration__decided_at", "-pk").first()
    if lost is None or not lost.comes_later:
        return {}
    if part.get("now_on") != (lost.now_on and lost.now_on.isoformat()):
        return {}
    winner = (
        lost.arbitration.claims.filter(rank__lt=lost.rank)
        .exclude(demand__subject_key=subject_key)
        .order_by("rank")
        .values_list("demand__subject_key", flat=True)
        .first()
    )
    told = Promise.objects.history_of(subject_key).filter(
        cause_detail__decision=lost.arbitration_id
    )
    if winner is None or told.exists():
        return {}
    return {
        "decision": lost.arbitration_id,
        "given_to": "CAR" if winner.startswith("project:") else "ORDER",
        "ground": lost.arbitration.ground,
    }


def decisions_behind(
    user: Viewer, promises: Iterable[Promise]
) -> dict[int, Arbitration]:
    """Return the decisions that moved these dates, by promise, for who may see them.

    Args:
        user: who asks; customers get none.
        promises: of the ledger.
    """
    named = {
        promise.pk: promise.cause_detail["decision"]
        for promise in promises
        if "decision" in promise.cause_detail
    }
    if not named:
        return {}
    rows = Arbitration.objects.visible_to(user).filter(pk__in=named.values())
    known = {row.pk: row for row in rows.select_related("decided_by")}
    return {pk: known[each] for pk, each in named.items() if each in known}
