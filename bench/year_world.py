"""A workshop that nobody planned: what cars need, and what really happens to them.

Here lies the truth that the house must not know: how long work takes, when parts come,
who falls ill. The house sees a card's planned hours, a supplier's word, and whatever is
over.
"""

from dataclasses import dataclass, field
from math import exp, log
from random import Random

DAY, WEEK = 96, 7 * 96
HOUR = 4
# Monday to Friday, 9 to 12 and 13 to 18.
OPEN = ((9 * HOUR, 12 * HOUR), (13 * HOUR, 18 * HOUR))


@dataclass(frozen=True)
class Kind:
    """One operation as the template has it; ``hours`` of work, or days outside."""

    name: str
    hours: float
    skill: str = ""
    bay: str = ""
    after: tuple[str, ...] = ()
    lag_hours: int = 0
    parts: int = 0
    is_unbroken: bool = False
    people: int = 1


ENGINE = (
    Kind("engine out", 8, "engine", "lift", ("strip",)),
    Kind("engine strip", 14, "engine", after=("engine out",)),
    Kind("machining", 7 * 24, after=("engine strip",)),
    Kind("engine build", 28, "engine", after=("machining",), parts=3),
    Kind("engine in", 10, "engine", "lift", ("engine build",)),
)
BODY = (
    Kind("sheet metal", 26, "body", "stall", ("strip",), parts=1),
    Kind("prime", 5, "paint", "booth", ("sheet metal",), is_unbroken=True),
    Kind("colour", 5, "paint", "booth", ("prime",), 24, is_unbroken=True),
    Kind("polish", 9, "paint", after=("colour",), lag_hours=48),
)
CHASSIS = (
    Kind("suspension", 10, "general", "lift", ("strip",), parts=2),
    Kind("brakes", 6, "general", "lift", ("strip",), parts=2),
    Kind("gearbox", 14, "general", after=("strip",), parts=1),
)
FRONT = (Kind("strip", 6, "general", "lift"),)
BACK = (
    Kind("electrics", 8, "electric", after=("*",), parts=1),
    Kind("assembly", 12, "general", "lift", ("electrics",), people=2),
    Kind("alignment", 2, "general", "lift", ("assembly",), is_unbroken=True),
    Kind("road test", 2, "general", after=("alignment",)),
    Kind("hand-over", 1, "general", after=("road test",)),
)
PACKAGES = ((ENGINE,), (BODY,), (CHASSIS,), (ENGINE, CHASSIS), (ENGINE, BODY, CHASSIS))
WEIGHTS = (3, 3, 4, 2, 1)
FAMILIES = ("R32", "R33", "R34")
PEOPLE = {
    "T1": ("general",),
    "T2": ("general",),
    "T3": ("general", "electric"),
    "T4": ("engine", "general"),
    "T5": ("engine",),
    "T6": ("body",),
    "T7": ("body", "paint"),
    "T8": ("paint", "electric"),
    "T9": ("engine",),
    "T10": ("general",),
}
BAYS = {"lift": 6, "stall": 2, "booth": 1}
SUPPLIERS = {"Y": 4, "N": 12, "H": 25, "K": 50, "U": 80}
PARTS_EACH = 6
CARS_A_WEEK = 2.1


@dataclass
class Part:
    """A part on order: what the supplier said, and (hidden) when it comes."""

    supplier: str
    number: str
    ordered: int
    stated_days: int
    comes: int
    seen: int | None = None


@dataclass
class Job:
    """One operation of one car: what the card says, and (hidden) what it takes."""

    car: int
    kind: Kind
    family: str
    planned: int
    takes: int
    before: list["Job"] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    started: int | None = None
    ended: int | None = None
    worked: int = 0
    crew: tuple[str, ...] = ()
    bay: str | None = None


