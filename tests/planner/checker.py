"""An independent judge of plans: the rules of the file format, read from its text.

Shares nothing with the planner but the dataclasses. Everything is counted unit by unit
where that is affordable, so that no clever arithmetic can be wrong in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, permutations

from workshop.planner import Assignment, Operation, Problem


def faults(problem: Problem, assignments: Sequence[Assignment]) -> list[str]:
    """Every rule the plan breaks, as texts; empty for a feasible plan."""
    by_op = {a.op: a for a in assignments}
    if sorted(by_op) != list(range(len(problem.operations))):
        return ["not one assignment for every operation"]
    if len(by_op) != len(assignments):
        return ["an operation is assigned twice"]
    out: list[str] = []
    for o in problem.operations:
        if o.fixed is None:
            out += [f"operation {o.id}: {t}" for t in _alone(problem, o, by_op[o.id])]
        elif _moved(o, by_op[o.id]):
            out.append(f"operation {o.id}: fixed and moved")
    out += _double_bookings(problem, assignments)
    out += _pools(problem, assignments)
    out += _lags(problem, by_op)
    return out


def _moved(o: Operation, a: Assignment) -> bool:
    f = o.fixed
    assert f is not None
    return (a.start, a.end, set(a.technicians), a.bay) != (
        f.start,
        f.end,
        set(f.technicians),
        f.bay,
    )


def _alone(problem: Problem, o: Operation, a: Assignment) -> list[str]:
    vehicle = next(v for v in problem.vehicles if v.id == o.vehicle)
    people = {t.id: t for t in problem.technicians}
    out = []
    if a.start < max(o.release, vehicle.release, problem.now):
        out.append("starts before its release")
    if not 0 <= a.start < a.end <= problem.horizon:
        out.append("lies outside the horizon")
    kinds = {r.id: r.type for r in problem.resources}
    if (o.bay is None and a.bay is not None) or (
        o.bay is not None and kinds.get(a.bay or "") != o.bay
    ):
        out.append(f"is in bay {a.bay}, wants {o.bay}")
    slots = [k for k, n in o.needs.items() for _ in range(n)]
    if len(a.technicians) != len(slots) or len(set(a.technicians)) != len(slots):
        out.append(f"has crew {a.technicians}, needs {slots}")
    elif not any(
        all(k in people[t].skills for k, t in zip(slots, crew, strict=True))
        for crew in permutations(a.technicians)
    ):
        out.append(f"crew {a.technicians} cannot serve {slots}")
    return out + _hours(problem, o, a)


def _hours(problem: Problem, o: Operation, a: Assignment) -> list[str]:
    people = {t.id: t for t in problem.technicians}
    calendars = [_windows(problem, people[t].calendar) for t in a.technicians]
    working = [
        unit
        for unit in range(a.start, a.end)
        if all(any(s <= unit < e for s, e in windows) for windows in calendars)
    ]
    out = []
    if len(working) != o.work:
        out.append(f"works {len(working)} units instead of {o.work}")
    if (not calendars or o.no_split) and a.end - a.start != o.work:
        out.append("is split")
    if working and (working[0] != a.start or working[-1] != a.end - 1):
        out.append("begins or ends off shift")
    return out


def _windows(problem: Problem, name: str) -> tuple[tuple[int, int], ...]:
    return problem.calendars.get(name, ((0, problem.horizon),))


def _double_bookings(problem: Problem, assignments: Sequence[Assignment]) -> list[str]:
    out = []
    for a, b in combinations(assignments, 2):
        both_fixed = (
            problem.operations[a.op].fixed is not None
            and problem.operations[b.op].fixed is not None
        )
        if both_fixed or a.start >= b.end or b.start >= a.end:
            continue
        if set(a.technicians) & set(b.technicians):
            out.append(f"operations {a.op} and {b.op} share a technician")
        if a.bay is not None and a.bay == b.bay:
            out.append(f"operations {a.op} and {b.op} share bay {a.bay}")
    return out


def _pools(problem: Problem, assignments: Sequence[Assignment]) -> list[str]:
    out = []
    for pool in problem.pools:
        users = [a for a in assignments if problem.operations[a.op].uses.get(pool.id)]
        for time in {a.start for a in users}:
            on = [a.op for a in users if a.start <= time < a.end]
            used = sum(problem.operations[i].uses[pool.id] for i in on)
            movable = any(problem.operations[i].fixed is None for i in on)
            if used > pool.capacity and movable:
                out.append(f"pool {pool.id} holds {used} at {time}")
    return out


def _lags(problem: Problem, by_op: dict[int, Assignment]) -> list[str]:
    out = []
    for p in problem.precedences:
        pair = (problem.operations[p.before], problem.operations[p.after])
        if all(o.fixed is not None for o in pair):
            continue
        gap = by_op[p.after].start - by_op[p.before].end
        if gap < p.min_lag:
            out.append(f"{p.after} starts {p.min_lag - gap} too early after {p.before}")
        if p.max_lag is not None and gap > p.max_lag:
            out.append(f"{p.after} starts {gap - p.max_lag} too late after {p.before}")
    return out
