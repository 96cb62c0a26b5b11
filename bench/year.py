"""A simulated shop lives for a year, and its first promises are counted.

True durations, deliveries and illness come from distributions that the house is not
told (`year_world`); it learns from what is over, with the library that the real house
uses (`year_house`). The shop runs in for some months first, so that it is neither empty
nor without a history; then a year's first promises are counted, and it lives on, with
new cars coming in, until each of these cars is done.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context

from bench.figures import Figure
from bench.year_house import SHARE, Given, House
from bench.year_shop import Floor
from bench.year_world import DAY, HOUR, World, is_open

RUN_IN, YEAR, MOST_AFTER = 150, 365, 400
END = RUN_IN + YEAR
# Not the ones that this was written with.
SEEDS = (21, 22, 23, 24, 25)
SIDE_BY_SIDE = 2
ENOUGH = 500
LEAST, MOST = 75.0, 85.0
PLAN_SECONDS, MINUTES = 1.0, 20.0
Z = 1.96
Say = Callable[[str], None]


@dataclass
class Year:
    """What one seed's year gave.

    Attributes:
        given: the first promises of the year, each with its end.
        plans: how many times was planned; ``failed``: without a plan.
        longest: the most CPU seconds that a plan took.
    """

    seed: int
    given: list[Given]
    plans: int
    failed: int
    longest: float
    seconds: float


def live(seed: int, share: float = SHARE) -> Year:
    """Live one year, and on until all that was promised in it is over."""
    began = time.process_time()
    world, house = World(seed), House(seed, share)
    floor = Floor(world, house)
    for day in range(END + MOST_AFTER):
        now = day * DAY + 9 * HOUR
        if is_open(now):
            world.illness(now)
            for _ in range(world.arrivals()):
                house.take_in(world.car(now))
            house.look_for_parts(now)
            house.think(now, world.away)
        floor.day(now)
        if day > END and all(g.ended is not None for g in counted(house)):
            break
    return Year(
        seed=seed,
        given=counted(house),
        plans=house.plans,
        failed=house.failed,
        longest=house.longest,
        seconds=time.process_time() - began,
    )


def counted(house: House) -> list[Given]:
    """The first promises that were given in the year."""
    return [g for g in house.given.values() if RUN_IN * DAY <= g.at < END * DAY]


def year_figures(quick: bool, say: Say) -> Iterator[Figure]:
    """Live some years side by side and count them together.

    Args:
        quick: one seed, and no bounds.
        say: tells a person how far it is.
    """
    began = time.monotonic()
    years = []
    context = get_context("spawn")
    with ProcessPoolExecutor(SIDE_BY_SIDE, mp_context=context) as pool:
        todo = [pool.submit(live, seed) for seed in (SEEDS[:1] if quick else SEEDS)]
        for done in as_completed(todo):
            years.append(done.result())
            say(_line(years[-1]))
    minutes = (time.monotonic() - began) / 60
    for figure in _figures(years):
        yield figure.unbound() if quick else figure
    cpu = sum(y.seconds for y in years)
    yield Figure(
        "simulated years, the whole run",
        minutes,
        "min",
        MINUTES,
        note=f"{cpu:.0f} s CPU",
    )


def _line(year: Year) -> str:
    kept = sum(g.is_kept for g in year.given)
    return (
        f"year of seed {year.seed}: {kept} of {len(year.given)} first promises kept,"
        f" {year.plans} plans, {year.seconds:.0f} s CPU"
    )


def _figures(years: Sequence[Year]) -> Iterator[Figure]:
    given = [g for y in years for g in y.given]
    count, kept = len(given), sum(g.is_kept for g in given)
    low, high = interval(kept, count)
    within = f"95 %: {low:.1f}–{high:.1f}"
    yield Figure("first promises of a year, given at 80 %", count, "", ENOUGH, True)
    share = 100 * kept / count
    yield Figure("of them kept, at least", share, "%", LEAST, True, note=within)
    yield Figure("of them kept, at most", share, "%", MOST, note=within)
    late = [g.took - g.promised for g in given if g.took > g.promised]
    yield Figure("broken ones late by, mean", _mean(late), "days")
    yield from _beside(given, kept)
    yield from _controls(given)
    plans, failed = sum(y.plans for y in years), sum(y.failed for y in years)
    longest = max(y.longest for y in years)
    note = f"{plans} plans, {failed} without an answer"
    yield Figure("longest of the years' plans", longest, "s", PLAN_SECONDS, note=note)


def _beside(given: Sequence[Given], kept: int) -> Iterator[Figure]:
    """The same cars promised by the sum of their hours and one buffer for all.

    The buffer is fitted afterwards, so that it keeps just as many: no house could know
    it beforehand.
    """
    gaps = sorted(g.took - g.hours for g in given)
    buffer = gaps[max(0, kept - 1)]
    theirs = [g.hours + buffer for g in given]
    late = [
        g.took - by for g, by in zip(given, theirs, strict=True) if g.took > by + 1e-9
    ]
    ours = _mean([g.promised for g in given])
    took = _mean([g.took for g in given])
    yield Figure("ours, mean time to the day", ours, "days", note=f"took {took:.1f}")
    yield Figure(
        "hours + fixed buffer that keeps as many",
        _mean(theirs),
        "days",
        note=f"buffer {buffer:.0f} days, broken ones late by {_mean(late):.1f}",
    )
    earlier = 100 * (1 - ours / _mean(theirs))
    yield Figure("ours are earlier by", earlier, "%", note="goal 15")


def _controls(given: Sequence[Given]) -> Iterator[Figure]:
    """Mistakes made on purpose, which have to show."""
    mean = [g.took <= g.days(g.mean) for g in given]
    yield Figure(
        "planted: promised at the simulated mean, kept",
        100 * _mean(mean),
        "%",
        LEAST,
        note="has to be out of the bounds above",
    )
    raw = [g.took <= g.days(g.raw) for g in given]
    yield Figure("not held to outcomes, kept", 100 * _mean(raw), "%")


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def interval(kept: int, count: int) -> tuple[float, float]:
    """Wilson's interval of a share, in percent."""
    share = kept / count
    middle = (share + Z * Z / 2 / count) / (1 + Z * Z / count)
    half = (
        Z
        / (1 + Z * Z / count)
        * (share * (1 - share) / count + Z * Z / 4 / count / count) ** 0.5
    )
    return 100 * (middle - half), 100 * (middle + half)
