"""What stands in a quote: lines, terms, rate. Source: docs/domain/orders.md."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from common.errors import InvalidInput
from common.money import quantise
from parts.commands.purchasing import checked_price
from parts.commands.refusals import exact, missing
from parts.models import Part, PartsOrder
from workshop import queries as house
from workshop.models import Site

COUNTRY_LETTERS = 2


@dataclass(frozen=True, kw_only=True)
class Sold:
    """One line of a customer's order.

    Attributes:
        part_id: what is sold.
        quantity: in the part's unit, above zero.
        unit_price: in the order's currency, zero or more, before tax.
        core_charge: per piece, refunded when the old one comes; None: the part's own,
            if it is in the order's currency.
    """

    part_id: int
    quantity: Decimal
    unit_price: Decimal
    core_charge: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What is agreed besides the lines. None leaves as it is, or takes the usual.

    Attributes:
        destination: ISO 3166 code of where the goods go; by default the customer's.
        ship_to: the address; by default the customer's.
        incoterm: such as DAP; may be empty.
        freight: in the order's currency, before tax.
        deposit: in the order's currency, before tax; ends a deposit in percent.
        deposit_percent: of the net sum; 0 asks for none.
    """

    destination: str | None = None
    ship_to: str | None = None
    incoterm: str | None = None
    freight: Decimal | None = None
    deposit: Decimal | None = None
    deposit_percent: Decimal | None = None


USUAL = Terms()


def day_at(site: Site, at: datetime) -> date:
    """Return the day it is at a site."""
    return at.astimezone(ZoneInfo(site.time_zone)).date()


def end_of_day(site: Site, day: date) -> datetime:
    """Return the first instant after a day at a site."""
    return datetime.combine(
        day + timedelta(days=1), time(), tzinfo=ZoneInfo(site.time_zone)
    )


def checked_lines(lines: Sequence[Sold], currency: str) -> list[Sold]:
    """Return the lines in the columns' own spelling.

    Raises:
        InvalidInput: no lines, or a quantity or price out of range.
        NotFound: no such part.
    """
    if not lines:
        raise InvalidInput(_("An order has at least one line."), field="lines")
    parts = Part.objects.in_bulk({line.part_id for line in lines})
    if len(parts) != len({line.part_id for line in lines}):
        raise missing("part")
    return [
        replace(
            line,
            quantity=exact(line.quantity),
            unit_price=checked_price(line.unit_price, currency),
            core_charge=_core_charge(line, parts[line.part_id], currency),
        )
        for line in lines
    ]


def _core_charge(line: Sold, part: Part, currency: str) -> Decimal:
    if line.core_charge is not None:
        return checked_amount(line.core_charge, currency, "core_charge")
    if part.core_charge and part.list_price_currency == currency:
        return quantise(part.core_charge, currency)
    return Decimal(0)


def set_terms(order: PartsOrder, terms: Terms) -> None:
    """Take over what is agreed; where the goods go decides the tax."""
    if terms.destination is not None:
        order.destination = checked_country(terms.destination)
    if terms.ship_to is not None:
        order.ship_to = terms.ship_to.strip()[:2000]
    if terms.incoterm is not None:
        order.incoterm = checked_incoterm(terms.incoterm)
    if terms.freight is not None:
        order.freight = checked_amount(terms.freight, order.currency, "freight")
    if terms.deposit_percent is not None:
        order.deposit_percent = checked_percent(terms.deposit_percent)
        order.deposit = Decimal(0)
    elif terms.deposit is not None:
        order.deposit_percent = None
        order.deposit = checked_amount(terms.deposit, order.currency, "deposit")
    site = order.site
    is_inland = order.destination in ("", site.country)
    percent = site.tax_percent if is_inland else site.export_tax_percent
    order.tax_rate = percent / 100


def freeze_rate(order: PartsOrder, at: datetime) -> None:
    """Take the newest rate of the order's currency, if it is a foreign one."""
    base = order.site.currency
    if order.currency == base:
        return
    rate = house.rate_on(currency=order.currency, base=base, day=day_at(order.site, at))
    if rate is not None:
        order.rate, order.rate_on = rate.per_unit, rate.valid_on


def checked_country(code: str) -> str:
    text = code.strip().upper()
    if len(text) != COUNTRY_LETTERS or not (text.isascii() and text.isalpha()):
        raise InvalidInput(
            _("Enter the country as two letters, such as JP or GB."),
            field="destination",
        )
    return text


def checked_incoterm(code: str) -> str:
    text = code.strip().upper()
    if text and text not in PartsOrder.Incoterm.values:
        raise InvalidInput(
            _("“%(code)s” is no incoterm of 2020; DAP or EXW were expected."),
            field="incoterm",
            code=code,
        )
    return text


def checked_percent(percent: Decimal) -> Decimal:
    if not percent.is_finite() or not 0 <= percent <= 100:
        raise InvalidInput(
            _("Enter a percentage from 0 to 100."), field="deposit_percent"
        )
    return percent.quantize(Decimal("0.01"))


def checked_amount(amount: Decimal, currency: str, field: str) -> Decimal:
    """Return an amount of zero or more in whole smallest units of the currency.

    Raises:
        InvalidInput: names ``field``.
    """
    try:
        return checked_price(amount, currency)
    except InvalidInput as refusal:
        refusal.field = refusal.context["field"] = field
        raise


def bodies(given: Sequence[Sold], checked: Sequence[Sold]) -> list[dict[str, Any]]:
    return [
        as_body(replace(line, core_charge=said.core_charge))
        for line, said in zip(checked, given, strict=True)
    ]


def as_body(value: Sold | Terms) -> dict[str, Any]:
    """Return what a command's key covers: the fields that say something."""
    named = {field.name: getattr(value, field.name) for field in fields(value)}
    return {name: given for name, given in named.items() if given is not None}
