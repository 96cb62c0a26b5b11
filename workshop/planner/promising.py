"""From a simulated plan and past outcomes to the time that is promised."""

from __future__ import annotations

from dataclasses import dataclass

from workshop.planner.calibration import (
    SHAPE_COUNTS,
    Calibration,
    Past,
    calibrated,
    step,
)
from workshop.planner.problem import Id
from workshop.planner.simulate import Outlook

# No forecast is narrower: nothing in a workshop is sure to the day.
LEAST_DAYS = 2


@dataclass(frozen=True, slots=True)
class Promised:
    """A time to promise, and what it rests on. Times in units.

    Attributes:
        by: what is promised.
        half: by when the car is done in half of the runs; outcomes count from there.
        raw: by when in the share that is asked for: what the simulation alone says.
        width: from the one to the other, and two days more.
        calibration: what past forecasts taught.
    """

    by: float
    half: float
    raw: float
    width: float
    calibration: Calibration


def promised(
    outlook: Outlook,
    vehicle: Id,
    share: float,
    past: Past,
    *,
    day: float,
) -> Promised:
    """Return by when a car is done with that share of chances.

    Args:
        outlook: of the plan in force.
        vehicle: which car.
        share: of promises to be kept, such as 0.8.
        past: what came of earlier promises at that share.
        day: units in a day.
    """
    half, raw = outlook.at(vehicle, 0.5), outlook.at(vehicle, share)
    width = raw - half + LEAST_DAYS * day
    steps = step(half - outlook.now, width)
    points = outlook.points(vehicle, SHAPE_COUNTS)
    found = calibrated(past, share, [(each - half) / steps for each in points])
    by = half + steps * found.reach if past.outcomes else raw
    return Promised(max(by, outlook.now + 1), half, raw, width, found)
