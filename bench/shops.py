"""Shops of a restoration house, drawn from a seed: cars, people, shifts and bays.

What the public shops have, and what they do not: crews of several skills, pools, and
on demand a shop that has been at work for some weeks. Times are quarter hours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from workshop.planner import (
    Assignment,
    Fixed,
    Operation,
    Plan,
    Pool,
    Precedence,
    Problem,
    Resource,
    Technician,
    Vehicle,
)

HOUR, DAY, WEEK = 4, 96, 672
# Cars: weeks between arrivals, technicians, bays by kind.
SIZES = {
    3: (1, 6, "lift:1 stall:1 jig:1 room:1 booth:1 machine:1 dyno:1"),
    10: (1, 9, "lift:2 stall:1 jig:1 room:1 booth:1 machine:1 dyno:1"),
    30: (1, 16, "lift:2 stall:2 jig:1 room:2 booth:1 machine:1 dyno:1"),
    100: (0.5, 40, "lift:5 stall:4 jig:3 room:4 booth:1 machine:1 dyno:1"),
    300: (0.3, 40, "lift:5 stall:4 jig:3 room:4 booth:1 machine:1 dyno:1"),
}
SHIFTS = ((6, 10, 10.5, 14.5), (8, 12, 13, 17), (11, 15, 15.5, 19.5))
SKILLS = [
    *("general", "body", "engine", "paint", "gearbox"),
    *("chassis", "electrical", "trim", "machinist"),
]

# name; who; quarter hours from-to; bay; what it waits for (+ least lag, < most lag).
# ``*n`` is done up to n times over, ``!`` in one go, ``?`` not on every car.
ROUTE = """
intake; general; 5-10; lift;
strip; engine+general; 16-30; lift; intake
gearbox_out; gearbox; 9-14; lift; strip
interior_out; trim; 18-32; stall; intake
loom_out; electrical; 18-28; stall; interior_out
axles_out; chassis; 12-24; lift; gearbox_out
to_jig; body+body; 6-10; jig; axles_out, loom_out
measure; body; 10-18; jig; to_jig
pull?; body; 26-40; jig; measure
rust*8; body; 14-34; jig; measure
blast; body+general; 28-40; jig; rust, pull
epoxy!; paint; 10-14; booth; blast<288
seam; body; 14-22; stall; epoxy+48
filler*4; body; 12-30; stall; epoxy+48
primer!; paint; 9-12; booth; filler, seam+48
block; body; 26-38; stall; primer+64
base!; paint; 11-15; booth; block<480
clear!; paint; 10-14; booth; base+4<288
cure; ; 64-96; booth; clear<0
polish; paint; 26-40; stall; cure+96
engine_strip; engine; 20-30; room; strip
wash; general; 8-12; room; engine_strip
bore; machinist; 20-30; machine; wash
deck; machinist; 10-18; machine; wash
crank; machinist; 16-24; machine; wash
head; engine; 28-48; room; wash
short_block; engine; 30-44; room; bore, deck, crank
long_block; engine; 26-36; room; short_block, head
turbos; engine; 14-24; room; long_block
run_in!?; engine; 11-15; dyno; turbos
gearbox; gearbox; 30-42; room; gearbox_out
transfer; gearbox; 16-24; room; gearbox_out
diffs*2; gearbox; 13-18; ; axles_out
bushes*3; chassis; 6-14; ; axles_out
hubs; chassis; 14-20; ; bushes+384
brakes; chassis; 11-18; ; axles_out
seats?; trim; 40-70; ; interior_out
dash; trim; 20-30; ; interior_out
loom; electrical; 30-68; ; loom_out
ecu; electrical; 12-20; ; loom_out
subframe; chassis; 12-20; lift; polish, hubs
axles_in; chassis; 20-28; lift; subframe, diffs
brakes_in; chassis; 13-20; lift; axles_in, brakes
loom_in; electrical; 36-50; stall; polish, loom, ecu
engine_in; engine+engine; 18-30; lift; subframe, run_in, turbos
gearbox_in; gearbox; 11-18; lift; engine_in, gearbox, transfer
glass; trim; 10-15; stall; loom_in
dash_in; trim+electrical; 14-24; stall; loom_in, dash
interior_in; trim; 20-30; stall; dash_in, seats, glass+48
cooling*2; engine; 5-11; lift; gearbox_in
fluids; general; 6-10; lift; brakes_in, cooling
first_start!; engine+electrical; 10-14; lift; fluids, dash_in
tune!; engine; 11-15; dyno; first_start
align!; chassis; 6-9; lift; first_start
road!; general; 9-13; ; tune, align, interior_in
fixes*3; general; 5-18; lift; road
final!; general; 9-13; lift; fixes
detail; general; 10-24; stall; final
hand_over!; general; 4-5; ; detail
"""


@dataclass(frozen=True)
class Step:
    """One line of the route."""

    name: str
    needs: dict[str, int]
    work: tuple[int, int]
    bay: str | None
    times: int
    no_split: bool
    at_times: bool
    after: tuple[tuple[str, int, int | None], ...]


def _steps() -> Iterator[Step]:
    for line in ROUTE.strip().splitlines():
        name, who, work, bay, after = (part.strip() for part in line.split(";"))
        word, _, times = name.rstrip("!?").partition("*")
        skills = [k for k in who.split("+") if k]
        first, _, last = work.partition("-")
        yield Step(
            name=word,
            needs={k: skills.count(k) for k in skills},
            work=(int(first), int(last)),
            bay=bay or None,
            times=int(times or 1),
            no_split="!" in name,
            at_times="?" in name,
            after=tuple(_lag(text) for text in after.split(", ") if text),
        )


def _lag(text: str) -> tuple[str, int, int | None]:
    rest, _, most = text.partition("<")
    name, _, least = rest.partition("+")
    return name, int(least or 0), int(most) if most else None


STEPS = tuple(_steps())


def fresh_shop(seed: int, cars: int) -> Problem:
    """A shop of ``cars`` cars (a key of ``SIZES``), the same for the same seed."""
    random = Random(1000 * seed + cars)  # noqa: S311  (no secret)
    gap, people, bays = SIZES[cars]
    horizon = int(WEEK * (30 + 4 * cars))
    days_off = {d for d in range(horizon // DAY) if d % 7 > 4 or random.random() < 0.02}
    technicians, calendars = _people(random, people, horizon, days_off)
    operations: list[Operation] = []
    lags: list[Precedence] = []
    vehicles = []
    for car in range(cars):
        arrives = 0 if car < 3 else int(gap * WEEK * (car - 2) * random.uniform(0.5, 1))
        arrives = arrives // DAY * DAY
        _car(random, car, arrives, operations, lags)
        due = arrives + random.randint(8, 17) * WEEK + 68
        weight = random.choice((1, 1, 1, 2, 2, 4, 8))
        vehicles.append(Vehicle(car, arrives, due, weight))
    kinds = [kind.partition(":") for kind in bays.split()]
    return Problem(
        unit_minutes=15,
        horizon=horizon,
        now=0,
        calendars=calendars,
        technicians=technicians,
        resources=tuple(
            Resource(f"{kind}{k}", kind) for kind, _, n in kinds for k in range(int(n))
        ),
        pools=(Pool("air", 8 + cars // 10), Pool("hall", 6 + cars // 10)),
        vehicles=tuple(vehicles),
        operations=tuple(operations),
        precedences=tuple(lags),
    )


def _people(
    random: Random, count: int, horizon: int, days_off: set[int]
) -> tuple[tuple[Technician, ...], dict[str, tuple[tuple[int, int], ...]]]:
    """Technicians of two to four skills, every skill at least twice."""
    wanted = [*SKILLS, *SKILLS[1:], SKILLS[0]]
    technicians, calendars = [], {}
    for k in range(count):
        skills = set(wanted[k::count])
        skills.update(random.sample(SKILLS, random.randint(1, 2)))
        technicians.append(Technician(f"T{k}", tuple(sorted(skills)), f"t{k}"))
        calendars[f"t{k}"] = tuple(_windows(random, horizon, days_off))
    return tuple(technicians), calendars


def _windows(
    random: Random, horizon: int, days_off: set[int]
) -> Iterator[tuple[int, int]]:
    """A shift of one's own, sometimes part time, with some weeks of leave."""
    a, b, c, d = (int(HOUR * x) for x in random.choice(SHIFTS))
    free = random.choice((None, None, None, 0, 2, 4))
    leave = {random.randrange(horizon // WEEK) for _ in range(horizon // WEEK // 14)}
    for day in range(horizon // DAY):
        if day in days_off or day % 7 == free or day // 7 in leave:
            continue
        yield day * DAY + a, day * DAY + b
        yield day * DAY + c, day * DAY + d


def _car(
    random: Random,
    car: int,
    arrives: int,
    operations: list[Operation],
    lags: list[Precedence],
) -> None:
    """The work of one car and what waits for what."""
    done: dict[str, list[int]] = {}
    for step in STEPS:
        times = random.randint(1, step.times) if step.times > 1 else 1
        if step.at_times and random.random() < 0.5:
            times = 0
        done[step.name] = []
        for _ in range(times):
            i = len(operations)
            late = step.bay != "booth" and random.random() < 0.12
            operations.append(
                Operation(
                    id=i,
                    vehicle=car,
                    work=random.randint(*step.work),
                    needs=step.needs,
                    bay=step.bay,
                    no_split=step.no_split,
                    release=arrives + DAY * random.randint(5, 60) if late else 0,
                    name=step.name,
                    uses=_uses(step, random),
                )
            )
            done[step.name].append(i)
            for name, least, most in step.after:
                lags += [Precedence(j, i, least, most) for j in done[name]]


def _uses(step: Step, random: Random) -> dict[str | int, int]:
    if step.bay == "booth" and step.needs:
        return {"air": 4}
    if step.name in ("rust", "filler", "head") and random.random() < 0.3:
        return {"hall": 1}
    return {}


def under_way(problem: Problem, plan: Plan, seed: int) -> Problem:
    """The shop six weeks into a plan: history fixed, much of the rest disturbed.

    One technician is ill for ten days, one part in fifteen is late, some work takes
    longer; the plan is the plan in force.
    """
    random = Random(seed)  # noqa: S311  (no secret)
    now = 6 * WEEK + 32
    ill = random.choice(problem.technicians)
    until = now + 10 * DAY
    windows = problem.calendars[ill.calendar]
    rest = [(a, b) for a, b in windows if b <= now or a >= until]
    operations = [
        _grown(random, now, o, a)
        for o, a in zip(problem.operations, plan.assignments, strict=True)
    ]
    return replace(
        problem,
        now=now,
        calendars={**problem.calendars, ill.calendar: tuple(rest)},
        operations=tuple(operations),
        baseline=plan.assignments,
        events=({"kind": "ill", "technician": ill.id, "to": until},),
    )


def _grown(random: Random, now: int, o: Operation, a: Assignment) -> Operation:
    if a.start < now:
        return replace(o, fixed=Fixed(a.start, a.end, a.technicians, a.bay))
    # What has to follow in time is not held up: nothing could be planned any more.
    held = o.bay != "booth" and random.random() < 1 / 15
    if held and a.start < now + 5 * WEEK:
        return replace(o, release=now + DAY * random.randint(3, 40))
    if random.random() < 0.01 and not o.no_split and o.needs:
        return replace(o, work=o.work + o.work // 3 + 1)
    return o
