"""What a run of the planner was asked, and what its answer says of the cards."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from restoration.models import JobCard, Pin, Project
from restoration.queries.part_waits import PartWait
from restoration.queries.pinning import PinRefusal
from restoration.queries.promised import PromiseChip
from restoration.queries.slots import UNIT_MINUTES, Slots
from workshop import planner
from workshop.models import Bay, Site, Technician
from workshop.planner.durations import CarEffect
from workshop.planner.simulate import Work


@dataclass(slots=True)
class PlanInput:
    """What a run was asked: the problem, and which rows its numbers stand for."""

    site: Site
    at: datetime
    slots: Slots
    problem: planner.Problem
    # By operation of the problem. Cards that are done stand there for their lags.
    cards: Sequence[JobCard]
    waits: dict[int, list[PartWait]]
    projects: dict[int, Project]
    chips: dict[int, PromiseChip]
    technicians: dict[int, Technician]
    bays: dict[int, Bay]

    # Keys of people, bays and absences: what may move a date without any part or card.
    people: Sequence[str]
    # Days on which the site opens, as far as the plan reaches.
    open_days: Sequence[date] = ()
    # Pins that the plan holds, and those that cannot stand as things are, by card.
    pins: Mapping[int, Pin] = field(default_factory=dict)
    set_aside: Mapping[int, PinRefusal] = field(default_factory=dict)
    # What cards take by history, when what was finished before lets go of them, and
    # how cars go beside others: what a simulation draws from.
    works: Mapping[int, Work] = field(default_factory=dict)
    cured: Mapping[int, int] = field(default_factory=dict)
    paces: Mapping[planner.Id, CarEffect] = field(default_factory=dict)

    @property
    def is_cut_short(self) -> bool:
        """Whether a card waits for something past the end of what is looked at."""
        end = self.problem.horizon
        return any(o.release >= end for o in self.problem.operations if not o.fixed)

    def open_day(self, day: date) -> date:
        """Return a day, or the next on which the site opens; past the plan the day."""
        found = bisect_left(self.open_days, day)
        return self.open_days[found] if found < len(self.open_days) else day


def reason_detail(given: PlanInput, plan: planner.Plan, number: int) -> dict[str, Any]:
    """Return why a card starts when it does, with the names of what it waits for."""
    reason = plan.reason(number)
    detail: dict[str, Any] = {
        "kind": reason.kind.value,
        "until": given.slots.instant(reason.until).isoformat(),
    }
    card = given.cards[number]
    pin = given.pins.get(card.pk)
    if pin is not None and pin.starts_at is not None:
        return detail | {"kind": "PINNED", "pin": pin.pk, "because": pin.reason}
    if reason.kind == planner.ReasonKind.PART and given.waits.get(card.pk):
        detail |= given.waits[card.pk][-1].as_detail()
    if reason.operation is not None:
        other = given.cards[reason.operation]
        detail |= {
            "card": other.pk,
            "card_en": other.title_en,
            "card_ja": other.title_ja,
        }
    if reason.technician is not None:
        person = given.technicians.get(int(reason.technician))
        detail["technician"] = person.name if person else ""
    if reason.bay is not None:
        bay = given.bays.get(int(reason.bay))
        detail["bay"] = bay.code if bay else ""
    if reason.lag is not None:
        detail["lag_minutes"] = reason.lag * UNIT_MINUTES
    return detail
