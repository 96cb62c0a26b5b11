"""A site's cars, people, bays and parts as a problem for the planner."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from restoration.models import (
    Assignment,
    JobCard,
    JobCardLink,
    PlanRun,
    Project,
    TimeEntry,
)
from restoration.queries.floor import clocked_minutes
from restoration.queries.part_waits import PartWait, part_waits
from restoration.queries.plan_reading import PlanInput
from restoration.queries.promised import chips_of
from restoration.queries.shifts import Shifts
from restoration.queries.slots import (
    UNIT_MINUTES,
    UNITS_A_DAY,
    Slots,
    units,
    work_ends,
)
from workshop import planner
from workshop.models import Absence, Bay, Site, Technician

HORIZON_DAYS = 400
# A finished card's most waiting time is kept while there is still room to meet it.
LEAST_ROOM = timedelta(days=2)
State = JobCard.State
Windows = tuple[tuple[int, int], ...]
# A due time for a car without a date: its longest chain with some air.
AIR = 1.25


@dataclass(slots=True)
class _Rows:
    """Everything the problem is built from, read in a fixed number of queries."""

    site: Site
    at: datetime
    horizon_days: int
    keep_lags_of_done: bool
    projects: dict[int, Project] = field(default_factory=dict)
    cards: list[JobCard] = field(default_factory=list)
    links: list[JobCardLink] = field(default_factory=list)
    times: dict[int, list[TimeEntry]] = field(default_factory=dict)
    in_force: dict[int, Assignment] = field(default_factory=dict)


def plan_input(
    site: Site,
    *,
    at: datetime,
    horizon_days: int = HORIZON_DAYS,
    keep_lags_of_done: bool = True,
) -> PlanInput:
    """Read the shop as it stands and write it down as a problem.

    Args:
        site: whose cars; people and bays of other sites stay out of it.
        at: now, aware.
        horizon_days: how far the plan may reach.
        keep_lags_of_done: whether finished work still bounds what must follow soon.

    Source: docs/domain/planning.md, rules P1 to P10.
    """
    rows = _read(_Rows(site, at, horizon_days, keep_lags_of_done))
    return _Builder(rows).build()


class WhatIf:
    """The shop as it stands, and as it would be with parts coming on other days."""

    def __init__(self, site: Site, *, at: datetime) -> None:
        days = horizon_in_force(site)
        self._builder = _Builder(_read(_Rows(site, at, days, True)))
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


def _read(rows: _Rows) -> _Rows:
    rows.projects = {
        p.pk: p
        for p in Project.objects.filter(
            site=rows.site, job_cards__state__in=[State.OPEN, State.RUNNING, "PAUSED"]
        )
        .exclude(state=Project.State.CANCELLED)
        .select_related("vehicle", "customer")
        .distinct()
    }
    unfinished = list(
        JobCard.objects.filter(project__in=rows.projects)
        .unfinished()
        .select_related("bay_kind")
        .prefetch_related("needs__skill")
        .order_by("project_id", "number")
    )
    ids = {c.pk for c in unfinished}
    links = JobCardLink.objects.filter(after__in=ids).select_related("before")
    rows.links = list(links.order_by("pk"))
    done = {
        link.before_id: link.before
        for link in rows.links
        if rows.keep_lags_of_done and _still_bounds(link, rows.at)
    }
    rows.cards = [*unfinished, *done.values()]
    times: dict[int, list[TimeEntry]] = defaultdict(list)
    for entry in TimeEntry.objects.filter(card__in=ids).order_by("started_at"):
        times[entry.card_id].append(entry)
    rows.times = times
    rows.in_force = {
        a.card_id: a
        for a in Assignment.objects.filter(
            run__site=rows.site, run__is_in_force=True, card__in=ids
        ).prefetch_related("technician_bookings", "bay_bookings")
    }
    return rows


def _still_bounds(link: JobCardLink, at: datetime) -> bool:
    before = link.before
    if before.state != State.DONE or before.finished_at is None:
        return False
    if link.max_lag_minutes is None:
        return False
    last = before.finished_at + timedelta(minutes=link.max_lag_minutes)
    return last > at + LEAST_ROOM


class _Builder:
    """Turns rows into operations, one problem per instance."""

    def __init__(self, rows: _Rows) -> None:
        self.rows = rows
        self.slots = Slots.around(rows.at, rows.site.time_zone)
        self.now = self.slots.ceil(rows.at)
        self.horizon = self.now + rows.horizon_days * UNITS_A_DAY
        ends_at = self.slots.instant(self.horizon)
        shifts = Shifts(rows.site, self.slots.epoch, ends_at)
        self.shifts = shifts
        people = Technician.objects.employed().filter(site=rows.site)
        self.technicians = list(people.prefetch_related("skills").order_by("pk"))
        self.bays = list(
            Bay.objects.filter(site=rows.site, is_active=True)
            .select_related("kind")
            .order_by("code", "pk")
        )
        spans = shifts.by_technician(self.technicians)
        self.windows = {pk: self.slots.windows(s) for pk, s in spans.items()}
        self.site_windows = self.slots.windows(shifts.of_site())
        self.number = {c.pk: n for n, c in enumerate(rows.cards)}
        self.into: dict[int, list[JobCardLink]] = defaultdict(list)
        for link in rows.links:
            self.into[link.after_id].append(link)
        self.waits = part_waits(
            [c.pk for c in rows.cards if c.state != State.DONE],
            shifts=shifts,
            at=rows.at,
            zone=self.slots.zone,
        )
        self.chips = chips_of(list(rows.projects.values()))

    def build(self) -> PlanInput:
        calendars, calendar_of = self._calendars()
        operations = tuple(
            self._operation(n, card) for n, card in enumerate(self.rows.cards)
        )
        problem = planner.Problem(
            unit_minutes=UNIT_MINUTES,
            horizon=self.horizon,
            now=self.now,
            calendars=calendars,
            technicians=tuple(
                planner.Technician(
                    t.pk,
                    tuple(sorted(s.code for s in t.skills.all())),
                    calendar_of[t.pk],
                )
                for t in self.technicians
            ),
            resources=tuple(planner.Resource(b.pk, b.kind.code) for b in self.bays),
            vehicles=self._vehicles(operations),
            operations=operations,
            precedences=tuple(self._precedences()),
            baseline=tuple(self._baseline()),
        )
        return PlanInput(
            site=self.rows.site,
            at=self.rows.at,
            slots=self.slots,
            problem=problem,
            cards=self.rows.cards,
            waits=self.waits,
            projects=self.rows.projects,
            chips=self.chips,
            technicians={t.pk: t for t in self.technicians},
            bays={b.pk: b for b in self.bays},
            people=self._people(),
        )

    def _people(self) -> list[str]:
        absences = Absence.objects.filter(
            technician__in=self.technicians, period__endswith__gt=self.rows.at
        )
        return [
            *(f"t{t.pk}" for t in self.technicians),
            *(f"b{b.pk}" for b in self.bays),
            *(f"a{pk}" for pk in absences.order_by("pk").values_list("pk", flat=True)),
        ]

    def _calendars(self) -> tuple[dict[str, Windows], dict[int, str]]:
        """People with the same hours share one calendar."""
        names: dict[Windows, str] = {}
        calendar_of = {
            t.pk: names.setdefault(self.windows[t.pk], f"c{len(names) + 1}")
            for t in self.technicians
        }
        return {name: w for w, name in names.items()}, calendar_of

    def _operation(self, number: int, card: JobCard) -> planner.Operation:
        work = self._work(card)
        needs = {n.skill.code: n.people for n in card.needs.all()}
        is_away = card.is_outside or card.state == State.DONE
        return planner.Operation(
            id=number,
            vehicle=vehicle_id(card),
            work=work,
            needs={} if is_away else needs,
            bay=card.bay_kind.code if card.bay_kind and not is_away else None,
            no_split=card.is_unbroken and not is_away,
            release=self.release(card, self.waits.get(card.pk)),
            name=card.title_en,
            fixed=self._fixed(card, work),
        )

    def _work(self, card: JobCard) -> int:
        clocked = clocked_minutes(self.rows.times.get(card.pk, []), at=self.rows.at)
        return max(1, units(max(0, card.minutes - clocked)))

    def release(self, card: JobCard, waits: Sequence[PartWait] | None) -> int:
        """When its parts are there, and finished work has cured."""
        release = 0
        if waits:
            release = self.slots.ceil(waits[-1].opens_at)
        for link in self.into[card.pk]:
            before = link.before
            if before.finished_at is not None:
                cured = before.finished_at + timedelta(minutes=link.min_lag_minutes)
                release = max(release, self.slots.ceil(cured))
        return min(release, self.horizon)

    def _fixed(self, card: JobCard, work: int) -> planner.Fixed | None:
        if card.state == State.DONE and card.started_at and card.finished_at:
            end = self.slots.ceil(card.finished_at)
            return planner.Fixed(min(self.slots.floor(card.started_at), end), end)
        if card.is_outside and card.started_at is not None:
            return self._away(card, card.started_at)
        if card.state != State.RUNNING or card.started_at is None:
            return None
        start = self.slots.floor(card.started_at)
        who = tuple(
            e.technician_id
            for e in self.rows.times.get(card.pk, [])
            if e.ended_at is None and e.technician_id in self.windows
        )
        if not who:
            return planner.Fixed(start, max(self.now, start) + work)
        end = work_ends(self.windows[who[0]], self.now, work)
        return planner.Fixed(start, min(end, self.horizon), who, self._bay_of(card))

    def _away(self, card: JobCard, started_at: datetime) -> planner.Fixed:
        """What was sent away comes back after its days, whoever's clock has stopped."""
        back = self.slots.ceil(started_at + timedelta(minutes=card.minutes))
        return planner.Fixed(self.slots.floor(started_at), max(back, self.now + 1))

    def _bay_of(self, card: JobCard) -> int | None:
        before = self.rows.in_force.get(card.pk)
        known = {b.pk for b in self.bays}
        for booking in before.bay_bookings.all() if before else ():
            if booking.bay_id in known:
                return booking.bay_id
        return None

    def _vehicles(
        self, operations: Sequence[planner.Operation]
    ) -> tuple[planner.Vehicle, ...]:
        chains = self._chains(operations)
        found = {}
        for card in self.rows.cards:
            project = self.rows.projects[card.project_id]
            key = vehicle_id(card)
            if card.is_after_hand_over:
                found[key] = planner.Vehicle(key, 0, self.horizon, 0)
            else:
                due = self._due(project, chains.get(project.pk, self.now))
                found[key] = planner.Vehicle(key, 0, due, project.weight)
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
        open_units = sum(b - a for a, b in self.site_windows) or 1
        stretch = (self.horizon - 0) / open_units
        after: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for link in self._precedences():
            after[link.after].append((link.before, link.min_lag))
        ends: dict[int, float] = {}

        def end(n: int) -> float:
            if n not in ends:
                each = operations[n]
                start = max(self.now, each.release)
                waits = [end(b) + lag for b, lag in after[n]]
                length = each.work * (stretch if each.needs else 1)
                ends[n] = max([start, *waits]) + length
            return ends[n]

        last: dict[int, int] = {}
        for n, card in enumerate(self.rows.cards):
            if not card.is_after_hand_over and card.state != State.DONE:
                last[card.project_id] = max(last.get(card.project_id, 0), round(end(n)))
        return last

    def _precedences(self) -> list[planner.Precedence]:
        found = []
        for link in self.rows.links:
            if link.before_id in self.number:
                most = link.max_lag_minutes
                if not self.rows.keep_lags_of_done and link.before.started_at:
                    most = None
                found.append(
                    planner.Precedence(
                        self.number[link.before_id],
                        self.number[link.after_id],
                        units(link.min_lag_minutes),
                        None if most is None else most // UNIT_MINUTES,
                    )
                )
        return found

    def _baseline(self) -> list[planner.Assignment]:
        found = []
        for pk, before in self.rows.in_force.items():
            start = self.slots.floor(before.starts_at)
            end = self.slots.floor(before.ends_at)
            bays = [b.bay_id for b in before.bay_bookings.all()]
            found.append(
                planner.Assignment(
                    self.number[pk],
                    start,
                    max(end, start + 1),
                    tuple(b.technician_id for b in before.technician_bookings.all()),
                    bays[0] if bays else None,
                )
            )
        return found


def vehicle_id(card: JobCard) -> str:
    """Return the planner's car of a card: what follows the hand-over counts apart."""
    return f"{card.project_id}{'-after' if card.is_after_hand_over else ''}"
