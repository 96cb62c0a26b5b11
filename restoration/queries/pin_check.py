"""A pin before it is set: may it stand, and what does it cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from restoration.models import JobCard
from restoration.queries.pin_price import waiting_cost_days
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
class PinCheck:
    """What a wish would come to. With a refusal only that is filled in."""

    refusal: PinRefusal | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    technicians: tuple[int, ...] = ()
    bay: int | None = None
    # Weighted days late that it adds if everything else only waits for it.
    price: Decimal | None = None

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
    free = builder.build()
    number = builder.number[card.pk]
    builder.held[card.pk] = found
    if found.fixed is not None:
        builder.ground.fixed[card.pk] = found.fixed
    given = builder.build()
    try:
        shop = Shop(given.problem)
        check(shop)
        check_between_fixed(shop, *earliest(shop))
    except planner.ImpossibleProblem as error:
        detail = with_names(given, error.fields)
        return PinCheck(refusal=PinRefusal(error.code, detail))
    crews = {} if found.fixed is not None else {number: found.technicians}
    price = waiting_cost_days(shop, crews=crews) - waiting_cost_days(Shop(free.problem))
    cost = Decimal(str(max(0.0, price))).quantize(THOUSANDTH)
    fixed = found.fixed
    if fixed is None:
        return PinCheck(technicians=found.technicians, price=cost)
    return PinCheck(
        starts_at=given.slots.instant(fixed.start),
        ends_at=given.slots.instant(fixed.end),
        technicians=tuple(int(t) for t in fixed.technicians),
        bay=None if fixed.bay is None else int(fixed.bay),
        price=cost,
    )
