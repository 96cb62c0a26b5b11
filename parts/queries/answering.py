"""One answer per demand: how much, from where, by when, how sure and why.

Pure: a `Situation` in, answers out. Source: docs/domain/availability.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from parts.models import Availability, Demand, Part
from parts.queries.situation import (
    Coming,
    Held,
    Offered,
    OnShelf,
    SiteCalendar,
    Situation,
    Step,
)

Kind = Availability.Kind
Confidence = Availability.Confidence
ZERO = Decimal(0)
SURENESS = (Confidence.FIRM, Confidence.LIKELY, Confidence.ROUGH)
ENDED = (Part.Life.DISCONTINUED, Part.Life.PROVISIONALLY_DISCONTINUED)


@dataclass(slots=True)
class Place:
    """A quantity, where it comes from, and by when."""

    kind: Kind
    quantity: Decimal
    available_on: date
    confidence: Confidence
    facts: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": str(self.kind),
            "quantity": text(self.quantity),
            "available_on": self.available_on.isoformat(),
            **self.facts,
        }


@dataclass(slots=True)
class Answer:
    """The answer to one demand, ready to be written."""

    demand: Demand
    kind: Kind
    quantity: Decimal
    available_on: date | None
    confidence: Confidence
    detail: dict[str, Any]


@dataclass(slots=True)
class Search:
    """The places found for one demand so far, and what they leave open."""

    demand: Demand
    calendar: SiteCalendar
    left: Decimal
    places: list[Place] = field(default_factory=list)

    def add(self, place: Place) -> None:
        self.places.append(place)
        self.left -= place.quantity


def text(quantity: Decimal) -> str:
    """Write a quantity without idle zeros."""
    return f"{quantity.normalize():f}"


def answers(situation: Situation) -> Iterator[Answer]:
    """Answer every demand of a situation, first come, first served.

    What one demand is given is taken from the situation, so that one piece is never
    the answer to two demands (rule A4).
    """
    for demand in situation.demands:
        yield _answer(situation, demand)


def _answer(situation: Situation, demand: Demand) -> Answer:
    calendar = situation.calendars[demand.site_id]
    search = Search(demand, calendar, demand.remaining)
    held = situation.held.get(demand.pk, [])
    _from_own_shelf(search, held)
    _from_shelf(search, situation, demand.part_id)
    _from_own_pegs(search, held)
    _from_coming(search, situation, demand.part_id)
    _from_supplier(search, situation, demand.part_id)
    if search.left > 0:
        _from_successors(search, situation)
    if search.left > 0:
        _from_alternates(search, situation)
    return _conclude(situation, search)


def _from_own_shelf(search: Search, held: list[Held]) -> None:
    for row in held:
        piece = min(row.quantity, search.left)
        if row.shelf is not None and piece > 0:
            search.add(_on_hand(search, row.shelf, piece, held=True))


def _from_shelf(search: Search, situation: Situation, part_id: int) -> None:
    for row in situation.shelf.get((part_id, search.demand.site_id), ()):
        piece = min(row.free, search.left)
        if piece > 0:
            row.free -= piece
            search.add(_on_hand(search, row, piece, held=False))


def _on_hand(search: Search, row: OnShelf, piece: Decimal, *, held: bool) -> Place:
    return Place(
        Kind.ON_HAND,
        piece,
        search.calendar.today,
        Confidence.FIRM,
        {"bin": row.bin, "held": held},
    )


def _from_own_pegs(search: Search, held: list[Held]) -> None:
    for row in held:
        piece = min(row.quantity, search.left)
        if row.coming is not None and piece > 0:
            search.add(_incoming(search, row.coming, piece, held=True))


def _from_coming(search: Search, situation: Situation, part_id: int) -> None:
    for row in situation.coming.get((part_id, search.demand.site_id), ()):
        piece = min(row.free, search.left)
        if piece > 0:
            row.free -= piece
            search.add(_incoming(search, row, piece, held=False))


def _incoming(search: Search, row: Coming, piece: Decimal, *, held: bool) -> Place:
    # A line past its date is late: its date is unknown, not today (A9).
    late = row.due_on < search.calendar.today
    return Place(
        Kind.INCOMING,
        piece,
        row.due_on if late else search.calendar.next_open(row.due_on),
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
    )


def _from_supplier(search: Search, situation: Situation, part_id: int) -> None:
    offers: list[Offered] = situation.offers.get(part_id, [])
    if search.left <= 0 or not offers:
        return
    quickest = offers[0]
    arrives = search.calendar.today + timedelta(days=quickest.lead_days)
    search.add(
        Place(
            Kind.SUPPLIER,
            search.left,
            search.calendar.next_open(arrives),
            Confidence.ROUGH,
            {
                "supplier_en": quickest.supplier_en,
                "supplier_ja": quickest.supplier_ja,
                "lead_days": quickest.lead_days,
                "seen_on": quickest.seen_on.isoformat(),
            },
        )
    )


def _from_successors(search: Search, situation: Situation) -> None:
    """Follow the chain of successors to its end; a circle ends the search (A7)."""
    seen = {search.demand.part_id}
    todo = [(step, "") for step in _in_force(search, situation, search.demand.part_id)]
    while todo and search.left > 0:
        step, above = todo.pop(0)
        if step.part_id in seen:
            continue
        seen.add(step.part_id)
        condition = "; ".join(filter(None, [above, step.condition]))
        _as_other(search, situation, step.part_id, Kind.SUPERSEDED, condition)
        onward = _in_force(search, situation, step.part_id)
        todo.extend((later, condition) for later in onward)


def _in_force(search: Search, situation: Situation, part_id: int) -> list[Step]:
    today = search.calendar.today
    return [
        step
        for step in situation.successors.get(part_id, ())
        if step.starts_on is None or step.starts_on <= today
    ]


def _from_alternates(search: Search, situation: Situation) -> None:
    for step in situation.alternates.get(search.demand.part_id, ()):
        if search.left > 0:
            _as_other(search, situation, step.part_id, Kind.ALTERNATE, step.condition)


def _as_other(
    search: Search, situation: Situation, part_id: int, kind: Kind, condition: str
) -> None:
    """Try another part by the same three places, and mark what it gives as such."""
    other = situation.parts.get(part_id)
    if other is None:
        return
    before = len(search.places)
    _from_shelf(search, situation, part_id)
    _from_coming(search, situation, part_id)
    _from_supplier(search, situation, part_id)
    lead = kind == Kind.ALTERNATE or bool(condition)
    for place in search.places[before:]:
        place.facts |= {
            "by": str(place.kind),
            "part_id": other.pk,
            "number": other.number or other.code,
            "name_en": other.name_en,
            "name_ja": other.name_ja,
            "condition": condition,
        }
        place.kind = kind
        if lead:
            place.confidence = Confidence.ROUGH


def _conclude(situation: Situation, search: Search) -> Answer:
    demand = search.demand
    detail: dict[str, Any] = {"places": [place.as_json() for place in search.places]}
    part = situation.parts[demand.part_id]
    if part.life in ENDED or part.life == Part.Life.SUPERSEDED:
        detail["life"] = part.life
    covered = demand.remaining - search.left
    if search.left > 0 or not search.places:
        detail["short"] = text(search.left)
        kind = _kind_of_nothing(situation, demand.part_id)
        detail |= _elsewhere(situation, search)
        return Answer(demand, kind, covered, None, Confidence.NONE, detail)
    last = max(search.places, key=lambda place: place.available_on)
    least_sure = max((place.confidence for place in search.places), key=SURENESS.index)
    if last.kind != Kind.ON_HAND:
        detail |= _elsewhere(situation, search)
    return Answer(demand, last.kind, covered, last.available_on, least_sure, detail)


def _kind_of_nothing(situation: Situation, part_id: int) -> Kind:
    part = situation.parts[part_id]
    if part.life in ENDED:
        return Kind.NO_LONGER_MADE
    if not part.number and not situation.offers.get(part_id):
        return Kind.NUMBER_UNKNOWN
    return Kind.NO_SOURCE


def _elsewhere(situation: Situation, search: Search) -> dict[str, Any]:
    """Return what could bring an earlier date: free pieces at another site."""
    demand = search.demand
    free = sum(
        (
            situation.free_at(demand.part_id, site_id)
            for site_id in situation.calendars
            if site_id != demand.site_id
        ),
        ZERO,
    )
    return {"free_elsewhere": text(free)} if free > 0 else {}
