"""What happened to a car, as its owner reads it."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict

from django.utils.translation import gettext as _

from restoration.models import ProjectEvent
from restoration.queries import (
    PhaseProgress,
    TimelineEntry,
    named,
    promise_sentence,
    quoted_card,
)


class Happening(TypedDict):
    """One entry of the timeline piece."""

    title: str
    state: str
    at: datetime
    cause: str
    by: str


class PhaseMark(TypedDict):
    """One entry of the phase bar."""

    name: str
    state: str


def happenings(entries: Iterable[TimelineEntry]) -> list[Happening]:
    """Return the timeline in words; steps without words for customers are left out."""
    told = []
    for entry in entries:
        title, state, cause = _told(entry)
        if title:
            told.append(
                Happening(
                    title=title, state=state, at=entry.happened_at, cause=cause, by=""
                )
            )
    return told


def phase_marks(phases: Iterable[PhaseProgress]) -> list[PhaseMark]:
    """Return each phase with its one of the five states."""
    return [PhaseMark(name=p.phase.name, state=_phase_state(p)) for p in phases]


def _told(entry: TimelineEntry) -> tuple[str, str, str]:
    if entry.promise is not None:
        if entry.promise.sequence == 1:
            return _("First date promised"), "READY", ""
        return _("New date promised"), "READY", promise_sentence(entry.promise)
    if entry.event is not None:
        title, state = event_words(entry.event)
        return title, state, event_about(entry.event)
    return "", "", ""


def event_words(event: ProjectEvent) -> tuple[str, str]:
    """Return what a step is called and its one of the five states; '' when unknown."""
    words = {
        "OPENED": (_("Project opened"), "DONE"),
        "ARRIVED": (_("Your car arrived in the workshop"), "DONE"),
        "SEND_ESTIMATE": (_("Estimate sent to you"), "RUNNING"),
        "WITHDRAW_ESTIMATE": (_("Estimate withdrawn"), "WAITING"),
        "APPROVE_ESTIMATE": (_("You approved the estimate"), "DONE"),
        "DECLINE_ESTIMATE": (_("You declined the estimate"), "BLOCKED"),
        "WORK_BEGUN": (_("Work on your car began"), "RUNNING"),
        "PHASE_FINISHED": (_("A phase is finished"), "DONE"),
        "FINISH_WORK": (_("All work is done"), "DONE"),
        "HAND_OVER": (_("Handed over"), "DONE"),
        "CANCEL": (_("Project cancelled"), "BLOCKED"),
    }
    return words.get(event.kind, ("", ""))


def event_about(event: ProjectEvent) -> str:
    """Return the phase or the card that a step is about, by its name."""
    if event.kind == "PHASE_FINISHED":
        return named(event.detail, "phase")
    return quoted_card(event.detail) if event.kind == "WORK_BEGUN" else ""


def _phase_state(phase: PhaseProgress) -> str:
    if phase.is_done:
        return "DONE"
    return "RUNNING" if phase.running_cards or phase.done_minutes else "WAITING"
