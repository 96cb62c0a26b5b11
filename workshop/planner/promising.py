"""From a simulated plan and past outcomes to the time that is promised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workshop.planner.calibration import (
    SHAPE_COUNTS,
    Calibration,
    Outcome,
    calibrated,
)
from workshop.planner.problem import Id
from workshop.planner.simulate import Outlook


@dataclass(frozen=True, slots=True)
class Promised:
    """A time to promise, and what it rests on. Times in units.

    Attributes:
        by: what is promised.
        raw: by when the simulation alone says it; outcomes are measured against it.
        kept: in how many of the runs ``by`` is kept.
        calibration: what past forecasts taught.
    """

    by: float
    raw: float
    kept: int
    calibration: Calibration


def promised(
    outlook: Outlook, vehicle: Id, share: float, outcomes: Sequence[Outcome]
) -> Promised:
    """Return by when a car is done with that share of chances.

    Args:
        outlook: of the plan in force.
        vehicle: which car.
        share: of promises to be kept, such as 0.8.
        outcomes: of earlier promises at that share, the newest last.
    """
    raw = outlook.at(vehicle, share)
    shape = outlook.points(vehicle, share, SHAPE_COUNTS)
    found = calibrated(outcomes, share, shape)
    by = outlook.now + (raw - outlook.now) * found.stretch
    return Promised(by, raw, outlook.kept(vehicle, by), found)
