"""Values: dates, money, quantities, names. Each tag takes the plain value."""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import get_default_timezone, localtime
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from common import formats
from common.money import display

register = template.Library()

STATES = {
    "WAITING": pgettext_lazy("state", "Waiting"),
    "READY": pgettext_lazy("state", "Ready"),
    "RUNNING": pgettext_lazy("state", "Running"),
    "BLOCKED": pgettext_lazy("state", "Blocked"),
    "DONE": pgettext_lazy("state", "Done"),
}
NOT_SET = gettext_lazy("not set")


def missing(text: str = "") -> SafeString:
    """A value that is not there: a dash to see, words to hear."""
    return format_html(
        '<span class="muted"><span aria-hidden="true">—</span>'
        '<span class="hidden-visually">{}</span></span>',
        text or NOT_SET,
    )


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite; without a label it is decoration for the eye."""
    sprite = static("common/icons.svg")
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"/></svg>',
            label,
            sprite,
            name,
        )
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', sprite, name
    )


register.filter("grouped", formats.grouped)


@register.simple_tag
def state_mark(kind: str) -> SafeString:
    """The shape of a state without its word; the word must stand beside it."""
    return format_html(
        '<svg class="state__mark is-{1}" viewBox="0 0 12 12" aria-hidden="true">'
        '<use href="{0}#state-{1}"/></svg>',
        static("common/icons.svg"),
        state_class(kind),
    )


@register.filter
def state_class(kind: str) -> str:
    """``RUNNING`` → ``running``; what is none of the five waits."""
    return kind.lower() if kind in STATES else "waiting"


@register.simple_tag
def state(kind: str, label: str = "", *, pill: bool = False) -> SafeString:
    """One of the five states as colour, shape and word.

    Args:
        kind: WAITING, READY, RUNNING, BLOCKED or DONE.
        label: a more exact word, such as the model's own state.
        pill: tinted, for a place without a column of its own.
    """
    return format_html(
        '<span class="state is-{}{}">{}<span>{}</span></span>',
        state_class(kind),
        " state--pill" if pill else "",
        state_mark(kind),
        label or STATES.get(kind, kind),
    )


@register.simple_tag
def day(value: date | datetime | None, *, year: bool = True) -> SafeString:
    """A date: ``Sat 21 Nov 2026`` / ``2026年11月21日（土）``."""
    if value is None:
        return missing()
    if isinstance(value, datetime):
        value = localtime(value).date()
    return format_html(
        '<time class="nowrap" datetime="{}">{}</time>',
        value.isoformat(),
        formats.day_text(value, year=year),
    )


@register.simple_tag
def instant(value: datetime | None) -> SafeString:
    """An instant in the reader's zone; the workshop's clock on hover and in print."""
    if value is None:
        return missing()
    there = value.astimezone(get_default_timezone()).replace(tzinfo=None)
    away = localtime(value).replace(tzinfo=None) != there
    return format_html(
        '<time class="instant{}" datetime="{}" title="{}">{}</time>',
        " instant--away" if away else "",
        value.isoformat(),
        formats.workshop_instant_text(value),
        formats.instant_text(value),
    )


@register.simple_tag
def minutes(value: int | None) -> SafeString:
    """A duration: ``1 h 30 min`` / ``1時間30分``."""
    if value is None:
        return missing()
    return format_html('<span class="nowrap">{}</span>', formats.minutes_text(value))


@register.simple_tag
def money(amount: Decimal | None, currency: str = "JPY") -> SafeString:
    """An amount with its currency, as the reader's language writes it."""
    if amount is None:
        return missing()
    text = display(Decimal(amount), currency, get_language() or "en")
    return format_html(
        '<span class="nowrap money{}">{}</span>',
        " money--minus" if amount < 0 else "",
        text,
    )


@register.simple_tag
def quantity(value: Decimal | int | None, unit: str = "") -> SafeString:
    """A number with its unit, without zeros that say nothing."""
    if value is None:
        return missing()
    return format_html(
        '<span class="nowrap">{}{}</span>',
        formats.grouped(value),
        format_html(' <span class="unit">{}</span>', unit) if unit else "",
    )


@register.simple_tag
def bilingual(name_en: str, name_ja: str, *, only: bool = False) -> SafeString:
    """A name in the reader's language, the other one small below it.

    Args:
        name_en: may be empty, then the Japanese one stands alone.
        name_ja: may be empty, then the English one stands alone.
        only: leave the second language out when the first exists.
    """
    names = [("en", name_en), ("ja", name_ja)]
    if (get_language() or "en").startswith("ja"):
        names.reverse()
    known = [(code, name) for code, name in names if name]
    if not known:
        return missing(_("no name yet"))
    (code, first), rest = known[0], known[1:]
    head = format_html('<span lang="{}">{}</span>', code, first)
    if only or not rest or rest[0][1] == first:
        return format_html('<span class="pair">{}</span>', head)
    return format_html(
        '<span class="pair">{}<small lang="{}">{}</small></span>', head, *rest[0]
    )


@register.simple_tag
def person(name: str, role: str = "") -> SafeString:
    """A person as a chip: first letter, name, role."""
    return format_html(
        '<span class="person"><span class="person__mark" aria-hidden="true">{}</span>'
        '<span class="pair">{}{}</span></span>',
        (name.strip() or "?")[0].upper(),
        name,
        format_html("<small>{}</small>", role) if role else "",
    )
