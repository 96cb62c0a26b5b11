"""Wishes for parts: raised by lines of work and of orders, changed, given up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common import audit, outbox
from common.canonical import JSON
from common.errors import InvalidInput
from common.retry import retrying
from parts.commands.refusals import (
    ConflictingDemand,
    exact,
    lawful,
    missing,
)
from parts.models import Demand, Part
from workshop.models import Customer, Site

LOWEST_PRIORITY = 32767
USUAL_PRIORITY = 100


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One wish as its owner states it.

    Attributes:
        demand_key: the line that wants it, such as ``card-part:42``.
        part_id: what is wanted.
        quantity: in the part's unit, above zero.
        needed_on: the day by which it should be there, if known.
        priority: 0 to 32767; the smaller is served first.
        owner_id: the customer whose own pieces may serve it, if any.
        variant_id: the car's variant, for what fits only some.
        frame_number: the car's serial number, digits only.
        built_month: any day of the month in which the car was built.
        group_key: what arrives together, such as ``job-card:12``: told once it is
            all here. Empty: told to nobody.
    """

    demand_key: str
    part_id: int
    quantity: Decimal
    needed_on: date | None = None
    priority: int = USUAL_PRIORITY
    owner_id: int | None = None
    variant_id: int | None = None
    frame_number: int | None = None
    built_month: date | None = None
    group_key: str = ""


def raise_demand(
    *,
    demand_key: str,
    subject_key: str,
    part_id: int,
    site_id: int,
    quantity: Decimal,
    at: datetime,
    needed_on: date | None = None,
    priority: int = USUAL_PRIORITY,
    actor_id: int | None = None,
    **facts: Any,
) -> Demand:
    """Raise one wish; see `raise_demands`, which does the same for many at once.

    Args:
        demand_key: as in `Wish`, as are the other fields of one wish and ``facts``:
            ``owner_id``, ``variant_id``, ``frame_number``, ``built_month``,
            ``group_key``.
        subject_key: whose wish it is.
        part_id: what is wanted.
        site_id: where.
        quantity: how many.
        at: when, aware.
        needed_on: by when.
        priority: how urgent.
        actor_id: who raises it.
        facts: of the car and the group.
    """
    wish = Wish(
        demand_key=demand_key,
        part_id=part_id,
        quantity=quantity,
        needed_on=needed_on,
        priority=priority,
        **facts,
    )
    raised = raise_demands(
        wishes=[wish],
        subject_key=subject_key,
        site_id=site_id,
        at=at,
        actor_id=actor_id,
    )
    return raised[0]


@retrying
@lawful()
@transaction.atomic
def raise_demands(
    *,
    wishes: Sequence[Wish],
    subject_key: str,
    site_id: int,
    at: datetime,
    actor_id: int | None = None,
) -> list[Demand]:
    """Write down what a subject wants and have every wish answered.

    Idempotent by each wish's key: raising it again returns the first demand, whose
    date and priority may have been changed since.

    Args:
        wishes: what is wanted, each with a key of its own.
        subject_key: whose wishes they are, such as ``project:12``.
        site_id: where the pieces are needed.
        at: when, aware.
        actor_id: who raises them; None for the house itself.

    Returns:
        The demands in the order of the wishes.

    Raises:
        ConflictingDemand: a key already stands for another part, site, quantity or
            subject.
        InvalidInput: a quantity or priority out of range.
        NotFound: no such part or site.

    Source: docs/domain/stock.md R5, docs/domain/availability.md A1.
    """
    wanted = {wish.demand_key: _checked(wish) for wish in wishes}
    if len(wanted) != len(wishes):
        raise ConflictingDemand(_("Two wishes carry the same key."))
    _refuse_unknown(wanted.values(), site_id)
    existing = set(
        Demand.objects.filter(demand_key__in=wanted).values_list(
            "demand_key", flat=True
        )
    )
    Demand.objects.bulk_create(
        [
            Demand(
                demand_key=wish.demand_key,
                subject_key=subject_key,
                part_id=wish.part_id,
                site_id=site_id,
                quantity=wish.quantity,
                needed_on=wish.needed_on,
                priority=wish.priority,
                owner_id=wish.owner_id,
                variant_id=wish.variant_id,
                frame_number=wish.frame_number,
                built_month=wish.built_month,
                group_key=wish.group_key,
                created_at=at,
            )
            for key, wish in sorted(wanted.items())
            if key not in existing
        ],
        # Somebody may raise the same wish at this moment: theirs counts.
        ignore_conflicts=True,
    )
    rows = {row.demand_key: row for row in Demand.objects.filter(demand_key__in=wanted)}
    for key, wish in wanted.items():
        _refuse_other(rows[key], wish, subject_key, site_id)
    fresh = [rows[key] for key in wanted if key not in existing]
    if fresh:
        announce(fresh)
        record_wishes("raise_demands", subject_key, actor_id, at, fresh)
    return [rows[wish.demand_key] for wish in wishes]


