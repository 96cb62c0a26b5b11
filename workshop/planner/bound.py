"""A cheap lower bound: every car alone in the shop, and the hours all cars need."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from workshop.planner.calendars import Calendar
from workshop.planner.groups import depths
from workshop.planner.problem import ImpossibleProblem, Operation
from workshop.planner.shop import Shop

Ints = NDArray[np.int64]

# Moments looked at, from now to the horizon.
MOMENTS = 4000


def earliest(shop: Shop) -> tuple[list[int], list[int]]:
    """Earliest start and end of every operation, resources never taken.

    Valid for every plan: each person needed has to have the hours for himself.

    Raises:
        ImpossibleProblem: not even alone can an operation end within the horizon.
    """
    starts, ends = [0] * shop.size, [0] * shop.size
    by_skill = _calendars_by_skill(shop)
    rank = depths(shop, [False] * shop.size)
    for i in sorted(range(shop.size), key=lambda i: rank[i]):
        operation = shop.operations[i]
        if operation.fixed is not None:
            starts[i], ends[i] = operation.fixed.start, operation.fixed.end
            continue
        start = shop.release[i]
        for p, least, _ in shop.before[i]:
            start = max(start, ends[p] + least)
        found = _earliest_alone(operation, start, by_skill)
        if found is None or found[1] > shop.horizon:
            raise ImpossibleProblem((i,), "BEYOND_HORIZON", horizon=shop.horizon)
        starts[i], ends[i] = found
    return starts, ends


def _calendars_by_skill(shop: Shop) -> dict[str, dict[Calendar, int]]:
    """For each skill the calendars of those who have it, with their number."""
    out: dict[str, dict[Calendar, int]] = {}
    for t, technician in enumerate(shop.problem.technicians):
        calendar = shop.calendars[t]
        for skill in set(technician.skills):
            counts = out.setdefault(skill, {})
            counts[calendar] = counts.get(calendar, 0) + 1
    return out


def _earliest_alone(
    operation: Operation, start: int, by_skill: dict[str, dict[Calendar, int]]
) -> tuple[int, int] | None:
    end = start + operation.work
    begin = start
    for skill, count in operation.needs.items():
        spans = []
        for calendar, people in by_skill.get(skill, {}).items():
            span = calendar.earliest(start, operation.work, no_split=operation.no_split)
            if span is not None:
                spans += [span] * min(people, count)
        if len(spans) < count:
            return None
        if count:
            begin = max(begin, sorted(s for s, _ in spans)[count - 1])
            end = max(end, sorted(e for _, e in spans)[count - 1])
    return begin, end


def lower_bound_days(shop: Shop, ends: list[int]) -> float:
    """Weighted tardiness in days that no plan can avoid.

    Weights are taken apart into layers: of the cars that weigh so much or more each is
    late by at least what its own chain of work needs, and all together by what the
    busiest skill or kind of bay needs. Weak where the shop is crowded.
    """
    last = np.zeros(len(shop.due), dtype=np.int64)
    np.maximum.at(last, shop.vehicle, ends)
    due, weight = np.array(shop.due), np.array(shop.weight, dtype=np.float64)
    demands = _demands(shop)
    total = below = 0.0
    for layer in sorted(set(shop.weight)):
        some = weight >= layer
        late = np.maximum(0, last[some] - due[some]).sum()
        for load, room in demands:
            late = max(late, _crowded(load[some], np.sort(due[some]), room))
        total += (layer - below) * float(late)
        below = layer
    return total / shop.problem.units_per_day


def _crowded(load: Ints, due: Ints, room: tuple[Ints, Ints]) -> float:
    """How late cars are in all, at least, that share what does ``room`` work so far.

    However they take turns, the k-th of them ends no sooner than the k lightest could;
    and no cars are less late than those that end in the order of their due times.
    """
    times, done = room
    needed = np.cumsum(np.sort(load))
    # The last moment looked at by which not so much can be done.
    k = np.searchsorted(done, needed) - 1
    return float(np.maximum(0, np.where(k >= 0, times[k], 0) - due).sum())


def _demands(shop: Shop) -> list[tuple[Ints, tuple[Ints, Ints]]]:
    """Work of each car by skill and kind of bay, and how much can be done by when."""
    times = np.arange(shop.now, shop.horizon + 1, max(1, shop.horizon // MOMENTS))
    loads: dict[str | int, Ints] = {}
    for i, o in enumerate(shop.operations):
        if o.fixed is not None or not shop.needs[i].slots:
            continue
        wanted: dict[str | int, int] = {}
        wanted.update(o.needs)
        if o.bay is not None:
            wanted[shop.bays_of[o.bay][0]] = 1
        for key, people in wanted.items():
            load = loads.setdefault(key, np.zeros(len(shop.due), dtype=np.int64))
            load[shop.vehicle[i]] += o.work * people
    return [(load, (times, _done(shop, key, times))) for key, load in loads.items()]


def _done(shop: Shop, key: str | int, times: Ints) -> Ints:
    """How much those with a skill, or bays like bay ``key``, can do by some moments."""
    if isinstance(key, int):
        count = len(shop.bays_of[shop.problem.resources[key].type])
        return count * _worked(shop.house, times)
    out = np.zeros(len(times), dtype=np.int64)
    for t, technician in enumerate(shop.problem.technicians):
        if key in technician.skills:
            out += _worked(shop.calendars[t], times)
    return out


def _worked(calendar: Calendar, times: Ints) -> Ints:
    """Working units before each of the moments."""
    if not calendar.starts:
        return np.zeros(len(times), dtype=np.int64)
    starts, ends = np.array(calendar.starts), np.array(calendar.ends)
    k = np.searchsorted(starts, times, side="right") - 1
    inside = np.minimum(times, ends[k]) - starts[k]
    return np.where(k >= 0, np.array(calendar.prefix)[k] + inside, 0)
