"""A simulated shop lives for a year, and its first promises are counted."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.year_house import Floor, Given, House
from bench.year_world import DAY, HOUR, World, is_open

RUN_IN, YEAR, MORE_DAYS = 150, 365, 300
END = RUN_IN + YEAR


@dataclass
class Year:
    """What one seed's year gave."""

    seed: int
    given: list[Given]
    seconds: float
    plans: int
    in_house: float


def live(seed: int, share: float = 0.8, *, is_calibrated: bool = True) -> Year:
    """Live one year, and on until all that was promised in it is over."""
    began = time.process_time()
    world = World(seed)
    house = House(seed, share, is_calibrated)
    floor = Floor(world, house)
    inside = 0
    for day in range(END + MORE_DAYS):
        now = day * DAY + 9 * HOUR
        if is_open(now):
            world.illness(now)
            for _ in range(world.arrivals()):
                house.take_in(world.car(now))
            for jobs in house.cars.values():
                for job in jobs:
                    for part in job.parts:
                        if part.seen is None and part.comes <= now:
                            house.receive(part, now)
            house.think(now, world.away)
            inside += len(house.cars)
        floor.day(now)
        waiting = [g for g in house.given.values() if RUN_IN * DAY <= g.at < END * DAY]
        if day > END and all(g.ended is not None for g in waiting):
            break
        if os.environ.get("YEAR_VERBOSE") and day % 30 == 0:
            done = [g for g in house.given.values() if g.ended]
            print(
                day,
                len(house.cars),
                len(house.jobs),
                len(done),
                round(sum(g.is_kept for g in done) / max(1, len(done)), 2),
                house.longest,
                round(time.process_time() - began, 1),
                flush=True,
            )
    first = [g for g in house.given.values() if RUN_IN * DAY <= g.at < END * DAY]
    return Year(seed, first, time.process_time() - began, house.plans, inside)


def told(years: Sequence[Year]) -> None:
    """Show the counts."""
    given = [g for y in years for g in y.given]
    n = len(given)
    kept = sum(g.is_kept for g in given)
    p = kept / n
    z = 1.96
    mid = (p + z * z / 2 / n) / (1 + z * z / n)
    half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / 4 / n / n) ** 0.5
    ours = [g.on - g.at // DAY for g in given]
    took = [((g.ended or 0) - 1) // DAY - g.at // DAY for g in given]
    gaps = sorted(t - g.hours for g, t in zip(given, took, strict=True))
    buffer = gaps[max(0, kept - 1)]
    theirs = [g.hours + buffer for g in given]
    slips = [t - o for t, o in zip(took, ours, strict=True) if t > o]
    slips2 = [t - o for t, o in zip(took, theirs, strict=True) if t > o]
    print(
        f"n={n} kept={p:.3f} [{mid - half:.3f}, {mid + half:.3f}] slip={sum(slips) / max(1, len(slips)):.1f}"
        f" took={sum(took) / n:.1f} ours={sum(ours) / n:.1f} theirs={sum(theirs) / n:.1f} buffer={buffer:.1f}"
        f" slip2={sum(slips2) / max(1, len(slips2)):.1f} earlier={1 - sum(ours) / sum(theirs):.3f}"
    )
    for y in years:
        q = [
            sum(g.is_kept for g in y.given if a <= g.at / DAY - RUN_IN < a + 91.25)
            / max(1, len([g for g in y.given if a <= g.at / DAY - RUN_IN < a + 91.25]))
            for a in (0, 91.25, 182.5, 273.75)
        ]
        print(y.seed, len(y.given), [round(x, 2) for x in q], round(y.seconds), y.plans)
