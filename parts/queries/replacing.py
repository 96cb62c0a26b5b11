"""What a part put in the place of another would touch, before it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from zoneinfo import ZoneInfo

from parts.models import (
    Alternate,
    Demand,
    KitLine,
    PurchaseOrder,
    PurchaseOrderLine,
    ReorderRule,
)
from parts.queries.conditions import Fit, Step, fit
from parts.queries.succession import read_steps
from workshop.models import Site


class Verdict(Enum):
    """Whether a wish may be moved to the new part."""

    YES = "YES"
    # Nobody has said that it fits this car, or a person has to decide.
    ASK = "ASK"
    NO = "NO"
    # Pieces of the old part have been drawn for it.
    DRAWN = "DRAWN"
    # The new part is what was agreed to: this would undo a replacement.
    BACK = "BACK"

    @property
    def is_open(self) -> bool:
        return self in (Verdict.YES, Verdict.ASK, Verdict.BACK)


@dataclass(frozen=True)
class MovableDemand:
    """One open wish and whether it may be moved."""

    demand: Demand
    verdict: Verdict


@dataclass(frozen=True)
class ReplacePreview:
    """Everything that holds the old part.

    Attributes:
        demands: open wishes, first come, first served.
        kits: lines of kits that hold it.
        rules: reorder rules for it.
        drafts: lines of orders that have not been sent; changed by hand, with their
            price.
    """

    demands: tuple[MovableDemand, ...]
    kits: tuple[KitLine, ...]
    rules: tuple[ReorderRule, ...]
    drafts: tuple[PurchaseOrderLine, ...]


def replace_preview(*, old_id: int, new_id: int, at: datetime) -> ReplacePreview:
    """Return what a replacement would touch; nothing is changed.

    Args:
        old_id: the part to be replaced.
        new_id: the part to take its place.
        at: now, aware: conditions are read on the day it is at each wish's site.

    Source: docs/domain/catalogue.md C12.
    """
    waiting = Demand.objects.waiting().filter(part_id=old_id).in_turn()
    lines = PurchaseOrderLine.objects.filter(
        part_id=old_id, order__state=PurchaseOrder.State.DRAFT
    )
    kits = KitLine.objects.filter(component_id=old_id).select_related("kit")
    rules = ReorderRule.objects.filter(part_id=old_id).select_related("site")
    return ReplacePreview(
        demands=tuple(verdicts(list(waiting), old_id, new_id, at)),
        kits=tuple(kits.prefetch_related("kit__numbers").order_by("pk")),
        rules=tuple(rules.order_by("pk")),
        drafts=tuple(lines.select_related("order__supplier").order_by("pk")),
    )


def verdicts(
    demands: Sequence[Demand], old_id: int, new_id: int, at: datetime
) -> list[MovableDemand]:
    """Return for each wish whether the new part may take the old one's place."""
    steps = [
        step for step, _both in read_steps([old_id])[old_id] if step.part_id == new_id
    ]
    alternates = Alternate.objects.filter(part_id=old_id, alternate_id=new_id)
    is_free = alternates.filter(needs_consent=False).exists()
    days = {
        site.pk: at.astimezone(ZoneInfo(site.time_zone)).date()
        for site in Site.objects.filter(pk__in={demand.site_id for demand in demands})
    }
    return [
        MovableDemand(
            demand,
            _verdict(demand, steps, new_id, days[demand.site_id], is_free=is_free),
        )
        for demand in demands
    ]


def _verdict(
    demand: Demand, steps: Sequence[Step], new_id: int, today: date, *, is_free: bool
) -> Verdict:
    if demand.drawn > 0:
        return Verdict.DRAWN
    if demand.replaces_part_id == new_id:
        return Verdict.BACK
    found = {
        Fit.UNKNOWN if step.condition and known is Fit.YES else known
        for step in steps
        for known in [fit(step, demand, today)]
    }
    if Fit.YES in found or (is_free and not found):
        return Verdict.YES
    return Verdict.NO if found == {Fit.NO} else Verdict.ASK
