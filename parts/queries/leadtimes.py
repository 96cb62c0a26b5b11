"""How long suppliers really took, and what that says beside their own word."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from parts.models import LeadTime, SupplierOffer

# Fewer deliveries than this say nothing (A11).
ENOUGH_SAMPLES = 3


@dataclass(frozen=True, slots=True)
class Learnt:
    """What deliveries taught of one supplier.

    Attributes:
        samples: how many lines came whole.
        median_days: half came within so many days of the order.
        late_days: four of five did.
        of_part: whether they were deliveries of this very part.
    """

    samples: int
    median_days: int
    late_days: int
    of_part: bool


def learnt_leads(
    supplier_ids: Collection[int], part_ids: Collection[int]
) -> Mapping[tuple[int, int | None], Learnt]:
    """Return what is known of suppliers, by supplier and part or None, in one query.

    Args:
        supplier_ids: whose deliveries.
        part_ids: the parts asked about; a supplier's whole history comes besides.
    """
    rows = enough(LeadTime.objects.filter(supplier__in=supplier_ids)).filter(
        Q(part__in=part_ids) | Q(part__isnull=True)
    )
    return {
        (supplier_id, part_id): Learnt(samples, median, late, part_id is not None)
        for supplier_id, part_id, samples, median, late in rows.values_list(
            "supplier_id", "part_id", "samples", "median_days", "late_days"
        )
    }


def learnt_for(
    leads: Mapping[tuple[int, int | None], Learnt], supplier_id: int, part_id: int
) -> Learnt | None:
    """Return what is known of a part from a supplier: its own, else the supplier's."""
    return leads.get((supplier_id, part_id)) or leads.get((supplier_id, None))


def enough(rows: QuerySet[LeadTime]) -> QuerySet[LeadTime]:
    """Narrow to rows that rest on enough deliveries to be promised by."""
    return rows.filter(samples__gte=ENOUGH_SAMPLES)


def with_learnt(offers: QuerySet[SupplierOffer]) -> QuerySet[SupplierOffer]:
    """Put what deliveries taught beside each offer: of its part, else of its supplier.

    Adds ``learnt_median`` and ``learnt_late``, days or None.
    """
    of_supplier = enough(LeadTime.objects.filter(supplier=OuterRef("supplier")))
    of_part = of_supplier.filter(part=OuterRef("part"))
    of_all = of_supplier.filter(part__isnull=True)
    return offers.annotate(
        learnt_median=Coalesce(
            Subquery(of_part.values("median_days")[:1]),
            Subquery(of_all.values("median_days")[:1]),
        ),
        learnt_late=Coalesce(
            Subquery(of_part.values("late_days")[:1]),
            Subquery(of_all.values("late_days")[:1]),
        ),
    )
