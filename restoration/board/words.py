"""What the board calls the states of things, each by one of the five shapes."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypedDict

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.formats import day_text, moved_text
from parts.models import Observation
from restoration.models import Finding, JobCard, PlanRun, Project, ProjectEvent
from restoration.queries import (
    CarEnd,
    PhaseProgress,
    Risk,
    TimelineEntry,
    named,
    promise_sentence,
    quoted_card,
)


class Mark(NamedTuple):
    """One of the five states and the word beside its shape."""

    kind: str
    word: str


class Happening(TypedDict):
    """One entry of the timeline piece."""

    title: str
    state: str
    at: datetime
    cause: str
    by: str


PROJECT_KINDS = {
    Project.State.ENQUIRY: "WAITING",
    Project.State.ESTIMATING: "RUNNING",
    Project.State.AWAITING_APPROVAL: "WAITING",
    Project.State.IN_WORK: "RUNNING",
    Project.State.READY: "READY",
    Project.State.HANDED_OVER: "DONE",
    Project.State.CANCELLED: "BLOCKED",
}
CARD_KINDS = {
    JobCard.State.OPEN: "WAITING",
    JobCard.State.RUNNING: "RUNNING",
    JobCard.State.PAUSED: "READY",
    JobCard.State.DONE: "DONE",
    JobCard.State.CANCELLED: "BLOCKED",
}


def project_mark(project: Project) -> Mark:
    return Mark(
        PROJECT_KINDS[Project.State(project.state)], project.get_state_display()
    )


def card_mark(card: JobCard) -> Mark:
    return Mark(CARD_KINDS[JobCard.State(card.state)], card.get_state_display())


def risk_mark(risk: Risk) -> Mark:
    return {
        Risk.AFTER_WISH: Mark("BLOCKED", _("After the wish")),
        Risk.AFTER_FIRST: Mark("BLOCKED", _("After the first promise")),
        Risk.TIGHT: Mark("RUNNING", _("Tight")),
        Risk.NO_DATE: Mark("WAITING", _("No date")),
        Risk.ON_TRACK: Mark("DONE", _("On track")),
    }[risk]


def days_words(days: int | None) -> str:
    """Say how a promised date lies against the wished one.

    Args:
        days: after the wish when above zero, before it when below.
    """
    if days is None:
        return ""
    if days > 0:
        told = ngettext(
            "%(days)s day after the wish", "%(days)s days after the wish", days
        )
        return told % {"days": days}
    if days < 0:
        told = ngettext(
            "%(days)s day before the wish", "%(days)s days before the wish", -days
        )
        return told % {"days": -days}
    return _("on the day wished for")


def room_sentences(
    *, promised_on: date | None, finish_on: date | None, wished_on: date | None
) -> list[str]:
    """Say how a promised date lies to the planned end and to the wish."""
    if promised_on is None:
        return []
    told = []
    if finish_on is not None and (room := (promised_on - finish_on).days):
        told.append(room_text(room))
    if wished_on is not None and (late := (promised_on - wished_on).days) > 0:
        told.append(
            ngettext(
                "It is promised %(days)s day after the day that was wished for.",
                "It is promised %(days)s days after the day that was wished for.",
                late,
            )
            % {"days": late}
        )
    return told


def room_text(room: int) -> str:
    """Say how many days a promise leaves after the planned end, or lacks."""
    if room < 0:
        text = ngettext(
            "The plan ends %(days)s day after the promise.",
            "The plan ends %(days)s days after the promise.",
            -room,
        )
    else:
        text = ngettext(
            "The promise leaves %(days)s day after the planned end, for hours and "
            "parts that run over.",
            "The promise leaves %(days)s days after the planned end, for hours and "
            "parts that run over.",
            room,
        )
    return text % {"days": abs(room)}


def end_words(end: CarEnd) -> str:
    """Say what a pin does to a car's end, and what that means for its promise."""
    told = [moved_text(end.days) if end.days else _("ends on the same day")]
    if end.promised_on is not None:
        text = _("its promise of %(day)s is kept")
        if end.days_after_promise and end.days > 0:
            text = ngettext(
                "%(days)s day after its promise of %(day)s, which would move",
                "%(days)s days after its promise of %(day)s, which would move",
                end.days_after_promise,
            )
        elif end.days_after_promise:
            text = _("after its promise of %(day)s with or without the pin")
        day = day_text(end.promised_on)
        told.append(text % {"days": end.days_after_promise, "day": day})
    return " · ".join(told)


