"""What is to be paid when: shares of the approved price, due as work is finished."""

from collections.abc import Sequence
from decimal import Decimal

from common.money import quantise
from restoration.models import EstimateLine, JobCard, Milestone, Project
from restoration.models import ProjectMilestone as Share

HUNDRED = Decimal(100)


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
