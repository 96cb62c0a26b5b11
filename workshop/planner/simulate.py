"""A plan lived through many times, with work and parts that take what they may take.

Each run keeps the order of the plan: per technician, per bay, and what waits for what.
Work that becomes ready long after its turn (a part is late) is overtaken: whoever would
have done it goes on with what comes next and does it when it is ready. Most lags and
pools are left out: they shape a plan, but hardly a day months from now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from workshop.planner.arrivals import Arrival
from workshop.planner.calendars import Calendar, Crews, clipped, merged
from workshop.planner.durations import NORMAL, CarEffect
from workshop.planner.problem import ALWAYS, Assignment, Id, Problem

RUNS = 500
Floats = NDArray[np.float64]
_Z = np.linspace(-6.0, 6.0, 4801)
_P = np.array([NORMAL.cdf(z) for z in _Z])
DRIVERS = 3
LEAST_SHARE = 0.05
STEPS = 40


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

    def points(self, vehicle: Id, share: float, count: int) -> list[float]:
        """Evenly likely lengths, as parts of the length at ``share``."""
        whole = max(self.at(vehicle, share) - self.now, 1.0)
        middle = (np.arange(count) + 0.5) / count
        found = (np.quantile(self.ends[vehicle], middle) - self.now) / whole
        return [float(x) for x in found]


class _Hours:
    """A calendar for many clocks at once; past its end it goes on at its usual pace.

    One number per unit of time and per unit of work: looking up is cheaper than
    searching, and that is most of what a simulation does.
    """

    def __init__(self, calendar: Calendar, now: int, horizon: int) -> None:
        self.now, self.horizon = now, horizon
        open_at = np.zeros(horizon - now + 1, dtype=np.int32)
        for a, b in calendar.windows():
            open_at[a - now : b - now] = 1
        # Units of work before each unit of time, and the time each unit of work begins.
        self.worked = np.concatenate([[0], np.cumsum(open_at, dtype=np.int32)])
        self.clock = np.flatnonzero(open_at).astype(np.int32)
        self.total = len(self.clock)
        self.pace = max(1.0, (horizon - now) / max(1, self.total))
        self.longest = float(calendar.longest)

    def before(self, time: Floats) -> Floats:
        """Working units before each clock."""
        since = np.minimum(time, self.horizon) - self.now
        whole = since.astype(np.int32)
        done = self.worked[whole]
        inside = (since - whole) * (self.worked[whole + 1] - done)
        past = np.maximum(time - self.horizon, 0.0) / self.pace
        return np.asarray(done + inside + past)

    def end(self, unit: Floats) -> Floats:
        """When so many working units are over."""
        return self._at(unit, np.ceil(unit).astype(np.int32) - 1)

    def start(self, unit: Floats) -> Floats:
        """When the working unit begins."""
        return self._at(unit, unit.astype(np.int32))

    def _at(self, unit: Floats, whole: NDArray[np.int32]) -> Floats:
        past = self.horizon + (unit - self.total) * self.pace
        if not self.total:
            return np.asarray(past)
        known = np.clip(whole, 0, self.total - 1)
        inside = self.now + self.clock[known] + (unit - known)
        return np.where(whole >= self.total, past, inside)

    def whole(self, time: Floats, work: Floats) -> tuple[Floats, Floats]:
        """Start and end of work that fits one stretch, or the longest there is."""
        work = np.minimum(work, self.longest)
        for _ in range(STEPS):
            unit = self.before(time)
            start, end = self.start(unit), self.end(unit + work)
            torn = (end - start > work + 1e-6) & (end < self.horizon)
            if not torn.any():
                break
            # The first unit of the stretch in which the work would have ended.
            time = np.where(torn, self._stretch_of(end), start)
        return start, start + work

    def _stretch_of(self, end: Floats) -> Floats:
        last = self.horizon - self.now - 1
        since = np.minimum(np.ceil(end).astype(np.int32) - self.now - 1, last)
        return np.asarray(self.now + self.began[since], dtype=np.float64)

    @cached_property
    def began(self) -> NDArray[np.int32]:
        """When the stretch began in which each unit of time lies."""
        opens = np.diff(self.worked)
        first = np.flatnonzero(np.diff(np.concatenate([[0], opens])) == 1)
        marks = np.zeros(len(opens), dtype=np.int32)
        marks[first] = first
        return np.maximum.accumulate(marks)


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
        self.hours: dict[tuple[str, ...], _Hours] = {}

    def _hours_of(self, crew: tuple[Id, ...]) -> _Hours | None:
        known = [self.number[t] for t in crew if t in self.number]
        if not known:
            return None
        key = tuple(sorted({self.names[k] for k in known}))
        found = self.hours.get(key)
        if found is None:
            problem = self.problem
            calendar = self.crews.of(known)
            found = _Hours(calendar, problem.now, problem.horizon)
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
        hours: _Hours | None,
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
        self, i: int, hours: _Hours | None, time: Floats, work: Floats
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
