"""An estimate as it is read: phases, operations, their parts, totals."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from common.querysets import get_visible
from restoration.models import Approval, Estimate, EstimateLine, Phase
from restoration.queries.days import day_at
from workshop.models import Viewer

Kind = EstimateLine.Kind
Decision = EstimateLine.Decision


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of lines; what has no price is counted beside them."""

    low: Decimal
    likely: Decimal
    high: Decimal
    unpriced_lines: int


@dataclass(slots=True)
class EstimateOperation:
    """One piece of work and the parts it takes."""

    work: EstimateLine
    parts: list[EstimateLine] = field(default_factory=list)
    # What finished cards say of its hours; only the house reads that.
    history: str = ""


@dataclass(slots=True)
class EstimatePhase:
    """One phase of the estimate."""

    phase: Phase | None
    operations: list[EstimateOperation] = field(default_factory=list)

    @property
    def totals(self) -> Totals:
        """What the phase adds to the sum of the page."""
        lines = (line for each in self.operations for line in (each.work, *each.parts))
        return totals_of(_counted(lines))


@dataclass(frozen=True, slots=True)
class EstimatePage:
    """One version of an estimate. ``totals`` leaves out options and declined lines."""

    estimate: Estimate
    phases: Sequence[EstimatePhase]
    totals: Totals
    approval: Approval | None

    @property
    def lines(self) -> list[EstimateLine]:
        return [
            line
            for phase in self.phases
            for each in phase.operations
            for line in (each.work, *each.parts)
        ]

    @property
    def tax_likely(self) -> Decimal:
        return self.totals.likely * self.estimate.tax_percent / 100


def estimate_page(user: Viewer, *, estimate_id: int) -> EstimatePage:
    """Return one version of an estimate as this person may see it.

    Raises:
        NotFound: missing, foreign, and a draft for a customer, alike.
    """
    rows = Estimate.objects.select_related(
        "project__vehicle__variant",
        "project__customer",
        "project__site",
        "template",
        "engine_menu",
    )
    estimate = get_visible(rows, user, pk=estimate_id)
    lines = list(
        estimate.lines.select_related("operation__phase", "part", "card_part__part")
        .prefetch_related("part__numbers", "card_part__part__numbers")
        .order_by("position", "pk")
    )
    return EstimatePage(
        estimate=estimate,
        phases=_phases(lines),
        totals=totals_of(_counted(lines)),
        approval=Approval.objects.filter(estimate=estimate).first(),
    )


def is_expired(estimate: Estimate, *, at: datetime) -> bool:
    """Whether a version waits for a decision that it no longer takes.

    Args:
        estimate: with its project and site.
        at: now, aware; the last day is one of the site.

    Source: docs/domain/estimate.md, rule E11.
    """
    if estimate.state != Estimate.State.SENT or estimate.valid_until is None:
        return False
    return estimate.valid_until < day_at(estimate.project.site, at)


def totals_of(lines: Iterable[EstimateLine]) -> Totals:
    """Add up lines of one currency."""
    rows = list(lines)
    return Totals(
        low=sum((line.amount_low for line in rows), Decimal(0)),
        likely=sum((line.amount_likely for line in rows), Decimal(0)),
        high=sum((line.amount_high for line in rows), Decimal(0)),
        unpriced_lines=sum(not line.is_price_known for line in rows),
    )


def _counted(lines: Iterable[EstimateLine]) -> list[EstimateLine]:
    return [
        line
        for line in lines
        if line.decision == Decision.ACCEPTED
        or (line.decision == Decision.PENDING and not line.is_option)
    ]


def _phases(lines: Iterable[EstimateLine]) -> list[EstimatePhase]:
    phases: dict[int | None, EstimatePhase] = {}
    operations: dict[int | None, EstimateOperation] = {}
    for line in lines:
        phase = line.operation.phase if line.operation else None
        group = phases.setdefault(
            phase.pk if phase else None, EstimatePhase(phase=phase)
        )
        home = operations.get(line.operation_id)
        if line.kind == Kind.PART and home is not None:
            home.parts.append(line)
            continue
        each = EstimateOperation(work=line)
        group.operations.append(each)
        operations.setdefault(line.operation_id, each)
    return list(phases.values())
