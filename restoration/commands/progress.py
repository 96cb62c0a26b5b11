"""What a card's start or end means for its project: steps, readiness, a new plan."""

from datetime import datetime, timedelta

from restoration import queries
from restoration.commands.plans import request_plan
from restoration.commands.projects import move_project
from restoration.models import Assignment, JobCard, Project, ProjectEvent

# A card that ends this far from its plan asks for a new one.
OFF_PLAN = timedelta(hours=4)


def note_first_start(card: JobCard, user_id: int, at: datetime) -> None:
    """Write down that work on the project has begun, with its first card."""
    begun = JobCard.objects.filter(project=card.project_id, started_at__isnull=False)
    if not begun.exists():
        ProjectEvent.objects.create(
            project_id=card.project_id,
            kind="WORK_BEGUN",
            detail=queries.card_names(card),
            actor_id=user_id,
            happened_at=at,
        )


def finish_phase(card: JobCard, project: Project, user_id: int, at: datetime) -> None:
    """Write down that a phase is over, with its last card."""
    if card.operation is None:
        return
    phase = card.operation.phase
    left = project.job_cards.unfinished().filter(operation__phase=phase)
    if not left.exists():
        ProjectEvent.objects.create(
            project=project,
            kind="PHASE_FINISHED",
            detail={"phase_en": phase.name_en, "phase_ja": phase.name_ja},
            actor_id=user_id,
            happened_at=at,
        )


def finish_work(project: Project, user_id: int, at: datetime) -> None:
    """Make the project ready when only work after the hand-over is left."""
    left = project.job_cards.unfinished().filter(is_after_hand_over=False)
    if project.state == Project.State.IN_WORK and not left.exists():
        move_project(project, "finish_work", at=at, actor_id=user_id)


def replan_if_off(card: JobCard, project: Project, at: datetime) -> None:
    """Ask for a new plan when a card ended far from its planned end."""
    planned = Assignment.objects.filter(run__is_in_force=True, card=card).first()
    if planned is None or abs(planned.ends_at - at) > OFF_PLAN:
        request_plan(site_id=project.site_id, cause={"finished": card.pk}, at=at)
