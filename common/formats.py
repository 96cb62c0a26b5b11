"""How values read to a person, in the language and zone that are active."""

from datetime import date, datetime
from decimal import Decimal

from django.utils import dateformat, timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import npgettext, pgettext


def day_text(day: date, *, year: bool = True) -> str:
    """Return the day as ``Sat 21 Nov 2026`` or ``2026年11月21日（土）``.

    Args:
        day: a date; an instant must be brought to the reader's zone before.
        year: leave the year out where it is certain from the place.
    """
    pattern = pgettext("a day", "D j M Y") if year else pgettext("a day", "D j M")
    return dateformat.format(day, pattern)


def instant_text(at: datetime) -> str:
    """Return the instant in the reader's zone, to the minute.

    Args:
        at: an aware instant.
    """
    here = timezone.localtime(at)
    return dateformat.format(here, pgettext("an instant", "D j M Y, H:i"))


def workshop_instant_text(at: datetime) -> str:
    """Return the same instant on the workshop's clock, with the zone's name.

    Args:
        at: an aware instant.
    """
    there = timezone.localtime(at, timezone.get_default_timezone())
    text = dateformat.format(there, pgettext("an instant", "D j M Y, H:i"))
    zone = timezone.get_default_timezone_name()
    return _("%(instant)s in the workshop (%(zone)s)") % {
        "instant": text,
        "zone": zone,
    }


def minutes_text(minutes: int) -> str:
    """Return a duration as ``1 h 30 min`` or ``1時間30分``.

    Args:
        minutes: whole minutes, may be negative.
    """
    sign = "−" if minutes < 0 else ""
    hours, rest = divmod(abs(minutes), 60)
    if not hours:
        text = pgettext("duration", "%(minutes)s min")
    elif not rest:
        text = pgettext("duration", "%(hours)s h")
    else:
        text = pgettext("duration", "%(hours)s h %(minutes)s min")
    return sign + text % {"hours": hours, "minutes": rest}


def grouped(number: Decimal | int) -> str:
    """Return the number with grouped digits and no zeros that say nothing."""
    if isinstance(number, Decimal):
        number = number.normalize()
        if number == number.to_integral_value():
            number = number.quantize(Decimal(1))
    return str(number_format(number, use_l10n=True, force_grouping=True))


def plural(quantity: Decimal | int) -> int:
    """Return which form of a noun a quantity goes with, for `ngettext`: 1 or many."""
    return 1 if quantity == 1 else 2


def moved_text(days: int) -> str:
    """Return how far a date went, as ``6 days later`` or ``6日遅れ``.

    Args:
        days: above zero is later, below is sooner.
    """
    if days > 0:
        text = npgettext("a date", "%(days)s day later", "%(days)s days later", days)
    else:
        text = npgettext("a date", "%(days)s day sooner", "%(days)s days sooner", -days)
    return text % {"days": abs(days)}
