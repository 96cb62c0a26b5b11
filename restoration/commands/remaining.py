"""Who works on a card says how much is left."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from common import audit
from common.errors import InvalidInput, NotAllowed
from restoration.commands.cards import locked_card
from restoration.commands.plans import request_plan
from restoration.commands.projects import WrongState, existing
from restoration.commands.running import once
from restoration.models import JobCard, Project
from restoration.queries import minutes_left
from workshop.models import Role, User

MOST_MINUTES = 100_000
# An estimate that moves the end by less is noted and no reason for a new plan.
WORTH_A_PLAN = 60
STARTED = (JobCard.State.RUNNING, JobCard.State.PAUSED)


def state_remaining(
    *,
    card_id: int,
    minutes: int,
    user_id: int,
    key: str,
    at: datetime,
    version: int | None = None,
) -> JobCard:
    """Write down how many minutes of work are left on a started card.

    Args:
        card_id: the card.
        minutes: of work that are left; 0 when only finishing it is.
        user_id: who says so: somebody who worked on it, or the desk.
        key: idempotency key.
        at: now, aware.
        version: of the card as it was read; None skips the check.

    Raises:
        NotFound: no such card.
        StaleVersion: the card has changed since.
        InvalidInput: below 0 or above 100,000.
        WrongState: it was not started, or is over.
        NotAllowed: a technician who did not work on it.
        KeyReused: the key belongs to another request.

    Source: docs/domain/planning.md, rule P15.
    """
    if not 0 <= minutes <= MOST_MINUTES:
        raise InvalidInput(
            _("Say 0 to %(most)s minutes."), field="minutes", most=MOST_MINUTES
        )

    def work() -> int:
        known = existing(Project.objects.filter(job_cards=card_id).first())
        project = Project.objects.locked().get(pk=known.pk)
        card = locked_card(card_id, version)
        _refuse(card, user_id)
        before = minutes_left(card, list(card.time_entries.all()), at=at)
        card.remaining_minutes = minutes
        card.remaining_at = at
        card.save(update_fields=["remaining_minutes", "remaining_at"])
        if abs(minutes - before) >= WORTH_A_PLAN:
            request_plan(
                site_id=project.site_id,
                cause={"kind": "REMAINING", "card": card.pk},
                at=at,
            )
        audit.record(
            subject=project.subject_key,
            command="state_remaining",
            actor_id=user_id,
            at=at,
            detail={"card": card.pk, "minutes": minutes},
        )
        return card.pk

    body = {"card": card_id, "minutes": minutes, "version": version}
    pk = once(key=key, user_id=user_id, command="state_remaining", body=body, work=work)
    return JobCard.objects.select_related("project").get(pk=pk)


def _refuse(card: JobCard, user_id: int) -> None:
    if card.state not in STARTED:
        raise WrongState(
            _("“%(card)s” is “%(state)s”; this cannot be done now."),
            card=card.title,
            state=card.get_state_display(),
            command="state_remaining",
        )
    person = existing(User.objects.filter(pk=user_id).first())
    entries = card.time_entries.filter(technician__user_id=user_id)
    if person.role == Role.TECHNICIAN and not entries.exists():
        raise NotAllowed(_("What is left is said by who worked on it, or by the desk."))
