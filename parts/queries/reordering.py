"""What should be ordered, from whom, and why. Source: docs/domain/purchasing.md."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import connection

from common.money import quantise
from parts.models import Part
from parts.queries.asking import rates_to
from parts.queries.offers import Offered, live_offers
from workshop.models import Site

# Nothing is known of a supplier's punctuality: counted as four of five.
UNKNOWN_RELIABILITY = Decimal("0.8")
# So many days weigh as much as the price itself.
DAYS_LIKE_PRICE = Decimal(100)
STEP = Decimal("0.01")

# What one part at the site has and is to have. What an answer finds in another part
# (successor, component, companion) is wanted there instead of here; a lead that
# somebody must confirm moves nothing. Pieces of owners serve their own wishes only.
POSITIONS = """
WITH waiting AS (
    SELECT d.id, d.part_id, d.quantity - d.drawn AS remaining, a.detail
    FROM parts_demand d LEFT JOIN parts_availability a ON a.demand_id = d.id
    WHERE d.state IN ('OPEN', 'RESERVED') AND d.site_id = %(site)s
), places AS (
    SELECT w.id, w.part_id AS wanted_part, p.place,
        coalesce(p.place->'component'->>'part_id', p.place->>'part_id')::bigint
            AS part_id,
        (p.place->>'quantity')::numeric AS quantity
    FROM waiting w
    CROSS JOIN LATERAL jsonb_array_elements(w.detail->'places') AS p (place)
    WHERE p.place->>'kind' <> 'ALTERNATE' AND NOT p.place ? 'limits'
        AND coalesce(p.place->>'condition', '') = ''
), elsewhere AS (
    SELECT id, sum(
        CASE
            WHEN place ? 'built' THEN (place->>'built')::numeric
            WHEN place ? 'component' OR place ? 'companion' THEN 0
            WHEN place ? 'part_id' OR place ? 'own' THEN quantity
            ELSE 0
        END
    ) AS quantity
    FROM places GROUP BY id
), wanted AS (
    SELECT w.part_id, w.remaining - coalesce(e.quantity, 0) AS quantity
    FROM waiting w LEFT JOIN elsewhere e ON e.id = w.id
    UNION ALL
    SELECT part_id, quantity FROM places WHERE part_id IS NOT NULL
), sums AS (
    SELECT part_id, sum(quantity) AS wanted, 0 AS on_hand, 0 AS incoming, 0 AS drafted
    FROM wanted GROUP BY part_id
    UNION ALL
    SELECT l.part_id, 0, sum(l.on_hand), 0, 0
    FROM parts_stocklevel l JOIN parts_bin b ON b.id = l.bin_id
    WHERE b.site_id = %(site)s AND b.kind IN ('STORE', 'RECEIVING')
        AND l.owner_id IS NULL
    GROUP BY l.part_id
    UNION ALL
    -- Holds without a wish, such as a quote's, want pieces too.
    SELECT l.part_id, sum(r.quantity), 0, 0, 0
    FROM parts_reservation r
    JOIN parts_stocklevel l ON l.id = r.level_id AND l.owner_id IS NULL
    JOIN parts_bin b ON b.id = l.bin_id
    WHERE r.state = 'HELD' AND r.demand_id IS NULL AND b.site_id = %(site)s
    GROUP BY l.part_id
    UNION ALL
    SELECT l.part_id, 0, 0,
        sum(CASE WHEN o.state = 'SENT' THEN l.quantity - l.received ELSE 0 END),
        sum(CASE WHEN o.state = 'DRAFT' THEN l.quantity ELSE 0 END)
    FROM parts_purchaseorderline l JOIN parts_purchaseorder o ON o.id = l.order_id
    WHERE o.site_id = %(site)s AND o.state IN ('SENT', 'DRAFT')
        AND l.closed_at IS NULL AND l.received < l.quantity
    GROUP BY l.part_id
), rules AS (
    SELECT part_id, minimum, maximum FROM parts_reorderrule WHERE site_id = %(site)s
), positions AS (
    SELECT part_id, sum(wanted) AS wanted, sum(on_hand) AS on_hand,
        sum(incoming) AS incoming, sum(drafted) AS drafted
    FROM (
        SELECT * FROM sums
        UNION ALL SELECT part_id, 0, 0, 0, 0 FROM rules
    ) AS known
    GROUP BY part_id
)
SELECT p.part_id, p.wanted, p.on_hand, p.incoming, p.drafted, r.minimum, r.maximum
FROM positions p LEFT JOIN rules r ON r.part_id = p.part_id
WHERE p.on_hand + p.incoming + p.drafted - p.wanted < coalesce(r.minimum, 0)
    AND (%(all)s OR p.part_id = ANY(%(parts)s))
