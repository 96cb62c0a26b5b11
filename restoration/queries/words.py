"""Sentences for the codes that the plan and the promises carry."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from common.canonical import JSON
from common.formats import day_text, grouped, instant_text
from restoration.models import Arbitration, JobCard
from workshop.models import Promise

Detail = Mapping[str, Any]
MINUTES_AN_HOUR = 60
BEGUN = (JobCard.State.RUNNING, JobCard.State.PAUSED, JobCard.State.DONE)


def shown_date(value: date | str) -> str:
    """Return a day as people of the reader's language write it."""
    day = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return day_text(day)


def shown_instant(value: datetime | str) -> str:
    """Return an instant in the reader's zone and language."""
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    return instant_text(instant)


def named(detail: Detail, what: str) -> str:
    """Return a name that a detail holds in both languages, else its code."""
    if (get_language() or "en").startswith("ja") and detail.get(f"{what}_ja"):
        return str(detail[f"{what}_ja"])
    return str(detail.get(f"{what}_en") or detail.get(what) or "")


def card_names(card: JobCard) -> dict[str, JSON]:
    """Return a card as a detail names it, in both languages."""
    return {"card": card.pk, "card_en": card.title_en, "card_ja": card.title_ja}


def circle_words(cards: Sequence[Detail]) -> str:
    """Return cards that wait for each other, from one back to itself."""
    names = [_("“%(card)s”") % {"card": named(card, "card")} for card in cards]
    return " → ".join([*names, *names[:1]])


def quoted_card(detail: Detail) -> str:
    """Return the name of the card that a detail names; empty where it names none."""
    if not detail.get("card_en"):
        return ""
    return _("“%(card)s”") % {"card": named(detail, "card")}


def start_reason(card: JobCard, reason: Detail) -> str:
    """Say why a card does not start earlier, as it is today.

    What began after the plan was made waits for nothing any more.

    Args:
        card: as it stands.
        reason: as the plan's `Assignment.reason` holds it.

    Source: docs/domain/planning.md, rule P9.
    """
    return reason_sentence({"kind": "FIXED"} if card.state in BEGUN else reason)


def reason_sentence(reason: Detail) -> str:
    """Say why a card does not start earlier, in the reader's language.

    Args:
        reason: as `Assignment.reason` holds it.

    Source: docs/domain/planning.md, rule P9.
    """
    kind = str(reason.get("kind", ""))
    if kind == "PART":
        return _part_reason(reason)
    if kind == "LAG":
        return _("Waits %(hours)s h after “%(card)s”.") % {
            "hours": grouped(Decimal(reason.get("lag_minutes", 0)) / MINUTES_AN_HOUR),
            "card": named(reason, "card"),
        }
    sentences = {
        "FIXED": _("Under way or done."),
        "PINNED": _("Pinned: %(because)s"),
        "KEPT": _("Stays where the plan before had it."),
        "NOW": _("Can start now."),
        "ARRIVAL": _("Waits for the car to arrive."),
        "PREDECESSOR": _("Waits for “%(card)s”."),
        "HOURS": _("Waits for working hours in which it fits."),
        "TECHNICIAN": _("Waits for %(technician)s, who is busy with “%(card)s”."),
        "BAY": _("Waits for %(bay)s, taken by “%(card)s”."),
        "POOL": _("Waits for free space."),
        "CHAIN": _("Starts later so that what follows comes in time."),
        "ORDER": _("Other work comes first."),
    }
    sentence = sentences.get(kind, _("No reason was given."))
    return sentence % {
        "because": reason.get("because", ""),
        "card": named(reason, "card") or _("other work"),
        "technician": reason.get("technician") or _("a technician"),
        "bay": reason.get("bay") or _("a bay"),
    }


def _part_reason(reason: Detail) -> str:
    values = {"part": part_name(reason)}
    if not reason.get("part_on"):
        return _(
            "Waits for %(part)s, which has no date; %(days)s days are assumed."
        ) % {**values, "days": reason.get("assumed_days", "?")}
    return _("Waits for %(part)s, due %(date)s.") % {
        **values,
        "date": shown_date(str(reason["part_on"])),
    }


def part_name(detail: Detail) -> str:
    """Return a part's number and name as far as a detail knows them."""
    name = named(detail, "part_name")
    number = str(detail.get("part_number") or "")
    return f"{number} {name}".strip() or _("a part")


def promise_sentence(promise: Promise) -> str:
    """Say what moved a promise, in the reader's language.

    Source: docs/domain/promises.md, rule D3.
    """
    cause = cause_words(promise.cause, promise.cause_detail)
    if promise.cause == Promise.Cause.FIRST:
        return cause
    days = abs(promise.moved_days)
    if promise.moved_days > 0:
        moved = ngettext(
            "%(days)s day later: %(cause)s", "%(days)s days later: %(cause)s", days
        )
    elif promise.moved_days < 0:
        moved = ngettext(
            "%(days)s day earlier: %(cause)s",
            "%(days)s days earlier: %(cause)s",
            days,
        )
    else:
        return cause
    return moved % {"days": days, "cause": cause}


def cause_words(cause: str, detail: Detail) -> str:
    """Say what a cause names: the part with its dates, the work, the people."""
    if cause in (Promise.Cause.PART_LATE, Promise.Cause.PART_EARLY):
        return _part_cause(detail)
    if cause == Promise.Cause.WORK_LONGER and detail.get("card"):
        return _("“%(card)s” takes longer than planned") % {
            "card": named(detail, "card")
        }
    sentences = {
        Promise.Cause.FIRST: _("first promise"),
        Promise.Cause.WORK_LONGER: _("work takes longer than planned"),
        Promise.Cause.WORK_CHANGED: _("the agreed work changed"),
        Promise.Cause.PEOPLE: _("people or bays changed"),
        Promise.Cause.PROGRESS: _("the work went on and the plan with it"),
    }
    return sentences.get(Promise.Cause(cause), cause)


def _part_cause(detail: Detail) -> str:
    told = _part_moved(detail)
    return f"{told}{_('; ')}{decision_words(detail)}" if "decision" in detail else told


def decision_words(detail: Detail) -> str:
    """Say that a piece went to somebody else, and why, without saying to whom.

    Source: docs/domain/promises.md, rule D9.
    """
    if detail.get("given_to") == "ORDER":
        given = _("by a decision of ours the piece goes to another customer's order")
    else:
        given = _("by a decision of ours the piece goes to another car")
    ground = dict(Arbitration.Ground.choices).get(str(detail.get("ground")))
    if ground is None:
        return given
    return _("%(given)s, because %(ground)s") % {"given": given, "ground": ground}


def _part_moved(detail: Detail) -> str:
    values = {"part": part_name(detail)}
    was, now = detail.get("was_on"), detail.get("now_on")
    if was and now:
        return _("%(part)s comes %(now)s, not %(was)s") % {
            **values,
            "now": shown_date(str(now)),
            "was": shown_date(str(was)),
        }
    if now:
        return _("%(part)s comes %(now)s") % {**values, "now": shown_date(str(now))}
    return _("%(part)s has no date any more") % values
