"""Why a run of the planner gave no plan: kept by names, told in the reader's language.

The planner knows codes and numbers only. What they stand for is written down while
it is at hand: later the cards may be others.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.formats import minutes_text
from restoration.models import PlanRun
from restoration.queries.plan_reading import PlanInput
from restoration.queries.slots import UNIT_MINUTES
from restoration.queries.words import card_names, named, shown_instant
from workshop.models import BayKind, Skill

SHOWN = 5
# Fields of a refusal that are lengths, points in time and operations.
LENGTHS = ("least", "most", "work", "longest")
INSTANTS = ("limit", "earliest", "start", "horizon")
OPERATIONS = ("before", "after")

# Codes of `workshop.planner.REFUSALS`, and what befalls a run besides.
SENTENCES = {
    "LAGS_CONTRADICT": gettext_lazy(
        "It has to wait at least %(least)s and at most %(most)s for the work before it."
    ),
    "CYCLE": gettext_lazy("These wait for each other in a circle."),
    "NO_BAY": gettext_lazy("The house has no bay of the kind “%(bay)s”."),
    "POOL_TOO_SMALL": gettext_lazy("It takes more room than the house has."),
    "NO_CREW": gettext_lazy(
        "The house has not enough people for all its skills at once: %(needs)s."
    ),
    "TOO_FEW_PEOPLE": gettext_lazy(
        "It takes people with the skill “%(skill)s”: %(count)s are needed, the house"
        " has %(available)s."
    ),
    "TOO_FEW_HOURS": gettext_lazy(
        "It takes %(work)s of “%(skill)s”; whoever has this skill has less time left."
    ),
    "SKILL_FULL": gettext_lazy(
        "All work that takes “%(skill)s” comes to %(work)s; everybody with this skill"
        " together has %(most)s left."
    ),
    "BAYS_FULL": gettext_lazy(
        "All work in the bays of the kind “%(bay)s” comes to %(work)s; together they"
        " have room for %(most)s."
    ),
    "SHIFT_TOO_SHORT": gettext_lazy(
        "It must not be interrupted and takes %(work)s; the longest shift of somebody"
        " with the skill “%(skill)s” has %(longest)s."
    ),
    "LAG_CANNOT_HOLD": gettext_lazy(
        "The longest waiting time between these cannot be kept."
    ),
    "STARTS_TOO_LATE": gettext_lazy(
        "“%(after)s” has to begin by %(limit)s because of “%(before)s”, but cannot"
        " before %(earliest)s."
    ),
    "ENDS_TOO_LATE": gettext_lazy(
        "“%(before)s” cannot end before %(earliest)s, but “%(after)s” begins %(start)s."
    ),
    "BEYOND_HORIZON": gettext_lazy(
        "Even with the house to itself it does not end by %(horizon)s."
    ),
    "NO_PLACE": gettext_lazy(
        "There is no place for it beside work under way, waiting times and working"
        " hours, not even alone."
    ),
    "TOO_LITTLE_TIME": gettext_lazy("The planner ran out of time. Plan again."),
    "NONE_FOUND": gettext_lazy(
        "None was found in the time given; there may still be one. Plan again."
    ),
    "CLOSED": gettext_lazy("It was thrown away before its turn came."),
    "CHANGED": gettext_lazy(
        "A person, a part or a template that it names has left the house since. Ask"
        " again without it."
    ),
}
STOPPED = gettext_lazy(
    "The planner stopped by itself. Whoever looks after the system finds why in the"
    " record of the run."
)


def refusal_detail(
    given: PlanInput | None,
    *,
    code: str,
    operations: Sequence[int],
    fields: Mapping[str, Any],
) -> dict[str, Any]:
    """Return a refusal of the planner with names for its numbers.

    Args:
        given: what the planner was asked; without it there are no names.
        code: a key of `SENTENCES`; another one is told as a stop.
        operations: numbers of the cards that it concerns.
        fields: what the planner said with the code.
    """
    if given is None:
        return {"code": code, "cards": [], "fields": {}}
    known = [given.cards[n] for n in operations if n < len(given.cards)]
    return {
        "code": code,
        "cards": [
            {"project": card.project.number, **card_names(card)}
            for card in known[:SHOWN]
        ],
        "fields": with_names(given, fields),
    }


def with_names(given: PlanInput, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the planner said of numbers, said of cards and instants."""
    told: dict[str, Any] = {}
    for name, value in fields.items():
        if name in LENGTHS:
            told[name] = int(value) * UNIT_MINUTES
        elif name in INSTANTS:
            told[name] = given.slots.instant(int(value)).isoformat()
        elif name in OPERATIONS:
            names = card_names(given.cards[int(value)])
            told |= {f"{name}_{k}": names[f"card_{k}"] for k in ("en", "ja")}
        else:
            told[name] = value
    return told


def refusal_sentence(run: PlanRun) -> str:
    """Say why a run failed, in the reader's language; empty for one that did not.

    Source: docs/domain/planning.md, rule P13.
    """
    if run.state != PlanRun.State.FAILED:
        return ""
    detail = run.detail.get("refusal") or {}
    sentence = SENTENCES.get(str(detail.get("code")), STOPPED)
    why = str(sentence) % shown_fields(detail.get("fields") or {})
    cards = detail.get("cards") or []
    if not cards:
        return why
    names = [
        _("%(project)s “%(card)s”")
        % {"project": card.get("project", ""), "card": named(card, "card")}
        for card in cards
    ]
    return _("%(cards)s: %(reason)s") % {"cards": _(", ").join(names), "reason": why}


def shown_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a refusal's values as the reader of a sentence wants them."""
    shown: dict[str, Any] = dict(fields)
    shown |= {k: minutes_text(int(fields[k])) for k in LENGTHS if k in fields}
    shown |= {k: shown_instant(str(fields[k])) for k in INSTANTS if k in fields}
    shown |= {k: named(fields, k) for k in OPERATIONS}
    if "skill" in fields:
        shown["skill"] = _names_of_skills([str(fields["skill"])])[0]
    if "bay" in fields:
        kind = BayKind.objects.filter(code=fields["bay"]).first()
        shown["bay"] = kind.name if kind is not None else fields["bay"]
    if "needs" in fields:
        shown["needs"] = _(", ").join(_names_of_skills(list(fields["needs"])))
    return shown


def _names_of_skills(codes: Sequence[str]) -> list[str]:
    found = {s.code: s.name for s in Skill.objects.filter(code__in=codes)}
    return [str(found.get(code, code)) for code in codes]
