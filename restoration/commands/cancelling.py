"""A project is given up: its cards, its wishes for parts, its place in the plan."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common import audit
from common.errors import InvalidInput
from parts import commands as parts
from parts.models import Demand
from restoration.commands.cards import change_card
from restoration.commands.plans import request_plan
from restoration.commands.projects import WrongState, existing, move_project
from restoration.models import Estimate, JobCard, Project

State = JobCard.State


@transaction.atomic
def cancel_project(
    *, project_id: int, reason: str, user_id: int, at: datetime
) -> Project:
    """Give a project up. What was done and drawn stays; a second call changes nothing.

    Args:
        project_id: an open project.
        reason: why; kept with the project.
        user_id: who gives it up.
        at: now, aware.

    Raises:
        NotFound: no such project.
        InvalidInput: no reason.
        WrongState: the car was handed over, or somebody's clock runs on it.
    """
    if not reason.strip():
        raise InvalidInput(_("Say why the project is given up."), field="reason")
    project = existing(Project.objects.locked().filter(pk=project_id).first())
    if project.state == Project.State.CANCELLED:
        return project
    cards = list(JobCard.objects.locked().unfinished().filter(project=project))
    if any(card.state == State.RUNNING for card in cards):
        raise WrongState(_("Somebody's clock runs on this car: stop it first."))
    move_project(
        project,
        "cancel",
        at=at,
        actor_id=user_id,
        detail={"reason": reason.strip()[:200]},
    )
    open_versions = project.estimates.filter(state=Estimate.State.SENT)
    open_versions.update(state=Estimate.State.REPLACED)
    for card in cards:
        card.project = project
        change_card(card, "cancel", user_id=user_id, at=at, reason=reason, quiet=True)
    _give_up_wishes(project, reason, user_id, at)
    if cards:
        request_plan(site_id=project.site_id, cause={"cancelled": project.pk}, at=at)
    audit.record(
        subject=project.subject_key,
        command="cancel_project",
        actor_id=user_id,
        at=at,
        detail={"cards": len(cards)},
    )
    return project


def _give_up_wishes(project: Project, reason: str, user_id: int, at: datetime) -> None:
    wishes = Demand.objects.filter(
        card_part__card__project=project,
        state__in=[Demand.State.OPEN, Demand.State.RESERVED],
    )
    for demand_id in wishes.order_by("pk").values_list("pk", flat=True):
        parts.cancel_demand(
            demand_id=demand_id, reason=reason.strip(), at=at, actor_id=user_id
        )
