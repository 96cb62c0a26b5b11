"""Availability answers as a person reads them, in the language that is active."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from common import sentences
from common.formats import day_text, grouped, plural
from parts.models import Availability, Part

Kind = Availability.Kind


def availability_sentence(availability: Availability) -> str:
    """Return why the answer is what it is, in one sentence.

    Args:
        availability: the answer; its ``detail`` names every place in it.
    """
    detail = availability.detail
    parts = [place_clause(place) for place in detail.get("places", [])]
    if nothing := _nothing(availability):
        if parts:
            nothing = _("%(short)s without a source: %(why)s") % {
                "short": grouped(Decimal(detail.get("short", "0"))),
                "why": nothing,
            }
        parts.append(nothing)
    return _("; ").join(parts)


def place_clause(place: Mapping[str, Any]) -> str:
    """Return one place of an answer: how much, from where, by when."""
    clause = _plain_clause(place.get("by", place["kind"]), place)
    if place["kind"] == Kind.SUPERSEDED:
        clause = _("as its successor %(number)s: %(clause)s") % {
            "number": place["number"],
            "clause": clause,
        }
    elif place["kind"] == Kind.ALTERNATE:
        clause = _("as the alternate %(number)s, to be checked: %(clause)s") % {
            "number": place["number"],
            "clause": clause,
        }
    if place.get("condition"):
        clause = _("%(clause)s (condition: %(condition)s)") % {
            "clause": clause,
            "condition": sentences.read(place["condition"]),
        }
    return clause


def _plain_clause(kind: str, place: Mapping[str, Any]) -> str:
    values = {
        "quantity": grouped(Decimal(place["quantity"])),
        "supplier": _name(place, "supplier"),
    }
    if kind == Kind.ON_HAND:
        text = (
            _("%(quantity)s on hand in bin %(bin)s, held")
            if place.get("held")
            else _("%(quantity)s on hand in bin %(bin)s")
        )
        return text % {**values, "bin": place["bin"]}
    if kind == Kind.INCOMING:
        text = (
            _("%(quantity)s on order %(order)s from %(supplier)s, late since %(day)s")
            if place["overdue"]
            else _("%(quantity)s on order %(order)s from %(supplier)s, due %(day)s")
        )
        day = day_text(date.fromisoformat(place["due_on"]))
        return text % {**values, "order": place["order"], "day": day}
    return _(
        "%(quantity)s from %(supplier)s in %(days)s days, as they said on %(day)s"
    ) % {
        **values,
        "days": place["lead_days"],
        "day": day_text(date.fromisoformat(place["seen_on"])),
    }


def _name(facts: Mapping[str, Any], what: str) -> str:
    if (get_language() or "en").startswith("ja") and facts.get(f"{what}_ja"):
        return str(facts[f"{what}_ja"])
    return str(facts.get(f"{what}_en", ""))


def _nothing(availability: Availability) -> str:
    if availability.kind == Kind.NUMBER_UNKNOWN:
        return _("its number is not known yet, and nobody offers it")
    if availability.kind == Kind.NO_LONGER_MADE:
        if availability.detail.get("life") == Part.Life.PROVISIONALLY_DISCONTINUED:
            return _("provisionally discontinued: a formal inquiry may still bring it")
        return _("no longer made, and none was found")
    if availability.kind == Kind.NO_SOURCE:
        return _("nobody is known who has it")
    return ""


def availability_hint(availability: Availability) -> str:
    """Return what would have to change for an earlier date; empty when it is today.

    Args:
        availability: the answer.
    """
    detail = availability.detail
    if availability.kind == Kind.ON_HAND:
        return ""
    if elsewhere := detail.get("free_elsewhere"):
        free = Decimal(elsewhere)
        text = ngettext(
            "%(quantity)s is free at another site: move it here.",
            "%(quantity)s are free at another site: move them here.",
            plural(free),
        )
        return text % {"quantity": grouped(free)}
    return {
        Kind.INCOMING: _("Ask the supplier for an earlier delivery."),
        Kind.SUPPLIER: _("Order it now: the days count from the order."),
        Kind.SUPERSEDED: _("Have the successor confirmed and ordered."),
        Kind.ALTERNATE: _("Have the alternate checked and approved."),
        Kind.NO_LONGER_MADE: _("Watch for used parts, or have it made."),
        Kind.NUMBER_UNKNOWN: _("Find its number in the parts catalogue."),
        Kind.NO_SOURCE: _("Ask suppliers for an offer."),
    }[Kind(availability.kind)]
