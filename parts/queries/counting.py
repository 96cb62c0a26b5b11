"""Stocktakes: what is due, what lies below a bin, what a count has found."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import (
    DateTimeField,
    DecimalField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Greatest
from django.db.models.lookups import GreaterThanOrEqual

from parts.models import Bin, Count, CountLine, StockLevel, StockMovement
from parts.models.stock import StockLevelQuerySet

ZERO = Decimal(0)


def bins_below(bin_id: int) -> set[int]:
    """Return a bin and all that stand inside it, step by step."""
    site = Bin.objects.filter(pk=bin_id).values("site")
    rows = Bin.objects.filter(site__in=site).values_list("pk", "parent_id")
    inside: dict[int | None, list[int]] = defaultdict(list)
    for pk, parent_id in rows:
        inside[parent_id].append(pk)
    found = {bin_id}
    ahead = [bin_id]
    while ahead:
        ahead = [pk for parent in ahead for pk in inside[parent] if pk not in found]
        found.update(ahead)
    return found


def counts_due(since: datetime) -> StockLevelQuerySet:
    """Return positions that hold something and were not counted since an instant.

    A correction by hand counts, and so does a stocktake that found no difference.
    """
    return StockLevel.objects.filter(
        ~Exists(_corrections().filter(moved_at__gte=since)),
        ~Exists(_agreed().filter(counted_at__gte=since)),
        on_hand__gt=0,
    )


def with_last_counted(levels: StockLevelQuerySet) -> StockLevelQuerySet:
    """Return the levels with the instant of their last count (``counted_last``)."""
    corrected = _corrections().order_by().values("level").annotate(n=Max("moved_at"))
    agreed = _agreed().order_by().values("level").annotate(n=Max("counted_at"))
    return levels.annotate(
        counted_last=Greatest(
            Subquery(corrected.values("n"), output_field=DateTimeField()),
            Subquery(agreed.values("n"), output_field=DateTimeField()),
        )
    )


def _corrections() -> QuerySet[StockMovement]:
    return StockMovement.objects.filter(
        level=OuterRef("pk"), kind=StockMovement.Kind.COUNT
    )


def _agreed() -> QuerySet[CountLine]:
    return CountLine.objects.filter(
        level=OuterRef("pk"), count__state=Count.State.POSTED
    )


def levels_to_count(
    *,
    site_id: int,
    bin_ids: Collection[int] | None = None,
    value_from: Decimal | None = None,
    not_since: datetime | None = None,
) -> StockLevelQuerySet:
    """Return the positions of a site that hold something and fit the wishes.

    Args:
        site_id: where.
        bin_ids: only in these bins.
        value_from: only those worth this much or more, in the site's currency.
        not_since: only those not counted since.
    """
    rows = StockLevel.objects.all() if not_since is None else counts_due(not_since)
    rows = rows.filter(bin__site=site_id, on_hand__gt=0)
    if bin_ids is not None:
        rows = rows.filter(bin__in=bin_ids)
    if value_from is not None:
        worth = ExpressionWrapper(
            F("on_hand") * F("unit_cost"), DecimalField(max_digits=26, decimal_places=7)
        )
        rows = rows.filter(GreaterThanOrEqual(worth, value_from))
    return rows.order_by("pk")


def being_counted(level_ids: Collection[int]) -> dict[int, str]:
    """Return level → number of the stocktake under way that counts it."""
    rows = CountLine.objects.filter(
        level__in=level_ids,
        count__state__in=[Count.State.OPEN, Count.State.COUNTED],
    )
    return dict(rows.values_list("level_id", "count__number"))


@dataclass(frozen=True)
class Difference:
    """One position of a stocktake and what its finding means.

    Attributes:
        line: the position, with its part and bin.
        difference: found less expected; None while it has not been counted.
        value: of the difference, in the site's currency, never negative.
        missing: units that should lie there and were not found.
        extra: units that were found and should not lie there.
    """

    line: CountLine
    difference: Decimal | None
    value: Decimal
    missing: Sequence[str] = ()
    extra: Sequence[str] = ()


def count_lines(count_id: int) -> list[Difference]:
    """Return the positions of a stocktake in the order of a walk along the bins."""
    lines = (
        CountLine.objects.filter(count=count_id)
        .select_related("level__part", "level__bin", "level__owner", "counted_by")
        .prefetch_related("level__part__numbers")
        .order_by("level__bin__code", "level__part__code", "pk")
    )
    rows = list(lines)
    costs = costs_of([line.level for line in rows])
    return [difference_of(line, costs[line.level_id]) for line in rows]


def difference_of(line: CountLine, cost: Decimal) -> Difference:
    """Return what a line's finding means at a cost of one piece."""
    if line.counted is None or line.expected is None:
        return Difference(line, None, ZERO)
    if line.serials is None:
        difference = line.counted - line.expected
        return Difference(line, difference, abs(difference) * cost)
    found, expected = set(line.serials["found"]), set(line.serials["expected"])
    missing, extra = sorted(expected - found), sorted(found - expected)
    return Difference(
        line,
        Decimal(len(extra) - len(missing)),
        (len(extra) + len(missing)) * cost,
        missing,
        extra,
    )


def costs_of(levels: Sequence[StockLevel]) -> dict[int, Decimal]:
    """Return level → cost of one piece found or lost there.

    An empty position that never had a cost takes the average of the part's other
    positions at its site, so that what is found there is worth what it is.
    """
    costs = {level.pk: level.unit_cost for level in levels}
    bare = [
        level
        for level in levels
        if not level.unit_cost and not level.on_hand and level.owner_id is None
    ]
    if not bare:
        return costs
    others = StockLevel.objects.filter(
        part__in={level.part_id for level in bare}, owner__isnull=True, on_hand__gt=0
    ).values_list("part_id", "bin__site_id", "on_hand", "unit_cost")
    pieces: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    worth: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for part_id, site_id, on_hand, cost in others:
        pieces[part_id, site_id] += on_hand
        worth[part_id, site_id] += on_hand * cost
    sites = dict(
        Bin.objects.filter(pk__in={level.bin_id for level in bare}).values_list(
            "pk", "site_id"
        )
    )
    for level in bare:
        key = (level.part_id, sites[level.bin_id])
        if pieces[key]:
            average = worth[key] / pieces[key]
            costs[level.pk] = average.quantize(Decimal("0.0001"))
    return costs
