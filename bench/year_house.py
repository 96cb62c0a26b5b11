"""The house of the simulated year: it plans, promises and learns from what is over.

Learning, simulation and promising are the library's own, as the real house uses them.
All it reads of a job is what a card, a clock and a delivery note say.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from time import process_time

from bench.year_world import (
    BAYS,
    DAY,
    HOUR,
    PEOPLE,
    Job,
    Part,
    logarithm,
    windows,
)
from workshop import planner
from workshop.planner.arrivals import Arrival, learnt_arrival, stated_arrival
from workshop.planner.calendars import Calendar
from workshop.planner.calibration import Forecast, Past, past_of
from workshop.planner.durations import (
    CarEffect,
    Durations,
    Spread,
    remaining,
    tallied,
)
from workshop.planner.promising import promised
from workshop.planner.simulate import Outlook, Unsure, Work, simulate

SHARE = 0.8
RUNS = 500
LOOK = 260 * DAY
ENOUGH_DELIVERIES = 3
ASSUMED_DAYS = 60
# So few changes that a plan takes less than a second of one core; the wall is only
# there for a machine that is busy with something else.
WALL_SECONDS, CHANGES = 30.0, 10
WORTH_TELLING = 14


@dataclass
class Given:
    """A first promise and what became of it. Times in units, days from the start.

    Attributes:
        on: the day promised first; ``due`` is the one in force.
        hours: the sum of the car's hours, as days of the calendar.
        half, width: what outcomes are counted by.
        raw, mean: what the simulation alone says: at the share, and its mean.
    """

    car: int
    at: int
    on: int
    due: int
    hours: float
    half: float
    width: float
    raw: float
    mean: float
    ended: int | None = None

    @property
    def is_kept(self) -> bool:
        return self.ended is not None and (self.ended - 1) // DAY <= self.on

    def days(self, time: float) -> int:
        """How many days after the promise was given a time lies."""
        return int(time - 1) // DAY - self.at // DAY

    def forecast(self, now: int) -> Forecast:
        """What the house knows of it by now."""
        return Forecast(
            given=self.at,
            half=self.half - self.at,
            width=self.width,
            promised=(self.on + 1) * DAY - self.at,
            lasted=(self.ended or now) - self.at,
            is_over=self.ended is not None,
        )

    @property
    def took(self) -> int:
        return self.days(self.ended or 0)

    @property
    def promised(self) -> int:
        return self.on - self.at // DAY


@dataclass
class House:
    """What the house knows."""

    seed: int
    share: float = SHARE
    cars: dict[int, list[Job]] = field(default_factory=dict)
    history: list[tuple[str, str, int, float]] = field(default_factory=list)
    deliveries: dict[str, list[int]] = field(default_factory=dict)
    given: dict[int, Given] = field(default_factory=dict)
    rows: list[planner.Assignment] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    plans: int = 0
    failed: int = 0
    longest: float = 0.0

    def take_in(self, jobs: list[Job]) -> None:
        self.cars[jobs[0].car] = jobs

    def note(self, job: Job) -> None:
        """A job is over: its clock teaches, and its car may be done."""
        value = logarithm(job)
        self.history.append((job.kind.name, job.family, job.car, value))
        if all(each.ended is not None for each in self.cars[job.car]):
            self.given[job.car].ended = job.ended
            del self.cars[job.car]

    def look_for_parts(self, now: int) -> None:
        """See in the morning what has come."""
        for jobs in self.cars.values():
            for part in (part for job in jobs for part in job.parts):
                if part.seen is None and part.comes <= now:
                    self.receive(part, now)

    def receive(self, part: Part, now: int) -> None:
        part.seen = now
        days = now // DAY - part.ordered // DAY
        for known in (part.supplier, part.number):
            self.deliveries.setdefault(known, []).append(days)

    def think(self, now: int, away: dict[str, int]) -> None:
        """Plan again, live through the plan, and give or move dates."""
        durations = Durations(*tallied(self.history))
        jobs = [job for own in self.cars.values() for job in own if job.ended is None]
        if not jobs:
            self.jobs, self.rows = [], []
            return
        problem, unsure = self._problem(now, away, durations, jobs)
        began = process_time()
        self.plans += 1
        try:
            plan = planner.solve(
                problem, seconds=WALL_SECONDS, iterations=CHANGES, seed=self.seed
            )
        except (planner.NoPlanFound, planner.ImpossibleProblem):
            self.failed += 1
            return
        self.longest = max(self.longest, process_time() - began)
        self.jobs = jobs
        self.rows = list(plan.assignments)
        ends = self._ends()
        if any(self._asks(car, end) for car, end in ends.items()):
            outlook = simulate(problem, self.rows, unsure, runs=RUNS, seed=self.plans)
            self._promise(now, outlook, ends)

    def _ends(self) -> dict[int, int]:
        ends: dict[int, int] = {}
        for row in self.rows:
            car = self.jobs[row.op].car
            ends[car] = max(ends.get(car, 0), row.end)
        return ends

    def _asks(self, car: int, end: int) -> bool:
        """Whether a car has no date yet, or one that its plan may move."""
        given = self.given.get(car)
        if given is None:
            return True
        day = (end - 1) // DAY
        return day > given.due or given.due - day >= WORTH_TELLING

    def _promise(self, now: int, outlook: Outlook, ends: dict[int, int]) -> None:
        past = self._past(now)
        for car, end in ends.items():
            found = promised(outlook, car, self.share, past, day=DAY)
            by, day = max(end, int(found.by)) // DAY, (end - 1) // DAY
            before = self.given.get(car)
            if before is None:
                hours = sum(calendar_days(job) for job in self.cars[car])
                self.given[car] = Given(
                    car=car,
                    at=now,
                    on=by,
                    due=by,
                    hours=hours,
                    half=found.half,
                    width=found.width,
                    raw=found.raw,
                    mean=float(outlook.ends[car].mean()),
                )
            elif day > before.due or before.due - by >= WORTH_TELLING:
                before.due = by

    def _past(self, now: int) -> Past:
        """What has become of first promises by now."""
        given = sorted(self.given.values(), key=lambda g: (g.at, g.car))
        return past_of([each.forecast(now) for each in given])

    def _problem(
        self, now: int, away: dict[str, int], durations: Durations, jobs: list[Job]
    ) -> tuple[planner.Problem, Unsure]:
        before = {id(self.jobs[row.op]): row for row in self.rows}
        number = {id(job): n for n, job in enumerate(jobs)}
        usual = [(max(a, now), b) for a, b in windows(now, now + LOOK) if b > now]
        self.windows = {
            person: [(max(a, until), b) for a, b in usual if b > until]
            if (until := away.get(person, 0)) > now
            else usual
            for person in PEOPLE
        }
        works, arrivals, floors = [], {}, {}
        operations = []
        for n, job in enumerate(jobs):
            spread = durations.of(job.kind.name, job.family)
            own = durations.apart(spread)
            work = Work(job.planned * own.factor, own.sigma, job.worked)
            works.append(work)
            floors[n] = _floor(job)
            waits = [part for part in job.parts if part.seen is None]
            if waits and job.started is None:
                arrivals[n] = [self._arrival(part, now) for part in waits]
            operations.append(self._operation(n, job, spread, now))
        problem = planner.Problem(
            unit_minutes=15,
            horizon=now + LOOK,
            now=now,
            # Who is here shares the house's hours.
            calendars={"house": tuple(usual)}
            | {p: tuple(w) for p, w in self.windows.items() if w is not usual},
            technicians=tuple(
                planner.Technician(p, s, "house" if self.windows[p] is usual else p)
                for p, s in PEOPLE.items()
            ),
            resources=tuple(
                planner.Resource(f"{kind}{k}", kind)
                for kind, count in BAYS.items()
                for k in range(count)
            ),
            vehicles=tuple(self._vehicles(now)),
            operations=tuple(operations),
            precedences=tuple(
                planner.Precedence(number[id(b)], n, job.kind.lag_hours * HOUR)
                for n, job in enumerate(jobs)
                for b in job.before
                if b.ended is None
            ),
            baseline=tuple(
                planner.Assignment(n, row.start, row.end, row.technicians, row.bay)
                for n, job in enumerate(jobs)
                if (row := before.get(id(job))) is not None
            ),
        )
        cars: dict[planner.Id, CarEffect] = {
            car: durations.car(car) for car in self.cars
        }
        return problem, Unsure(works, arrivals, floors, cars)

    def _vehicles(self, now: int) -> Iterable[planner.Vehicle]:
        for car in self.cars:
            given = self.given.get(car)
            due = (given.due + 1) * DAY if given else now + LOOK
            yield planner.Vehicle(car, 0, due, 1)

    def _operation(
        self, n: int, job: Job, spread: Spread, now: int
    ) -> planner.Operation:
        work = max(1, round(remaining(job.planned, spread, job.worked)))
        kind = job.kind
        fixed = None
        if job.started is not None:
            end = now + work
            if job.crew:
                span = Calendar(self.windows[job.crew[0]]).earliest(now, work)
                end = span[1] if span else end
            fixed = planner.Fixed(job.started, end, job.crew, job.bay)
        release = max(
            _floor(job),
            *(self._expected(part, now) for part in job.parts if part.seen is None),
            0,
        )
        if kind.is_unbroken:
            work = min(work, 5 * HOUR)
        return planner.Operation(
            id=n,
            vehicle=job.car,
            work=work,
            needs={kind.skill: kind.people} if kind.skill else {},
            bay=kind.bay or None,
            no_split=kind.is_unbroken,
            release=min(release, now + LOOK // 2),
            fixed=fixed,
        )

    def _lead(self, part: Part) -> tuple[int, int] | None:
        """Days within which half and four of five came: of the part, else of his."""
        for known in (part.number, part.supplier):
            days = sorted(self.deliveries.get(known, ()))
            if len(days) >= ENOUGH_DELIVERIES:
                return _percentile(days, 0.5), _percentile(days, 0.8)
        return None

    def _expected(self, part: Part, now: int) -> int:
        """When the plan may count on a part: the morning after the answer's day."""
        lead = self._lead(part)
        days = max(lead[1] if lead else 0, 0) or part.stated_days
        day = part.ordered // DAY + days
        if day < now // DAY:
            day = now // DAY + ASSUMED_DAYS
        return (day + 1) * DAY

    def _arrival(self, part: Part, now: int) -> Arrival:
        lead = self._lead(part)
        if lead is not None:
            return learnt_arrival(part.ordered, lead[0] * DAY, lead[1] * DAY, day=DAY)
        due = part.ordered + part.stated_days * DAY
        return stated_arrival(part.ordered, due, is_ordered=True)


def _percentile(days: Sequence[int], share: float) -> int:
    """The least value with at least that share at or under it, as PostgreSQL's."""
    return days[max(0, -int(-share * len(days) // 1) - 1)]


def _floor(job: Job) -> int:
    """When what is over lets go of a job."""
    return max(
        (b.ended + job.kind.lag_hours * HOUR for b in job.before if b.ended), default=0
    )


def calendar_days(job: Job) -> float:
    """A card's own hours as days of the calendar: eight hours on five of seven days."""
    if not job.kind.skill:
        return job.planned / DAY
    return job.planned / HOUR / 8 * 7 / 5
