"""A cheap lower bound: every car alone in the shop with the people it likes best."""

from __future__ import annotations

from workshop.planner.calendars import Calendar
from workshop.planner.groups import depths
from workshop.planner.problem import ImpossibleProblem, Operation
from workshop.planner.shop import Shop


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
    """Weighted tardiness in days that no plan can avoid."""
    last = [0] * len(shop.due)
    for i, end in enumerate(ends):
        last[shop.vehicle[i]] = max(last[shop.vehicle[i]], end)
    late = sum(
        w * max(0, e - d) for w, e, d in zip(shop.weight, last, shop.due, strict=True)
    )
    return late / shop.problem.units_per_day
