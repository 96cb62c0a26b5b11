"""What a scanned or typed code means in the store."""

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from common import labels
from parts.models import (
    Bin,
    Count,
    Demand,
    KitLine,
    PartNumber,
    PartsOrder,
    PurchaseOrder,
    PurchaseOrderLine,
    Reservation,
    Shipment,
    StockLevel,
    Unit,
    UnitMove,
    normalise_number,
)
from parts.models.demands import DemandQuerySet
from parts.models.purchasing import PurchaseOrderLineQuerySet
from parts.models.stock import StockLevelQuerySet

LONGEST = 300
MATCHES = 12
ROWS = 60
# Numbers of papers, by the letters they begin with.
PAPERS = {
    "SO-": ("so", PartsOrder),
    "PO-": ("po", PurchaseOrder),
    "SH-": ("sh", Shipment),
    "CT-": ("ct", Count),
}


@dataclass(frozen=True)
class Meaning:
    """One thing that a code may stand for: its kind's short word and its key."""

    kind: str
    pk: int


def read_scan(text: str) -> list[Meaning]:
    """Return what a code may stand for, the likeliest first; empty when nothing.

    A label's own path means one thing. Otherwise a bin's code, a whole part number in
    any spelling, a serial number, or the number of an order, parcel or stocktake.

    Args:
        text: as scanned or typed.
    """
    words = unicodedata.normalize("NFKC", text.replace("\x00", ""))[:LONGEST].strip()
    if not words:
        return []
    if (path := labels.read_path(words)) is not None:
        return [Meaning(*path)]
    found = [Meaning("b", pk) for pk in _keys(Bin.objects.filter(code__iexact=words))]
    if paper := PAPERS.get(words[:3].upper()):
        kind, model = paper
        rows = model._default_manager.filter(number__iexact=words)
        found += [Meaning(kind, pk) for pk in _keys(rows)]
    if number := normalise_number(words):
        numbers = PartNumber.objects.filter(normalised=number)
        found += [
            Meaning("p", pk) for pk in numbers.values_list("part", flat=True)[:MATCHES]
        ]
    found += [
        Meaning("u", pk) for pk in _keys(Unit.objects.filter(serial__iexact=words))
    ]
    return found


def _keys(rows: QuerySet[Any]) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[:MATCHES])


def lying_in(bin_id: int) -> StockLevelQuerySet:
    """Return what lies in a bin, by part."""
    return _shown(Q(bin=bin_id, on_hand__gt=0))


def lying_of(part_id: int) -> StockLevelQuerySet:
    """Return where a part lies, by bin."""
    return _shown(Q(part=part_id, on_hand__gt=0))


def lying_at(level_id: int) -> StockLevelQuerySet:
    """Return one position, even an empty one."""
    return _shown(Q(pk=level_id))


def _shown(which: Q) -> StockLevelQuerySet:
    rows = StockLevel.objects.filter(which).select_related("part", "bin__site", "owner")
    rows = rows.annotate(is_kit=Exists(KitLine.objects.filter(kit=OuterRef("part"))))
    return rows.prefetch_related("part__numbers", "units").order_by(
        "bin__code", "part__code", "lot", "pk"
    )[:ROWS]


def wanted_of(part_id: int) -> DemandQuerySet:
    """Return who waits for a part, first come, first served."""
    rows = Demand.objects.waiting().filter(part=part_id)
    return rows.select_related("part").in_turn()[:ROWS]


def coming_of(part_id: int) -> PurchaseOrderLineQuerySet:
    """Return order lines on which a part is on its way, soonest first."""
    rows = PurchaseOrderLine.objects.incoming().filter(part=part_id)
    return rows.select_related("order__supplier").order_by("due_on", "pk")[:ROWS]


def serials_scanned(part_id: int, texts: Sequence[str]) -> list[str]:
    """Return the serial numbers that were typed, or that unit labels stand for.

    Args:
        part_id: whose units are meant.
        texts: as scanned or typed; what is no label is taken as it stands.
    """
    paths = [labels.read_path(text) for text in texts]
    keys = [path[1] for path in paths if path is not None and path[0] == "u"]
    known: dict[int, str] = {}
    if keys:
        rows = Unit.objects.filter(part=part_id, pk__in=keys)
        known = dict(rows.values_list("pk", "serial"))
    return [
        known.get(path[1], text) if path is not None and path[0] == "u" else text
        for path, text in zip(paths, texts, strict=True)
    ]


def units_to_draw(demands: Collection[Demand]) -> dict[int, list[Unit]]:
    """Return by wish the units that may be drawn for it, held positions first.

    Args:
        demands: of parts that are kept by serial number; for none of them nothing is
            asked of the database.
    """
    if not demands:
        return {}
    wanted = list(demands)
    owners = {demand.owner_id for demand in wanted if demand.owner_id}
    levels = StockLevel.objects.usable_for(owners)
    holds = Reservation.objects.held().filter(demand__in=wanted, level__isnull=False)
    rows = Unit.objects.filter(part__in={demand.part_id for demand in wanted}).filter(
        Q(level__in=levels) | Q(level__in=holds.values("level"))
    )
    here = list(rows.select_related("level__bin").order_by("serial", "pk"))
    return {
        demand.pk: [unit for unit in here if _may_go(unit, demand)] for demand in wanted
    }


def _may_go(unit: Unit, demand: Demand) -> bool:
    level = unit.level
    if level is None or unit.part_id != demand.part_id:
        return False
    is_own = level.owner_id is None or level.owner_id == demand.owner_id
    return is_own and level.bin.site_id == demand.site_id


def unit_story(unit_id: int) -> QuerySet[UnitMove]:
    """Return the ledger lines a unit went with, the newest first."""
    rows = UnitMove.objects.filter(unit=unit_id)
    return rows.select_related(
        "movement__level__bin", "movement__level__owner", "movement__moved_by"
    ).order_by("-movement")
