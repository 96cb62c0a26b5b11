"""Why a pin cannot stand, in the reader's language."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from restoration.models import Pin, PlanRun
from restoration.queries.pinning import PinRefusal
from restoration.queries.refusals import SENTENCES as PLANNER_SENTENCES
from restoration.queries.refusals import STOPPED, shown_fields
from restoration.queries.words import (
    circle_words,
    named,
    part_name,
    shown_date,
    shown_instant,
)
from workshop.models import Absence, BayKind, Skill

# So many pins that are set aside are told of one by one.
SHOWN = 5
SENTENCES = {
    "OVER": gettext_lazy("The card is over."),
    "BEGUN": gettext_lazy("The work has begun; what is under way is not moved."),
    "OUTSIDE": gettext_lazy("The work is done outside, by nobody of ours."),
    "TOO_MANY": gettext_lazy("At most %(people)s can work on the card at once."),
    "NOT_HERE": gettext_lazy("This person does not work at the card's site."),
    "SKILL": gettext_lazy(
        "%(technician)s has none of the skills that the card takes: %(skills)s."
    ),
    "CREW": gettext_lazy("These people do not cover its skills together: %(skills)s."),
    "NO_BAY_NEEDED": gettext_lazy("The card takes no bay."),
    "NO_SUCH_BAY": gettext_lazy("The card's site has no such bay in use."),
    "BAY_KIND": gettext_lazy("%(bay)s is no “%(kind)s”, which the card takes."),
    "PAST": gettext_lazy("This time is over."),
    "TOO_FAR": gettext_lazy(
        "The plan does not look as far ahead, only until %(until)s."
    ),
    "CURING": gettext_lazy("What was done before needs its time until %(until)s."),
    "PREDECESSOR": gettext_lazy(
        "It follows “%(card)s”, which does not let go of it before %(until)s."
    ),
    "TOO_LATE_AFTER": gettext_lazy(
        "It must begin by %(until)s, soon enough after “%(card)s”."
    ),
    "CIRCLE": gettext_lazy(
        "These cards wait for each other in a circle: %(circle)s. No plan can be made"
        " of them until the order of their work is mended."
    ),
    "ABSENT": gettext_lazy("%(technician)s is away at %(at)s."),
    "HOURS": gettext_lazy("%(technician)s does not work at %(at)s."),
    "NO_ROOM": gettext_lazy(
        "Nobody has the hours for it from %(at)s on; if it must not be interrupted, it"
        " does not fit into that shift."
    ),
    "PERSON_TAKEN": gettext_lazy("%(technician)s works on “%(card)s” then."),
    "BAY_TAKEN": gettext_lazy("%(bay)s is taken by “%(card)s” then."),
    "FOLLOWER": gettext_lazy(
        "“%(card)s” follows it and is held at %(at)s already; that is too early."
    ),
    "NO_PLAN_WITH_IT": gettext_lazy("With it there is no plan for the other cars."),
}


def pins_aside(run: PlanRun) -> list[str]:
    """Say which pins a plan does without, and why, the oldest first.

    Args:
        run: the plan in force; a pin let go since then is not told of.

    Source: docs/domain/planning.md, rule P16.
    """
    aside = aside_of(run)
    pins = Pin.objects.active().filter(card__in=aside).select_related("card__project")
    return [
        _("The pin on “%(card)s” (%(project)s) is set aside. %(why)s")
        % {
            "card": pin.card.title,
            "project": pin.card.project.number,
            "why": pin_sentence(aside[pin.card_id]),
        }
        for pin in pins.order_by("pinned_at", "pk")[:SHOWN]
    ]


def aside_of(run: PlanRun) -> dict[int, PinRefusal]:
    """Return why a plan does without pins, by the keys of their cards."""
    aside = {
        pk: PinRefusal("NO_PLAN_WITH_IT") for pk in run.detail.get("released_pins", ())
    }
    for pk, told in run.detail.get("pins_set_aside", {}).items():
        aside[int(pk)] = or_absent(PinRefusal(told["code"], told["detail"]))
    return aside


def or_absent(refusal: PinRefusal) -> PinRefusal:
    """Outside working hours somebody may be away for longer."""
    if refusal.code != "HOURS":
        return refusal
    absences = Absence.objects.filter(
        technician=refusal.detail["technician_id"],
        period__contains=datetime.fromisoformat(refusal.detail["at"]),
    )
    return PinRefusal("ABSENT", refusal.detail) if absences.exists() else refusal


def pin_sentence(refusal: PinRefusal) -> str:
    """Say why a pin cannot stand.

    Source: docs/domain/planning.md, rule P16.
    """
    detail = refusal.detail
    if refusal.code == "PART":
        return _part(detail)
    sentence = SENTENCES.get(refusal.code)
    if sentence is None:
        told = PLANNER_SENTENCES.get(refusal.code, STOPPED)
        return str(told) % shown_fields(detail)
    return str(sentence) % _shown(detail)


def _part(detail: Mapping[str, Any]) -> str:
    if not detail.get("part_on"):
        return _("%(part)s is not here and has no date.") % {"part": part_name(detail)}
    return _("%(part)s comes %(date)s only.") % {
        "part": part_name(detail),
        "date": shown_date(str(detail["part_on"])),
    }


def _shown(detail: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {**detail, "card": named(detail, "card")}
    for name in ("until", "at"):
        if name in detail:
            shown[name] = shown_instant(str(detail[name]))
    if "circle" in detail:
        shown["circle"] = circle_words(detail["circle"])
    if "skills" in detail:
        found = Skill.objects.filter(code__in=detail["skills"]).order_by("code")
        shown["skills"] = _(", ").join(str(s.name) for s in found)
    if "kind" in detail:
        kind = BayKind.objects.filter(code=detail["kind"]).first()
        shown["kind"] = kind.name if kind is not None else detail["kind"]
    return shown
