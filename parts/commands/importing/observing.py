"""What a file shows of the market: first seen, price moved, gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from parts.commands.importing.base import Writing
from parts.commands.watching import Seen, note_observations
from parts.models import Observation

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
    noted = note_observations(
        seen=[
            Seen(
                part_id=sight.part_id,
                supplier_id=sight.supplier_id,
                kind=kind,
                price=sight.price,
                was_price=sight.was_price,
                currency=sight.currency,
                source=writing.source,
                seen_on=sight.on,
            )
            for sight in sights
            if (kind := sight.kind) is not None
        ],
        at=writing.at,
        actor_id=writing.actor_id,
    )
    writing.counts["observations"] += len(noted)
