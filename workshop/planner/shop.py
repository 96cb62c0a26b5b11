"""A problem turned into numbered lists, the form the kernel works on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workshop.planner.calendars import Calendar, Crews, clipped
from workshop.planner.problem import ALWAYS, Id, Operation, Problem, Technician

if TYPE_CHECKING:
    from workshop.planner.groups import Groups

Lag = tuple[int, int, int | None]  # other operation, min lag, max lag


@dataclass(frozen=True, slots=True)
class Need:
    """Who an operation needs: one skill number per person, who can serve, all alike."""

    slots: tuple[int, ...]
    eligible: tuple[int, ...]  # technicians with any of the skills, fewest skills first
    uniform: bool  # every person needs the same skill


class Shop:
    """Numbered view of a problem. Technicians, bays, pools and vehicles by position."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.horizon = problem.horizon
        self.now = problem.now
        self.operations = problem.operations
        self.size = len(problem.operations)
        # What `groups` has found out, by the operations that are not to be moved.
        self.ranks: dict[bytes, tuple[list[int], int]] = {}
        self.groups: dict[bytes, Groups] = {}
        self._number(problem)
        self._hours(problem)
        self._people(problem)
        self._work(problem)
        self._lags(problem)

    def _number(self, problem: Problem) -> None:
        self.vehicle_number = {v.id: k for k, v in enumerate(problem.vehicles)}
        self.technician_number = {t.id: k for k, t in enumerate(problem.technicians)}
        self.bay_number = {r.id: k for k, r in enumerate(problem.resources)}
        self.pool_number = {p.id: k for k, p in enumerate(problem.pools)}
        self.bays_of: dict[str, tuple[int, ...]] = {}
        for k, resource in enumerate(problem.resources):
            self.bays_of[resource.type] = (*self.bays_of.get(resource.type, ()), k)

    def _hours(self, problem: Problem) -> None:
        """Calendars from now on; ``house`` is when anybody at all is on shift."""
        start, end = min(problem.now, problem.horizon), problem.horizon
        kept = {
            name: Calendar(clipped(windows, start, end))
            for name, windows in problem.calendars.items()
        }
        kept[ALWAYS] = Calendar([(start, end)])
        self.calendars = [kept[t.calendar] for t in problem.technicians]
        names = [t.calendar for t in problem.technicians]
        self.crews = Crews(self.calendars, names)
        self.calendar_names = names
        self.house = Calendar({w for c in set(self.calendars) for w in c.windows()})
        self.clock = kept[ALWAYS]

    def _people(self, problem: Problem) -> None:
        names = sorted({s for t in problem.technicians for s in t.skills})
        self.skill_number = {name: k for k, name in enumerate(names)}
        self.skills = [
            frozenset(self.skill_number[s] for s in t.skills)
            for t in problem.technicians
        ]
        self._needs: dict[tuple[tuple[str, int], ...], Need] = {}

    def need_of(self, operation: Operation) -> Need:
        """The need of an operation; equal needs share one value."""
        key = tuple(sorted((k, n) for k, n in operation.needs.items() if n))
        found = self._needs.get(key)
        if found is None:
            found = self._needs[key] = self._need(key)
        return found

    def _need(self, key: tuple[tuple[str, int], ...]) -> Need:
        slots = tuple(self.skill_number.get(k, -1) for k, n in key for _ in range(n))
        wanted = set(slots)
        able = [t for t, skills in enumerate(self.skills) if skills & wanted]
        able.sort(key=lambda t: (len(self.skills[t]), t))
        return Need(slots, tuple(able), len(wanted) == 1)

    def _work(self, problem: Problem) -> None:
        ops = problem.operations
        self.work = [o.work for o in ops]
        self.needs = [self.need_of(o) for o in ops]
        self.vehicle = [self.vehicle_number[o.vehicle] for o in ops]
        self.bays = [
            None if o.bay is None else self.bays_of.get(o.bay, ()) for o in ops
        ]
        self.uses = [
            tuple((self.pool_number[k], n) for k, n in o.uses.items() if n) for o in ops
        ]
        arrival = [problem.vehicles[v].release for v in self.vehicle]
        self.release = [
            max(o.release, a, problem.now) for o, a in zip(ops, arrival, strict=True)
        ]
        self.due = [v.due for v in problem.vehicles]
        self.weight = [v.weight for v in problem.vehicles]

    def _lags(self, problem: Problem) -> None:
        self.before: list[list[Lag]] = [[] for _ in range(self.size)]
        self.after: list[list[Lag]] = [[] for _ in range(self.size)]
        for p in problem.precedences:
            self.before[p.after].append((p.before, p.min_lag, p.max_lag))
            self.after[p.before].append((p.after, p.min_lag, p.max_lag))

    def technicians(self, ids: tuple[Id, ...]) -> tuple[int, ...]:
        """Technicians by number; people who left the house are passed over."""
        known = self.technician_number
        return tuple(known[i] for i in ids if i in known)

    def person(self, number: int) -> Technician:
        """The technician of a number."""
        return self.problem.technicians[number]


def covers(slots: tuple[int, ...], crew: tuple[int, ...], shop: Shop) -> bool:
    """Whether the crew can be told off so that every skill gets its number."""
    owner: dict[int, int] = {}

    def placed(slot: int, seen: set[int]) -> bool:
        for person in crew:
            if person in seen or slots[slot] not in shop.skills[person]:
                continue
            seen.add(person)
            if person not in owner or placed(owner[person], seen):
                owner[person] = slot
                return True
        return False

    return len(crew) >= len(slots) and all(placed(s, set()) for s in range(len(slots)))


def matched(
    slots: tuple[int, ...], people: list[int], shop: Shop
) -> tuple[int, ...] | None:
    """A crew out of ``people`` (best liked first) that covers the slots."""
    owner: dict[int, int] = {}  # slot -> person

    def enlisted(person: int, seen: set[int]) -> bool:
        for slot, skill in enumerate(slots):
            if slot in seen or skill not in shop.skills[person]:
                continue
            seen.add(slot)
            if slot not in owner or enlisted(owner[slot], seen):
                owner[slot] = person
                return True
        return False

    for person in people:
        enlisted(person, set())
        if len(owner) == len(slots):
            return tuple(sorted(owner.values()))
    return None
