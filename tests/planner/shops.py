"""Generated shops for the tests of the planner: small, varied, in units of an hour."""

from __future__ import annotations

from random import Random

from workshop.planner import (
    Assignment,
    Fixed,
    Operation,
    Pool,
    Precedence,
    Problem,
    Resource,
    Technician,
    Vehicle,
)

SKILLS = ("body", "engine", "paint", "trim")
BAYS = ("lift", "booth")
DAY = 24
WEEKS = 12


def shift(first: int, last: int, *, without: tuple[int, ...] = ()) -> list[Window]:
    """Monday to Friday with an hour's lunch at noon; ``without`` are days off."""
    days = [d for d in range(7 * WEEKS) if d % 7 < 5 and d not in without]
    spans = [(first, 12), (13, last)]
    return [(d * DAY + a, d * DAY + b) for d in days for a, b in spans]


Window = tuple[int, int]


def random_shop(seed: int, *, operations: int = 14, fixed: bool = False) -> Problem:
    """A shop of two or three cars with everything the format knows."""
    random = Random(seed)
    calendars = {
        "day": tuple(shift(8, 17)),
        "early": tuple(shift(6, 15, without=(2, 8))),
        "late": tuple(shift(10, 19, without=(0, 1))),
    }
    technicians = [Technician(f"T{k}", (s,), "day") for k, s in enumerate(SKILLS)]
    for k in range(4, 7):
        skills = tuple(random.sample(SKILLS, random.randint(1, 3)))
        technicians.append(Technician(f"T{k}", skills, random.choice([*calendars])))
    cars = random.randint(2, 3)
    now = 26 if fixed else 0
    problem = Problem(
        unit_minutes=60,
        horizon=7 * DAY * WEEKS,
        now=now,
        calendars=calendars,
        technicians=tuple(technicians),
        resources=(
            Resource("lift1", "lift"),
            Resource("lift2", "lift"),
            Resource("booth1", "booth"),
        ),
        pools=(Pool("floor", 3), Pool("air", 5)),
        vehicles=tuple(
            Vehicle(v, random.choice([0, 30]), random.randint(24, 300), v + 1)
            for v in range(cars)
        ),
        operations=tuple(_operation(k, k % cars, random) for k in range(operations)),
        precedences=tuple(_precedences(operations, cars, random)),
    )
    return _begun(problem, random) if fixed else problem


def _operation(k: int, car: int, random: Random) -> Operation:
    kind = random.random()
    needs = {random.choice(SKILLS): 1}
    if kind < 0.15:
        needs = {}
    elif kind < 0.35:
        needs = dict.fromkeys(random.sample(SKILLS, 2), 1)
    no_split = bool(needs) and random.random() < 0.2
    return Operation(
        id=k,
        vehicle=car,
        work=random.randint(1, 3) if no_split else random.randint(1, 20),
        needs=needs,
        bay=random.choice([None, *BAYS]),
        no_split=no_split,
        release=random.choice([0, 0, 0, 50]),
        uses=random.choice([{}, {}, {"floor": 1}, {"floor": 2, "air": 3}]),
    )


def _precedences(operations: int, cars: int, random: Random) -> list[Precedence]:
    out = []
    for after in range(cars, operations):
        before = random.randrange(after % cars, after, cars)
        least = random.choice([0, 0, 4, 24])
        # A maximum lag of five days can always be kept, whatever the weekend.
        most = random.choice([None, None, least + 5 * DAY])
        out.append(Precedence(before, after, least, most))
    return out


def _begun(problem: Problem, random: Random) -> Problem:
    """The same shop with its first operations under way and a plan in force."""
    roots = {0, 1}
    fixed = {
        i: Fixed(10, random.randint(20, 60), ("T0",) if i == 0 else (), None)
        for i in roots
    }
    operations = tuple(
        _with(o, fixed[o.id]) if o.id in fixed else o for o in problem.operations
    )
    baseline = tuple(
        Assignment(o.id, *_guess(o, random))
        for o in operations
        if o.fixed is None and random.random() < 0.6
    )
    return Problem(
        **{
            **{name: getattr(problem, name) for name in problem.__slots__},
            "operations": operations,
            "baseline": baseline,
        }
    )


def _with(o: Operation, fixed: Fixed) -> Operation:
    values = {name: getattr(o, name) for name in o.__slots__}
    return Operation(**{**values, "fixed": fixed})


def _guess(
    o: Operation, random: Random
) -> tuple[int, int, tuple[str, ...], str | None]:
    """An old assignment; many of them cannot stand, which is the point."""
    start = random.randint(0, 20) * DAY + 13
    bay = None if o.bay is None else f"{o.bay}1"
    crew = tuple(f"T{('body', 'engine', 'paint', 'trim').index(s)}" for s in o.needs)
    return start, start + o.work, crew, bay
