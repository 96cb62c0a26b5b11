"""The cars of a plan: when each arrives, when it is due, how much its delay weighs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from restoration.models import JobCard, Project
from restoration.queries.plan_rows import PlanRows
from restoration.queries.precedence import in_order
from restoration.queries.promised import PromiseChip
from restoration.queries.slots import Slots
from workshop import planner

State = JobCard.State
# A due time for a car without a date: its longest chain with some air.
AIR = 1.25


@dataclass(frozen=True, slots=True)
class Cars:
    """What is known of a shop's cars beside their operations.

    Attributes:
        rows: cards and projects.
        slots: between instants and units.
        now: in units.
        horizon: in units.
        open_units: how many of the horizon's units the site is open.
        precedences: between numbers of cards.
        chips: promise in force by project.
        arrivals: unit by project; a car that is not there is here already.
    """

    rows: PlanRows
    slots: Slots
    now: int
    horizon: int
    open_units: int
    precedences: Sequence[planner.Precedence]
    chips: Mapping[int, PromiseChip]
    arrivals: Mapping[int, int]

    def vehicles(
        self, operations: Sequence[planner.Operation]
    ) -> tuple[planner.Vehicle, ...]:
        """Return each car with its arrival, due time and weight."""
        chains = self._chains(operations)
        found = {}
        for card in self.rows.cards:
            project = self.rows.projects[card.project_id]
            key = vehicle_id(card)
            if card.is_after_hand_over:
                found[key] = planner.Vehicle(key, 0, self.horizon, 0)
            else:
                due = self._due(project, chains.get(project.pk, self.now))
                arrival = self.arrivals.get(project.pk, 0)
                found[key] = planner.Vehicle(key, arrival, due, project.weight)
        return tuple(found.values())

    def _due(self, project: Project, chain_end: int) -> int:
        chip = self.chips.get(project.pk)
        if chip is not None:
            return self.slots.day_end(chip.promised_on)
        if project.wished_on is not None:
            return self.slots.day_end(project.wished_on)
        return self.now + round((chain_end - self.now) * AIR)

    def _chains(self, operations: Sequence[planner.Operation]) -> dict[int, int]:
        """Roughly when each car could be done if it were alone in the house."""
        stretch = self.horizon / (self.open_units or 1)
        after: dict[int, list[tuple[int, int]]]
        after = {n: [] for n in range(len(operations))}
        for link in self.precedences:
            after[link.after].append((link.before, link.min_lag))
        ends: dict[int, float] = {}
        for n in in_order({n: [b for b, _lag in w] for n, w in after.items()}):
            each = operations[n]
            waits = [ends[b] + lag for b, lag in after.get(n, ())]
            length = each.work * (stretch if each.needs else 1)
            ends[n] = max([self.now, each.release, *waits]) + length

        last: dict[int, int] = {}
        for n, card in enumerate(self.rows.cards):
            if not card.is_after_hand_over and card.state != State.DONE:
                end = round(ends.get(n, self.now))
                last[card.project_id] = max(last.get(card.project_id, 0), end)
        return last


def vehicle_id(card: JobCard) -> str:
    """Return the planner's car of a card: what follows the hand-over counts apart."""
    return f"{card.project_id}{'-after' if card.is_after_hand_over else ''}"
