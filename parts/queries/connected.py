"""Which parts' answers hang together: followed from the touched, never by reading all.

A part is looked at in two ways. Upward: who might use it (its predecessors, what it
stands in for, kits it is in). Downward, only where somebody waits for it: what it might
be answered by. Whatever is reached downward is competed for, so it is looked up from
again. A kit that nobody waits for connects nothing.
"""

from collections.abc import Iterable

from django.db import connection

CONNECTED = """
WITH RECURSIVE reached (id, is_wanted) AS (
    SELECT unnest(%s::bigint[]), false
    UNION
    SELECT step.id, step.is_wanted
    FROM reached r CROSS JOIN LATERAL (
        SELECT old_id AS id, false AS is_wanted FROM parts_supersession
        WHERE NOT r.is_wanted AND new_id = r.id
        UNION ALL
        SELECT new_id, false FROM parts_supersession
        WHERE NOT r.is_wanted AND old_id = r.id AND kind = 'TWO_WAY'
        UNION ALL
        SELECT unnest(ARRAY[old_id, new_id]), false FROM parts_supersession
        WHERE NOT r.is_wanted AND only_with_id = r.id
        UNION ALL
        SELECT part_id, false FROM parts_alternate
        WHERE NOT r.is_wanted AND alternate_id = r.id
        UNION ALL
        SELECT kit_id, false FROM parts_kitline
        WHERE NOT r.is_wanted AND component_id = r.id
        UNION ALL
        SELECT r.id, true
        WHERE NOT r.is_wanted AND EXISTS (
            SELECT FROM parts_demand d
            WHERE d.part_id = r.id AND d.state IN ('OPEN', 'RESERVED')
        )
        UNION ALL
        SELECT r.id, false WHERE r.is_wanted
        UNION ALL
        SELECT unnest(ARRAY[new_id, only_with_id]), true FROM parts_supersession
        WHERE r.is_wanted AND old_id = r.id
        UNION ALL
        SELECT unnest(ARRAY[old_id, only_with_id]), true FROM parts_supersession
        WHERE r.is_wanted AND new_id = r.id AND kind = 'TWO_WAY'
        UNION ALL
        SELECT alternate_id, true FROM parts_alternate
        WHERE r.is_wanted AND part_id = r.id
        UNION ALL
        SELECT component_id, true FROM parts_kitline
        WHERE r.is_wanted AND kit_id = r.id
    ) step
    WHERE step.id IS NOT NULL
)
SELECT id FROM reached WHERE is_wanted
"""


def connected_parts(part_ids: Iterable[int]) -> set[int]:
    """Return the parts whose answers hang together with those of these parts.

    A successor's stock answers its predecessor's demands too, so both are answered
    together; so are a kit that is waited for and its components. One statement, whose
    cost follows from what is touched, not from the catalogue.

    Args:
        part_ids: the touched parts; they are in the answer themselves.
    """
    touched = set(part_ids)
    if not touched:
        return touched
    with connection.cursor() as cursor:
        cursor.execute(CONNECTED, [sorted(touched)])
        return touched | {row[0] for row in cursor.fetchall()}
