"""What is to be paid when: shares of the approved price, due as work is finished."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from common.money import quantise
from restoration import queries
from restoration.models import Estimate, EstimateLine, JobCard, Milestone, Project
from restoration.models import ProjectMilestone as Share
from workshop import commands as house

HUNDRED = Decimal(100)
DUE_DAYS = 14
# Two finishings of one card are one wish for one invoice.
NAMESPACE = uuid.UUID("0c1de3a8-52f5-4b6f-9d35-7c8a4c7f6e21")


def plan_milestones(*, project: Project, accepted: Sequence[EstimateLine]) -> None:
    """Add the accepted lines' price to the project's milestones, inside a command.

    A milestone whose operation is not on the job is due with the last one, which also
    takes what rounding left over.

    Args:
        project: locked by the caller; its cards exist.
        accepted: the lines that were just approved.

    Source: docs/domain/money.md, rules M5 and M6.
    """
    total = sum((line.amount_likely for line in accepted), Decimal(0))
    cards = {
        c.operation_id: c
        for c in project.job_cards.exclude(state=JobCard.State.CANCELLED)
    }
    due = [
        m
        for m in Milestone.objects.order_by("position")
        if m.operation_id in cards and _is_open(project, m)
    ]
    if not total or not due:
        return
    left = total
    for milestone in due[:-1]:
        share = quantise(total * milestone.percent / HUNDRED, project.currency)
        left -= share
        _add(project, milestone, share, cards[milestone.operation_id])
    _add(project, due[-1], left, cards[due[-1].operation_id])


def _is_open(project: Project, milestone: Milestone) -> bool:
    """Whether the milestone is still to come: it has no invoice yet."""
    return not Share.objects.filter(
        project=project, milestone=milestone, invoice__isnull=False
    ).exists()


def _add(project: Project, milestone: Milestone, net: Decimal, card: JobCard) -> None:
    share, _new = Share.objects.get_or_create(
        project=project,
        milestone=milestone,
        defaults={"net": 0, "currency": project.currency, "card": card},
    )
    share.net += net
    share.save(update_fields=["net"])


def invoice_due_milestones(
    *, card: JobCard, project: Project, user_id: int | None, at: datetime
) -> None:
    """Issue the invoices that a finished card makes due, inside a command.

    The rate of tax is the one frozen on the newest approved estimate.

    Args:
        card: just finished.
        project: of the card, locked.
        user_id: who finished it.
        at: now, aware.

    Source: docs/domain/money.md, rules M6 and M7.
    """
    approved = project.estimates.filter(state=Estimate.State.APPROVED)
    newest = approved.order_by("-version").first()
    due = Share.objects.filter(card=card, invoice__isnull=True, net__gt=0)
    for share in due.select_related("milestone").order_by("milestone__position"):
        share.invoice = house.issue_invoice(
            customer_id=project.customer_id,
            subject_key=project.subject_key,
            site_id=project.site_id,
            title_en=f"{project.number}: {share.milestone.name_en}",
            title_ja=f"{project.number} {share.milestone.name_ja}".strip(),
            net=share.net,
            currency=share.currency,
            due_on=queries.day_at(project.site, at) + timedelta(days=DUE_DAYS),
            command_id=uuid.uuid5(NAMESPACE, f"milestone:{share.pk}"),
            actor_id=user_id,
            at=at,
            tax_percent=newest.tax_percent if newest is not None else None,
        )
        share.save(update_fields=["invoice"])
