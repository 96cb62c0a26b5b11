"""What would bring an earlier date, as a person reads it."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.formats import day_text, grouped, plural
from parts.models import Availability, Part
from parts.queries.earlier import Earlier
from parts.queries.sentences import named

Kind = Availability.Kind
Way = Mapping[str, Any]


def availability_hint(availability: Availability) -> str:
    """Return what would have to change for an earlier date; empty when it is today.

    Args:
        availability: the answer.
    """
    return " ".join(availability_hints(availability))


def availability_hints(availability: Availability) -> list[str]:
    """Return each way to an earlier date in a sentence, the surest first."""
    if availability.kind == Kind.ON_HAND:
        return []
    ways = availability.detail.get("earlier", [])
    return [_way_text(way) for way in ways]


def _way_text(way: Way) -> str:
    kind = Earlier(way["kind"])
    return WAYS[kind](way) if kind in WAYS else str(PLAIN[kind])


def _move_here(way: Way) -> str:
    free = Decimal(way["quantity"])
    text = ngettext(
        "%(quantity)s is free at another site: move it here.",
        "%(quantity)s are free at another site: move them here.",
        plural(free),
    )
    return text % {"quantity": grouped(free)}


def _take_held(way: Way) -> str:
    held = Decimal(way["quantity"])
    values = {"quantity": grouped(held)}
    if not way["needed_on"]:
        text = ngettext(
            "%(quantity)s lies here for a later wish.",
            "%(quantity)s lie here for a later wish.",
            plural(held),
        )
        return text % values
    text = ngettext(
        "%(quantity)s lies here for a later wish, which needs it on %(day)s.",
        "%(quantity)s lie here for a later wish, which needs them on %(day)s.",
        plural(held),
    )
    return text % {**values, "day": day_text(date.fromisoformat(way["needed_on"]))}


def _consent(way: Way) -> str:
    text = _(
        "With the owner's consent: %(number)s %(name)s (%(grade)s), there on %(day)s."
    ) % {
        "number": way["number"],
        "name": named(way, "name"),
        "grade": Part.Grade(way["grade"]).label,
        "day": day_text(date.fromisoformat(way["available_on"])),
    }
    return f"{text} {way['note']}".strip()


def _order_from(way: Way) -> str:
    return _("Ordered from %(supplier)s today it would be here on %(day)s.") % {
        "supplier": named(way, "supplier"),
        "day": day_text(date.fromisoformat(way["available_on"])),
    }


def _ask_sooner(way: Way) -> str:
    return _(
        "Ask %(supplier)s for an earlier delivery of order %(order)s, or by air."
    ) % {"supplier": named(way, "supplier"), "order": way["order"]}


def _order_now(way: Way) -> str:
    return _(
        "Order it from %(supplier)s now: the days count from the order. Ask for air"
        " freight."
    ) % {"supplier": named(way, "supplier")}


PLAIN = {
    Earlier.CONFIRM: gettext_lazy("Have the successor confirmed and ordered."),
    Earlier.CHECK: gettext_lazy("Have the alternate checked and approved."),
    Earlier.INQUIRE: gettext_lazy("Make the formal inquiry to the maker."),
    Earlier.WATCH: gettext_lazy("Watch for used parts, or have it made."),
    Earlier.FIND_NUMBER: gettext_lazy("Find its number in the parts catalogue."),
    Earlier.ASK_OFFERS: gettext_lazy("Ask suppliers for an offer."),
}
WAYS: dict[Earlier, Callable[[Way], str]] = {
    Earlier.MOVE_HERE: _move_here,
    Earlier.TAKE_HELD: _take_held,
    Earlier.CONSENT: _consent,
    Earlier.ORDER_FROM: _order_from,
    Earlier.ASK_SOONER: _ask_sooner,
    Earlier.ORDER_NOW: _order_now,
}
