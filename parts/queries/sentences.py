"""Availability answers as a person reads them, in the language that is active."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from common import sentences
from common.formats import day_text, grouped
from parts.models import Availability, Part, Supersession
from parts.queries.conditions import Step

Kind = Availability.Kind
Facts = Mapping[str, Any]


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


def place_clause(place: Facts) -> str:
    """Return one place of an answer: how much, from where, by when."""
    clause = _plain_clause(place.get("by", place["kind"]), place)
    if component := place.get("component"):
        clause = _("component %(number)s: %(clause)s") % {
            "number": component["number"],
            "clause": clause,
        }
    if place.get("built"):
        clause = _("%(quantity)s to be put together; %(clause)s") % {
            "quantity": grouped(Decimal(place["built"])),
            "clause": clause,
        }
    if place.get("companion"):
        return _("only together with %(number)s: %(clause)s") % {
            "number": place["number"],
            "clause": clause,
        }
    return _conditioned(_as_other(clause, place), place)


def _as_other(clause: str, place: Facts) -> str:
    if place["kind"] == Kind.SUPERSEDED:
        text = _("as its successor %(number)s: %(clause)s")
    elif place["kind"] == Kind.ALTERNATE:
        text = _("as the alternate %(number)s, to be checked: %(clause)s")
    else:
        return clause
    return text % {"number": place["number"], "clause": clause}


def _conditioned(clause: str, place: Facts) -> str:
    conditions = [limit_text(limits) for limits in place.get("limits", ())]
    if place.get("condition"):
        conditions.insert(0, _condition_text(place))
    if not conditions:
        return clause
    return _("%(clause)s (condition: %(condition)s)") % {
        "clause": clause,
        "condition": _("; ").join(conditions),
    }


def _condition_text(place: Facts) -> str:
    own = place.get("condition_ja", "")
    is_japanese = (get_language() or "en").startswith("ja")
    if is_japanese and own and own != place["condition"]:
        return str(own)
    return sentences.read(place["condition"])


def condition_words(row: Supersession) -> str:
    """Return under which conditions a number takes another's place; '' for always.

    Args:
        row: with its variant, and its companion with its numbers.
    """
    step = Step(
        row.new_id,
        row.condition,
        condition_ja=row.condition_ja,
        variant_en=row.variant.name_en if row.variant else None,
        variant_ja=row.variant.name_ja if row.variant else None,
        first_frame=row.first_frame,
        last_frame=row.last_frame,
        built_from=row.built_from,
        built_to=row.built_to,
    )
    told = [step_words(step)]
    if row.only_with is not None:
        numbers = [each.as_printed for each in row.only_with.numbers.all()]
        told.append(
            _("only together with %(number)s")
            % {"number": numbers[0] if numbers else row.only_with.code}
        )
    return _("; ").join(filter(None, told))


def step_words(step: Step) -> str:
    """Return the conditions of a step that a car or a person decides on."""
    facts = {"condition": step.condition, "condition_ja": step.condition_ja}
    told = [_condition_text(facts)] if step.condition or step.condition_ja else []
    limits = step.limits()
    if any(value not in (None, "") for value in limits.values()):
        told.append(limit_text(limits))
    return _("; ").join(told)


def limit_text(limits: Facts) -> str:
    """Return which cars a step is for; the wish does not say which car it is."""
    parts = []
    if variant := named(limits, "variant"):
        parts.append(variant)
    if limits["first_frame"] is not None or limits["last_frame"] is not None:
        parts.append(
            _("frames %(first)s–%(last)s")
            % {
                "first": limits["first_frame"] or "",
                "last": limits["last_frame"] or "",
            }
        )
    if limits["built_from"] or limits["built_to"]:
        parts.append(
            _("built %(first)s–%(last)s")
            % {
                "first": (limits["built_from"] or "")[:7],
                "last": (limits["built_to"] or "")[:7],
            }
        )
    return _("only for %(cars)s") % {"cars": " ".join(parts)}


def _plain_clause(kind: str, place: Facts) -> str:
    values = {
        "quantity": grouped(Decimal(place["quantity"])),
        "supplier": named(place, "supplier"),
    }
    if kind == Kind.ON_HAND:
        return _on_hand_text(place) % {**values, "bin": place["bin"]}
    if kind == Kind.INCOMING:
        text = (
            _("%(quantity)s on order %(order)s from %(supplier)s, late since %(day)s")
            if place["overdue"]
            else _("%(quantity)s on order %(order)s from %(supplier)s, due %(day)s")
        )
        day = day_text(date.fromisoformat(place["due_on"]))
        return text % {**values, "order": place["order"], "day": day}
    return _supplier_clause(place, values)


def _on_hand_text(place: Facts) -> str:
    if place.get("own"):
        return _("%(quantity)s of the owner's own in bin %(bin)s")
    if place.get("held"):
        return _("%(quantity)s on hand in bin %(bin)s, held")
    return _("%(quantity)s on hand in bin %(bin)s")


def _supplier_clause(place: Facts, values: Mapping[str, str]) -> str:
    said = {
        **values,
        "days": place["lead_days"],
        "day": day_text(date.fromisoformat(place["seen_on"])),
    }
    if learnt := place.get("learnt"):
        clause = _(
            "%(quantity)s from %(supplier)s: %(learnt)s; they said %(days)s days on"
            " %(day)s"
        ) % {**said, "learnt": learnt_text(learnt)}
    else:
        clause = (
            _(
                "%(quantity)s from %(supplier)s in %(days)s days,"
                " as they said on %(day)s"
            )
            % said
        )
    if minimum := place.get("minimum"):
        clause = _("%(clause)s (at least %(minimum)s are sold)") % {
            "clause": clause,
            "minimum": grouped(Decimal(minimum)),
        }
    return clause


def learnt_text(learnt: Facts) -> str:
    """Return what deliveries taught, both figures in one clause.

    Args:
        learnt: ``samples``, ``median_days`` and ``late_days``.
    """
    return ngettext(
        "of %(samples)s delivery half came within %(median)s days, four of five within"
        " %(late)s",
        "of %(samples)s deliveries half came within %(median)s days, four of five"
        " within %(late)s",
        learnt["samples"],
    ) % {
        "samples": learnt["samples"],
        "median": learnt["median_days"],
        "late": learnt["late_days"],
    }


def named(facts: Facts, what: str) -> str:
    """Return a name kept in both languages in the one that is active."""
    if (get_language() or "en").startswith("ja") and facts.get(f"{what}_ja"):
        return str(facts[f"{what}_ja"])
    return str(facts.get(f"{what}_en") or "")


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
