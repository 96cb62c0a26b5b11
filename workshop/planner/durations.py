"""What finished work teaches about work to come: medians and spreads, shrunk.

Work is taken as log-normal: the logarithm of actual to planned time has a mean and a
spread per operation and car family. What was seen seldom leans on the level above: a
family on its operation, an operation on the house, the house on its own plan.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist

NORMAL = NormalDist()
# For how many cards of its own the level above counts.
HOUSE_COUNTS, OPERATION_COUNTS, FAMILY_COUNTS = 10.0, 5.0, 5.0
# Fewer cards than this say nothing of an operation, unless the house has so many.
ENOUGH, ENOUGH_IN_HOUSE = 3, 30
# Spread before anything is known, as a logarithm; low and high hours are taken as the
# ends between which eight of ten lie.
USUAL_SIGMA, LEAST_SIGMA, MOST_SIGMA = 0.3, 0.05, 0.8
TENTH = NORMAL.inv_cdf(0.9)
# A card that took more than so many times its plan, or less than that part of it, is
# counted as if at the edge: a clock that was forgotten teaches nothing.
MOST_RATIO = 6.0
# Of the spread, how much is the car's own before anything is known, as a share of the
# variance; and for how many cars that counts.
CAR_SHARE, CARS_COUNT = 0.15, 8.0
ENOUGH_OF_A_CAR = 2
Kind = tuple[Hashable, Hashable]


@dataclass(frozen=True, slots=True)
class Tally:
    """Finished cards added up: how many, their logarithms, the squares of these."""

    count: int = 0
    total: float = 0.0
    squares: float = 0.0

    def plus(self, value: float) -> Tally:
        """The tally with one card more."""
        return Tally(self.count + 1, self.total + value, self.squares + value * value)

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.count + other.count,
            self.total + other.total,
            self.squares + other.squares,
        )

    def about(self, mean: float) -> float:
        """The sum of squared distances from a mean."""
        far = self.squares - 2 * mean * self.total + self.count * mean * mean
        return max(0.0, far)


@dataclass(frozen=True, slots=True)
class Spread:
    """How long a kind of work takes, as a factor on its plan.

    Attributes:
        factor: half takes less than so many times the plan.
        sigma: spread of the logarithm.
        samples: how many finished cards of the operation stand behind it.
    """

    factor: float = 1.0
    sigma: float = USUAL_SIGMA
    samples: int = 0

    def at(self, share: float) -> float:
        """The factor within which that share of the work is done."""
        return self.factor * exp(self.sigma * NORMAL.inv_cdf(share))


@dataclass(frozen=True, slots=True)
class CarEffect:
    """How much slower a car goes than others, as a logarithm, and how sure that is."""

    mean: float = 0.0
    sigma: float = 0.0


def ratio(actual: float, planned: float) -> float:
    """The logarithm of actual to planned time, within reason. Both above zero."""
    edge = log(MOST_RATIO)
    return max(-edge, min(edge, log(actual / planned)))


def sigma_of_range(low: float, high: float) -> float:
    """The spread that low and high hours mean."""
    if not 0 < low < high:
        return USUAL_SIGMA
    return min(MOST_SIGMA, max(LEAST_SIGMA, log(high / low) / (2 * TENTH)))


@dataclass(frozen=True, slots=True)
class _Level:
    mean: float
    variance: float
    counts: float


class Durations:
    """Medians and spreads of all kinds of work of a house."""

    def __init__(
        self,
        kinds: Mapping[Kind, Tally],
        cars: Mapping[Hashable, Tally] | None = None,
    ) -> None:
        """Take up a history.

        Args:
            kinds: finished cards by operation and car family.
            cars: the same cards by car, as distances from the mean of their operation.
        """
        self.kinds = dict(kinds)
        self.cars = dict(cars or {})
        self.operations: dict[Hashable, Tally] = {}
        for (operation, _family), tally in self.kinds.items():
            before = self.operations.get(operation, Tally())
            self.operations[operation] = before + tally
        whole = sum(self.operations.values(), Tally())
        self.mean = whole.total / (whole.count + HOUSE_COUNTS)
        self.samples = whole.count
        self.between = self._between_cars()

    def knows(self, operation: Hashable) -> bool:
        """Whether enough cards of an operation are over to say something of it."""
        if operation is None:
            return False
        return self.operations.get(operation, Tally()).count >= ENOUGH

    def of(
        self, operation: Hashable, family: Hashable = None, usual: float = USUAL_SIGMA
    ) -> Spread:
        """What is known of a kind of work.

        Args:
            operation: which; None for work that no template knows.
            family: of the car.
            usual: the spread that its own low and high hours mean.
        """
        is_taught = self.samples >= ENOUGH_IN_HOUSE
        house = _Level(self.mean if is_taught else 0.0, usual * usual, HOUSE_COUNTS)
        if not self.knows(operation):
            return Spread(exp(house.mean), usual, 0)
        tally = self.operations.get(operation, Tally())
        level = _shrunk(tally, house, OPERATION_COUNTS)
        own = self.kinds.get((operation, family), Tally())
        if own.count and own.count < tally.count:
            level = _shrunk(own, level, FAMILY_COUNTS)
        # What is not sure of the mean itself widens what may come.
        variance = level.variance * (1 + 1 / level.counts)
        return Spread(exp(level.mean), sqrt(variance), tally.count)

    def car(self, car: Hashable) -> CarEffect:
        """What a car's own finished cards say of the rest of it."""
        between, within = self.between, self._within()
        tally = self.cars.get(car, Tally())
        if between <= 0:
            return CarEffect()
        weight = tally.count * between / (tally.count * between + within)
        mean = weight * tally.total / tally.count if tally.count else 0.0
        return CarEffect(mean, sqrt(between * (1 - weight)))

    def apart(self, spread: Spread) -> Spread:
        """A spread without what a car's own pace brings to it."""
        left = spread.sigma * spread.sigma - self.between
        least = min(spread.sigma, LEAST_SIGMA)
        sigma = max(least, sqrt(max(0.0, left)))
        return Spread(spread.factor, sigma, spread.samples)

    def _within(self) -> float:
        whole = sum(self.cars.values(), Tally())
        usual = USUAL_SIGMA * USUAL_SIGMA
        cars = [t for t in self.cars.values() if t.count >= ENOUGH_OF_A_CAR]
        spare = sum(t.squares - t.total * t.total / t.count for t in cars)
        left = sum(t.count - 1 for t in cars)
        if not whole.count:
            return usual
        return (spare + HOUSE_COUNTS * usual) / (left + HOUSE_COUNTS)

    def _between_cars(self) -> float:
        """The variance of cars' own effects, by moments, leaning on a usual share."""
        usual = CAR_SHARE * USUAL_SIGMA * USUAL_SIGMA
        within = self._within()
        found = [
            (t.total / t.count) ** 2 - within / t.count
            for t in self.cars.values()
            if t.count >= ENOUGH_OF_A_CAR
        ]
        return max(0.0, (sum(found) + CARS_COUNT * usual) / (len(found) + CARS_COUNT))


