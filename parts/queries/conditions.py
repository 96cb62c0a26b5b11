"""Whether one part may take another's place on the car that a wish is for."""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from parts.models import Demand


class Fit(Enum):
    """What is known of a condition."""

    YES = "YES"
    NO = "NO"
    UNKNOWN = "UNKNOWN"


@dataclass(slots=True)
class Step:
    """A part that takes another's place, and under which conditions."""

    part_id: int
    condition: str
    starts_on: date | None = None
    ends_on: date | None = None
    variant_id: int | None = None
    variant_en: str | None = None
    variant_ja: str | None = None
    first_frame: int | None = None
    last_frame: int | None = None
    built_from: date | None = None
    built_to: date | None = None
    only_with: int | None = None

    def limits(self) -> dict[str, Any]:
        """Return what the car has to be, for a sentence."""
        return {
            "variant_en": self.variant_en or "",
            "variant_ja": self.variant_ja or "",
            "first_frame": self.first_frame,
            "last_frame": self.last_frame,
            "built_from": self.built_from.isoformat() if self.built_from else None,
            "built_to": self.built_to.isoformat() if self.built_to else None,
        }


def fit(step: Step, demand: Demand, today: date) -> Fit:
    """Return whether a step may be taken for a wish today.

    Days, frames and months are inclusive; a month counts whole.

    Args:
        step: from the wanted part to another.
        demand: whose car is known, or is not.
        today: at the demand's site.

    Source: docs/domain/availability.md, A7.
    """
    if step.starts_on and today < step.starts_on:
        return Fit.NO
    if step.ends_on and today > step.ends_on:
        return Fit.NO
    found = (_variant(step, demand), _frame(step, demand), _month(step, demand))
    if Fit.NO in found:
        return Fit.NO
    return Fit.UNKNOWN if Fit.UNKNOWN in found else Fit.YES


def _variant(step: Step, demand: Demand) -> Fit:
    if step.variant_id is None:
        return Fit.YES
    if demand.variant_id is None:
        return Fit.UNKNOWN
    return Fit.YES if step.variant_id == demand.variant_id else Fit.NO


def _frame(step: Step, demand: Demand) -> Fit:
    frame = demand.frame_number
    return _between(step.first_frame, frame, step.last_frame)


def _month(step: Step, demand: Demand) -> Fit:
    return _between(
        _month_number(step.built_from),
        _month_number(demand.built_month),
        _month_number(step.built_to),
    )


def _month_number(day: date | None) -> int | None:
    return None if day is None else day.year * 12 + day.month


def _between(first: int | None, value: int | None, last: int | None) -> Fit:
    if first is None and last is None:
        return Fit.YES
    if value is None:
        return Fit.UNKNOWN
    inside = (first is None or first <= value) and (last is None or value <= last)
    return Fit.YES if inside else Fit.NO
