"""What a pin costs all cars together: everything else keeps its order and waits."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from workshop import planner
from workshop.planner.shop import Shop

Span = tuple[int, int]


@dataclass(slots=True)
class _Place:
    start: int
    crew: tuple[int, ...]
    bay: int
    end: int = 0


@dataclass(slots=True)
class _Busy:
    """Until when people and bays are taken, and by what that does not move."""

    until: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))
    fixed: dict[tuple[str, int], list[Span]] = field(
        default_factory=lambda: defaultdict(list)
    )

    @staticmethod
    def keys(place: _Place) -> Iterator[tuple[str, int]]:
        yield from (("person", t) for t in place.crew)
        if place.bay >= 0:
            yield "bay", place.bay


@dataclass(frozen=True, slots=True)
class Waited:
    """What comes of a plan whose work only waits: its cost, and each car's end."""

    cost_days: float
    ends: Mapping[planner.Id, int]


def waited(
    shop: Shop,
    crews: Mapping[int, tuple[int, ...]] | None = None,
) -> Waited:
    """Return what the plan in force comes to if it only waits for things.

    Nothing changes its order, its people or its bay, and nothing moves forward: so it
    is what a change costs, in weighted days after promises, before the planner looks
    for a way around it.

    Args:
        shop: with the plan in force as its baseline.
        crews: operations with other people, by key.

    Source: docs/domain/planning.md, rule P17.
    """
    places, busy = _begin(shop, crews or {})
    order = sorted(places, key=lambda i: (places[i].start, i))
    done = {o.id: o.fixed.end for o in shop.operations if o.fixed is not None}
    for i in order:
        _put(shop, i, places[i], done, busy)
    last: dict[int, int] = defaultdict(int)
    for i, end in done.items():
        last[shop.vehicle[i]] = max(last[shop.vehicle[i]], end)
    late = sum(shop.weight[v] * max(0, e - shop.due[v]) for v, e in last.items())
    ends = {shop.problem.vehicles[v].id: end for v, end in last.items()}
    return Waited(late / shop.problem.units_per_day, ends)


def _begin(
    shop: Shop, crews: Mapping[int, tuple[int, ...]]
) -> tuple[dict[int, _Place], _Busy]:
    places: dict[int, _Place] = {}
    busy = _Busy()
    fixed = {o.id: o.fixed for o in shop.operations if o.fixed is not None}
    for each in shop.problem.baseline:
        if each.op not in fixed:
            people = crews.get(each.op, each.technicians)
            places[each.op] = _place(shop, each.start, people, each.bay)
    for held_at in fixed.values():
        place = _place(shop, held_at.start, held_at.technicians, held_at.bay)
        for key in busy.keys(place):
            busy.fixed[key].append((held_at.start, held_at.end))
    return places, busy


def _place(
    shop: Shop, start: int, people: Sequence[planner.Id], bay: planner.Id | None
) -> _Place:
    number = -1 if bay is None else shop.bay_number.get(bay, -1)
    return _Place(start, shop.technicians(tuple(people)), number)


def _put(shop: Shop, i: int, place: _Place, done: dict[int, int], busy: _Busy) -> None:
    """Let an operation begin as soon as what it waits for lets go of it."""
    begin = max(place.start, shop.release[i])
    for before, least, _most in shop.before[i]:
        if before in done:
            begin = max(begin, done[before] + least)
    keys = list(busy.keys(place))
    begin = max([begin, *(busy.until[key] for key in keys)])
    spans = sorted(span for key in keys for span in busy.fixed[key])
    start, end = _worked(shop, i, place, begin)
    for a, b in spans:
        if a < end and start < b:
            start, end = _worked(shop, i, place, b)
    place.start, place.end = start, end
    done[i] = end
    for key in keys:
        busy.until[key] = max(busy.until[key], end)


def _worked(shop: Shop, i: int, place: _Place, begin: int) -> Span:
    work = shop.work[i]
    if not place.crew:
        return begin, begin + work
    calendar = shop.crews.of(place.crew)
    no_split = shop.operations[i].no_split
    found = calendar.earliest(begin, work, no_split=no_split)
    return found or (begin, shop.horizon)
