"""The order of operations on one job, with the gaps of what is not done bridged."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter


@dataclass(frozen=True, slots=True)
class Link:
    """``after`` waits for ``before``, at least and at most so many minutes."""

    before: int
    after: int
    min_lag_minutes: int = 0
    max_lag_minutes: int | None = None


def in_order(waits_for: Mapping[int, Iterable[int]]) -> list[int]:
    """Return each after all it waits for.

    What waits in a circle, or for one, is left out: whoever plans refuses it.

    Args:
        waits_for: by each, what is before it.
    """
    sorter = TopologicalSorter(waits_for)
    # What is free of a circle is still to be had.
    with suppress(CycleError):
        sorter.prepare()
    found: list[int] = []
    while ready := sorter.get_ready() if sorter.is_active() else ():
        found += ready
        sorter.done(*ready)
    return found


def circle_of(waits_for: Mapping[int, Iterable[int]]) -> list[int]:
    """Return what waits for each other in a circle, in its order; empty without one.

    Args:
        waits_for: by each, what is before it.
    """
    try:
        TopologicalSorter(waits_for).prepare()
    except CycleError as error:
        return list(error.args[1])[:-1]
    return []


def bridged(links: Iterable[Link], chosen: Collection[int]) -> list[Link]:
    """Return the links between chosen operations, bridging over all others.

    Over a gap only the least waiting time after the earlier operation counts: what is
    not done does not cure. A most waiting time goes with the operation it protected.

    Args:
        links: between operations.
        chosen: the operations that are on the job.

    Source: docs/domain/estimate.md, rule E10.
    """
    wanted = set(chosen)
    out: dict[int, list[Link]] = defaultdict(list)
    for link in links:
        out[link.before].append(link)
    ways = _Ways(out, wanted)
    found: list[Link] = []
    for start in sorted(wanted):
        found += ways.direct(start)
        direct = {link.after for link in out[start]}
        found += [
            Link(start, after, lag)
            for after, lag in sorted(ways.over_gaps(start).items())
            if after not in direct
        ]
    return found


class _Ways:
    """What is reached from an operation, also through ones that are left out."""

    def __init__(self, out: dict[int, list[Link]], wanted: set[int]) -> None:
        self.out = out
        self.wanted = wanted
        self.known: dict[int, frozenset[int]] = {}

    def direct(self, start: int) -> list[Link]:
        return sorted(
            (link for link in self.out[start] if link.after in self.wanted),
            key=lambda link: link.after,
        )

    def over_gaps(self, start: int) -> dict[int, int]:
        """Chosen operations beyond gaps, with the longest wait that leads there."""
        found: dict[int, int] = {}
        for link in self.out[start]:
            if link.after not in self.wanted:
                for after in self._beyond(link.after):
                    found[after] = max(found.get(after, 0), link.min_lag_minutes)
        return found

    def _beyond(self, gap: int) -> frozenset[int]:
        if gap not in self.known:
            found: set[int] = set()
            passed, open_gaps = {gap}, [gap]
            while open_gaps:
                for link in self.out.get(open_gaps.pop(), ()):
                    if link.after in self.wanted:
                        found.add(link.after)
                    elif link.after not in passed:
                        passed.add(link.after)
                        open_gaps.append(link.after)
            self.known[gap] = frozenset(found)
        return self.known[gap]
