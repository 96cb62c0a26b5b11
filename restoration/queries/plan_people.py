"""The people of a plan: their hours, their skills, and for what pins ask for them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from restoration.models import JobCard
from restoration.queries.pinning import Held, matched, skills_of, slots_of
from restoration.queries.shifts import Shifts
from restoration.queries.slots import Slots
from workshop import planner
from workshop.models import Absence, Bay, Site, Technician

Windows = tuple[tuple[int, int], ...]
# A skill that only one person has: who a pin holds is asked for by it.
OWN_SKILL = "="


@dataclass(frozen=True, slots=True)
class People:
    """Who works in a shop, and when.

    Attributes:
        technicians: those employed.
        windows: each one's hours, in units.
        held: whom pins hold, by card; it grows as pins are taken in.
    """

    technicians: Sequence[Technician]
    windows: Mapping[int, Windows]
    held: dict[int, Held] = field(default_factory=dict)

    @classmethod
    def read(cls, site: Site, shifts: Shifts, slots: Slots) -> "People":
        """Return a site's people, each with the hours they have."""
        rows = Technician.objects.employed().filter(site=site)
        technicians = list(rows.prefetch_related("skills").order_by("pk"))
        spans = shifts.by_technician(technicians)
        # Most people have the site's hours: their list is one and is counted once.
        by_list = {id(s): s for s in spans.values()}
        windows = {key: slots.windows(s) for key, s in by_list.items()}
        return cls(technicians, {pk: windows[id(s)] for pk, s in spans.items()})

    def calendars(self) -> tuple[dict[str, Windows], dict[int, str]]:
        """People with the same hours share one calendar."""
        names: dict[Windows, str] = {}
        calendar_of = {
            t.pk: names.setdefault(self.windows[t.pk], f"c{len(names) + 1}")
            for t in self.technicians
        }
        return {name: w for w, name in names.items()}, calendar_of

    def asked(self, calendar_of: Mapping[int, str]) -> tuple[planner.Technician, ...]:
        """People with their skills; who is held without a time has one of their own."""
        held = (h for h in self.held.values() if h.fixed is None)
        asked_for = {pk for each in held for pk in each.technicians}
        return tuple(
            planner.Technician(
                t.pk,
                (
                    *sorted(s.code for s in t.skills.all()),
                    *([f"{OWN_SKILL}{t.pk}"] if t.pk in asked_for else []),
                ),
                calendar_of[t.pk],
            )
            for t in self.technicians
        )

    def needs(self, card: JobCard) -> dict[str, int]:
        """Skills by number; whom a pin holds is asked for by their own skill."""
        needs = Counter(slots_of(card))
        held = self.held.get(card.pk)
        if held is not None and held.fixed is None:
            has = skills_of(self.technicians)
            serving = matched(slots_of(card), held.technicians, has) or {}
            for pk, skill in serving.items():
                needs[skill] -= 1
                needs[f"{OWN_SKILL}{pk}"] += 1
        return {skill: people for skill, people in needs.items() if people}

    def keys(self, bays: Sequence[Bay], at: datetime) -> list[str]:
        """Return what names people, bays and absences: they may move a date alone."""
        absences = Absence.objects.filter(
            technician__in=self.technicians, period__endswith__gt=at
        )
        return [
            *(f"t{t.pk}" for t in self.technicians),
            *(f"b{b.pk}" for b in bays),
            *(f"a{pk}" for pk in absences.order_by("pk").values_list("pk", flat=True)),
        ]
