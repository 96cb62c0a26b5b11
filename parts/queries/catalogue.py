"""Parts and their numbers: looked up in any spelling, named as printed."""

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
