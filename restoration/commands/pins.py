"""A foreman holds a card at a time, with people, in a bay; and lets it go again."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from common import audit
from common.errors import DomainError, InvalidInput
from restoration import queries
from restoration.commands.cards import locked_card
from restoration.commands.plans import request_plan
from restoration.commands.projects import existing
from restoration.commands.running import once
from restoration.models import JobCard, Pin, Project
from workshop.commands import require_manager

LONGEST_REASON = 200


class PinRefused(DomainError):
    """The pin cannot stand; ``context["reason"]`` is the code of why."""

    todo = _("Choose another time, person or bay.")


def pin_card(
    *,
    card_id: int,
    reason: str,
    user_id: int,
    key: str,
    at: datetime,
    starts_at: datetime | None = None,
    technician_ids: Sequence[int] = (),
    bay_id: int | None = None,
    version: int | None = None,
) -> Pin:
    """Hold a card; a pin it has already is let go. The next plan goes around it.

    Args:
        card_id: the card.
        reason: why, 1 to 200 characters.
        user_id: the manager who asks.
        key: idempotency key.
        at: now, aware.
        starts_at: aware; None leaves the time to the plan.
        technician_ids: who does it; none leaves that to the plan.
        bay_id: where; None leaves that to the plan.
        version: of the card as it was read; None skips the check.

    Raises:
        NotAllowed: not a manager.
        NotFound: no such card.
        StaleVersion: the card has changed since.
        InvalidInput: nothing is to be held, or there is no reason.
        PinRefused: skill, absence, hours, bay, work before it, part or other work
            under way forbid it.
        KeyReused: the key belongs to another request.

    Source: docs/domain/planning.md, rules P16 and P17.
    """
    people = sorted(set(technician_ids))
    _check(reason, starts_at, people, bay_id)

    def work() -> int:
        require_manager(user_id)
        # Project before card, as everywhere.
        known = existing(Project.objects.filter(job_cards=card_id).first())
        project = Project.objects.locked().get(pk=known.pk)
        card = locked_card(card_id, version)
        found = queries.check_pin(
            card, starts_at=starts_at, technicians=people, bay=bay_id, at=at
        )
        pin = _held(card, found, reason, user_id, at)
        _ask(project, pin, user_id, at)
        _audit(project, pin, "pin_card", user_id, at)
        return pin.pk

    body = {
        "card": card_id, "starts_at": starts_at.isoformat() if starts_at else None,
        "technicians": people, "bay": bay_id, "reason": reason, "version": version,
    }  # fmt: skip
    pk = once(key=key, user_id=user_id, command="pin_card", body=body, work=work)
    return Pin.objects.select_related("card__project", "bay").get(pk=pk)


def release_pin(*, pin_id: int, user_id: int, key: str, at: datetime) -> Pin:
    """Let a card go where the plan puts it. Twice changes nothing.

    Args:
        pin_id: the pin.
        user_id: the manager who asks.
        key: idempotency key.
        at: now, aware.

    Raises:
        NotAllowed: not a manager.
        NotFound: no such pin.
        KeyReused: the key belongs to another request.
    """

    def work() -> int:
        require_manager(user_id)
        known = existing(Project.objects.filter(job_cards__pins=pin_id).first())
        project = Project.objects.locked().get(pk=known.pk)
        pin = Pin.objects.select_for_update(no_key=True).get(pk=pin_id)
        if pin.released_at is None:
            pin.released_at = at
            pin.released_by_id = user_id
            pin.save(update_fields=["released_at", "released_by"])
            _ask(project, pin, user_id, at)
            _audit(project, pin, "release_pin", user_id, at)
        return pin.pk

    body = {"pin": pin_id}
    pk = once(key=key, user_id=user_id, command="release_pin", body=body, work=work)
    return Pin.objects.select_related("card__project", "bay").get(pk=pk)


def _check(
    reason: str, starts_at: datetime | None, people: Sequence[int], bay: int | None
) -> None:
    if not 1 <= len(reason.strip()) <= LONGEST_REASON:
        raise InvalidInput(
            _("Say in 1 to %(longest)s characters why it is held."),
            field="reason",
            longest=LONGEST_REASON,
        )
    if starts_at is None and not people and bay is None:
        raise InvalidInput(
            _("Name a time, people or a bay to be held."), field="starts_at"
        )


def _held(
    card: JobCard, found: queries.PinCheck, reason: str, user_id: int, at: datetime
) -> Pin:
    """Write the pin that was found to stand; the one before it is let go."""
    if found.refusal is not None:
        raise PinRefused(
            _("“%(card)s” cannot be held there. %(why)s"),
            card=card.title,
            why=found.sentence,
            reason=found.refusal.code,
        )
    Pin.objects.active().filter(card=card).update(
        released_at=at, released_by_id=user_id
    )
    pin = Pin.objects.create(
        card=card,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        bay_id=found.bay,
        reason=reason.strip(),
        price=found.price,
        pinned_by_id=user_id,
        pinned_at=at,
    )
    pin.technicians.set(found.technicians)
    return pin


def _ask(project: Project, pin: Pin, user_id: int, at: datetime) -> None:
    kind = "PINNED" if pin.released_at is None else "RELEASED"
    request_plan(
        site_id=project.site_id,
        cause={"kind": kind, "card": pin.card_id, "pin": pin.pk},
        at=at,
        user_id=user_id,
    )


def _audit(
    project: Project, pin: Pin, command: str, user_id: int, at: datetime
) -> None:
    audit.record(
        subject=project.subject_key,
        command=command,
        actor_id=user_id,
        at=at,
        detail={
            "pin": pin.pk,
            "card": pin.card_id,
            "price": None if pin.price is None else str(pin.price),
        },
    )
