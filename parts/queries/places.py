"""Where pieces of one part can be had: taken from a situation, and put back.

What one demand is given is taken from the situation, so that one piece is never the
answer to two demands (A4). Kits are put together from their components, level by level.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from parts.models import Availability
from parts.queries.offers import Offered
from parts.queries.situation import (
    Coming,
    OnShelf,
    SiteCalendar,
    Situation,
)

Kind = Availability.Kind
Confidence = Availability.Confidence
ZERO = Decimal(0)
OTHERS_NAMED = 2


@dataclass(slots=True)
class Place:
    """A quantity, where it comes from, and by when.

    Attributes:
        covers: how many of what was asked for it stands for; a component of a kit or a
            companion stands for none.
        taken: what was taken from the situation for it.
    """

    kind: Kind
    quantity: Decimal
    available_on: date
    confidence: Confidence
    facts: dict[str, Any]
    covers: Decimal
    taken: list[tuple[OnShelf | Coming, Decimal]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": str(self.kind),
            "quantity": text(self.quantity),
            "available_on": self.available_on.isoformat(),
            **self.facts,
        }


def text(quantity: Decimal) -> str:
    """Write a quantity without idle zeros."""
    return f"{quantity.normalize():f}"


def covered(places: Iterable[Place]) -> Decimal:
    return sum((place.covers for place in places), ZERO)


def put_back(places: Iterable[Place]) -> None:
    """Give the situation back what was taken for these places."""
    for place in places:
        for row, piece in place.taken:
            row.free += piece


def part_facts(situation: Situation, part_id: int) -> dict[str, Any]:
    """Return how a part is named in an answer."""
    part = situation.parts[part_id]
    return {
        "part_id": part.pk,
        "number": part.number or part.code,
        "name_en": part.name_en,
        "name_ja": part.name_ja,
    }


@dataclass(slots=True)
class Store:
    """One site's view of a situation, from which places are gathered."""

    situation: Situation
    site_id: int

    @property
    def calendar(self) -> SiteCalendar:
        return self.situation.calendars[self.site_id]

    def gather(self, part_id: int, wanted: Decimal) -> list[Place]:
        """Take up to ``wanted`` of a part from the first places that have it.

        The shelf, then orders under way, then what can be put together or bought,
        whichever is sooner.
        """
        found = self.on_shelf(part_id, wanted)
        left = wanted - covered(found)
        if left > 0:
            more = self.on_order(part_id, left)
            found += more
            left -= covered(more)
        return found + (self.made_or_bought(part_id, left) if left > 0 else [])

    def on_shelf(self, part_id: int, wanted: Decimal) -> list[Place]:
        rows = self.situation.shelf.get((part_id, self.site_id), ())
        return self._from_rows(rows, wanted, {"held": False})

    def owned(self, part_id: int, owner_id: int, wanted: Decimal) -> list[Place]:
        """Take of a customer's own pieces, which the house keeps."""
        rows = self.situation.owned.get((part_id, self.site_id, owner_id), ())
        return self._from_rows(rows, wanted, {"held": False, "own": True})

    def _from_rows(
        self, rows: Iterable[OnShelf], wanted: Decimal, facts: dict[str, Any]
    ) -> list[Place]:
        found = []
        for row in rows:
            piece = min(row.free, wanted)
            if piece > 0:
                row.free -= piece
                wanted -= piece
                place = self.lying(row, piece, facts)
                place.taken.append((row, piece))
                found.append(place)
        return found

    def lying(self, row: OnShelf, piece: Decimal, facts: dict[str, Any]) -> Place:
        """Return pieces in a bin as a place: today, firm."""
        return Place(
            Kind.ON_HAND,
            piece,
            self.calendar.today,
            Confidence.FIRM,
            {"bin": row.bin, **facts},
            covers=piece,
        )

    def on_order(self, part_id: int, wanted: Decimal) -> list[Place]:
        found = []
        for row in self.situation.coming.get((part_id, self.site_id), ()):
            piece = min(row.free, wanted)
            if piece > 0:
                row.free -= piece
                wanted -= piece
                place = self.under_way(row, piece, held=False)
                place.taken.append((row, piece))
                found.append(place)
        return found

    def under_way(self, row: Coming, piece: Decimal, *, held: bool) -> Place:
        """Return pieces of an order line as a place: its due date, likely."""
        # A line past its date is late: its date is unknown, not today (A9).
        late = row.due_on < self.calendar.today
        return Place(
            Kind.INCOMING,
            piece,
            row.due_on if late else self.calendar.next_open(row.due_on),
            Confidence.ROUGH if late else Confidence.LIKELY,
            {
                "order": row.order,
                "line_id": row.line_id,
                "supplier_en": row.supplier_en,
                "supplier_ja": row.supplier_ja,
                "due_on": row.due_on.isoformat(),
                "overdue": late,
                "held": held,
            },
            covers=piece,
        )

    def made_or_bought(self, part_id: int, wanted: Decimal) -> list[Place]:
        """Put a kit together if that is no later than buying it whole."""
        bought = self.bought(part_id, wanted)
        if part_id not in self.situation.kits:
            return bought
        built = self.built(part_id, wanted)
        if not bought:
            return built
        latest = max((place.available_on for place in built), default=None)
        whole = covered(built) == wanted
        if whole and latest is not None and latest <= bought[0].available_on:
            return built
        put_back(built)
        return bought

    def bought(self, part_id: int, wanted: Decimal) -> list[Place]:
        """Return what the quickest supplier brings; others are named beside it."""
        offers = self.situation.offers.get(part_id, [])
        if not offers:
            return []
        quickest = offers[0]
        facts = _offer_facts(quickest, wanted)
        if others := offers[1 : 1 + OTHERS_NAMED]:
            facts["others"] = [_offer_facts(offer, wanted) for offer in others]
        return [
            Place(
                Kind.SUPPLIER,
                wanted,
                self.arrival(quickest),
                Confidence.LIKELY if quickest.learnt else Confidence.ROUGH,
                facts,
                covers=wanted,
            )
        ]

    def arrival(self, offer: Offered) -> date:
        """Return the day on which a piece ordered today would be here (A10)."""
        arrives = self.calendar.today + timedelta(days=offer.days)
        return self.calendar.next_open(arrives)

    def built(self, kit_id: int, wanted: Decimal) -> list[Place]:
        """Put as many of a kit together as its components allow, level by level."""
        count, groups = self.together(self.situation.kits[kit_id], wanted)
        found = []
        for (component_id, _each), places in zip(
            self.situation.kits[kit_id], groups, strict=False
        ):
            for place in places:
                place.covers = ZERO
                place.facts.pop("built", None)
                place.facts.setdefault(
                    "component", part_facts(self.situation, component_id)
                )
                found.append(place)
        if found:
            found[0].covers = count
            found[0].facts["built"] = text(count)
        return found

    def together(
        self, pieces: Sequence[tuple[int, Decimal]], wanted: Decimal
    ) -> tuple[Decimal, list[list[Place]]]:
        """Take several parts that are only of use together, each so many times.

        Returns:
            How many whole sets there are, and the places of each part.
        """
        count = wanted
        while count > 0:
            groups = [self.gather(part_id, count * each) for part_id, each in pieces]
            got = [
                covered(places) / each
                for places, (_part_id, each) in zip(groups, pieces, strict=True)
            ]
            if min(got) >= count:
                return count, groups
            if len(pieces) == 1 and pieces[0][1] == 1:
                # Alone, a part of it is of use too.
                return min(got), groups
            for places in groups:
                put_back(places)
            count = min(got).to_integral_value(rounding=ROUND_FLOOR)
        return ZERO, []


def _offer_facts(offer: Offered, wanted: Decimal) -> dict[str, Any]:
    """Return what an answer says of an offer: no price, for everybody here reads it."""
    facts: dict[str, Any] = {
        "supplier_en": offer.supplier_en,
        "supplier_ja": offer.supplier_ja,
        "lead_days": offer.lead_days,
        "seen_on": offer.seen_on.isoformat(),
    }
    if offer.minimum > wanted:
        facts["minimum"] = text(offer.minimum)
    if offer.learnt:
        facts["learnt"] = {
            "samples": offer.learnt.samples,
            "median_days": offer.learnt.median_days,
            "late_days": offer.learnt.late_days,
            "of_part": offer.learnt.of_part,
        }
    return facts
