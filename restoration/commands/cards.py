"""A technician's clock on a card: start, pause, finish."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from common import audit
from common.database import constraint_of
from common.errors import DomainError, InvalidInput, NotAllowed, StaleVersion
from restoration import queries
from restoration.commands.milestones import invoice_due_milestones
from restoration.commands.progress import (
    finish_phase,
    finish_work,
    note_first_start,
    replan_if_off,
)
from restoration.commands.projects import WrongState, existing
from restoration.commands.running import once
from restoration.models import (
    JobCard,
    JobCardEvent,
    Project,
    TimeEntry,
)
from workshop.models import Role, Technician, User

State = JobCard.State
# State, command → state. What is not here is refused.
TRANSITIONS: dict[tuple[str, str], str] = {
    (State.OPEN, "start"): State.RUNNING,
    (State.PAUSED, "start"): State.RUNNING,
    (State.RUNNING, "start"): State.RUNNING,
    (State.RUNNING, "pause"): State.PAUSED,
    (State.RUNNING, "finish"): State.DONE,
    (State.PAUSED, "finish"): State.DONE,
    (State.OPEN, "cancel"): State.CANCELLED,
    (State.PAUSED, "cancel"): State.CANCELLED,
}


class NotReady(DomainError):
    """The card waits for something; ``context["blockers"]`` says what."""

    todo = _("Do what it waits for first, or take another card.")


class ClockRuns(DomainError):
    """One technician works on one card at a time."""

    todo = _("Pause or finish the other card first.")


class WrongSkill(DomainError):
    """The technician has none of the skills that the card takes."""

    status = 403


class NothingClocked(DomainError):
    """Work without time is no work."""


def start_card(
    *,
    card_id: int,
    technician_id: int,
    user_id: int,
    key: str,
    at: datetime,
    version: int | None = None,
    without_parts_because: str = "",
) -> JobCard:
    """Start the technician's clock on a card; also after a pause, also as a second one.

    Args:
        card_id: the card.
        technician_id: whose clock.
        user_id: who asks: the technician, or the desk for them.
        key: idempotency key.
        at: now, aware.
        version: of the card as it was read; None skips the check.
        without_parts_because: why the work begins although parts are missing.

    Raises:
        NotFound: no such card or technician.
        NotAllowed: someone else's clock.
        StaleVersion: the card has changed since.
        WrongState: the card is done or cancelled.
        ClockRuns: the technician's clock runs on another card, or on this one.
        WrongSkill: the card takes other skills.
        NotReady: cards before it are not finished or cured, or parts are missing.
        KeyReused: the key belongs to another request.
    """

    def work() -> int:
        card = locked_card(card_id, version)
        technician = _technician(technician_id, user_id)
        _refuse_start(card, technician, at, without_parts_because.strip())
        _clock_in(card, technician, at)
        if card.started_at is None:
            note_first_start(card, user_id, at)
            card.started_at = at
        change_card(
            card, "start", user_id=user_id, at=at, reason=without_parts_because.strip()
        )
        return card.pk

    return _once(
        "start_card",
        key,
        user_id,
        {
            "card": card_id, "technician": technician_id, "version": version,
            "without_parts_because": without_parts_because,
        },
        work,
    )  # fmt: skip


def pause_card(
    *,
    card_id: int,
    technician_id: int,
    reason: str,
    user_id: int,
    key: str,
    at: datetime,
    version: int | None = None,
) -> JobCard:
    """Stop the technician's clock. The card rests when nobody's clock runs on it.

    Args:
        card_id: the card.
        technician_id: whose clock.
        reason: why, in a few words.
        user_id: who asks.
        key: idempotency key.
        at: now, aware.
        version: of the card as it was read; None skips the check.

    Raises:
        NotFound, NotAllowed, StaleVersion, KeyReused: as in `start_card`.
        InvalidInput: no reason.
        WrongState: the technician's clock does not run on the card.
    """
    if not reason.strip():
        raise InvalidInput(_("Say why the work pauses."), field="reason")

    def work() -> int:
        card = locked_card(card_id, version)
        _technician(technician_id, user_id)
        entries = TimeEntry.objects.filter(card=card, ended_at__isnull=True)
        mine = entries.filter(technician_id=technician_id).first()
        if mine is None:
            raise WrongState(_("This clock does not run on the card."))
        _stop([mine], at)
        became = State.RUNNING if entries.exists() else _next_state(card, "pause")
        change_card(card, "pause", user_id=user_id, at=at, reason=reason, became=became)
        return card.pk

    return _once(
        "pause_card",
        key,
        user_id,
        {
            "card": card_id, "technician": technician_id, "reason": reason,
            "version": version,
        },
        work,
    )  # fmt: skip


def finish_card(
    *,
    card_id: int,
    user_id: int,
    key: str,
    at: datetime,
    version: int | None = None,
) -> JobCard:
    """Finish a card: all clocks stop, what is due is invoiced, what waited may start.

    Args:
        card_id: the card.
        user_id: who asks: a technician who worked on it, or the desk.
        key: idempotency key.
        at: now, aware.
        version: of the card as it was read; None skips the check.

    Raises:
        NotFound, StaleVersion, KeyReused: as in `start_card`.
        NotAllowed: a technician who did not work on it.
        WrongState: the card was not started, or is over.
        NothingClocked: nobody's time is on it.
    """

    def work() -> int:
        # Project before card, as everywhere; and read after the locks.
        known = existing(JobCard.objects.filter(pk=card_id).first())
        project = Project.objects.locked().get(pk=known.project_id)
        card = locked_card(card_id, version)
        became = _next_state(card, "finish")
        entries = list(card.time_entries.select_related("technician"))
        _refuse_finish(card, entries, user_id)
        _stop([e for e in entries if e.ended_at is None], at)
        card.finished_at = at
        change_card(card, "finish", user_id=user_id, at=at, became=became, quiet=True)
        invoice_due_milestones(card=card, project=project, user_id=user_id, at=at)
        finish_phase(card, project, user_id, at)
        finish_work(project, user_id, at)
        replan_if_off(card, project, at)
        _audit(card, "finish_card", user_id, at)
        return card.pk

    return _once(
        "finish_card", key, user_id, {"card": card_id, "version": version}, work
    )


def locked_card(card_id: int, version: int | None = None) -> JobCard:
    """Return a card, locked, if it is still the version that was read.

    Raises:
        NotFound: no such card.
        StaleVersion: it has changed since.
    """
    rows = JobCard.objects.locked().select_related("project")
    card = existing(rows.filter(pk=card_id).first())
    if version is not None and card.version != version:
        raise StaleVersion(card=card.pk, version=card.version)
    return card


def change_card(
    card: JobCard,
    command: str,
    *,
    user_id: int | None,
    at: datetime,
    reason: str = "",
    became: str | None = None,
    quiet: bool = False,
    is_news: bool = False,
) -> None:
    """Write a locked card's next state, its event and its new version.

    Args:
        card: locked.
        command: the row of `TRANSITIONS`.
        user_id: who asked.
        at: now, aware.
        reason: kept with the event.
        became: the state, where it is not the table's.
        quiet: leave the audit entry to the caller.
        is_news: nothing of the card changed, so whoever has it open may go on.
    """
    was, card.state = card.state, became or _next_state(card, command)
    if not is_news:
        card.version += 1
        card.save(update_fields=["state", "version", "started_at", "finished_at"])
    JobCardEvent.objects.create(
        card=card,
        command=command,
        was=was,
        became=card.state,
        reason=reason.strip()[:200],
        actor_id=user_id,
        happened_at=at,
    )
    if not quiet:
        _audit(card, f"{command}_card", user_id, at)


def _audit(card: JobCard, command: str, user_id: int | None, at: datetime) -> None:
    audit.record(
        subject=card.project.subject_key,
        command=command,
        actor_id=user_id,
        at=at,
        detail={"card": card.pk, "state": str(card.state), "version": card.version},
    )


def _once(
    command: str,
    key: str,
    user_id: int,
    body: dict[str, object],
    work: Callable[[], int],
) -> JobCard:
    pk = once(key=key, user_id=user_id, command=command, body=body, work=work)
    return JobCard.objects.select_related("project").get(pk=pk)


def _technician(technician_id: int, user_id: int) -> Technician:
    found = Technician.objects.employed().filter(pk=technician_id)
    technician = existing(found.prefetch_related("skills").first())
    person = existing(User.objects.filter(pk=user_id).first())
    if person.role == Role.TECHNICIAN and technician.user_id != user_id:
        raise NotAllowed(_("Everybody starts and stops their own clock."))
    return technician


def _next_state(card: JobCard, command: str) -> str:
    became = TRANSITIONS.get((card.state, command))
    if became is None:
        raise WrongState(
            _("“%(card)s” is “%(state)s”; this cannot be done now."),
            card=card.title,
            state=card.get_state_display(),
            command=command,
        )
    return became


def _refuse_start(
    card: JobCard, technician: Technician, at: datetime, because: str
) -> None:
    _next_state(card, "start")
    running = TimeEntry.objects.filter(technician=technician, ended_at__isnull=True)
    other = running.select_related("card").first()
    if other is not None:
        raise ClockRuns(
            _("The clock of %(name)s runs on “%(card)s”."),
            name=technician.name,
            card=other.card.title,
        )
    wanted = {need.skill_id for need in card.needs.all()}
    if wanted and not wanted & {skill.pk for skill in technician.skills.all()}:
        raise WrongSkill(
            _("“%(card)s” takes skills that %(name)s does not have."),
            card=card.title,
            name=technician.name,
        )
    waits = queries.blockers_of([card.pk], at=at).get(card.pk, [])
    if because:
        waits = [b for b in waits if b.kind != queries.BlockerKind.PART]
    if waits:
        raise _not_ready(card, waits)


def _not_ready(card: JobCard, waits: Sequence[queries.Blocker]) -> NotReady:
    return NotReady(
        _("“%(card)s” cannot start yet. %(waits)s"),
        card=card.title,
        waits=" ".join(b.sentence for b in waits),
        blockers=[b.kind.value for b in waits],
    )


def _clock_in(card: JobCard, technician: Technician, at: datetime) -> None:
    try:
        with transaction.atomic():
            TimeEntry.objects.create(card=card, technician=technician, started_at=at)
    except IntegrityError as error:
        if constraint_of(error) != "restoration_time_one_running":
            raise
        raise ClockRuns(
            _("The clock of %(name)s runs already."), name=technician.name
        ) from error


def _stop(entries: Sequence[TimeEntry], at: datetime) -> None:
    for entry in entries:
        entry.ended_at = max(at, entry.started_at)
        entry.save(update_fields=["ended_at"])


def _refuse_finish(card: JobCard, entries: Sequence[TimeEntry], user_id: int) -> None:
    person = existing(User.objects.filter(pk=user_id).first())
    worked = {entry.technician.user_id for entry in entries}
    if person.role == Role.TECHNICIAN and user_id not in worked:
        raise NotAllowed(_("A card is finished by who worked on it, or by the desk."))
    if not entries and not card.is_outside:
        raise NothingClocked(_("No time is clocked on “%(card)s”."), card=card.title)