def _shrunk(tally: Tally, above: _Level, counts: float) -> _Level:
    together = tally.count + counts
    mean = (tally.total + counts * above.mean) / together
    # Around the own mean, not the shrunk one: a kind far from the others is no wider.
    own = tally.total / tally.count if tally.count else mean
    variance = (tally.about(own) + counts * above.variance) / (
        max(0, tally.count - 1) + counts
    )
    return _Level(mean, variance, together)


def remaining(planned: float, spread: Spread, done: float = 0.0) -> float:
    """What half of the work that came so far still takes, in the units of the plan.

    Args:
        planned: by the card.
        spread: of its kind.
        done: worked on it so far.
    """
    median = planned * spread.factor
    if done <= 0 or spread.sigma <= 0:
        return max(0.0, median - max(0.0, done))
    over = NORMAL.cdf(log(done / median) / spread.sigma)
    half = min(over + (1 - over) / 2, 1 - 1e-9)
    return max(0.0, median * exp(spread.sigma * NORMAL.inv_cdf(half)) - done)


def tallied(
    cards: Iterable[tuple[Hashable, Hashable, Hashable, float]],
) -> tuple[dict[Kind, Tally], dict[Hashable, Tally]]:
    """Add finished cards up by kind and by car, as the house's SQL does.

    Args:
        cards: operation, family, car and `ratio` of each.
    """
    kept = list(cards)
    kinds: dict[Kind, Tally] = {}
    operations: dict[Hashable, Tally] = {}
    for operation, family, _car, value in kept:
        key = (operation, family)
        kinds[key] = kinds.get(key, Tally()).plus(value)
        operations[operation] = operations.get(operation, Tally()).plus(value)
    cars: dict[Hashable, Tally] = {}
    for operation, _family, car, value in kept:
        mean = operations[operation].total / operations[operation].count
        cars[car] = cars.get(car, Tally()).plus(value - mean)
    return kinds, cars