def since_first(days: int | None) -> str:
    """Say how far a promised date went from the first one."""
    if days is None:
        return ""
    if not days:
        return _("as first promised")
    if days > 0:
        told = ngettext(
            "%(days)s day after the first promise",
            "%(days)s days after the first promise",
            days,
        )
    else:
        told = ngettext(
            "%(days)s day before the first promise",
            "%(days)s days before the first promise",
            -days,
        )
    return told % {"days": abs(days)}


def month_text(day: date) -> str:
    """Return a month as people of the reader's language write it."""
    return date_format(day, "YEAR_MONTH_FORMAT")


def days_text(days: Decimal) -> str:
    """Return a number of days with one decimal, as the reader's language writes it."""
    return number_format(days, decimal_pos=1, force_grouping=True)


def cost_sentences(run: PlanRun, today: Decimal) -> list[str]:
    """Say what a plan costs and what no plan can go below, without flattering it.

    Args:
        run: the plan; its cost is by the promises that stood when it was made.
        today: what it costs by those of today.
    """
    if run.cost is None:
        return []
    if not run.cost:
        told = [_("This plan ends every car by its promise.")]
        if not today:
            return told
        told = [_("When it was made, it ended every car by its promise.")]
        return [*told, today_sentence(today)]
    told = [
        _(
            "By the promises of when it was made, all cars together end %(days)s"
            " weighted days after them."
        )
        % {"days": days_text(run.cost)},
        today_sentence(today),
    ]
    if not run.lower_bound:
        return [*told, _("Nothing is proven about how low it could be.")]
    if run.lower_bound >= run.cost:
        return [*told, _("No plan can be better: this is proven.")]
    return [
        *told,
        _("By those it could not be below %(days)s days, whatever plan was made.")
        % {"days": days_text(run.lower_bound)},
    ]


def today_sentence(cost: Decimal) -> str:
    """Say what a plan costs by the promises of today, beside its own figure."""
    if not cost:
        return _("By today's promises every car ends in time.")
    return _("By today's promises it is %(days)s weighted days.") % {
        "days": days_text(cost)
    }


def cause_sentence(run: PlanRun, names: Mapping[str, str]) -> str:
    """Say why a plan was asked for.

    Args:
        run: the run.
        names: of projects and cards, as `causes_of` returns them.
    """
    cause = run.cause
    if "released" in cause:
        name = names.get(f"released:{cause['released']}", "")
        return _("work was released for %(project)s") % {"project": name}
    if "cancelled" in cause:
        name = names.get(f"cancelled:{cause['cancelled']}", "")
        return _("%(project)s was cancelled") % {"project": name}
    if "finished" in cause:
        name = names.get(f"finished:{cause['finished']}", "")
        return _("work went on: %(card)s") % {"card": name}
    if demands := cause.get("demands"):
        return ngettext(
            "there is a new answer about %(count)s part",
            "there are new answers about %(count)s parts",
            len(demands),
        ) % {"count": len(demands)}
    if kind := cause_kinds().get(str(cause.get("kind"))):
        return kind
    if run.requested_by is not None:
        return _("%(person)s asked for it") % {"person": run.requested_by}
    return _("the house asked for it")


def cause_kinds() -> dict[str, str]:
    """Return what asks for a plan by itself, by the kind of its cause."""
    return {
        "NIGHT": _("the longer search of the night"),
        "OVERRUN": _("work takes longer than planned"),
        "REMAINING": _("somebody said how much work is left"),
        "FINDING": _("something was found on a car"),
        "ARBITRATED": _("a scarce part was given to one of several"),
        "MOVED_ON": _("work went on while the plan was made"),
        "PINNED": _("a card was held at its place"),
        "RELEASED": _("a card was let go again"),
        "ABSENCE": _("somebody is away, or back"),
        "HOURS": _("working hours have changed"),
        "HOLIDAYS": _("holidays have changed"),
        "PEOPLE": _("people or their skills have changed"),
        "BAYS": _("bays have changed"),
        "SITE": _("the workshop has changed"),
        "ESTIMATE": _("an estimate was approved"),
        "SCENARIO": _("somebody asks what if"),
    }


