"""What suppliers say of parts, with what their deliveries have taught."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language

from parts.models import OfferBreak, SupplierOffer
from parts.queries.leadtimes import Learnt, learnt_for, learnt_leads

Breaks = list[tuple[Decimal, Decimal]]
OFFER_FIELDS = (
    "pk", "part_id", "supplier_id", "supplier__name_en", "supplier__name_ja",
    "lead_days", "price", "currency", "minimum_quantity", "seen_on",
)  # fmt: skip


@dataclass(slots=True)
class Offered:
    """A supplier's word on a part: advice with an age."""

    offer_id: int
    supplier_id: int
    supplier_en: str
    supplier_ja: str
    lead_days: int
    price: Decimal
    currency: str
    minimum: Decimal
    seen_on: date
    breaks: Breaks
    learnt: Learnt | None

    @property
    def name(self) -> str:
        """The supplier's name in the language that is active."""
        is_ja = (get_language() or "en").startswith("ja")
        return self.supplier_ja if is_ja and self.supplier_ja else self.supplier_en

    @property
    def days(self) -> int:
        """The days that are promised by: what was learnt, else the supplier's word."""
        return self.learnt.late_days if self.learnt else self.lead_days

    def price_of(self, quantity: Decimal) -> Decimal:
        """Return what one costs when so many are bought."""
        reached = [price for start, price in self.breaks if start <= quantity]
        return reached[-1] if reached else self.price


def live_offers(part_ids: Collection[int]) -> dict[int, list[Offered]]:
    """Return the offers in force of each part, the quickest first, in three queries.

    Args:
        part_ids: the parts.
    """
    rows = SupplierOffer.objects.filter(part_id__in=part_ids, is_withdrawn=False)
    offers: list[tuple[Any, ...]] = list(rows.values_list(*OFFER_FIELDS))
    breaks: dict[int, Breaks] = defaultdict(list)
    steps = OfferBreak.objects.filter(offer__in=rows.values("pk"))
    for offer_id, start, price in steps.order_by("from_quantity").values_list(
        "offer_id", "from_quantity", "price"
    ):
        breaks[offer_id].append((start, price))
    leads = learnt_leads({row[2] for row in offers}, part_ids)
    return sorted_offers(offers, breaks, leads)


def sorted_offers(
    offers: Iterable[tuple[Any, ...]],
    breaks: Mapping[int, Breaks],
    leads: Mapping[tuple[int, int | None], Learnt],
) -> dict[int, list[Offered]]:
    """Return offers by part, the quickest first, with what deliveries taught.

    Args:
        offers: the values of `OFFER_FIELDS`.
        breaks: offer → its prices by quantity, the smallest first.
        leads: as `learnt_leads` returns them.
    """
    found: dict[int, list[Offered]] = defaultdict(list)
    for pk, part_id, supplier_id, *said in offers:
        learnt = learnt_for(leads, supplier_id, part_id)
        more = (breaks.get(pk, []), learnt)
        found[part_id].append(Offered(*(pk, supplier_id, *said, *more)))
    for some in found.values():
        some.sort(key=lambda offer: (offer.days, offer.price, offer.offer_id))
    return found
