"""Whether a card's parts are here, in one look."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from restoration.models import JobCardPart
from restoration.queries.blockers import is_here, part_date, with_parts_state
from restoration.queries.words import shown_date


@dataclass(frozen=True, slots=True)
class PartsBadge:
    """How the parts of one card stand: all here, coming until a day, or undated."""

    missing: int
    until: date | None

    @property
    def state(self) -> str:
        """One of the five states."""
        if not self.missing:
            return "READY"
        return "WAITING" if self.until is not None else "BLOCKED"

    @property
    def label(self) -> str:
        """In the reader's language."""
        if not self.missing:
            return _("Parts are here")
        if self.until is None:
            return _("Waits for parts without a date")
        return _("Waits for parts until %(date)s") % {"date": shown_date(self.until)}


def parts_badges(card_ids: Collection[int]) -> dict[int, PartsBadge]:
    """Return how the parts of each card stand, in two queries.

    Cards that take no parts have none.

    Args:
        card_ids: the cards.

    Source: docs/domain/availability.md A13.
    """
    by_card: dict[int, list[JobCardPart]] = defaultdict(list)
    rows = JobCardPart.objects.filter(card__in=card_ids, demand__isnull=False)
    for row in with_parts_state(rows):
        by_card[row.card_id].append(row)
    return {pk: _badge(found) for pk, found in by_card.items()}


def _badge(rows: Collection[JobCardPart]) -> PartsBadge:
    missing = [part_date(row) for row in rows if not is_here(row)]
    dated = [on for on in missing if on is not None]
    is_dated = len(dated) == len(missing)
    return PartsBadge(len(missing), max(dated) if dated and is_dated else None)
