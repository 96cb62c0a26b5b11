"""Requests for quotation beside each other: what each answer costs and risks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.money import quantise
from parts.models import Quote, Rfq, RfqLine, RfqSupplier
from parts.queries.leadtimes import Learnt, learnt_for, learnt_leads
from workshop.queries import rate_on


@dataclass(frozen=True, slots=True)
class Compared:
    """One answer to one line.

    Attributes:
        quote: what was said.
        quantity: what would be bought: the line's, or the supplier's minimum.
        amount: of all of it in the site's currency; None without a rate.
        learnt: how long the supplier really takes, if that is known.
        is_cheapest: of the amounts that are known.
        is_quickest: by what is learnt, else by the supplier's word.
    """

    quote: Quote
    quantity: Decimal
    amount: Decimal | None
    learnt: Learnt | None
    is_cheapest: bool = False
    is_quickest: bool = False

    @property
    def days(self) -> int:
        """The days to count with."""
        return self.learnt.late_days if self.learnt else self.quote.lead_days

    @property
    def late_by(self) -> int:
        """How many days after his word the supplier may well come."""
        return max(0, self.days - self.quote.lead_days)


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """One line with all its answers, the cheapest first."""

    line: RfqLine
    answers: Sequence[Compared]


def rates_to(base: str, currencies: set[str], day: date) -> dict[str, Decimal]:
    """Return what one unit of each currency is worth in another, where that is known.

    Args:
        base: ISO 4217.
        currencies: ISO 4217 codes; the base itself is worth one.
        day: rates of this day or the newest before.
    """
    worth = {base: Decimal(1)}
    for currency in sorted(currencies - {base}):
        rate = rate_on(currency=currency, base=base, day=day)
        if rate is not None:
            worth[currency] = rate.per_unit
    return worth


def comparison(rfq: Rfq, day: date) -> list[ComparedLine]:
    """Return a request's lines with their answers beside each other.

    Args:
        rfq: with its site.
        day: of the rates.

    Source: docs/domain/purchasing.md B10.
    """
    lines = list(
        rfq.lines.select_related("part")
        .prefetch_related("part__numbers")
        .order_by("pk")
    )
    quotes = list(
        Quote.objects.filter(line__rfq=rfq).select_related("asked__supplier", "order")
    )
    leads = learnt_leads(
        {quote.asked.supplier_id for quote in quotes}, {line.part_id for line in lines}
    )
    base = rfq.site.currency
    worth = rates_to(base, {quote.currency for quote in quotes}, day)
    found = []
    for line in lines:
        answers = []
        for quote in (each for each in quotes if each.line_id == line.pk):
            quantity = max(line.quantity, quote.minimum_quantity)
            rate = worth.get(quote.currency)
            amount = (
                None if rate is None else quantise(quote.price * quantity * rate, base)
            )
            learnt = learnt_for(leads, quote.asked.supplier_id, line.part_id)
            answers.append(Compared(quote, quantity, amount, learnt))
        found.append(ComparedLine(line, _ranked(answers)))
    return found


def _ranked(answers: list[Compared]) -> list[Compared]:
    """Put the cheapest first and mark it and the quickest."""
    known = [each.amount for each in answers if each.amount is not None]
    cheapest = min(known, default=None)
    quickest = min((each.days for each in answers), default=None)
    marked = [
        Compared(
            each.quote,
            each.quantity,
            each.amount,
            each.learnt,
            is_cheapest=each.amount is not None and each.amount == cheapest,
            is_quickest=each.days == quickest,
        )
        for each in answers
    ]
    return sorted(
        marked,
        key=lambda each: (
            each.amount is None,
            each.amount or 0,
            each.days,
            each.quote.pk,
        ),
    )


def rfq_for_supplier(asked_id: int) -> tuple[RfqSupplier, list[RfqLine]]:
    """Return who is asked, and for what, as the letter to them tells it.

    Args:
        asked_id: the row of the supplier asked.
    """
    rows = RfqSupplier.objects.select_related("rfq__site", "supplier")
    asked = rows.get(pk=asked_id)
    lines = asked.rfq.lines.select_related("part").prefetch_related("part__numbers")
    return asked, list(lines.order_by("pk"))