ORDER BY p.part_id
"""


@dataclass(frozen=True, slots=True)
class Reason:
    """What there is of a part at a site, what is wanted, and what a rule asks for."""

    wanted: Decimal
    on_hand: Decimal
    incoming: Decimal
    drafted: Decimal
    minimum: Decimal | None
    maximum: Decimal | None

    @property
    def position(self) -> Decimal:
        """What would be left if everything came and everybody were served."""
        return self.on_hand + self.incoming + self.drafted - self.wanted

    @property
    def missing(self) -> Decimal:
        """How many to order: up to the rule's maximum, else what is not covered."""
        goal = Decimal(0) if self.maximum is None else self.maximum
        return goal - self.position


@dataclass(frozen=True, slots=True)
class Candidate:
    """One supplier of a proposed part, with the working of his rank.

    Attributes:
        offer: his word and what deliveries have taught.
        quantity: what would be bought: what is missing, or his minimum.
        price: of one, at that quantity, in the offer's currency.
        amount: of all in the site's currency; None without a rate.
        reliability: how much of his word holds: days said over days taken, at most 1.
        score: amount × (1 + days / 100) ÷ reliability; the smallest is best.
    """

    offer: Offered
    quantity: Decimal
    price: Decimal
    amount: Decimal | None
    reliability: Decimal
    score: Decimal | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """One part to order: why, how many, and from whom, the best first."""

    part: Part
    reason: Reason
    candidates: Sequence[Candidate] = field(default_factory=list)

    @property
    def best(self) -> Candidate | None:
        return self.candidates[0] if self.candidates else None


def proposals(
    site_id: int, *, day: date, part_ids: Collection[int] | None = None
) -> list[Proposal]:
    """Return what should be ordered for a site, in a fixed number of statements.

    What is on drafts and on the way counts as ordered, so that a proposal disappears
    once it was followed.

    Args:
        site_id: whose stock, rules and wishes.
        day: the site's own, for exchange rates.
        part_ids: only these parts; all if None.

    Source: docs/domain/purchasing.md B12 to B14.
    """
    reasons = _reasons(site_id, part_ids)
    if not reasons:
        return []
    site = Site.objects.get(pk=site_id)
    offers = live_offers(reasons)
    currencies = {offer.currency for some in offers.values() for offer in some}
    worth = rates_to(site.currency, currencies, day)
    parts = Part.objects.filter(pk__in=reasons).prefetch_related("numbers")
    found = [
        Proposal(
            part,
            reasons[part.pk],
            _ranked(
                offers.get(part.pk, []),
                reasons[part.pk].missing,
                worth,
                site.currency,
            ),
        )
        for part in parts.order_by("code")
    ]
    return sorted(found, key=_by_supplier)


def _reasons(site_id: int, part_ids: Collection[int] | None) -> dict[int, Reason]:
    with connection.cursor() as cursor:
        cursor.execute(
            POSITIONS,
            {
                "site": site_id,
                "all": part_ids is None,
                "parts": sorted(part_ids or ()),
            },
        )
        return {row[0]: Reason(*row[1:]) for row in cursor.fetchall()}


def _ranked(
    offers: Sequence[Offered],
    missing: Decimal,
    worth: dict[str, Decimal],
    currency: str,
) -> list[Candidate]:
    found = [_candidate(offer, missing, worth, currency) for offer in offers]
    return sorted(
        found,
        key=lambda each: (
            each.score is None,
            each.score or Decimal(0),
            each.offer.days,
            each.offer.offer_id,
        ),
    )


def _candidate(
    offer: Offered, missing: Decimal, worth: dict[str, Decimal], currency: str
) -> Candidate:
    quantity = max(missing, offer.minimum)
    price = offer.price_of(quantity)
    rate = worth.get(offer.currency)
    amount = None if rate is None else quantise(price * quantity * rate, currency)
    reliability = reliability_of(offer)
    score = None
    if amount is not None:
        weighed = amount * (1 + Decimal(offer.days) / DAYS_LIKE_PRICE)
        score = (weighed / reliability).quantize(STEP)
    return Candidate(offer, quantity, price, amount, reliability, score)


def reliability_of(offer: Offered) -> Decimal:
    """Return how much of a supplier's word holds, from 0.01 to 1."""
    if offer.learnt is None:
        return UNKNOWN_RELIABILITY
    taken = max(offer.learnt.late_days, 1)
    share = Decimal(max(offer.lead_days, 1)) / taken
    return min(Decimal(1), max(STEP, share.quantize(STEP)))


def _by_supplier(proposal: Proposal) -> tuple[bool, str, str]:
    best = proposal.best
    name = best.offer.supplier_en if best else ""
    return (best is None, name, proposal.part.code)
