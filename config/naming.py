"""What the floors' opaque keys are called on the desk."""

from collections.abc import Collection

from common import subjects
from parts.models import PartsOrder, PartsOrderLine
from restoration.models import JobCardPart, Project


def register_names() -> None:
    """Tell the ground how projects, cards' parts and orders are called."""
    subjects.register("project", projects)
    subjects.register("card-part", card_parts)
    subjects.register("parts-order", orders)
    subjects.register("order-line", order_lines)


def projects(keys: Collection[int]) -> dict[int, str]:
    rows = Project.objects.filter(pk__in=keys).select_related("vehicle")
    return {row.pk: f"{row.number} · {row.vehicle.frame_number}" for row in rows}


def card_parts(keys: Collection[int]) -> dict[int, str]:
    rows = JobCardPart.objects.filter(pk__in=keys).select_related("card__project")
    return {row.pk: f"{row.card.project.number} · {row.card.title}" for row in rows}


def orders(keys: Collection[int]) -> dict[int, str]:
    return dict(PartsOrder.objects.filter(pk__in=keys).values_list("pk", "number"))


def order_lines(keys: Collection[int]) -> dict[int, str]:
    rows = PartsOrderLine.objects.filter(pk__in=keys)
    return dict(rows.values_list("pk", "order__number"))
