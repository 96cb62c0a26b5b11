"""Parts looked up by a whole number, in any spelling."""

from parts.models import PartNumber, normalise_number
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
