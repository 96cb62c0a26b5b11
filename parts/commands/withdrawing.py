"""Offers that a supplier takes back when he is asked: withdrawn, and seen as gone."""

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from parts.commands.watching import Seen, note_observations
from parts.models import Observation, Rfq, RfqSupplier, SupplierOffer


def withdraw_offers(
    rfq: Rfq,
    asked: RfqSupplier,
    part_ids: Collection[int],
    at: datetime,
    actor_id: int | None,
) -> list[int]:
    """Take a supplier's offers of some parts back, and see the parts gone with him.

    Returns the parts that he had offered until now. Inside the caller's transaction.

    Source: docs/domain/purchasing.md B9.
    """
    today = at.astimezone(ZoneInfo(rfq.site.time_zone)).date()
    rows = SupplierOffer.objects.filter(supplier=asked.supplier_id, part__in=part_ids)
    offers = {row.part_id: row for row in rows.order_by("pk").select_for_update()}
    live = sorted(pk for pk, row in offers.items() if not row.is_withdrawn)
    rows.filter(part__in=live).update(is_withdrawn=True, seen_on=today)
    note_observations(
        seen=[
            Seen(
                part_id=part_id,
                supplier_id=asked.supplier_id,
                kind=Observation.Kind.GONE,
                price=offers[part_id].price if part_id in offers else None,
                currency=offers[part_id].currency if part_id in offers else "JPY",
                source=rfq.number,
                seen_on=today,
            )
            for part_id in sorted(part_ids)
            if part_id in live or part_id not in offers
        ],
        at=at,
        actor_id=actor_id,
    )
    return live
