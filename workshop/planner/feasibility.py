"""What the data alone forbid, found before any search and named by operation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from workshop.planner.bound import earliest
from workshop.planner.calendars import Calendar
from workshop.planner.groups import cycle, groups_of
from workshop.planner.problem import ImpossibleProblem, Operation, Precedence, Problem
from workshop.planner.shop import Need, Shop, covers


def check(shop: Shop) -> None:
    """Refuse a problem no plan can satisfy, as far as it shows without search.

    Raises:
        ImpossibleProblem: with the operations and the reason.
    """
    for p in shop.problem.precedences:
        if p.max_lag is not None and p.min_lag > p.max_lag:
            raise ImpossibleProblem(
                (p.before, p.after), "LAGS_CONTRADICT", least=p.min_lag, most=p.max_lag
            )
    circle = cycle(shop)
    if circle:
        raise ImpossibleProblem(tuple(circle), "CYCLE")
    judge = _Judge(shop)
    for operation in shop.operations:
        if operation.fixed is None:
            judge.check(operation)
    _check_lags(shop)
    _check_skills(shop)
    _check_bays(shop)


class _Judge:
    """What the house has, found once for all operations."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.staffed: set[Need] = set()
        able: dict[str, list[Calendar]] = {}
        for technician, calendar in zip(
            shop.problem.technicians, shop.calendars, strict=True
        ):
            for skill in set(technician.skills):
                able.setdefault(skill, []).append(calendar)
        # By skill: units in all, and the longest window, of everybody who has it.
        self.hours = {k: _falling(c.total for c in v) for k, v in able.items()}
        self.longest = {k: _falling(c.longest for c in v) for k, v in able.items()}

    def check(self, o: Operation) -> None:
        """Refuse an operation that has no place even alone."""
        shop = self.shop
        if o.bay is not None and o.bay not in shop.bays_of:
            raise ImpossibleProblem((o.id,), "NO_BAY", bay=o.bay)
        for pool, amount in o.uses.items():
            capacity = shop.problem.pools[shop.pool_number[pool]].capacity
            if amount > capacity:
                fields = {"amount": amount, "pool": pool, "capacity": capacity}
                raise ImpossibleProblem((o.id,), "POOL_TOO_SMALL", **fields)
        for skill, count in o.needs.items():
            self._check_skill(o, skill, count)
        need = shop.needs[o.id]
        if need not in self.staffed:
            if not covers(need.slots, need.eligible, shop):
                raise ImpossibleProblem((o.id,), "NO_CREW", needs=dict(o.needs))
            self.staffed.add(need)

    def _check_skill(self, o: Operation, skill: str, count: int) -> None:
        hours = self.hours.get(skill, [])
        if len(hours) < count:
            fields = {"count": count, "skill": skill, "available": len(hours)}
            raise ImpossibleProblem((o.id,), "TOO_FEW_PEOPLE", **fields)
        if not count:
            return
        if hours[count - 1] < o.work:
            raise ImpossibleProblem((o.id,), "TOO_FEW_HOURS", work=o.work, skill=skill)
        longest = self.longest[skill][count - 1]
        if o.no_split and longest < o.work:
            fields = {"work": o.work, "skill": skill, "longest": longest}
            raise ImpossibleProblem((o.id,), "SHIFT_TOO_SHORT", **fields)


def _check_skills(shop: Shop) -> None:
    """All work of a skill against the hours of everybody who has it."""
    wanted: dict[str, list[tuple[int, int]]] = {}
    for i in _movable(shop):
        for skill, count in shop.operations[i].needs.items():
            if count:
                wanted.setdefault(skill, []).append((i, shop.work[i] * count))
    hours: dict[str, int] = {}
    for technician, calendar in zip(
        shop.problem.technicians, shop.calendars, strict=True
    ):
        for skill in set(technician.skills):
            hours[skill] = hours.get(skill, 0) + calendar.total
    for skill, work in wanted.items():
        _check_sum("SKILL_FULL", work, hours.get(skill, 0), skill=skill)


def _check_bays(shop: Shop) -> None:
    """All work in bays of a type against the time the bays have.

    What people do there goes on only while somebody is on shift.
    """
    attended: dict[str, list[tuple[int, int]]] = {}
    every: dict[str, list[tuple[int, int]]] = {}
    for i in _movable(shop):
        bay = shop.operations[i].bay
        if bay is not None:
            every.setdefault(bay, []).append((i, shop.work[i]))
            if shop.needs[i].slots:
                attended.setdefault(bay, []).append((i, shop.work[i]))
    for found, hours in ((attended, shop.house.total), (every, shop.clock.total)):
        for bay, work in found.items():
            # What is too long for any bay is told by itself.
            if max(part for _, part in work) > hours:
                continue
            _check_sum("BAYS_FULL", work, hours * len(shop.bays_of[bay]), bay=bay)


