"""In which order crews are looked at: who could be done first alone comes first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, islice

from workshop.planner.shop import Need, Shop, covers, matched

# Own earliest end, rank by skills, technician, unit.
Free = tuple[int, int, int, int]
Crew = tuple[int, ...]

# Combinations looked at for each slowest member; the likeliest is always one.
COMBINATIONS = 200
# Two people keep like hours who share so much of the shorter ones.
LIKE, OF = 3, 4


def crews(found: Sequence[Free], need: Need, shop: Shop) -> Iterator[tuple[int, Crew]]:
    """Crews that cover the need, those whose slowest member is free first."""
    size = len(need.slots)
    seen = set()
    for last in range(size - 1, len(found)):
        end, _, t, _ = found[last]
        likely = matched(need.slots, [x[2] for x in found[: last + 1]], shop)
        if likely is None:
            continue
        if likely not in seen:
            seen.add(likely)
            yield end, likely
        others = combinations(found[:last], size - 1)
        for rest in islice(others, COMBINATIONS):
            crew = tuple(sorted((*(o[2] for o in rest), t)))
            if crew in seen:
                continue
            if need.uniform or covers(need.slots, crew, shop):
                yield end, crew


def pairs(
    found: Sequence[Free], need: Need, shop: Shop, *, like: bool
) -> Iterator[tuple[int, Crew]]:
    """Pairs that cover the need and keep like hours, or those that do not.

    Who is seldom there at the same time is done late however early both are free.
    """
    for last, (end, _, t, _) in enumerate(found):
        for _, _, other, _ in found[:last]:
            pair = (min(t, other), max(t, other))
            if _alike(pair, shop) != like:
                continue
            if need.uniform or covers(need.slots, pair, shop):
                yield end, pair


def _alike(pair: Crew, shop: Shop) -> bool:
    shorter = min(shop.calendars[t].total for t in pair)
    return OF * shop.crews.of(pair).total >= LIKE * shorter
