"""One answer per demand: how much, from where, by when, how sure and why.

Pure: a `Situation` in, answers out. Source: docs/domain/availability.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from parts.models import Part
from parts.queries.conditions import Fit, Step, fit
from parts.queries.earlier import earlier_ways
from parts.queries.places import (
    ZERO,
    Confidence,
    Kind,
    Place,
    Store,
    covered,
    part_facts,
    text,
)
from parts.queries.situation import Held, Situation, Wish

SURENESS = (Confidence.FIRM, Confidence.LIKELY, Confidence.ROUGH)
ENDED = (Part.Life.DISCONTINUED, Part.Life.PROVISIONALLY_DISCONTINUED)
ONE = Decimal(1)


@dataclass(slots=True)
class Answer:
    """The answer to one demand, ready to be written."""

    demand: Wish
    kind: Kind
    quantity: Decimal
    available_on: date | None
    confidence: Confidence
    detail: dict[str, Any]


@dataclass(slots=True)
class Search:
    """The places found for one demand so far, and what they leave open."""

    situation: Situation
    demand: Wish
    left: Decimal
    places: list[Place] = field(default_factory=list)

    @property
    def store(self) -> Store:
        return Store(self.situation, self.demand.site_id)

    def add(self, places: list[Place]) -> None:
        self.places += places
        self.left -= covered(places)


@dataclass(slots=True)
class Path:
    """The way from the wanted part to one that takes its place."""

    part_id: int
    condition: str = ""
    condition_ja: str = ""
    limits: list[dict[str, Any]] = field(default_factory=list)
    companions: list[int] = field(default_factory=list)

    def onward(self, step: Step, known: Fit) -> "Path":
        return Path(
            part_id=step.part_id,
            condition="; ".join(filter(None, [self.condition, step.condition])),
            condition_ja="、".join(
                filter(None, [self.condition_ja, step.condition_ja or step.condition])
            ),
            limits=self.limits + ([step.limits()] if known == Fit.UNKNOWN else []),
            companions=self.companions + ([step.only_with] if step.only_with else []),
        )


def answers(situation: Situation) -> Iterator[Answer]:
    """Answer every demand of a situation, first come, first served.

    What one demand is given is taken from the situation, so that one piece is never
    the answer to two demands (rule A4).
    """
    for demand in situation.demands:
        yield _answer(situation, demand)


def _answer(situation: Situation, demand: Wish) -> Answer:
    search = Search(situation, demand, demand.remaining)
    held = situation.held.get(demand.pk, ())
    _from_own_shelf(search, held)
    if search.left > 0 and demand.owner_id is not None:
        search.add(search.store.owned(demand.part_id, demand.owner_id, search.left))
    if search.left > 0:
        search.add(search.store.on_shelf(demand.part_id, search.left))
    _from_own_pegs(search, held)
    if search.left > 0:
        search.add(search.store.on_order(demand.part_id, search.left))
    if search.left > 0:
        search.add(search.store.made_or_bought(demand.part_id, search.left))
    if search.left > 0:
        _from_successors(search)
    if search.left > 0:
        _from_alternates(search)
    return _conclude(search)


def _from_own_shelf(search: Search, held: Sequence[Held]) -> None:
    for row in held:
        piece = min(row.quantity, search.left)
        if row.shelf is not None and piece > 0:
            facts: dict[str, Any] = {"held": True}
            if row.shelf.owner_id is not None:
                facts["own"] = True
            search.add([search.store.lying(row.shelf, piece, facts)])


def _from_own_pegs(search: Search, held: Sequence[Held]) -> None:
    for row in held:
        piece = min(row.quantity, search.left)
        if row.coming is not None and piece > 0:
            search.add([search.store.under_way(row.coming, piece, held=True)])


def _from_successors(search: Search) -> None:
    """Follow the chain of successors to its end; a circle ends the search (A7)."""
    seen = {search.demand.part_id}
    todo = _onward(search, Path(search.demand.part_id))
    while todo and search.left > 0:
        path = todo.pop(0)
        if path.part_id in seen:
            continue
        seen.add(path.part_id)
        _as_other(search, path, Kind.SUPERSEDED)
        todo.extend(_onward(search, path))


def _onward(search: Search, path: Path) -> list[Path]:
    today = search.store.calendar.today
    found = []
    for step in search.situation.successors.get(path.part_id, ()):
        known = fit(step, search.demand, today)
        if known != Fit.NO:
            found.append(path.onward(step, known))
    return found


def _from_alternates(search: Search) -> None:
    """Use what may stand in without asking; what needs consent is only named (A5)."""
    for row in search.situation.alternates.get(search.demand.part_id, ()):
        if search.left > 0 and not row.needs_consent:
            _as_other(search, Path(row.part_id, condition=row.note), Kind.ALTERNATE)


def _as_other(search: Search, path: Path, kind: Kind) -> None:
    """Try another part by the same places, and mark what it gives as such.

    A companion without which it does not fit has to be there too, as many times.
    """
    situation = search.situation
    if path.part_id not in situation.parts:
        return
    pieces = [(part_id, ONE) for part_id in (path.part_id, *path.companions)]
    _count, groups = search.store.together(pieces, search.left)
    if not groups:
        return
    _mark(situation, groups[0], path, kind)
    for companion_id, places in zip(path.companions, groups[1:], strict=True):
        _mark_companion(situation, places, companion_id, kind)
    for place in (place for places in groups for place in places):
        if kind == Kind.ALTERNATE or path.condition or path.limits:
            place.confidence = Confidence.ROUGH
        search.add([place])


def _mark(
    situation: Situation, places: Sequence[Place], path: Path, kind: Kind
) -> None:
    for place in places:
        place.facts |= {
            "by": str(place.kind),
            **part_facts(situation, path.part_id),
            "grade": situation.parts[path.part_id].grade,
            "condition": path.condition,
            "condition_ja": path.condition_ja,
        }
        if path.limits:
            place.facts["limits"] = path.limits
        place.kind = kind


def _mark_companion(
    situation: Situation, places: Sequence[Place], part_id: int, kind: Kind
) -> None:
    for place in places:
        facts = part_facts(situation, part_id)
        place.facts |= {"by": str(place.kind), "companion": True, **facts}
        place.kind = kind
        place.covers = ZERO


def _conclude(search: Search) -> Answer:
    situation, demand = search.situation, search.demand
    detail: dict[str, Any] = {"places": [place.as_json() for place in search.places]}
    part = situation.parts[demand.part_id]
    if part.life in ENDED or part.life == Part.Life.SUPERSEDED:
        detail["life"] = part.life
    got = demand.remaining - search.left
    if search.left > 0 or not search.places:
        detail["short"] = text(search.left)
        kind = _kind_of_nothing(situation, demand.part_id)
        answer = Answer(demand, kind, got, None, Confidence.NONE, detail)
    else:
        last = max(search.places, key=lambda place: place.available_on)
        least_sure = max((p.confidence for p in search.places), key=SURENESS.index)
        kind = _kind_of(search, last)
        answer = Answer(demand, kind, got, last.available_on, least_sure, detail)
    if answer.kind != Kind.ON_HAND:
        ways = earlier_ways(search.store, demand, answer.kind, search.places)
        if ways:
            detail["earlier"] = ways
    return answer


def _kind_of(search: Search, last: Place) -> Kind:
    """Return what the answer rests on: its latest place, or putting a kit together."""
    needs_hands = last.kind in (Kind.ON_HAND, Kind.INCOMING)
    if needs_hands and any("built" in place.facts for place in search.places):
        return Kind.KIT
    return last.kind


def _kind_of_nothing(situation: Situation, part_id: int) -> Kind:
    part = situation.parts[part_id]
    if part.life in ENDED:
        return Kind.NO_LONGER_MADE
    if not part.number and not situation.offers.get(part_id):
        return Kind.NUMBER_UNKNOWN
    return Kind.NO_SOURCE