def locked_demand(demand_id: int) -> Demand:
    """Return one demand, locked.

    Raises:
        NotFound: no such demand.
    """
    demand = Demand.objects.filter(pk=demand_id).locked().first()
    if demand is None:
        raise missing("demand")
    return demand


def announce(demands: Sequence[Demand]) -> None:
    """Have the wishes answered once this transaction has committed."""
    outbox.write(
        "parts.check_availability",
        subject=demands[0].subject_key,
        demand_ids=sorted(demand.pk for demand in demands),
    )


def checked_priority(priority: int) -> int:
    """Return the priority.

    Raises:
        InvalidInput: it is not 0 to 32767.
    """
    if not 0 <= priority <= LOWEST_PRIORITY:
        raise InvalidInput(
            _("%(priority)s was given; a priority from 0 to 32767 was expected."),
            field="priority",
            priority=priority,
        )
    return priority


def _checked(wish: Wish) -> Wish:
    checked_priority(wish.priority)
    if not wish.demand_key or len(wish.demand_key) > 60:
        raise InvalidInput(_("Give a key of 1 to 60 characters."), field="demand_key")
    if len(wish.group_key) > 60:
        raise InvalidInput(_("Give a key of 1 to 60 characters."), field="group_key")
    return replace(wish, quantity=exact(wish.quantity))


def _refuse_unknown(wishes: Iterable[Wish], site_id: int) -> None:
    part_ids = {wish.part_id for wish in wishes}
    if Part.objects.filter(pk__in=part_ids).count() != len(part_ids):
        raise missing("part")
    if not Site.objects.filter(pk=site_id).exists():
        raise missing("site")
    owner_ids = {wish.owner_id for wish in wishes if wish.owner_id is not None}
    if Customer.objects.filter(pk__in=owner_ids).count() != len(owner_ids):
        raise missing("owner")


def _refuse_other(row: Demand, wish: Wish, subject_key: str, site_id: int) -> None:
    stands = (row.part_id, row.site_id, row.quantity, row.subject_key)
    if stands != (wish.part_id, site_id, wish.quantity, subject_key):
        raise ConflictingDemand(
            _("%(demand_key)s already wants something else."),
            demand_key=wish.demand_key,
        )


def record_wishes(
    command: str,
    subject_key: str,
    actor_id: int | None,
    at: datetime,
    demands: Sequence[Demand],
    **detail: JSON,
) -> None:
    """Write down what a command has done to some wishes of a subject."""
    lines = [
        {
            "demand": row.pk,
            "part": row.part_id,
            "quantity": str(row.quantity),
            "needed_on": row.needed_on.isoformat() if row.needed_on else None,
            "priority": row.priority,
            "state": str(row.state),
        }
        for row in demands
    ]
    audit.record(
        subject=subject_key,
        command=command,
        actor_id=actor_id,
        at=at,
        detail={"lines": lines, **detail},
    )
