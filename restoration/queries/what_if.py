"""The shop with parts that come on other days."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from restoration.models import PlanRun
from restoration.queries.part_waits import PartWait
from restoration.queries.plan_problem import HORIZON_DAYS, Builder
from restoration.queries.plan_reading import PlanInput
from restoration.queries.plan_rows import PlanRows, read_rows
from workshop.models import Site


class WhatIf:
    """The shop as it stands, and as it would be with parts coming on other days."""

    def __init__(self, site: Site, *, at: datetime) -> None:
        days = horizon_in_force(site)
        self._builder = Builder(read_rows(PlanRows(site, at, days, True)))
        self.given = self._builder.build()

    def opens_at(self, on: date) -> datetime:
        """Return when a part that comes on a day can be used."""
        return self._builder.shifts.usable_at(on)

    def with_waits(self, changed: Mapping[int, list[PartWait]]) -> PlanInput:
        """Return the problem with some cards waiting for other things.

        Args:
            changed: card → all that it waits for now, the latest last.
        """
        waits = {**self.given.waits, **changed}
        operations = tuple(
            replace(each, release=self._builder.release(card, waits.get(card.pk)))
            if card.pk in changed and each.fixed is None
            else each
            for each, card in zip(
                self.given.problem.operations, self.given.cards, strict=True
            )
        )
        problem = replace(self.given.problem, operations=operations)
        return replace(self.given, problem=problem, waits=waits)


def horizon_in_force(site: Site) -> int:
    """Return how many days ahead the plan in force had to look."""
    run = PlanRun.objects.filter(site=site, is_in_force=True).first()
    return int(run.detail.get("horizon_days", HORIZON_DAYS)) if run else HORIZON_DAYS