def _movable(shop: Shop) -> Iterator[int]:
    return (o.id for o in shop.operations if o.fixed is None)


def _check_sum(
    code: str, parts: list[tuple[int, int]], most: int, **fields: object
) -> None:
    """Refuse operations whose work together is more than there is time for.

    Raises:
        ImpossibleProblem: with the operations that want most of it first.
    """
    work = sum(part for _, part in parts)
    if work > most:
        largest = sorted(parts, key=lambda x: (-x[1], x[0]))
        operations = tuple(i for i, _ in largest)
        raise ImpossibleProblem(operations, code, work=work, most=most, **fields)


def _falling(numbers: Iterable[int]) -> list[int]:
    return sorted(numbers, reverse=True)


def _check_lags(shop: Shop) -> None:
    """Maximum lags that contradict the work and lags between (elapsed time)."""
    fixed = [o.fixed is not None for o in shop.operations]
    for members in groups_of(shop, fixed).members:
        if len(members) > 1:
            _check_group(shop, members)


def _check_group(shop: Shop, members: list[int]) -> None:
    """Longest paths between ends; a positive cycle is a lag that cannot be kept."""
    arcs = _arcs(shop, set(members))
    longest = dict.fromkeys(members, 0)
    for _ in range(len(members) + 1):
        changed = False
        for i, j, length in arcs:
            if longest[i] + length > longest[j]:
                longest[j] = longest[i] + length
                changed = True
        if not changed:
            return
    raise ImpossibleProblem(tuple(members), "LAG_CANNOT_HOLD")


def _arcs(shop: Shop, inside: set[int]) -> list[tuple[int, int, int]]:
    """``end(j) >= end(i) + length`` for the lags within a group."""
    arcs: list[tuple[int, int, int]] = []
    for i in inside:
        for j, least, most in shop.after[i]:
            if j not in inside:
                continue
            arcs.append((i, j, least + shop.work[j]))
            # start(j) <= end(i) + most: only where j is one unbroken stretch is its
            # start known from its end.
            whole = shop.operations[j].no_split or not shop.needs[j].slots
            if most is not None and whole:
                arcs.append((j, i, -most - shop.work[j]))
    return arcs


def check_between_fixed(shop: Shop, starts: list[int], ends: list[int]) -> None:
    """Refuse movable operations with no room beside fixed ones.

    ``starts`` and ``ends`` are the earliest possible times of all operations.

    Raises:
        ImpossibleProblem: with the first such pair.
    """
    for p in shop.problem.precedences:
        refusal = _no_room(shop, p, starts, ends)
        if refusal is not None:
            raise refusal


def _no_room(
    shop: Shop, p: Precedence, starts: list[int], ends: list[int]
) -> ImpossibleProblem | None:
    """Why a lag to or from fixed work cannot be kept; None when it can."""
    one, other = shop.operations[p.before].fixed, shop.operations[p.after].fixed
    if one is not None and other is None and p.max_lag is not None:
        limit = one.end + p.max_lag
        if starts[p.after] > limit:
            return ImpossibleProblem(
                (p.before, p.after),
                "STARTS_TOO_LATE",
                before=p.before,
                after=p.after,
                limit=limit,
                earliest=starts[p.after],
            )
    if one is None and other is not None and ends[p.before] + p.min_lag > other.start:
        return ImpossibleProblem(
            (p.before, p.after),
            "ENDS_TOO_LATE",
            before=p.before,
            after=p.after,
            earliest=ends[p.before],
            start=other.start,
        )
    return None


def relaxed(problem: Problem) -> tuple[Problem, tuple[Precedence, ...]]:
    """The problem without the lags that history has already broken, and those lags.

    On the floor work is done out of turn and lags run out; that is for people to
    judge and no reason to have no plan.

    Raises:
        ImpossibleProblem: the data forbid every plan for other reasons.
    """
    shop = Shop(problem)
    check(shop)
    starts, ends = earliest(shop)
    broken = tuple(p for p in problem.precedences if _no_room(shop, p, starts, ends))
    if not broken:
        return problem, ()
    kept = tuple(p for p in problem.precedences if p not in set(broken))
    return replace(problem, precedences=kept), broken
