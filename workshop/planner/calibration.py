"""How past forecasts turned out, and how far that puts off the next date.

A forecast says by when a car is done with half a chance, and how wide it is: from
there to the day with the chance that is asked for. Its outcome is how many of these
widths after the half the car was done. If forecasts were honest, the asked-for share of
the outcomes would lie where the simulation says; the reach is where it does lie. Cars
that are not done yet count as what they are, later than so far (Kaplan and Meier): to
leave them out would keep the quick ones only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# The newest outcomes teach, so that a house that changed is not judged by how it was.
NEWEST = 200
# For how many outcomes the simulation's own shape counts.
SHAPE_COUNTS = 12
LEAST, MOST = -2.0, 20.0
# Cars that are in the shop together share its luck: so many teach as much as one.
TOGETHER = 5.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a forecast.

    Attributes:
        score: how many widths after the forecast's half the car was done, or has been
            in work so far; below zero if before.
        is_over: whether the car is done.
    """

    score: float
    is_over: bool


@dataclass(frozen=True, slots=True)
class Calibration:
    """How many widths after its half a forecast is to be promised, and why.

    Attributes:
        reach: in widths.
        resolved: outcomes of cars that are done.
        waiting: of cars that are not.
    """

    reach: float
    resolved: int = 0
    waiting: int = 0


def calibrated(
    outcomes: Sequence[Outcome], share: float, shape: Sequence[float]
) -> Calibration:
    """Return the reach with which that share of past forecasts would have been kept.

    Args:
        outcomes: of earlier forecasts, the newest last.
        share: of promises to be kept, such as 0.8.
        shape: evenly likely scores if the forecast is honest; they stand in while
            there is little history.
    """
    newest = list(outcomes)[-NEWEST:]
    resolved = sum(o.is_over for o in newest)
    weight = SHAPE_COUNTS / len(shape)
    rows = [(o.score, o.is_over, 1.0) for o in newest]
    rows += [(each, True, weight) for each in shape]
    level = min((1 + share) / 2, share * (1 + _doubt(len(newest), resolved)))
    found = _survival_reaches(sorted(rows), 1 - level)
    return Calibration(min(MOST, max(LEAST, found)), resolved, len(newest) - resolved)


def _doubt(count: int, resolved: int) -> float:
    """How much further to reach because few outcomes, and no free ones, are known.

    The next car may be the latest yet: of so many free outcomes, one more has to be
    kept. It grows in as outcomes take the place of the simulation's own shape.
    """
    free = (count + SHAPE_COUNTS) / TOGETHER
    return resolved / (resolved + SHAPE_COUNTS) / free


def _survival_reaches(rows: Sequence[tuple[float, bool, float]], least: float) -> float:
    """Where the share of those that are later falls to ``least``."""
    at_risk = sum(weight for _score, _over, weight in rows)
    alive, last = 1.0, rows[0][0]
    for score, is_over, weight in rows:
        if is_over:
            then = alive * (1 - weight / at_risk)
            if then <= least:
                part = (alive - least) / (alive - then) if alive > then else 1.0
                return last + (score - last) * part
            alive, last = then, score
        at_risk -= weight
    return last