def run_mark(run: PlanRun) -> Mark:
    kinds = {"QUEUED": "WAITING", "RUNNING": "RUNNING", "DONE": "DONE"}
    return Mark(kinds.get(run.state, "BLOCKED"), run.get_state_display())


def phase_marks(phases: Iterable[PhaseProgress]) -> list[dict[str, str]]:
    """Return each phase with its one of the five states."""
    return [
        {
            "name": p.phase.name,
            "state": "DONE"
            if p.is_done
            else "RUNNING"
            if p.running_cards or p.done_minutes
            else "WAITING",
        }
        for p in phases
    ]


def happenings(entries: Iterable[TimelineEntry]) -> list[Happening]:
    """Return steps and dates in words, each step with what it was about."""
    told = []
    for entry in entries:
        title, state, cause, by = "", "DONE", "", ""
        if entry.event is not None:
            title, state = event_words(entry.event)
            cause = event_about(entry.event)
            by = str(entry.event.actor or "")
        elif entry.promise is not None:
            first = entry.promise.sequence == 1
            title = _("First date promised") if first else _("New date promised")
            state = "READY"
            cause = "" if first else promise_sentence(entry.promise)
        told.append(
            Happening(
                title=title, state=state, at=entry.happened_at, cause=cause, by=by
            )
        )
    return told


def event_words(event: ProjectEvent) -> tuple[str, str]:
    """Return what a step is called and its one of the five states."""
    words = {
        "OPENED": (_("Project opened"), "DONE"),
        "ARRIVED": (_("The car arrived"), "DONE"),
        "DRAFT_ESTIMATE": (_("Estimate drafted"), "DONE"),
        "SEND_ESTIMATE": (_("Estimate sent to the customer"), "DONE"),
        "WITHDRAW_ESTIMATE": (_("Estimate withdrawn"), "WAITING"),
        "APPROVE_ESTIMATE": (_("The customer approved the estimate"), "DONE"),
        "DECLINE_ESTIMATE": (_("The customer declined the estimate"), "BLOCKED"),
        "WORK_BEGUN": (_("Work on the car began"), "RUNNING"),
        "FINDING_RAISED": (_("Something was found that was not agreed"), "BLOCKED"),
        "PHASE_FINISHED": (_("A phase is finished"), "DONE"),
        "FINISH_WORK": (_("All work is done"), "DONE"),
        "HAND_OVER": (_("Handed over"), "DONE"),
        "CANCEL": (_("Project cancelled"), "BLOCKED"),
        "PART_SEEN": (_("A watched part was seen"), "READY"),
        "PART_REPLACED": (_("A part was replaced by another"), "DONE"),
    }
    return words.get(event.kind, (_("A step of the project"), "READY"))


def event_about(event: ProjectEvent) -> str:
    """Return the phase, the card or the reason that a step is about, by its name."""
    detail = event.detail
    if event.kind == "PHASE_FINISHED":
        return named(detail, "phase")
    if event.kind in ("PART_SEEN", "PART_REPLACED"):
        return part_news(detail)
    told = [quoted_card(detail)]
    if severity := str(detail.get("severity") or ""):
        told.append(str(dict(Finding.Severity.choices).get(severity, "")))
    if event.kind == "CANCEL":
        told.append(str(detail.get("reason") or ""))
    return " · ".join(filter(None, told))


def part_news(detail: Mapping[str, Any]) -> str:
    """Return which part was seen, and how, or which took the place of which."""
    name = " ".join(filter(None, [detail.get("number"), named(detail, "part")]))
    if seen := detail.get("seen"):
        return f"{name}: {dict(Observation.Kind.choices).get(seen, seen)}"
    before = [detail.get("old_number"), named(detail, "old_part")]
    return f"{' '.join(filter(None, before))} → {name}"
