"""What a piece costs from the place that an answer names, in the site's currency."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from parts.models import Availability, PurchaseOrderLine, StockLevel
from parts.queries import Answer, Situation
from workshop.models import Site
from workshop.queries import rate_on

Kind = Availability.Kind


@dataclass(slots=True)
class Prices:
    """Prices of one group of parts at one site; unknown ones are None."""

    situation: Situation
    part_id: int
    # Averages on the shelf, by part; prices of order lines, by line.
    shelf: Mapping[int, Decimal]
    lines: Mapping[int, Decimal | None]
    rates: dict[str, Decimal | None] = field(default_factory=dict)

    def of(self, answer: Answer) -> Decimal | None:
        """Return what one piece of an answer costs on the average of its places.

        None where a piece has no source, or a price or a rate is not known.
        """
        total, count = Decimal(0), Decimal(0)
        for place in answer.detail.get("places", []):
            price = self._place(place)
            if price is None:
                return None
            quantity = Decimal(place["quantity"])
            total += price * quantity
            count += quantity
        if not count or answer.detail.get("short"):
            return None
        return total / count

    def _place(self, place: Mapping[str, Any]) -> Decimal | None:
        part_id = int(place.get("part_id", self.part_id))
        kind = place.get("by", place["kind"])
        if kind == Kind.ON_HAND:
            return self.shelf.get(part_id)
        if kind == Kind.INCOMING:
            return self.lines.get(int(place["line_id"]))
        if kind != Kind.SUPPLIER:
            return None
        for offer in self.situation.offers.get(part_id, ()):
            if offer.supplier_en == place.get("supplier_en"):
                rate = self.rates.get(offer.currency)
                price = offer.price_of(Decimal(place["quantity"]))
                return None if rate is None else price * rate
        return None


def read_prices(situation: Situation, part_id: int, site: Site, today: date) -> Prices:
    """Read what the places of a situation cost: two queries and one a currency.

    Args:
        situation: of the group of parts.
        part_id: the part that is asked about.
        site: whose currency.
        today: for the rates.
    """
    rows = PurchaseOrderLine.objects.filter(
        pk__in=[row.line_id for rows in situation.coming.values() for row in rows]
    ).values_list("pk", "unit_price", "currency")
    lines = list(rows)
    currencies = {offer.currency for o in situation.offers.values() for offer in o}
    currencies |= {currency for _pk, _price, currency in lines}
    rates = {c: _rate(c, site.currency, today) for c in sorted(currencies)}
    return Prices(
        situation=situation,
        part_id=part_id,
        shelf=_averages(situation, site),
        lines={
            pk: None if (rate := rates[currency]) is None else price * rate
            for pk, price, currency in lines
        },
        rates=rates,
    )


def _rate(currency: str, base: str, today: date) -> Decimal | None:
    if currency == base:
        return Decimal(1)
    found = rate_on(currency=currency, base=base, day=today)
    return found.per_unit if found is not None else None


def _averages(situation: Situation, site: Site) -> dict[int, Decimal]:
    worth: dict[int, Decimal] = {}
    count: dict[int, Decimal] = {}
    rows = StockLevel.objects.usable().filter(
        part_id__in=situation.parts, bin__site=site, on_hand__gt=0
    )
    for part_id, on_hand, cost in rows.values_list("part_id", "on_hand", "unit_cost"):
        worth[part_id] = worth.get(part_id, Decimal(0)) + on_hand * cost
        count[part_id] = count.get(part_id, Decimal(0)) + on_hand
    return {part_id: worth[part_id] / pieces for part_id, pieces in count.items()}
