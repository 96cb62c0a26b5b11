"""The answer: assignments, what they cost, and why each one is where it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workshop.planner.problem import Assignment, Id


class ReasonKind(StrEnum):
    """What an operation waits for. Faces turn the code into words."""

    FIXED = "FIXED"  # done, in progress or pinned
    KEPT = "KEPT"  # stays where the plan in force had it
    NOW = "NOW"  # starts at once
    ARRIVAL = "ARRIVAL"  # the vehicle arrives
    PART = "PART"  # the operation's own release: parts
    PREDECESSOR = "PREDECESSOR"  # another operation of the chain
    LAG = "LAG"  # a predecessor and the time that must pass after it
    HOURS = "HOURS"  # nobody who can do it is on shift (long enough)
    TECHNICIAN = "TECHNICIAN"  # the technician works on something else
    BAY = "BAY"  # every bay of the type is taken
    POOL = "POOL"  # a shared capacity is used up
    CHAIN = "CHAIN"  # a later start keeps a following maximum lag
    ORDER = "ORDER"  # free earlier, but other work came first in the order


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an operation does not start earlier.

    ``until`` is the time from which the named thing no longer holds it back;
    ``operation`` is the operation it waits for, where there is one. ``then`` is
    HOURS when it has to wait for a shift (long enough) after that.
    """

    kind: ReasonKind
    until: int
    operation: int | None = None
    technician: Id | None = None
    bay: Id | None = None
    pool: Id | None = None
    lag: int | None = None
    then: ReasonKind | None = None


@dataclass(frozen=True, slots=True)
class LateVehicle:
    """A vehicle past its due time and the chain of operations that makes it so.

    ``chain`` runs from the operation that begins the trouble to the last one.
    """

    vehicle: Id
    end: int
    due: int
    weighted_days: float
    chain: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stability:
    """How much of the plan in force was kept (near: the next 14 days)."""

    near: int
    near_kept: int
    near_day_kept: int
    known: int
    known_kept: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A feasible plan. Days are elapsed days; the bound is never a proof it is not."""

    assignments: tuple[Assignment, ...]
    weighted_tardiness_days: float
    lower_bound_days: float
    makespan_days: float = 0.0
    reasons: tuple[Reason, ...] = ()
    late: tuple[LateVehicle, ...] = ()
    stability: Stability | None = None
    rule: str = ""
    seed: int = 0
    iterations: int = 0

    def reason(self, operation: int) -> Reason:
        """Why the operation starts when it does."""
        return self.reasons[operation]
