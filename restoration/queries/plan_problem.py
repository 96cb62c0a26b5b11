"""A site's cars, people, bays and parts as a problem for the planner."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property

from restoration.models import JobCard
from restoration.queries.durations import (
    card_works,
    learnt_durations,
    spread_of,
    units_left,
)
from restoration.queries.part_waits import PartWait, part_waits
from restoration.queries.pinning import (
    Ground,
    Held,
    PinRefusal,
    PinWish,
    hold,
)
from restoration.queries.plan_cars import Cars, vehicle_id
from restoration.queries.plan_people import People
from restoration.queries.plan_reading import PlanInput
from restoration.queries.plan_rows import CardLink, PlanRows, read_rows
from restoration.queries.promised import chips_of
from restoration.queries.shifts import Shifts
from restoration.queries.shop_changes import ShopChanges, sketches
from restoration.queries.slots import (
    UNIT_MINUTES,
    UNITS_A_DAY,
    Slots,
    units,
    work_ends,
)
from workshop import planner
from workshop.models import Bay, Site
from workshop.planner.durations import Spread

HORIZON_DAYS = 400
State = JobCard.State


def plan_input(
    site: Site,
    *,
    at: datetime,
    horizon_days: int = HORIZON_DAYS,
    keep_lags_of_done: bool = True,
    without_pins: Collection[int] = (),
    changes: ShopChanges | None = None,
) -> PlanInput:
    """Read the shop as it stands and write it down as a problem.

    Args:
        site: whose cars; people and bays of other sites stay out of it.
        at: now, aware.
        horizon_days: how far the plan may reach.
        keep_lags_of_done: whether finished work still bounds what must follow soon.
        without_pins: cards whose pins do not count.
        changes: what is otherwise than in the shop.

    Source: docs/domain/planning.md, rules P1 to P10, P15 and P16.
    """
    rows = PlanRows(site, at, horizon_days, keep_lags_of_done)
    read_rows(rows, without_pins=without_pins)
    return Builder(rows, changes).build()


class Builder:
    """Turns rows into operations, one problem per instance."""

    def __init__(self, rows: PlanRows, changes: ShopChanges | None = None) -> None:
        self.rows = rows
        self.changes = changes or ShopChanges()
        self.slots = Slots.around(rows.at, rows.site.time_zone)
        self.now = self.slots.ceil(rows.at)
        self.horizon = self.now + rows.horizon_days * UNITS_A_DAY
        ends_at = self.slots.instant(self.horizon)
        shifts = Shifts(rows.site, self.slots.epoch, ends_at, self.changes)
        self.shifts = shifts
        self.people = People.read(rows.site, shifts, self.slots)
        self.bays = list(
            Bay.objects.filter(site=rows.site, is_active=True)
            .select_related("kind")
            .order_by("code", "pk")
        )
        self.site_windows = self.slots.windows(shifts.of_site())
        self.waits = part_waits(
            rows.unfinished.values("pk"),
            shifts=shifts,
            at=rows.at,
            zone=self.slots.zone,
            dates=self.changes.part_dates,
        )
        self.chips = chips_of(list(rows.projects.values()))
        self.arrivals: dict[int, int] = {}
        self._take_in_sketches()
        self.number = {c.pk: n for n, c in enumerate(rows.cards)}
        self.into: dict[int, list[CardLink]] = defaultdict(list)
        self.out_of: dict[int, list[CardLink]] = defaultdict(list)
        for link in rows.links:
            self.into[link.after_id].append(link)
            self.out_of[link.before_id].append(link)
        self.durations = learnt_durations(at=rows.at)
        self.spreads = {c.pk: self._spread(c) for c in rows.cards}
        self.work = {c.pk: self._work(c) for c in rows.cards}
        self.ground = self._ground()
        self.set_aside: dict[int, PinRefusal] = {}
        self._hold_pins()

    def _take_in_sketches(self) -> None:
        """Cars of a scenario stand beside the house's own."""
        for sketch in sketches(self.rows.site, self.changes.cars):
            self.rows.projects[sketch.project.pk] = sketch.project
            self.rows.cards = [*self.rows.cards, *sketch.cards]
            self.rows.links = [*self.rows.links, *sketch.links]
            if sketch.arrives_on is not None:
                opens = self.shifts.usable_at(sketch.arrives_on - timedelta(days=1))
                self.arrivals[sketch.project.pk] = self.slots.ceil(opens)

    def _ground(self) -> Ground:
        cards = {c.pk: c for c in self.rows.cards}
        fixed = {pk: self._fixed(card, self.work[pk]) for pk, card in cards.items()}
        return Ground(
            slots=self.slots,
            now=self.now,
            horizon=self.horizon,
            technicians={t.pk: t for t in self.people.technicians},
            windows=self.people.windows,
            bays=self.bays,
            waits=self.waits,
            into=self.into,
            out_of=self.out_of,
            work=self.work,
            release={pk: self._cured(pk) for pk in cards},
            usual={
                pk: (stand.technicians, stand.bay)
                for pk, stand in self.rows.in_force.items()
            },
            fixed={pk: held for pk, held in fixed.items() if held is not None},
            cards=cards,
        )

    def _hold_pins(self) -> None:
        """Each pin in turn, as long as it can stand; the others are set aside."""
        for pin in self.rows.pins:
            card = self.ground.cards[pin.card_id]
            people = tuple(sorted(t.pk for t in pin.technicians.all()))
            wish = PinWish(card, pin.starts_at, people, pin.bay_id)
            found = hold(self.ground, wish)
            if isinstance(found, PinRefusal):
                self.set_aside[pin.card_id] = found
                continue
            self.people.held[pin.card_id] = found
            if found.fixed is not None:
                self.ground.fixed[pin.card_id] = found.fixed

    def problem(self) -> planner.Problem:
        """Return what the planner is asked, and nothing beside it."""
        calendars, calendar_of = self.people.calendars()
        operations = tuple(
            self._operation(n, card) for n, card in enumerate(self.rows.cards)
        )
        return planner.Problem(
            unit_minutes=UNIT_MINUTES,
            horizon=self.horizon,
            now=self.now,
            calendars=calendars,
            technicians=self.people.asked(calendar_of),
            resources=tuple(planner.Resource(b.pk, b.kind.code) for b in self.bays),
            vehicles=self._cars().vehicles(operations),
            operations=operations,
            precedences=self.precedences,
            baseline=tuple(self._baseline()),
        )

    def hold(
        self, problem: planner.Problem, card: JobCard, found: Held
    ) -> planner.Problem:
        """Return the problem with one more card held; all else is as it was."""
        self.people.held[card.pk] = found
        if found.fixed is not None:
            self.ground.fixed[card.pk] = found.fixed
        number = self.number[card.pk]
        operations = list(problem.operations)
        operations[number] = self._operation(number, card)
        people = self.people.asked(self.people.calendars()[1])
        return replace(problem, operations=tuple(operations), technicians=people)

    def build(self) -> PlanInput:
        problem = self.problem()
        return PlanInput(
            site=self.rows.site,
            at=self.rows.at,
            slots=self.slots,
            problem=problem,
            cards=self.rows.cards,
            waits=self.waits,
            projects=self.rows.projects,
            chips=self.chips,
            technicians={t.pk: t for t in self.people.technicians},
            bays={b.pk: b for b in self.bays},
            people=self.people.keys(self.bays, self.rows.at),
            open_days=self.shifts.open_days,
            pins={
                pin.card_id: pin
                for pin in self.rows.pins
                if pin.card_id in self.people.held
            },
            set_aside=self.set_aside,
            works=card_works(
                self.rows.cards,
                self.rows.times,
                # A car's own pace is drawn apart.
                {pk: self.durations.apart(s) for pk, s in self.spreads.items()},
                at=self.rows.at,
            ),
            cured={c.pk: self._cured(c.pk) for c in self.rows.cards},
            paces={str(pk): self.durations.car(pk) for pk in self.rows.projects},
        )

    def _operation(self, number: int, card: JobCard) -> planner.Operation:
        is_away = card.is_outside or card.state == State.DONE
        return planner.Operation(
            id=number,
            vehicle=vehicle_id(card),
            work=self.work[card.pk],
            needs={} if is_away else self.people.needs(card),
            bay=card.bay_kind.code if card.bay_kind and not is_away else None,
            no_split=card.is_unbroken and not is_away,
            release=self.release(card, self.waits.get(card.pk)),
            name=card.title_en,
            fixed=self.ground.fixed.get(card.pk),
        )

    def _work(self, card: JobCard) -> int:
        times = self.rows.times.get(card.pk, [])
        return units_left(card, times, self.spreads[card.pk], at=self.rows.at)

    def _spread(self, card: JobCard) -> Spread:
        return spread_of(self.durations, card, self.rows.projects[card.project_id])

    def release(self, card: JobCard, waits: Sequence[PartWait] | None) -> int:
        """When its parts are there, and finished work has cured."""
        release = 0
        if waits:
            release = self.slots.ceil(waits[-1].opens_at)
        return min(max(release, self._cured(card.pk)), self.horizon)

    def _cured(self, pk: int) -> int:
        """When what was finished before a card lets go of it."""
        release = 0
        for link in self.into[pk]:
            before = link.before
            if before.finished_at is not None:
                cured = before.finished_at + timedelta(minutes=link.min_lag_minutes)
                release = max(release, self.slots.ceil(cured))
        return release

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
            if e.ended_at is None and e.technician_id in self.people.windows
        )
        if not who:
            return planner.Fixed(start, max(self.now, start) + work)
        end = work_ends(self.people.windows[who[0]], self.now, work)
        return planner.Fixed(start, min(end, self.horizon), who, self._bay_of(card))

    def _away(self, card: JobCard, started_at: datetime) -> planner.Fixed:
        """What was sent away comes back after its days, whoever's clock has stopped."""
        back = self.slots.ceil(started_at + timedelta(minutes=card.minutes))
        return planner.Fixed(self.slots.floor(started_at), max(back, self.now + 1))

    def _bay_of(self, card: JobCard) -> int | None:
        before = self.rows.in_force.get(card.pk)
        known = {b.pk for b in self.bays}
        return before.bay if before is not None and before.bay in known else None

    def _cars(self) -> Cars:
        return Cars(
            rows=self.rows,
            slots=self.slots,
            now=self.now,
            horizon=self.horizon,
            open_units=sum(b - a for a, b in self.site_windows),
            precedences=self.precedences,
            chips=self.chips,
            arrivals=self.arrivals,
        )

    @cached_property
    def precedences(self) -> tuple[planner.Precedence, ...]:
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
        return tuple(found)

    def _gaining(self) -> set[int]:
        """Projects that a change can bring forward: nothing holds them to old days."""
        if self.changes.open_days:
            return set(self.rows.projects)
        dated = self.changes.part_dates
        return {
            self.ground.cards[pk].project_id
            for pk, waits in self.waits.items()
            if pk in self.ground.cards
            and any(wait.row.demand_id in dated for wait in waits)
        }

    def _baseline(self) -> list[planner.Assignment]:
        found = []
        gaining = self._gaining()
        for pk, before in self.rows.in_force.items():
            if self.ground.cards[pk].project_id in gaining:
                continue
            start = self.slots.floor(before.starts_at)
            end = self.slots.floor(before.ends_at)
            found.append(
                planner.Assignment(
                    self.number[pk],
                    start,
                    max(end, start + 1),
                    before.technicians,
                    before.bay,
                )
            )
        return found
