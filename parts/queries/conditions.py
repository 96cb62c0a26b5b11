"""Whether one part may take another's place on the car that a wish is for."""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Protocol

STEP_FIELDS = (
    "old_id", "new_id", "kind", "condition", "starts_on", "ends_on", "variant_id",
    "variant__name_en", "variant__name_ja", "first_frame", "last_frame", "built_from",
    "built_to", "only_with_id", "condition_ja",
)  # fmt: skip


class Car(Protocol):
    """What conditions look at; a wish is for one car, or does not say for which."""

    @property
    def variant_id(self) -> int | None: ...

    @property
    def frame_number(self) -> int | None: ...

    @property
    def built_month(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class AnyCar:
    """A car of which this much is known, or nothing."""

    variant_id: int | None = None
    frame_number: int | None = None
    built_month: date | None = None


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
    condition_ja: str = ""

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


def fit(step: Step, car: Car, today: date) -> Fit:
    """Return whether a step may be taken for a wish today.

    Days, frames and months are inclusive; a month counts whole.

    Args:
        step: from the wanted part to another.
        car: a wish, say, whose car is known, or is not.
        today: at the demand's site.

    Source: docs/domain/availability.md, A7.
    """
    if step.starts_on and today < step.starts_on:
        return Fit.NO
    if step.ends_on and today > step.ends_on:
        return Fit.NO
    found = (_variant(step, car), _frame(step, car), _month(step, car))
    if Fit.NO in found:
        return Fit.NO
    return Fit.UNKNOWN if Fit.UNKNOWN in found else Fit.YES


def _variant(step: Step, car: Car) -> Fit:
    if step.variant_id is None:
        return Fit.YES
    if car.variant_id is None:
        return Fit.UNKNOWN
    return Fit.YES if step.variant_id == car.variant_id else Fit.NO


def _frame(step: Step, car: Car) -> Fit:
    frame = car.frame_number
    return _between(step.first_frame, frame, step.last_frame)


def _month(step: Step, car: Car) -> Fit:
    return _between(
        _month_number(step.built_from),
        _month_number(car.built_month),
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
