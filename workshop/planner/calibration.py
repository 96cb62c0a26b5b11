"""How past forecasts turned out, and how far that stretches the next one.

A forecast says by when a car is done with a given share of chances. Its outcome is the
part of that length that it really took. If forecasts were honest, that share of the
outcomes would lie at or under one; the stretch is where it does lie. Cars that are not
done yet count as what they are, longer than so far (Kaplan and Meier): to leave them
out would keep the quick ones only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# The newest outcomes teach, so that a house that changed is not judged by how it was.
NEWEST = 200
# For how many outcomes the simulation's own shape counts.
SHAPE_COUNTS = 12
LEAST, MOST = 0.3, 4.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a forecast.

    Attributes:
        ratio: what it took, or has taken so far, to what was forecast.
        is_over: whether the car is done.
    """

    ratio: float
    is_over: bool


@dataclass(frozen=True, slots=True)
class Calibration:
    """By how much a forecast's length is to be taken longer, and on what that rests."""

    stretch: float = 1.0
    resolved: int = 0
    waiting: int = 0


def calibrated(
    outcomes: Sequence[Outcome], share: float, shape: Sequence[float] = (1.0,)
) -> Calibration:
    """Return the stretch with which that share of past forecasts would have been kept.

    Args:
        outcomes: of forecasts at that share, the newest last.
        share: of promises to be kept, such as 0.8.
        shape: evenly likely outcomes if the forecast is honest; they stand in while
            there is little history.
    """
    newest = list(outcomes)[-NEWEST:]
    resolved = sum(o.is_over for o in newest)
    weight = SHAPE_COUNTS / len(shape)
    rows = [(o.ratio, o.is_over, 1.0) for o in newest]
    rows += [(max(each, 0.0), True, weight) for each in shape]
    if not resolved:
        return Calibration(1.0, 0, len(newest))
    # One outcome more than there are: the next one may be the longest yet.
    least = 1 - share * (1 + 1 / (len(newest) + SHAPE_COUNTS))
    found = _survival_reaches(sorted(rows), max(0.0, least))
    stretch = min(MOST, max(LEAST, found))
    return Calibration(stretch, resolved, len(newest) - resolved)


def _survival_reaches(rows: Sequence[tuple[float, bool, float]], least: float) -> float:
    """Where the share of those that take longer falls to ``least``."""
    at_risk = sum(weight for _ratio, _over, weight in rows)
    alive, last = 1.0, 0.0
    for ratio, is_over, weight in rows:
        if is_over:
            then = alive * (1 - weight / at_risk)
            if then <= least:
                part = (alive - least) / (alive - then) if alive > then else 1.0
                return last + (ratio - last) * part
            alive, last = then, ratio
        at_risk -= weight
    return last
