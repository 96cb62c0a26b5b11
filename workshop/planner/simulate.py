"""A plan lived through many times, with work and parts that take what they may take.

Each run keeps the order of the plan: per technician, per bay, and what waits for what.
Work that becomes ready long after its turn (a part is late) is overtaken: whoever would
have done it goes on with what comes next and does it when it is ready. Most lags and
pools are left out: they shape a plan, but hardly a day months from now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from workshop.planner.arrivals import Arrival
from workshop.planner.calendars import Calendar, Crews, clipped, merged
from workshop.planner.durations import NORMAL, CarEffect
from workshop.planner.manyclocks import Floats, ManyClocks
from workshop.planner.problem import ALWAYS, Assignment, Id, Problem

RUNS = 500
_Z = np.linspace(-6.0, 6.0, 4801)
_P = np.array([NORMAL.cdf(z) for z in _Z])
DRIVERS = 3
LEAST_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Work:
    """What an operation takes: half less than ``median`` units; ``done`` so far."""

    median: float
    sigma: float = 0.0
    done: float = 0.0


@dataclass(frozen=True, slots=True)
class Unsure:
    """What may come otherwise than planned.

    Attributes:
        works: by operation; one that is over has None.
        arrivals: what an operation still waits for.
        floors: earliest start of an operation apart from its parts.
        cars: a car's own pace.
        patience: after so many units a turn is given to what comes next.
    """

    works: Sequence[Work | None]
    arrivals: Mapping[int, Sequence[Arrival]] = field(default_factory=dict)
    floors: Mapping[int, int] = field(default_factory=dict)
    cars: Mapping[Id, CarEffect] = field(default_factory=dict)
    patience: float | None = None


@dataclass(frozen=True, slots=True)
class Driver:
    """What a car's end hangs on: an operation's work, or a part it waits for."""

    operation: int
    is_part: bool
    share: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """When cars may be done: one end per run, in units."""

    now: int
    runs: int
    ends: Mapping[Id, Floats]
    drivers: Mapping[Id, tuple[Driver, ...]]

    def at(self, vehicle: Id, share: float) -> float:
        """By when a car is done in that share of the runs."""
        return float(np.quantile(self.ends[vehicle], share))

    def kept(self, vehicle: Id, by: float) -> int:
        """In how many runs a car is done by a time."""
        return int(np.count_nonzero(self.ends[vehicle] <= by))

    def points(self, vehicle: Id, count: int) -> list[float]:
        """Evenly likely ends."""
        middle = (np.arange(count) + 0.5) / count
        return [float(x) for x in np.quantile(self.ends[vehicle], middle)]


def simulate(
    problem: Problem,
    assignments: Sequence[Assignment],
    unsure: Unsure,
    *,
    runs: int = RUNS,
    seed: int = 0,
) -> Outlook:
    """Live through a plan many times.

    Args:
        problem: what was planned.
        assignments: the plan, one per operation, by number.
        unsure: what may come otherwise.
        runs: how often.
        seed: of the draws; the same gives the same ends.
    """
    return _Simulation(problem, assignments, unsure, runs, seed).run()


class _Simulation:
    def __init__(
        self,
        problem: Problem,
        assignments: Sequence[Assignment],
        unsure: Unsure,
        runs: int,
        seed: int,
    ) -> None:
        self.problem = problem
        self.plan = assignments
        self.unsure = unsure
        self.runs = runs
        self.random = np.random.default_rng(seed)
        self.grid = np.interp((np.arange(runs) + 0.5) / runs, _P, _Z)
        self.day = problem.units_per_day
        patience = unsure.patience
        self.patience = self.day if patience is None else patience
        self._hours()
        self.lags: dict[int, list[tuple[int, int]]] = {}
        for link in problem.precedences:
            self.lags.setdefault(link.after, []).append((link.before, link.min_lag))
        self.release = {v.id: v.release for v in problem.vehicles}
        self.ends: list[Floats | None] = [None] * len(problem.operations)
        # When each person and bay is free for what comes next.
        self.free: dict[tuple[str, Id], Floats] = {}
        self.draws: dict[tuple[int, bool], NDArray[np.float32]] = {}
        self.cars = {v.id: self._car(v.id) for v in problem.vehicles}

    def _hours(self) -> None:
        problem = self.problem
        now, horizon = min(problem.now, problem.horizon), problem.horizon
        calendars = {
            name: Calendar(clipped(merged(windows), now, horizon))
            for name, windows in problem.calendars.items()
        }
        calendars[ALWAYS] = Calendar([(now, horizon)])
        people = problem.technicians
        self.number = {t.id: k for k, t in enumerate(people)}
        names = [t.calendar for t in people]
        self.crews = Crews([calendars[name] for name in names], names)
        self.names = names
        self.hours: dict[tuple[str, ...], ManyClocks] = {}

    def _hours_of(self, crew: tuple[Id, ...]) -> ManyClocks | None:
        known = [self.number[t] for t in crew if t in self.number]
        if not known:
            return None
        key = tuple(sorted({self.names[k] for k in known}))
        found = self.hours.get(key)
        if found is None:
            problem = self.problem
            calendar = self.crews.of(known)
            found = ManyClocks(calendar, problem.now, problem.horizon)
            self.hours[key] = found
        return found

    def _car(self, vehicle: Id) -> Floats | None:
        effect = self.unsure.cars.get(vehicle)
        if effect is None or not (effect.mean or effect.sigma):
            return None
        return effect.mean + effect.sigma * self.random.permutation(self.grid)

    def run(self) -> Outlook:
        for i, operation in enumerate(self.problem.operations):
            fixed = operation.fixed
            if fixed is not None and self.unsure.works[i] is None:
                self.ends[i] = np.full(self.runs, float(fixed.end))
                self._hold(i, self._resources(i), fixed.end)
        order = sorted(
            (i for i in range(len(self.plan)) if self.ends[i] is None),
            key=lambda i: (self.plan[i].start, self.plan[i].end, i),
        )
        for i in order:
            self._live(i)
        return self._outlook()

    def _hold(self, i: int, resources: list[tuple[str, Id]], end: int) -> None:
        if end <= self.problem.now:
            return
        for key in resources:
            before = self.free.get(key)
            until = self.ends[i]
            if until is not None:
                self.free[key] = until if before is None else np.maximum(before, until)

    def _resources(self, i: int) -> list[tuple[str, Id]]:
        row = self.plan[i]
        found: list[tuple[str, Id]] = [("t", t) for t in row.technicians]
        return found if row.bay is None else [*found, ("b", row.bay)]

    def _live(self, i: int) -> None:
        """One operation in all runs: ready, its turn, its work, its end."""
        ready = self._ready(i)
        work = self._work(i)
        keys = self._resources(i)
        turn: Floats | None = None
        for key in keys:
            free = self.free.get(key)
            if free is not None:
                turn = free if turn is None else np.maximum(turn, free)
        time = ready if turn is None else np.maximum(ready, turn)
        hours = self._hours_of(self.plan[i].technicians)
        start, end = self._placed(i, hours, time, work)
        self.ends[i] = end
        planned = self.plan[i].start
        begun = self.problem.now if turn is None else turn
        late = ready > np.maximum(planned, begun) + self.patience
        if not late.any():
            for key in keys:
                self.free[key] = end
            return
        self._overtaken(keys, late, (start, end), hours, work)

    def _overtaken(
        self,
        keys: list[tuple[str, Id]],
        late: NDArray[np.bool_],
        span: tuple[Floats, Floats],
        hours: ManyClocks | None,
        work: Floats,
    ) -> None:
        """Late work gives its turn away; what it takes later, others take now."""
        start, end = span
        for key in keys:
            free = self.free.get(key)
            if free is None:
                free = np.full(self.runs, float(self.problem.now))
            if key[0] == "t" and hours is not None:
                slid = hours.end(hours.before(free) + work)
            else:
                slid = free + (end - start)
            self.free[key] = np.where(late, np.minimum(slid, end), end)

    def _ready(self, i: int) -> Floats:
        operation = self.problem.operations[i]
        release = self.unsure.floors.get(i, operation.release)
        first = max(release, self.release[operation.vehicle], self.problem.now)
        fixed = operation.fixed
        if fixed is not None:
            return np.full(self.runs, float(max(fixed.start, self.problem.now)))
        ready = np.full(self.runs, float(first))
        for before, lag in self.lags.get(i, ()):
            end = self.ends[before]
            if end is not None:
                np.maximum(ready, end + lag, out=ready)
        arrivals = self.unsure.arrivals.get(i, ())
        if arrivals:
            came = self._arrived(arrivals)
            self.draws[i, True] = came.astype(np.float32)
            np.maximum(ready, came, out=ready)
        return ready

    def _arrived(self, arrivals: Sequence[Arrival]) -> Floats:
        """When the last part can be used: from the midnight after it came."""
        last = np.full(self.runs, float(self.problem.now))
        for each in arrivals:
            waited = max(0.0, self.problem.now - each.begun)
            taken = self._drawn(each.median, each.sigma, waited, None)
            came = np.ceil((each.begun + taken) / self.day) * self.day
            np.maximum(last, came, out=last)
        return last

    def _work(self, i: int) -> Floats:
        given = self.unsure.works[i]
        if given is None:
            return np.full(self.runs, float(self.problem.operations[i].work))
        car = self.cars[self.problem.operations[i].vehicle]
        taken = self._drawn(given.median, given.sigma, given.done, car)
        if given.sigma:
            self.draws[i, False] = taken.astype(np.float32)
        return np.maximum(taken - given.done, 0.25)

    def _drawn(
        self, median: float, sigma: float, least: float, shift: Floats | None
    ) -> Floats:
        """Log-normal draws above ``least``."""
        if sigma <= 0 and shift is None:
            return np.full(self.runs, max(median, least))
        middle = np.log(max(median, 0.01)) + (0.0 if shift is None else shift)
        if least <= 0 or sigma <= 0:
            z = self.random.permutation(self.grid)
            return np.asarray(np.maximum(np.exp(middle + sigma * z), least))
        share = np.interp((np.log(least) - middle) / sigma, _Z, _P)
        even = self.random.permutation((np.arange(self.runs) + 0.5) / self.runs)
        z = np.interp(share + (1 - share) * even, _P, _Z)
        return np.asarray(np.maximum(np.exp(middle + sigma * z), least))

    def _placed(
        self, i: int, hours: ManyClocks | None, time: Floats, work: Floats
    ) -> tuple[Floats, Floats]:
        if hours is None:
            return time, time + work
        if self.problem.operations[i].no_split and hours.total:
            return hours.whole(time, work)
        unit = hours.before(time)
        return hours.start(unit), hours.end(unit + work)

    def _outlook(self) -> Outlook:
        ends: dict[Id, Floats] = {}
        for i, operation in enumerate(self.problem.operations):
            end = self.ends[i]
            if end is None:
                continue
            before = ends.get(operation.vehicle)
            ends[operation.vehicle] = end if before is None else np.maximum(before, end)
        return Outlook(self.problem.now, self.runs, ends, self._drivers(ends))

    def _drivers(self, ends: Mapping[Id, Floats]) -> dict[Id, tuple[Driver, ...]]:
        """Which of a car's own draws its end goes with, the strongest first."""
        found: dict[Id, list[Driver]] = {}
        centred = {
            vehicle: (end - end.mean()) / (end.std() or 1.0)
            for vehicle, end in ends.items()
        }
        for (i, is_part), draw in self.draws.items():
            vehicle = self.problem.operations[i].vehicle
            spread = float(draw.std())
            if spread <= 0:
                continue
            goes_with = float((draw - draw.mean()) / spread @ centred[vehicle])
            share = max(0.0, goes_with / self.runs) ** 2
            if share >= LEAST_SHARE:
                found.setdefault(vehicle, []).append(Driver(i, is_part, share))
        return {
            vehicle: tuple(
                sorted(rows, key=lambda d: (-d.share, d.operation))[:DRIVERS]
            )
            for vehicle, rows in found.items()
        }
