"""The whole reasoning behind the answers about one part, line by line, in words."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from common import sentences, subjects
from common.formats import day_text, grouped
from parts.models import Availability, Demand, Part, Supersession
from parts.queries.conditions import Step
from parts.queries.hints import availability_hints
from parts.queries.offers import Offered
from parts.queries.sentences import availability_sentence, learnt_text, limit_text
from parts.queries.situation import Situation, read_situation
from parts.queries.stock import stock_position

INDENT = "  "


def explain_part(part: Part, *, at: datetime) -> Iterator[str]:
    """Yield what is known of a part, and the queue of its wishes with what each gets.

    In the language that is active. It tells purchase prices: for the desk only.

    Args:
        part: its answers are as fresh as the last check.
        at: now, aware.
    """
    situation = read_situation(_around(part), at)
    place = stock_position(part.pk)
    number = situation.parts[part.pk].number or part.code
    yield f"{number}: {part.name} ({part.get_life_display()})"
    yield INDENT + _(
        "on hand %(on_hand)s, held %(held)s, on order %(incoming)s, wanted %(wanted)s"
    ) % {
        "on_hand": grouped(place.on_hand),
        "held": grouped(place.reserved),
        "incoming": grouped(place.incoming),
        "wanted": grouped(place.wanted),
    }
    for line in _sources(situation, part.pk):
        yield INDENT + line
    yield INDENT + _("The queue, first come, first served:")
    yield from _queue(part)


def _around(part: Part) -> set[int]:
    """Return the part with what it names: successors, stand-ins and components."""
    return {
        part.pk,
        *_named_by(part.superseded_by.all(), "new_id"),
        *_named_by(part.supersedes.all(), "old_id"),
        *part.alternates.values_list("alternate_id", flat=True),
        *part.kit_lines.values_list("component_id", flat=True),
    }


def _named_by(steps: QuerySet[Supersession], end: str) -> Iterator[int]:
    for row in steps.values_list(end, "only_with_id"):
        yield from filter(None, row)


def _sources(situation: Situation, part_id: int) -> Iterator[str]:
    yield from _pieces(situation, part_id)
    for offer in situation.offers.get(part_id, []):
        yield offer_text(offer)
    for component_id, each in situation.kits.get(part_id, []):
        yield _("kit: %(quantity)s × %(part)s") % {
            "quantity": grouped(each),
            "part": _named(situation, component_id),
        }
    for step in situation.successors.get(part_id, []):
        yield _step_text(situation, step)
    for row in situation.alternates.get(part_id, []):
        text = (
            _("alternate with the owner's consent: %(part)s")
            if row.needs_consent
            else _("alternate: %(part)s")
        )
        yield text % {"part": _named(situation, row.part_id)}


def _pieces(situation: Situation, part_id: int) -> Iterator[str]:
    for site_id in situation.calendars:
        for row in situation.shelf.get((part_id, site_id), ()):
            values = {"bin": row.bin, "free": grouped(row.free)}
            yield _("bin %(bin)s: %(free)s free") % values
        for line in situation.coming.get((part_id, site_id), ()):
            yield _("order %(order)s: %(free)s not spoken for, due %(day)s") % {
                "order": line.order,
                "free": grouped(line.free),
                "day": day_text(line.due_on),
            }


def offer_text(offer: Offered) -> str:
    """Return a supplier's word with its price, breaks and what deliveries taught."""
    text = _("offer: %(supplier)s, %(price)s %(currency)s, %(days)s days") % {
        "supplier": offer.name,
        "price": grouped(offer.price),
        "currency": offer.currency,
        "days": offer.lead_days,
    }
    parts = [text]
    if offer.minimum > 1:
        parts.append(_("at least %(minimum)s") % {"minimum": grouped(offer.minimum)})
    parts += [
        _("from %(quantity)s on %(price)s")
        % {"quantity": grouped(start), "price": grouped(price)}
        for start, price in offer.breaks
    ]
    if offer.learnt:
        learnt = offer.learnt
        parts.append(
            learnt_text(
                {
                    "samples": learnt.samples,
                    "median_days": learnt.median_days,
                    "late_days": learnt.late_days,
                }
            )
        )
    return "; ".join(parts)


def _step_text(situation: Situation, step: Step) -> str:
    text = _("replaced by %(part)s") % {"part": _named(situation, step.part_id)}
    conditions = list(_conditions(situation, step))
    return f"{text} ({'; '.join(conditions)})" if conditions else text


def _conditions(situation: Situation, step: Step) -> Iterator[str]:
    limits = step.limits()
    if any(limits.values()):
        yield limit_text(limits)
    if step.condition:
        yield sentences.read(step.condition)
    if step.only_with:
        named = {"part": _named(situation, step.only_with)}
        yield _("only together with %(part)s") % named
    if step.starts_on:
        yield _("from %(day)s") % {"day": day_text(step.starts_on)}
    if step.ends_on:
        yield _("until %(day)s") % {"day": day_text(step.ends_on)}


def _named(situation: Situation, part_id: int) -> str:
    part = situation.parts[part_id]
    return f"{part.number or part.code} {part.name}".strip()


def _queue(part: Part) -> Iterator[str]:
    wishes = list(
        Demand.objects.waiting()
        .filter(part=part)
        .select_related("availability")
        .in_turn()
    )
    names = subjects.names_of(wish.subject_key for wish in wishes)
    if not wishes:
        yield INDENT * 2 + _("Nobody waits for it.")
    for place, wish in enumerate(wishes, start=1):
        yield INDENT * 2 + _wish_text(place, wish, names[wish.subject_key])
        answer: Availability | None = getattr(wish, "availability", None)
        if answer is not None:
            for hint in availability_hints(answer):
                yield INDENT * 3 + _("Earlier if: %(way)s") % {"way": hint}


def _wish_text(place: int, wish: Demand, name: str) -> str:
    answer: Availability | None = getattr(wish, "availability", None)
    needed = (
        _("needed %(day)s") % {"day": day_text(wish.needed_on)}
        if wish.needed_on
        else _("no day named")
    )
    head = _(
        "%(place)s. %(subject)s wants %(quantity)s (priority %(priority)s, %(needed)s)"
    ) % {
        "place": place,
        "subject": name,
        "quantity": grouped(wish.remaining),
        "priority": wish.priority,
        "needed": needed,
    }
    if answer is None:
        return _("%(head)s: not answered yet") % {"head": head}
    day = day_text(answer.available_on) if answer.available_on else _("no date")
    return _("%(head)s: %(day)s, %(confidence)s: %(sentence)s") % {
        "head": head,
        "day": day,
        "confidence": answer.get_confidence_display(),
        "sentence": availability_sentence(answer),
    }
