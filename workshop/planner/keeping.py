"""Which assignments of the plan in force stay where they are.

Operations the old plan had within the next 14 days keep time, people and bay as long
as they can stand. What was hit is placed around them; where that finds no room, the
kept operations next to it are given up, and so on until nothing gives.
"""

from __future__ import annotations

from collections.abc import Callable

from workshop.planner.groups import depths
from workshop.planner.kernel import Kernel
from workshop.planner.occupation import Occupation, Slot
from workshop.planner.problem import Assignment
from workshop.planner.rules import first_rule
from workshop.planner.shop import Shop, covers

NEAR_DAYS = 14
ROUNDS = 40


def fixed_slots(shop: Shop) -> dict[int, Slot]:
    """The slots of fixed operations, copied as they are."""
    out: dict[int, Slot] = {}
    for o in shop.operations:
        f = o.fixed
        if f is not None:
            bay = -1 if f.bay is None else shop.bay_number[f.bay]
            out[o.id] = Slot(f.start, f.end, shop.technicians(f.technicians), bay)
    return out


def near_operations(shop: Shop, days: float = NEAR_DAYS) -> list[Assignment]:
    """Movable operations that the plan in force has in the next days."""
    limit = shop.now + days * shop.problem.units_per_day
    return [
        a
        for a in shop.problem.baseline
        if a.start < limit and shop.operations[a.op].fixed is None
    ]


def kept_slots(
    shop: Shop, fixed: dict[int, Slot], days: float = NEAR_DAYS
) -> dict[int, Slot]:
    """Old assignments that can stand beside the fixed ones and each other."""
    occupation = Occupation.empty(shop)
    for i, slot in fixed.items():
        occupation.block(shop, i, slot)
    placed = dict(fixed)
    kept: dict[int, Slot] = {}
    for a in sorted(near_operations(shop, days), key=lambda a: (a.start, a.op)):
        old = _standing(shop, a)
        if old is None or a.op in placed:
            continue
        if _free(shop, occupation, a.op, old) and _lags_hold(shop, placed, a.op, old):
            occupation.take(shop, a.op, old)
            placed[a.op] = kept[a.op] = old
    return _in_time(shop, fixed, kept) if kept else kept


def _in_time(
    shop: Shop, fixed: dict[int, Slot], kept: dict[int, Slot]
) -> dict[int, Slot]:
    """Kept operations that do not start before what they wait for can be done."""
    out: dict[int, Slot] = {}
    done = [0] * shop.size
    rank = depths(shop, [False] * shop.size)
    for i in sorted(range(shop.size), key=rank.__getitem__):
        ready = max((done[p] + least for p, least, _ in shop.before[i]), default=0)
        stays = fixed.get(i) or kept.get(i)
        if stays is not None and (i in fixed or stays.start >= ready):
            done[i] = stays.end
            if i in kept:
                out[i] = stays
        else:
            # At the least: elapsed time is never less than work.
            done[i] = max(ready, shop.release[i]) + shop.work[i]
    return out


def _standing(shop: Shop, a: Assignment) -> Slot | None:
    """The old assignment as a slot, if the operation's own rules still allow it."""
    i = a.op
    crew = shop.technicians(a.technicians)
    need, work = shop.needs[i], shop.work[i]
    if len(a.technicians) != len(crew) or len(set(crew)) != len(need.slots):
        return None
    if not covers(need.slots, crew, shop):
        return None
    bay = -1 if a.bay is None else shop.bay_number.get(a.bay, -2)
    if (bay not in (shop.bays[i] or ())) if shop.bays[i] is not None else bay != -1:
        return None
    if a.start < shop.release[i] or not _hours_hold(shop, a, crew, work):
        return None
    return Slot(a.start, a.end, tuple(sorted(crew)), bay)


def _hours_hold(shop: Shop, a: Assignment, crew: tuple[int, ...], work: int) -> bool:
    whole = not crew or shop.operations[a.op].no_split
    if a.end > shop.horizon or (whole and a.end - a.start != work):
        return False
    if not crew:
        return True
    calendar = shop.crews.of(crew)
    unit = calendar.before(a.start)
    if unit + work > calendar.total:
        return False
    return calendar.clock(unit) == a.start and calendar.clock_end(unit + work) == a.end


def _free(shop: Shop, occupation: Occupation, i: int, slot: Slot) -> bool:
    start, end = slot.start, slot.end
    for t in slot.crew:
        calendar = shop.calendars[t]
        a = calendar.before(start)
        if occupation.people[t].probe(a, calendar.before(end), 1) != a:
            return False
    if slot.bay >= 0 and occupation.clock[slot.bay].probe(start, end, 1) != start:
        return False
    return all(
        occupation.pools[k].probe(start, end, amount) == start
        for k, amount in shop.uses[i]
    )


def _lags_hold(shop: Shop, placed: dict[int, Slot], i: int, slot: Slot) -> bool:
    for p, least, most in shop.before[i]:
        if p in placed:
            gap = slot.start - placed[p].end
            if gap < least or (most is not None and gap > most):
                return False
    for q, least, most in shop.after[i]:
        if q in placed:
            gap = placed[q].start - slot.end
            if gap < least or (most is not None and gap > most):
                return False
    return True


def settled(
    shop: Shop,
    fixed: dict[int, Slot],
    stop: Callable[[], bool],
    make: type[Kernel] = Kernel,
    days: float = NEAR_DAYS,
) -> tuple[Kernel, int]:
    """A kernel around fixed and kept operations, and how many were kept.

    Gives up kept operations until what was hit finds room before them.
    """
    kept = kept_slots(shop, fixed, days)
    value = first_rule(shop) if kept else []
    for _ in range(ROUNDS):
        if not kept or stop():
            break
        kernel = Kernel(shop, {**fixed, **kept}, stop)
        priority = [min(value[i] for i in m) for m in kernel.groups.members]
        victims = set()
        for members in kernel.blocked(priority):
            victims |= _neighbours(shop, members, kept)
        if not victims:
            return _made(kernel, make), len(kept)
        for i in victims:
            del kept[i]
        kept = _in_time(shop, fixed, kept)
    return make(shop, fixed, stop), 0


def _made(kernel: Kernel, make: type[Kernel]) -> Kernel:
    """The kernel in the form asked for."""
    if make is Kernel:
        return kernel
    return make(kernel.shop, kernel.placed, kernel.stop)


def _neighbours(
    shop: Shop, members: tuple[int, ...], kept: dict[int, Slot]
) -> set[int]:
    """Kept operations whose place limits the members; all of the car's, if none."""
    out = {j for i in members for j, _, _ in shop.after[i] if j in kept}
    out |= {
        j
        for i in members
        for j, _, most in shop.before[i]
        if j in kept and most is not None
    }
    if not out:
        cars = {shop.vehicle[i] for i in members}
        out = {j for j in kept if shop.vehicle[j] in cars}
    return out