class World:
    """Draws cars, parts and illness from distributions that nobody is told."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - draws of a game
        draw = self.random
        kinds = (*FRONT, *ENGINE, *BODY, *CHASSIS, *BACK)
        self.bias = {
            (k.name, f): draw.gauss(0.08, 0.2) + draw.gauss(0, 0.08)
            for k in kinds
            for f in FAMILIES
        }
        self.spread = {k.name: draw.uniform(0.2, 0.45) for k in kinds}
        self.delay = {s: draw.gauss(0.12, 0.15) for s in SUPPLIERS}
        self.unsure = {s: draw.uniform(0.1, 0.3) for s in SUPPLIERS}
        self.catalogue = {
            s: [max(2, round(days * draw.uniform(0.6, 1.5))) for _ in range(PARTS_EACH)]
            for s, days in SUPPLIERS.items()
        }
        self.cars = 0
        # Who is away until when.
        self.away: dict[str, int] = {}

    def arrivals(self) -> int:
        """How many cars come in on one working day."""
        left, count = exp(-CARS_A_WEEK / 5), 0
        chance = self.random.random()
        while chance > left:
            chance *= self.random.random()
            count += 1
        return count

    def car(self, now: int) -> list[Job]:
        """One more car with its jobs; its parts are ordered at once."""
        draw = self.random
        number, self.cars = self.cars, self.cars + 1
        family = draw.choice(FAMILIES)
        own = draw.gauss(0, 0.18)
        chosen = [*FRONT, *(k for p in draw.choices(PACKAGES, WEIGHTS)[0] for k in p)]
        chosen += BACK
        jobs: dict[str, Job] = {}
        for kind in chosen:
            hours = kind.hours * draw.choice((0.75, 1, 1, 1.25, 1.5))
            planned = max(2, round(hours * HOUR))
            bias = self.bias[kind.name, family] + own
            taken = planned * exp(bias + draw.gauss(0, self.spread[kind.name]))
            jobs[kind.name] = Job(number, kind, family, planned, max(1, round(taken)))
        for name, job in jobs.items():
            after = job.kind.after
            if after == ("*",):
                after = tuple(n for n in jobs if jobs[n].kind not in BACK)
            job.before = [jobs[n] for n in after if n != name]
            job.parts = [
                self._part(now) for _ in range(job.kind.parts) if draw.random() < 0.6
            ]
        return list(jobs.values())

    def _part(self, now: int) -> Part:
        draw = self.random
        supplier = draw.choices(list(SUPPLIERS), (6, 4, 3, 2, 1))[0]
        which = draw.randrange(PARTS_EACH)
        stated = self.catalogue[supplier][which]
        taken = stated * exp(draw.gauss(self.delay[supplier], self.unsure[supplier]))
        if draw.random() < 0.03:
            taken *= 2.5
        number = f"{supplier}{which}"
        return Part(supplier, number, now, stated, now + max(DAY, round(taken * DAY)))

    def illness(self, now: int) -> None:
        """Some people fall ill in the morning, for days that they then name."""
        for person in PEOPLE:
            if self.away.get(person, 0) > now:
                continue
            self.away.pop(person, None)
            if self.random.random() < 0.012:
                days = min(30, 1 + int(self.random.expovariate(1 / 4)))
                self.away[person] = now - now % DAY + days * DAY

    def is_here(self, person: str, now: int) -> bool:
        """Whether somebody works in a unit of time."""
        return is_open(now) and self.away.get(person, 0) <= now


def is_open(now: int) -> bool:
    """Whether the shop works in a unit of time."""
    if now % WEEK // DAY >= 5:
        return False
    return any(a <= now % DAY < b for a, b in OPEN)


def windows(start: int, end: int) -> list[tuple[int, int]]:
    """The shop's hours."""
    found = []
    for day in range(start // DAY, end // DAY + 1):
        if day % 7 < 5:
            found += [(day * DAY + a, day * DAY + b) for a, b in OPEN]
    return found


def logarithm(job: Job) -> float:
    """How much longer a finished job took than planned, as a logarithm."""
    return log(max(1, job.worked) / job.planned)
