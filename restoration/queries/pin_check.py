"""A pin before it is set: may it stand, and what does it cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from restoration.models import JobCard
from restoration.queries.pin_price import Waited, waited
from restoration.queries.pin_words import or_absent, pin_sentence
from restoration.queries.pinning import Held, PinRefusal, PinWish, hold
from restoration.queries.plan_problem import Builder
from restoration.queries.plan_rows import PlanRows, read_rows
from restoration.queries.refusals import with_names
from restoration.queries.what_if import horizon_in_force
from workshop import planner
from workshop.planner.bound import earliest
from workshop.planner.feasibility import check, check_between_fixed
from workshop.planner.shop import Shop

THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class CarEnd:
    """When a car's work ends if all else only waits for a pin, and without the pin."""

    project: int
    number: str
    was_on: date
    now_on: date
    promised_on: date | None
    is_own: bool

    @property
    def days(self) -> int:
        """How many days later the pin makes it end."""
        return (self.now_on - self.was_on).days

    @property
    def days_after_promise(self) -> int:
        """How many days after its promise it then ends; 0 where it is kept."""
        if self.promised_on is None:
            return 0
        return max(0, (self.now_on - self.promised_on).days)


@dataclass(frozen=True, slots=True)
class PinCheck:
    """What a wish would come to. With a refusal only that is filled in."""

    refusal: PinRefusal | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    technicians: tuple[int, ...] = ()
    bay: int | None = None
    # Weighted days after promises that it adds if everything else only waits for it.
    price: Decimal | None = None
    # The pinned car first, then all that end on another day for it.
    cars: tuple[CarEnd, ...] = ()

    @property
    def sentence(self) -> str:
        """Why it cannot stand, in the reader's language; empty when it can."""
        return pin_sentence(self.refusal) if self.refusal is not None else ""


def check_pin(
    card: JobCard,
    *,
    starts_at: datetime | None,
    technicians: Sequence[int],
    bay: int | None,
    at: datetime,
) -> PinCheck:
    """Return whether a card could be held so, and what that would cost.

    A bay or a time takes the other with it: what is left out of time, people and bay
    is taken from the plan in force, else chosen. People alone leave the time free.

    Args:
        card: with its project.
        starts_at: aware; None leaves the time to the plan, or as it is for a bay.
        technicians: keys; none leaves the people to the plan.
        bay: key; None leaves it to the plan.
        at: now, aware.

    Source: docs/domain/planning.md, rules P16 and P17.
    """
    site = card.project.site
    rows = PlanRows(site, at, horizon_in_force(site), keep_lags_of_done=True)
    builder = Builder(read_rows(rows, without_pins=[card.pk]))
    known = builder.ground.cards.get(card.pk)
    if known is None:
        return PinCheck(refusal=PinRefusal("OVER"))
    if bay is not None and starts_at is None:
        in_force = rows.in_force.get(card.pk)
        starts_at = max(in_force.starts_at, at) if in_force is not None else at
    wish = PinWish(known, starts_at, tuple(sorted(technicians)), bay)
    found = hold(builder.ground, wish)
    if isinstance(found, PinRefusal):
        return PinCheck(refusal=or_absent(found))
    return _priced(builder, known, found)


def _priced(builder: Builder, card: JobCard, found: Held) -> PinCheck:
    free = builder.problem()
    held = builder.hold(free, card, found)
    try:
        shop = Shop(held)
        check(shop)
        check_between_fixed(shop, *earliest(shop))
    except planner.ImpossibleProblem as error:
        detail = with_names(builder.build(), error.fields)
        return PinCheck(refusal=PinRefusal(error.code, detail))
    number = builder.number[card.pk]
    crews = {} if found.fixed is not None else {number: found.technicians}
    before, after = waited(Shop(free)), waited(shop, crews=crews)
    price = max(0.0, after.cost_days - before.cost_days)
    cost = Decimal(str(price)).quantize(THOUSANDTH)
    cars = _ends(builder, card.project_id, before, after)
    fixed = found.fixed
    if fixed is None:
        return PinCheck(technicians=found.technicians, price=cost, cars=cars)
    return PinCheck(
        starts_at=builder.slots.instant(fixed.start),
        ends_at=builder.slots.instant(fixed.end),
        technicians=tuple(int(t) for t in fixed.technicians),
        bay=None if fixed.bay is None else int(fixed.bay),
        price=cost,
        cars=cars,
    )


def _ends(
    builder: Builder, own: int, before: Waited, after: Waited
) -> tuple[CarEnd, ...]:
    """The pinned car's end, then the others that end on another day, by how far."""
    found = []
    for pk, project in builder.rows.projects.items():
        # What follows the hand-over is no end of a car.
        was, now = before.ends.get(str(pk)), after.ends.get(str(pk))
        if was is None or now is None:
            continue
        chip = builder.chips.get(pk)
        end = CarEnd(
            project=pk,
            number=project.number,
            was_on=builder.slots.day(was),
            now_on=builder.slots.day(now),
            promised_on=chip.promised_on if chip is not None else None,
            is_own=pk == own,
        )
        if end.is_own or end.days:
            found.append(end)
    return tuple(sorted(found, key=lambda e: (not e.is_own, -e.days, e.number)))
