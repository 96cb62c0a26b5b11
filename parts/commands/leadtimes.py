"""Lead times learnt from what was ordered and received: set-based, from the ledgers."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from common import outbox
from common.retry import retrying
from parts.models import Demand, SupplierOffer

PARTS_PER_EVENT = 2000

# Days on the site's own calendar from the order to the receipt that made a line whole;
# receipts that were undone do not count.
LEARN = """
WITH arrived AS (
    SELECT o.supplier_id, l.part_id, least(32767, greatest(0,
        (max(r.received_at) AT TIME ZONE s.time_zone)::date
        - (o.ordered_at AT TIME ZONE s.time_zone)::date
    )) AS days
    FROM parts_purchaseorderline l
    JOIN parts_purchaseorder o ON o.id = l.order_id
    JOIN workshop_site s ON s.id = o.site_id
    JOIN parts_receipt r ON r.line_id = l.id
    WHERE l.received >= l.quantity AND o.ordered_at IS NOT NULL
        AND (%(all)s OR o.supplier_id = ANY(%(suppliers)s))
        AND NOT EXISTS (
            SELECT FROM parts_stockmovement u WHERE u.reverses_id = r.movement_id
        )
    GROUP BY l.id, o.id, s.id
), learnt AS (
    SELECT supplier_id, part_id, count(*) AS samples,
        percentile_disc(0.5) WITHIN GROUP (ORDER BY days) AS median_days,
        percentile_disc(0.8) WITHIN GROUP (ORDER BY days) AS late_days
    FROM arrived
    GROUP BY GROUPING SETS ((supplier_id, part_id), (supplier_id))
), gone AS (
    DELETE FROM parts_leadtime t
    WHERE (%(all)s OR t.supplier_id = ANY(%(suppliers)s)) AND NOT EXISTS (
        SELECT FROM learnt n
        WHERE n.supplier_id = t.supplier_id AND n.part_id IS NOT DISTINCT FROM t.part_id
    )
    RETURNING t.supplier_id, t.part_id
), kept AS (
    INSERT INTO parts_leadtime AS t
        (supplier_id, part_id, samples, median_days, late_days, learned_at)
    SELECT supplier_id, part_id, samples, median_days, late_days, %(at)s FROM learnt
    ON CONFLICT (supplier_id, part_id) DO UPDATE
    SET samples = excluded.samples, median_days = excluded.median_days,
        late_days = excluded.late_days, learned_at = excluded.learned_at
    WHERE (t.samples, t.median_days, t.late_days)
        <> (excluded.samples, excluded.median_days, excluded.late_days)
    RETURNING t.supplier_id, t.part_id
)
SELECT supplier_id, part_id FROM gone UNION SELECT supplier_id, part_id FROM kept
"""


@retrying
@transaction.atomic
def learn_lead_times(*, at: datetime, supplier_ids: Sequence[int] | None = None) -> int:
    """Learn how long suppliers take, per supplier and per part from them.

    The median and the days within which four of five lines came whole, counted from
    the order. Wishes whose answers rest on what changed are answered again.
    Idempotent: the same history teaches the same.

    Args:
        at: now, aware; noted beside what changed.
        supplier_ids: only these; all of them if None.

    Returns:
        How many rows are other than before.

    Source: docs/domain/availability.md A11.
    """
    with connection.cursor() as cursor:
        # Two who learn at once wait for each other.
        cursor.execute(
            "SELECT pg_advisory_xact_lock('parts_leadtime'::regclass::oid::bigint)"
        )
        cursor.execute(
            LEARN,
            {
                "all": supplier_ids is None,
                "suppliers": list(supplier_ids or ()),
                "at": at,
            },
        )
        changed = cursor.fetchall()
    _ask_again(changed)
    return len(changed)


def _ask_again(changed: Sequence[tuple[int, int | None]]) -> None:
    """Have the parts that somebody waits for and these suppliers offer asked again."""
    if not changed:
        return
    offered = SupplierOffer.objects.filter(
        supplier__in={supplier_id for supplier_id, _part_id in changed},
        is_withdrawn=False,
        part__in=Demand.objects.waiting().order_by().values("part"),
    )
    # A supplier's own row moves every part of his that has none.
    wide = {supplier_id for supplier_id, part_id in changed if part_id is None}
    exact = set(changed)
    part_ids = sorted(
        {
            part_id
            for supplier_id, part_id in offered.values_list("supplier_id", "part_id")
            if supplier_id in wide or (supplier_id, part_id) in exact
        }
    )
    for start in range(0, len(part_ids), PARTS_PER_EVENT):
        outbox.write(
            "parts.check_availability",
            part_ids=part_ids[start : start + PARTS_PER_EVENT],
        )
