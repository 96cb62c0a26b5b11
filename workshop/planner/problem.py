"""What is to be planned: plain immutable values, integer time, no database.

All times are whole units of ``Problem.unit_minutes`` counted from epoch 0, a Monday
00:00 local time without daylight saving. Intervals are half-open ``[start, end)``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Id = str | int
Window = tuple[int, int]

ALWAYS = "always"


class MalformedProblem(ValueError):
    """The input is not a problem: ``path`` says where, ``reason`` says why."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


# What forbids a plan, by code, as the command says it. Times and work are in units.
REFUSALS = {
    "LAGS_CONTRADICT": "minimum lag {least} is above maximum lag {most}",
    "CYCLE": "wait for each other in a cycle",
    "NO_BAY": "there is no bay of type {bay!r}",
    "POOL_TOO_SMALL": "uses {amount} of pool {pool!r}, which has only {capacity}",
    "NO_CREW": "no crew covers {needs} with each person serving once",
    "TOO_FEW_PEOPLE": "needs {count} with skill {skill!r}, the house has {available}",
    "TOO_FEW_HOURS": "needs {work} units of {skill!r}, the calendars have fewer left",
    "SKILL_FULL": (
        "need {work} units of {skill!r} in all, "
        "everybody who has it has {most} together until the horizon"
    ),
    "BAYS_FULL": (
        "need {work} units in bays of type {bay!r} in all, "
        "which have {most} together until the horizon"
    ),
    "SHIFT_TOO_SHORT": (
        "must not be split and takes {work} units, "
        "the longest shift window of {skill!r} has {longest}"
    ),
    "LAG_CANNOT_HOLD": "a maximum lag among them cannot be kept",
    "STARTS_TOO_LATE": (
        "{after} has to start by {limit} after fixed {before}, "
        "but cannot before {earliest}"
    ),
    "ENDS_TOO_LATE": (
        "{before} cannot end before {earliest}, but fixed {after} starts at {start}"
    ),
    "BEYOND_HORIZON": "cannot end before the horizon {horizon} even alone",
    "NO_PLACE": "have no place beside fixed work, lags and hours, even alone",
}


# Operations that are named in a refusal; what the whole house lacks concerns thousands.
NAMED = 20


class ImpossibleProblem(ValueError):
    """The data forbid every plan.

    Attributes:
        operations: the ones that cannot be placed.
        code: what forbids it, a key of `REFUSALS`.
        fields: the values that the code speaks of; names and numbers, no objects.
        reason: the same in English.
    """

    def __init__(
        self, operations: tuple[int, ...], code: str, **fields: object
    ) -> None:
        self.operations = operations
        self.code = code
        self.fields = fields
        self.reason = REFUSALS[code].format(**fields)
        named = ", ".join(str(i) for i in operations[:NAMED])
        if len(operations) > NAMED:
            named += f" and {len(operations) - NAMED} more"
        super().__init__(f"operations {named}: {self.reason}")


class NoPlanFound(RuntimeError):
    """No feasible plan was found in the time given; one may still exist."""


@dataclass(frozen=True, slots=True)
class Technician:
    """A person: one operation at a time, in the windows of ``calendar``."""

    id: Id
    skills: tuple[str, ...]
    calendar: str = ALWAYS


@dataclass(frozen=True, slots=True)
class Resource:
    """A bay or a piece of equipment: one operation at a time, round the clock."""

    id: Id
    type: str


@dataclass(frozen=True, slots=True)
class Pool:
    """Capacity shared by amount, at all hours: storage, floor space, air."""

    id: Id
    capacity: int


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A car with its arrival, its promised time and what a late day costs."""

    id: Id
    release: int
    due: int
    weight: float = 1


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who does an operation, where and when."""

    op: int
    start: int
    end: int
    technicians: tuple[Id, ...] = ()
    bay: Id | None = None


@dataclass(frozen=True, slots=True)
class Fixed:
    """History, work in progress or a foreman's pin: copied into every plan."""

    start: int
    end: int
    technicians: tuple[Id, ...] = ()
    bay: Id | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One piece of work on one vehicle.

    ``work`` is in units; ``needs`` counts technicians per skill (empty: nobody is
    needed and it runs round the clock); ``bay`` is a resource type; ``uses`` holds
    amounts of pools; ``release`` is the earliest start (parts).
    """

    id: int
    vehicle: Id
    work: int
    needs: Mapping[str, int] = field(default_factory=dict)
    bay: str | None = None
    no_split: bool = False
    release: int = 0
    name: str = ""
    uses: Mapping[Id, int] = field(default_factory=dict)
    fixed: Fixed | None = None


@dataclass(frozen=True, slots=True)
class Precedence:
    """``end(before) + min_lag <= start(after) <= end(before) + max_lag``, elapsed."""

    before: int
    after: int
    min_lag: int = 0
    max_lag: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A shop at ``now``: everything a plan has to respect until ``horizon``."""

    unit_minutes: int
    horizon: int
    now: int
    calendars: Mapping[str, tuple[Window, ...]]
    technicians: tuple[Technician, ...]
    resources: tuple[Resource, ...]
    vehicles: tuple[Vehicle, ...]
    operations: tuple[Operation, ...]
    precedences: tuple[Precedence, ...] = ()
    pools: tuple[Pool, ...] = ()
    baseline: tuple[Assignment, ...] = ()
    events: tuple[Mapping[str, object], ...] = ()

    @property
    def units_per_day(self) -> float:
        """How many units an elapsed day has."""
        return 1440 / self.unit_minutes
