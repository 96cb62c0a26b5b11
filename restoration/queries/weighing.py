"""What each way of sharing a scarce part out would do, in days and in money.

Nothing is written: answers are simulated on a copy of the situation, finish dates come
from the planner's quick pass. Source: docs/domain/claims.md, rules K1 to K5.
"""

import time
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from common.errors import NotFound
from common.money import quantise
from parts.models import Availability, Demand, Part
from parts.queries import Answer, Situation, answers, connected_parts, read_situation
from restoration.models import ClaimRule, JobCard
from restoration.queries.claims import Claim, Pieces, claims_of, pieces_of
from restoration.queries.days import day_at
from restoration.queries.part_waits import ASSUMED_DAYS, PartWait
from restoration.queries.plan_reading import PlanInput
from restoration.queries.source_prices import Prices, read_prices
from restoration.queries.what_if import WhatIf
from workshop import planner
from workshop.models import Site, Viewer

# All passes of the planner for one page together, wall time.
SECONDS = 5.0
# A pass that is given less than this finds nothing.
LEAST_SECONDS = 0.05
Order = tuple[int, ...]
Kind = Availability.Kind


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one claimant would get: from where, by when, at which price."""

    kind: str
    on: date | None
    unit_price: Decimal | None
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Effect:
    """What one way of sharing out does to one claimant, against how it stands now."""

    claim: Claim
    was: Outcome
    now: Outcome
    finish_on: date | None
    finish_days: int | None
    price: Decimal | None
    delay: Decimal
    currency: str

    @property
    def part_days(self) -> int:
        """Days by which the part comes later; without a date 60 are assumed."""
        return self._days

    @property
    def _days(self) -> int:
        if self.was.on == self.now.on or self.claim.demand.pk is None:
            return 0
        if self.was.on is None:
            return -ASSUMED_DAYS
        if self.now.on is None:
            return ASSUMED_DAYS
        return (self.now.on - self.was.on).days

    @property
    def days(self) -> int:
        """Days that are reckoned with: the car's, else the part's."""
        return self.part_days if self.finish_days is None else self.finish_days

    @property
    def cost(self) -> Decimal:
        """What it costs this claimant, below zero what it saves."""
        return (self.price or Decimal(0)) + self.delay


@dataclass(frozen=True, slots=True)
class Option:
    """One order of the claimants, and what it does to each."""

    order: Order
    effects: Sequence[Effect]

    @property
    def winner(self) -> Claim:
        return next(e.claim for e in self.effects if e.claim.demand.pk == self.order[0])

    @property
    def cost(self) -> Decimal:
        return sum((effect.cost for effect in self.effects), Decimal(0))

    @property
    def days(self) -> int:
        """Days of delay of all claimants that it hurts."""
        return sum(max(0, effect.days) for effect in self.effects)


@dataclass(frozen=True, slots=True)
class Weighing:
    """The claims side by side and what each way of deciding would do."""

    part: Part
    site: Site
    claims: Sequence[Claim]
    pieces: Pieces
    options: Sequence[Option]
    day_rate: Decimal
    is_usual_rate: bool
    seconds: float
    # Whether every pass of the planner came to its end in time.
    is_whole: bool

    @property
    def order(self) -> Order:
        """The claims as they stand in the queue."""
        return tuple(claim.demand.pk for claim in self.claims)


def weigh(
    user: Viewer,
    *,
    part_id: int,
    site_id: int,
    at: datetime,
    order: Sequence[int] | None = None,
    seconds: float = SECONDS,
) -> Weighing:
    """Return the claims to a part and what each winner would mean for all of them.

    Args:
        user: who asks.
        part_id: the scarce part.
        site_id: where.
        at: now, aware.
        order: of the claims' demands, if only this one is to be weighed.
        seconds: wall time for all passes of the planner together.

    Raises:
        NotFound: no such part or site.
    """
    part = Part.objects.filter(pk=part_id).prefetch_related("numbers").first()
    site = Site.objects.filter(pk=site_id).first()
    if part is None or site is None:
        raise NotFound
    claims = claims_of(user, part_id=part_id, site_id=site_id)
    turn = tuple(claim.demand.pk for claim in claims)
    orders = [tuple(order)] if order else winners_first(turn)
    began = time.monotonic()
    scale = _Scale(site, claims, at, part_id, began + seconds)
    options = [scale.option(each) for each in orders] if claims else []
    return Weighing(
        part=part,
        site=site,
        claims=claims,
        pieces=pieces_of([part_id]).get((part_id, site_id), Pieces()),
        options=options,
        day_rate=scale.day_rate,
        is_usual_rate=scale.rule.late_day_rate is None,
        seconds=time.monotonic() - began,
        is_whole=scale.is_whole,
    )


def winners_first(turn: Order) -> list[Order]:
    """Return one order for each possible winner; the others keep their turn."""
    return [(pk, *(other for other in turn if other != pk)) for pk in turn]


def shared_out(situation: Situation, order: Sequence[int]) -> dict[int, Answer]:
    """Answer the demands as if they came first, in this order, and held nothing yet.

    Args:
        situation: what there is; it stays as it was.
        order: of demands; what they hold is given back first.
    """
    tried = deepcopy(situation)
    for pk in order:
        for held in tried.held.pop(pk, []):
            place = held.shelf or held.coming
            if place is not None:
                place.free += held.quantity
    known = {demand.pk: demand for demand in tried.demands}
    chosen = [known[pk] for pk in order if pk in known]
    tried.demands = chosen + [d for d in tried.demands if d.pk not in set(order)]
    return {answer.demand.pk: answer for answer in answers(tried)}


class _Scale:
    """Weighs one order after the other against how things stand."""

    def __init__(
        self,
        site: Site,
        claims: Sequence[Claim],
        at: datetime,
        part_id: int,
        until: float,
    ) -> None:
        self.site = site
        self.claims = claims
        self.at = at
        self.until = until
        self.today = day_at(site, at)
        self.rule = ClaimRule.of(site)
        self.day_rate = quantise(self.rule.day_rate, site.currency)
        self.is_whole = True
        self.situation = read_situation(connected_parts([part_id]), at)
        self.prices: Prices = read_prices(self.situation, part_id, site, self.today)
        before = {a.demand.pk: a for a in answers(deepcopy(self.situation))}
        self.before = {c.demand.pk: self._outcome(before, c.demand) for c in claims}
        self.passes: dict[object, dict[int, date] | None] = {}
        cars = [c for c in claims if c.row is not None]
        self.what_if = WhatIf(site, at=at) if cars else None

    def option(self, order: Order) -> Option:
        """Weigh one order."""
        found = shared_out(self.situation, order)
        now = {c.demand.pk: self._outcome(found, c.demand) for c in self.claims}
        was_ends, now_ends = self._ends(self.before), self._ends(now)
        return Option(
            order, [self._effect(c, now, was_ends, now_ends) for c in self.claims]
        )

    def _outcome(self, found: Mapping[int, Answer], demand: Demand) -> Outcome:
        answer = found.get(demand.pk)
        if answer is None:
            return Outcome(Kind.NO_SOURCE, None, None, is_whole=False)
        on = answer.available_on
        return Outcome(
            kind=answer.kind,
            on=on if on is None or on >= self.today else None,
            unit_price=self.prices.of(answer),
            is_whole=answer.available_on is not None,
        )

    def _effect(
        self,
        claim: Claim,
        now: Mapping[int, Outcome],
        was_ends: Mapping[int, date] | None,
        now_ends: Mapping[int, date] | None,
    ) -> Effect:
        pk = claim.demand.pk
        was, then = self.before[pk], now[pk]
        end, days = None, None
        if claim.project is not None and was_ends is not None and now_ends is not None:
            end, first = now_ends.get(claim.project.pk), was_ends.get(claim.project.pk)
            days = (end - first).days if end and first else None
        price = None
        if was.unit_price is not None and then.unit_price is not None:
            price = (then.unit_price - was.unit_price) * claim.demand.remaining
        effect = Effect(
            claim=claim,
            was=was,
            now=then,
            finish_on=end,
            finish_days=days,
            price=None if price is None else quantise(price, self.site.currency),
            delay=Decimal(0),
            currency=self.site.currency,
        )
        delay = quantise(self.day_rate * effect.days, self.site.currency)
        return replace(effect, delay=delay)

    def _ends(self, outcomes: Mapping[int, Outcome]) -> dict[int, date] | None:
        """When the quick pass ends each car; None where there was no time for it."""
        if self.what_if is None:
            return None
        waits = self._waits(self.what_if, outcomes)
        key = tuple(
            (card, tuple((w.row.pk, w.opens_at) for w in found))
            for card, found in sorted(waits.items())
        )
        if key not in self.passes:
            self.passes[key] = self._pass(self.what_if.with_waits(waits))
        return self.passes[key]

    def _waits(
        self, what_if: WhatIf, outcomes: Mapping[int, Outcome]
    ) -> dict[int, list[PartWait]]:
        known = {card.pk for card in what_if.given.cards}
        waits: dict[int, list[PartWait]] = {}
        for claim in self.claims:
            row = claim.row
            if row is None or row.card_id not in known:
                continue
            found = waits.get(row.card_id, what_if.given.waits.get(row.card_id, []))
            kept = [w for w in found if w.row.demand_id != claim.demand.pk]
            outcome = outcomes[claim.demand.pk]
            if outcome.kind != Kind.ON_HAND or outcome.on is None:
                on = outcome.on
                day = on or self.today + timedelta(days=ASSUMED_DAYS)
                opens = what_if.opens_at(day)
                kept.append(PartWait(row, outcome.kind, on, opens))
            waits[row.card_id] = sorted(kept, key=lambda w: (w.opens_at, w.row.pk))
        return waits

    def _pass(self, given: PlanInput) -> dict[int, date] | None:
        """The planner's rules without its search: 0.3 s for ten cars."""
        left = self.until - time.monotonic()
        if left < LEAST_SECONDS:
            self.is_whole = False
            return None
        try:
            plan = planner.solve(given.problem, seconds=left, iterations=0)
        except (planner.ImpossibleProblem, planner.NoPlanFound):
            self.is_whole = False
            return None
        return ends_of(given, plan)


def ends_of(given: PlanInput, plan: planner.Plan) -> dict[int, date]:
    """Return the day on which a plan ends each project's work up to the hand-over."""
    ends: dict[int, int] = {}
    for number, card in enumerate(given.cards):
        if not card.is_after_hand_over and card.state != JobCard.State.DONE:
            end = plan.assignments[number].end
            ends[card.project_id] = max(ends.get(card.project_id, 0), end)
    return {pk: given.slots.day(end) for pk, end in ends.items()}
