"""The rows a situation is made of, all in one statement.

One statement with one list of parts costs a fraction of a dozen with lists of their
own, and sees everything as of one moment.
"""

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

Rows = dict[str, list[list[Any]]]
AROUND = {
    "parts": """
        SELECT json_agg(json_build_array(p.id, p.code, (
            SELECT n.as_printed FROM parts_partnumber n WHERE n.part_id = p.id
            ORDER BY n.is_primary DESC, n.id LIMIT 1
        ), p.name_en, p.name_ja, p.life, p.grade))
        FROM parts_part p WHERE p.id = ANY (%(ids)s)
    """,
    "steps": """
        SELECT json_agg(json_build_array(s.old_id, s.new_id, s.kind, s.condition,
            s.starts_on, s.ends_on, s.variant_id, v.name_en, v.name_ja, s.first_frame,
            s.last_frame, s.built_from, s.built_to, s.only_with_id, s.condition_ja
        ) ORDER BY s.id)
        FROM parts_supersession s LEFT JOIN workshop_variant v ON v.id = s.variant_id
        WHERE s.old_id = ANY (%(ids)s)
            OR s.new_id = ANY (%(ids)s) AND s.kind = 'TWO_WAY'
    """,
    "alternates": """
        SELECT json_agg(json_build_array(part_id, alternate_id, note, needs_consent)
            ORDER BY id)
        FROM parts_alternate WHERE part_id = ANY (%(ids)s)
    """,
    "kits": """
        SELECT json_agg(json_build_array(kit_id, component_id, quantity) ORDER BY id)
        FROM parts_kitline WHERE kit_id = ANY (%(ids)s)
    """,
    "demands": """
        SELECT json_agg(json_build_array(id, part_id, site_id, subject_key, group_key,
            quantity - drawn, needed_on, owner_id, variant_id, frame_number, built_month
        ) ORDER BY priority, needed_on ASC NULLS LAST, id)
        FROM parts_demand
        WHERE part_id = ANY (%(ids)s) AND state IN ('OPEN', 'RESERVED')
    """,
    "shelf": """
        SELECT json_agg(json_build_array(l.id, l.part_id, b.site_id, b.code,
            l.available, l.owner_id) ORDER BY l.id)
        FROM parts_stocklevel l JOIN parts_bin b ON b.id = l.bin_id
        WHERE l.part_id = ANY (%(ids)s) AND l.on_hand > 0
            AND b.kind IN ('STORE', 'RECEIVING')
    """,
    "coming": """
        SELECT json_agg(json_build_array(l.id, l.part_id, o.site_id, o.number,
            s.name_en, s.name_ja, l.due_on, l.quantity - l.received - l.reserved
        ) ORDER BY l.due_on, l.id)
        FROM parts_purchaseorderline l
        JOIN parts_purchaseorder o ON o.id = l.order_id
        JOIN parts_supplier s ON s.id = o.supplier_id
        WHERE l.part_id = ANY (%(ids)s) AND o.state = 'SENT'
            AND l.received < l.quantity AND l.closed_at IS NULL
    """,
    "held": """
        SELECT json_agg(json_build_array(r.demand_id, r.level_id, r.order_line_id,
            r.quantity, b.code) ORDER BY r.id)
        FROM parts_demand d JOIN parts_reservation r ON r.demand_id = d.id
        LEFT JOIN parts_stocklevel l ON l.id = r.level_id
        LEFT JOIN parts_bin b ON b.id = l.bin_id
        WHERE d.part_id = ANY (%(ids)s) AND d.state IN ('OPEN', 'RESERVED')
            AND r.state = 'HELD'
    """,
    "offers": """
        SELECT json_agg(json_build_array(o.id, o.part_id, o.supplier_id, s.name_en,
            s.name_ja, o.lead_days, o.price, o.currency, o.minimum_quantity, o.seen_on,
            (SELECT json_agg(json_build_array(b.from_quantity, b.price)
                ORDER BY b.from_quantity)
            FROM parts_offerbreak b WHERE b.offer_id = o.id)))
        FROM parts_supplieroffer o JOIN parts_supplier s ON s.id = o.supplier_id
        WHERE o.part_id = ANY (%(ids)s) AND NOT o.is_withdrawn
    """,
    "leads": """
        SELECT json_agg(json_build_array(supplier_id, part_id, samples, median_days,
            late_days))
        FROM parts_leadtime
        WHERE samples >= %(enough)s AND (part_id = ANY (%(ids)s) OR part_id IS NULL)
    """,
    "hours": """
        SELECT json_agg(DISTINCT jsonb_build_array(site_id, weekday))
        FROM workshop_workinghours WHERE technician_id IS NULL
    """,
    "holidays": """
        SELECT json_agg(json_build_array(country, day))
        FROM workshop_holiday WHERE day >= %(day)s
    """,
    "sites": """
        SELECT json_agg(json_build_array(id, country, time_zone)) FROM workshop_site
    """,
}
STATEMENT = "SELECT " + ", ".join(f"({query})::text" for query in AROUND.values())


def rows_around(part_ids: Collection[int], at: datetime, enough: int) -> Rows:
    """Read all that the answers of some parts depend on, in one statement.

    Args:
        part_ids: the parts.
        at: the moment of asking, aware.
        enough: deliveries from which on a learnt lead time counts.

    Returns:
        The name of each kind of row to its rows; numbers with a point are Decimal,
        days are text as in ISO 8601.
    """
    # One text for all: a list is written out anew wherever it stands.
    ids = "{" + ",".join(map(str, part_ids)) + "}"
    day = at.date() - timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, {"ids": ids, "day": day, "enough": enough})
        found = cursor.fetchone()
    return {
        name: json.loads(rows, parse_float=Decimal) if rows else []
        for name, rows in zip(AROUND, found or (), strict=True)
    }
