"""What waits in the receiving bins, and where it might go."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from parts.models import Bin, StockLevel

ROWS = 200
Spot = tuple[int, int, int | None]


@dataclass(frozen=True)
class ToPutAway:
    """A position in a receiving bin and the shelves that suggest themselves.

    Attributes:
        level: with its part, bin and owner.
        bins: where such pieces lie already, the most first; then where they lay.
    """

    level: StockLevel
    bins: tuple[Bin, ...]


def to_put_away(level_ids: Collection[int] | None = None) -> list[ToPutAway]:
    """Return what lies in receiving bins, by bin and part, in three statements.

    Args:
        level_ids: only these positions.
    """
    rows = StockLevel.objects.filter(bin__kind=Bin.Kind.RECEIVING, on_hand__gt=0)
    if level_ids is not None:
        rows = rows.filter(pk__in=level_ids)
    waiting = list(
        rows.select_related("part", "bin__site", "owner")
        .prefetch_related("part__numbers")
        .order_by("bin__code", "part__code", "pk")[:ROWS]
    )
    shelves = StockLevel.objects.filter(
        part__in={level.part_id for level in waiting}, bin__kind=Bin.Kind.STORE
    ).select_related("bin")
    known: dict[Spot, list[Bin]] = defaultdict(list)
    for level in shelves.order_by("-on_hand", "-last_sequence", "pk"):
        spot = (level.part_id, level.bin.site_id, level.owner_id)
        if level.bin not in known[spot]:
            known[spot].append(level.bin)
    return [
        ToPutAway(level, tuple(known[level.part_id, level.bin.site_id, level.owner_id]))
        for level in waiting
    ]
