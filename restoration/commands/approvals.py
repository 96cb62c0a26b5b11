"""The customer decides line by line and signs; the work is released with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from common import audit
from common.errors import InvalidInput, NotAllowed, StaleVersion
from restoration import queries
from restoration.commands.estimates import locked_estimate
from restoration.commands.projects import WrongState, move_project
from restoration.commands.release import release_work
from restoration.commands.running import once
from restoration.models import Approval, Estimate, EstimateLine

Decision = EstimateLine.Decision
DECIDED = (Decision.ACCEPTED.value, Decision.DECLINED.value)


class EstimateExpired(WrongState):
    """The last day of the version is over."""

    title = _("This estimate has expired")
    todo = _("Write to the workshop: prices are looked at anew and sent again.")


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs which page."""

    user_id: int
    name: str
    content_hash: str


def decide_estimate(
    *,
    estimate_id: int,
    decisions: Mapping[int, str],
    signed_name: str,
    content_hash: str,
    user_id: int,
    key: str,
    at: datetime,
) -> Estimate:
    """Take the customer's decision on every line and release what was accepted.

    Parts of a declined operation are declined with it. Options nobody decided count
    as declined. Declining everything declines the estimate.

    Args:
        estimate_id: the version that was read.
        decisions: line → ``ACCEPTED`` or ``DECLINED``.
        signed_name: the name as typed under it.
        content_hash: of the page that was read.
        user_id: the project's customer.
        key: idempotency key; the same decision with it is taken once.
        at: now, aware.

    Raises:
        NotFound: no such estimate.
        NotAllowed: someone else than the customer signs.
        StaleVersion: the page that was read is not the one that was sent.
        InvalidInput: no name, an unknown line or decision, or a line left out.
        WrongState: the version is not open for a decision.
        EstimateExpired: its last day is over.
        KeyReused: the key belongs to another request.

    Source: docs/domain/estimate.md, rules E7 to E11.
    """
    signature = Signature(user_id, signed_name.strip()[:120], content_hash)
    body: dict[str, object] = {
        "estimate": estimate_id,
        "decisions": {str(k): v for k, v in decisions.items()},
        "signed_name": signature.name,
        "content_hash": content_hash,
    }
    once(
        key=key,
        user_id=user_id,
        command="decide_estimate",
        body=body,
        work=lambda: _decide(estimate_id, decisions, signature, at),
    )
    return Estimate.objects.get(pk=estimate_id)


def _decide(
    estimate_id: int, decisions: Mapping[int, str], signature: Signature, at: datetime
) -> int:
    estimate = locked_estimate(estimate_id)
    _refuse(estimate, signature, at)
    lines = list(estimate.lines.order_by("position"))
    _take(lines, decisions, at)
    EstimateLine.objects.bulk_update(lines, ["decision", "decided_at"])
    accepted = [line for line in lines if line.decision == Decision.ACCEPTED]
    if accepted:
        _approve(estimate, lines, accepted, signature, at)
    else:
        _decline(estimate, signature, at)
    return estimate.pk


def _refuse(estimate: Estimate, signature: Signature, at: datetime) -> None:
    if estimate.project.customer.user_id != signature.user_id:
        raise NotAllowed(_("Only the customer of the project signs its estimate."))
    if estimate.state == Estimate.State.REPLACED:
        raise StaleVersion(_("This version was replaced by a newer one."))
    if estimate.state != Estimate.State.SENT:
        raise WrongState(
            _("Version %(version)s is “%(state)s” and takes no decision."),
            version=estimate.version,
            state=estimate.get_state_display(),
        )
    if queries.is_expired(estimate, at=at):
        raise EstimateExpired(
            _("Version %(version)s was valid until %(day)s."),
            version=estimate.version,
            day=queries.shown_date(estimate.valid_until or ""),
        )
    if estimate.content_hash != signature.content_hash:
        raise StaleVersion(_("What you have read is not the version that was sent."))
    if not signature.name:
        raise InvalidInput(_("Sign with your name."), field="signed_name")


def _take(
    lines: list[EstimateLine], decisions: Mapping[int, str], at: datetime
) -> None:
    foreign = set(decisions) - {line.pk for line in lines}
    if foreign:
        raise InvalidInput(
            _("Line %(line)s is not on this estimate."),
            field="decisions",
            line=min(foreign),
        )
    for line in lines:
        line.decision = _decision_on(line, decisions)
        line.decided_at = at
    gone = {
        line.operation_id
        for line in lines
        if line.kind != EstimateLine.Kind.PART and line.decision == Decision.DECLINED
    }
    for line in lines:
        if line.kind == EstimateLine.Kind.PART and line.operation_id in gone:
            line.decision = Decision.DECLINED


def _decision_on(line: EstimateLine, decisions: Mapping[int, str]) -> Decision:
    wanted = decisions.get(line.pk)
    if wanted is None and line.is_option:
        return Decision.DECLINED
    if wanted not in DECIDED:
        raise InvalidInput(
            _("Accept or decline line %(position)s, “%(text)s”."),
            field="decisions",
            position=line.position,
            text=line.text_en,
            line=line.pk,
        )
    return Decision(wanted)


def _approve(
    estimate: Estimate,
    lines: list[EstimateLine],
    accepted: list[EstimateLine],
    signature: Signature,
    at: datetime,
) -> None:
    Estimate.objects.filter(pk=estimate.pk).update(state=Estimate.State.APPROVED)
    total = sum((line.amount_likely for line in accepted), Decimal(0))
    approval = Approval.objects.create(
        estimate=estimate,
        signed_by_id=signature.user_id,
        signed_name=signature.name,
        content_hash=signature.content_hash,
        accepted_lines=len(accepted),
        declined_lines=len(lines) - len(accepted),
        amount_likely=total,
        currency=estimate.currency,
        signed_at=at,
    )
    detail: dict[str, object] = {
        "estimate": estimate.pk,
        "accepted": approval.accepted_lines,
        "declined": approval.declined_lines,
    }
    move_project(
        estimate.project,
        "approve_estimate",
        at=at,
        actor_id=signature.user_id,
        detail=detail,
    )
    released = release_work(estimate_id=estimate.pk, at=at)
    audit.record(
        subject=estimate.project.subject_key,
        command="approve_estimate",
        actor_id=signature.user_id,
        at=at,
        detail={
            "estimate": estimate.pk,
            "content_hash": signature.content_hash,
            "accepted": approval.accepted_lines,
            "declined": approval.declined_lines,
            "cards": len(released),
        },
    )


def _decline(estimate: Estimate, signature: Signature, at: datetime) -> None:
    Estimate.objects.filter(pk=estimate.pk).update(state=Estimate.State.DECLINED)
    move_project(
        estimate.project,
        "decline_estimate",
        at=at,
        actor_id=signature.user_id,
        detail={"estimate": estimate.pk},
    )
    audit.record(
        subject=estimate.project.subject_key,
        command="decline_estimate",
        actor_id=signature.user_id,
        at=at,
        detail={"estimate": estimate.pk},
    )
