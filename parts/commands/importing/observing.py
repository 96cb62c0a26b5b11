"""What a file shows of the market: first seen, price moved, gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from parts.commands.importing.base import Writing
from parts.models import Observation, Watch

Kind = Observation.Kind


@dataclass(frozen=True, kw_only=True)
class Sight:
    """One price as a file shows it, beside the one before."""

    part_id: int
    price: Decimal
    currency: str
    on: date
    was_price: Decimal | None = None
    was_currency: str = ""
    supplier_id: int | None = None
    is_gone: bool = False

    @property
    def kind(self) -> str | None:
        """What was seen; None where nothing is new."""
        if self.is_gone:
            return Kind.GONE
        if self.was_price is None or self.was_currency != self.currency:
            return Kind.FIRST_SEEN
        return Kind.PRICE_MOVED if self.was_price != self.price else None


def observe(sights: Sequence[Sight], writing: Writing) -> None:
    """Write down what is new, and wake the watches on it. The same twice is one."""
    rows = []
    for sight in sights:
        kind = sight.kind
        if kind is None:
            continue
        moved = kind == Kind.PRICE_MOVED
        rows.append(
            Observation(
                part_id=sight.part_id,
                supplier_id=sight.supplier_id,
                kind=kind,
                price=sight.price,
                was_price=sight.was_price if moved else None,
                currency=sight.currency,
                source=writing.source,
                seen_on=sight.on,
                noted_by_id=writing.actor_id,
                noted_at=writing.at,
            )
        )
    Observation.objects.bulk_create(rows, ignore_conflicts=True)
    writing.counts["observations"] += len(rows)
    for kind in (Kind.FIRST_SEEN, Kind.PRICE_MOVED, Kind.GONE):
        part_ids = {row.part_id for row in rows if row.kind == kind}
        if part_ids:
            Watch.objects.filter(part__in=part_ids).update(last_seen=kind, seen_at=None)
