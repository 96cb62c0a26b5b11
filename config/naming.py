"""What the floors' opaque keys are called on the desk."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model, QuerySet

from common import subjects
from common.formats import instant_text
from common.reading import title_of
from common.subjects import Kind, Rows
from parts.models import (
    Count,
    Demand,
    Import,
    LandedCost,
    Part,
    PartsOrder,
    PartsOrderLine,
    PurchaseOrder,
    Rfq,
    Unit,
)
from restoration.models import JobCard, JobCardPart, PlanRun, Project, Vehicle
from workshop.models import Account, Customer, Invitation, Site, User


def register_names() -> None:
    """Tell the ground what keys are called, and which page tells more."""
    for kind, how in _of_work().items():
        subjects.register(kind, how)
    for kind, how in _of_parts().items():
        subjects.register(kind, how)
    for kind, how in _of_people().items():
        subjects.register(kind, how)


def _of_work() -> dict[str, Kind]:
    cards_of_parts = JobCardPart.objects.select_related("card__project")
    return {
        "project": _named(
            Project.objects.select_related("vehicle"),
            lambda row: f"{row.number} · {row.vehicle.frame_number}",
        ),
        "card-part": Kind(
            _some(cards_of_parts),
            lambda row: _card(row.card),
            JobCard._meta.label_lower,
            lambda row: int(row.card_id),
        ),
        "job-card": _named(JobCard.objects.select_related("project"), _card),
        "vehicle": _called(Vehicle, "frame_number"),
        "plan-run": _named(
            PlanRun.objects.select_related("site").defer("cause", "detail"),
            lambda row: f"{row.site.name} · {instant_text(row.requested_at)}",
        ),
    }


def _of_parts() -> dict[str, Kind]:
    wishes = Demand.objects.select_related("part").prefetch_related("part__numbers")
    return {
        "part": _named(Part.objects.prefetch_related("numbers"), title_of),
        "demand": _named(wishes, title_of),
        "parts-order": _called(PartsOrder, "number"),
        "order-line": Kind(
            _some(PartsOrderLine.objects.select_related("order")),
            lambda row: str(row.order.number),
            PartsOrder._meta.label_lower,
            lambda row: int(row.order_id),
        ),
        "purchase-order": _called(PurchaseOrder, "number"),
        "rfq": _called(Rfq, "number"),
        "count": _called(Count, "number"),
        "landed-cost": _named(LandedCost.objects.all(), title_of),
        "unit": _called(Unit, "serial"),
        "import": _called(Import, "file_name"),
    }


def _of_people() -> dict[str, Kind]:
    return {
        "person": _named(User.objects.all(), str),
        "customer": _called(Customer, "name"),
        "invitation": _called(Invitation, "email"),
        "account": _named(Account.objects.select_related("customer"), title_of),
        "site": _named(Site.objects.all(), lambda row: str(row.name)),
    }


def _card(card: JobCard) -> str:
    return f"{card.project.number} · {card.title}"


def _some(rows: QuerySet[Any, Any]) -> Rows:
    return lambda keys: rows.filter(pk__in=keys)


def _named(rows: QuerySet[Any, Any], name: Callable[[Any], str]) -> Kind:
    """Name rows that have a page of their own."""
    return Kind(_some(rows), name, rows.model._meta.label_lower)


def _called(model: type[Model], field: str) -> Kind:
    """Name rows by what stands in a field of theirs."""
    rows = model._default_manager.only(field)
    return _named(rows, lambda row: str(getattr(row, field)))
