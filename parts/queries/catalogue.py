"""Parts and their numbers, in any spelling; the catalogue's categories."""

from django.db import connection

from parts.models import Part, PartNumber, normalise_number
from parts.queries.conditions import Car
from parts.queries.succession import Found, successors_of


def look_up_number(text: str, car: Car | None = None) -> Found | None:
    """Return the part that carries a number, in any spelling, and its successors.

    Args:
        text: a whole number as somebody wrote it.
        car: for which car; for any of them if None.
    """
    carrier = (
        PartNumber.objects.filter(normalised=normalise_number(text))
        .select_related("part")
        .first()
    )
    return successors_of(carrier.part, car) if carrier else None


def number_of(part: Part) -> str:
    """Return a part's current number as printed, or its code; numbers read ahead."""
    numbers = sorted(part.numbers.all(), key=lambda row: (not row.is_primary, row.pk))
    return numbers[0].as_printed if numbers else part.code


# From one category to the next in the index, instead of through all parts.
CATEGORIES = """
    WITH RECURSIVE each (category) AS (
        SELECT min(category) FROM parts_part
        UNION ALL
        SELECT (SELECT min(p.category) FROM parts_part p WHERE p.category > e.category)
        FROM each e WHERE e.category IS NOT NULL
    )
    SELECT category FROM each WHERE category IS NOT NULL
"""


def categories() -> list[str]:
    """Return every category there is, in order; the empty one too, if a part has it."""
    with connection.cursor() as cursor:
        cursor.execute(CATEGORIES)
        return [row[0] for row in cursor.fetchall()]
