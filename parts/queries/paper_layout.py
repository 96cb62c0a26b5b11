"""How papers of customers' orders are laid out: heads, terms, sums, amounts, days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from common import formats
from common.money import shown
from parts.models import Part, PartsOrder
from parts.queries.order_money import Sum
from workshop.models import DESK_ROLES, Site, Viewer, role_of

Cells = list[str]


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper: which template, what it is called, what it says."""

    template: str
    filename: str
    contents: dict[str, Any]


def is_desk(user: Viewer) -> bool:
    return role_of(user) in DESK_ROLES


def laid_out(
    template: str,
    order: PartsOrder,
    *,
    title: str,
    number: str,
    facts: Iterable[tuple[str, str]],
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Cells],
    sums: Sequence[dict[str, Any]],
    notes: Sequence[str],
    signature: str = "",
) -> Paper:
    language = (get_language() or "en")[:2]
    buyer, site = order.customer, order.site
    contents = {
        "lang": language,
        "title": title,
        "number": number,
        "to_label": pgettext("of a paper", "To"),
        "to": [buyer.name, *(order.ship_to or buyer.address).splitlines(),
               order.destination],
        "house_label": pgettext("of a paper", "From"),
        "house": [
            site.name, *site.address_lines, site.country, *filter(None, [site.phone]),
        ],
        "facts": [[label, value] for label, value in facts if value],
        "columns": [{"label": label, "side": side} for label, side in columns],
        "rows": list(rows),
        "sums": list(sums),
        "notes": list(notes),
        "signature": signature,
        "page": pgettext("of a paper", "Page"),
        "foot": f"{order.number} · {title} {number}",
    }  # fmt: skip
    return Paper(template, f"{number}-{template}-{language}.pdf", contents)


def terms(order: PartsOrder) -> list[tuple[str, str]]:
    return [
        (_("Incoterm"), order.incoterm),
        (_("Destination"), order.destination),
        (_("Currency"), order.currency),
        (_("Exchange rate"), _rate(order)),
    ]


def _rate(order: PartsOrder) -> str:
    if order.rate is None:
        return ""
    worth = f"{order.rate.normalize():f} {order.site.currency}"
    return f"1 {order.currency} = {worth} ({day_of(order.rate_on, order.site)})"


def tax_and_total(order: PartsOrder, whole: Sum) -> list[dict[str, Any]]:
    percent = formats.grouped(order.tax_rate * 100)
    tax = _("Consumption tax %(percent)s %%") % {"percent": percent}
    return [
        sum_line(tax, whole.tax, order),
        sum_line(_("Total"), whole.total, order, strong=True),
    ]


def sum_line(
    label: str, amount: Decimal, order: PartsOrder, *, strong: bool = False
) -> dict[str, Any]:
    return {"label": label, "amount": money_of(amount, order), "strong": strong}


def pieces_of(quantity: Decimal, part: Part) -> str:
    return f"{formats.grouped(quantity)} {part.get_unit_display()}"


def money_of(amount: Decimal, order: PartsOrder) -> str:
    return shown(amount, order.currency)


def day_of(value: date | None, site: Site) -> str:
    """Write a day, or the day that an instant was at the house's site."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(ZoneInfo(site.time_zone)).date()
    return formats.day_text(value)
