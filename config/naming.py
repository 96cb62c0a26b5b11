"""What the floors' opaque keys are called on the desk."""

from collections.abc import Collection

from common import subjects
from common.formats import instant_text
from common.reading import title_of
from parts.models import (
    Count,
    Demand,
    Import,
    LandedCost,
    Part,
    PartsOrder,
    PartsOrderLine,
    PurchaseOrder,
    Unit,
)
from restoration.models import JobCard, JobCardPart, PlanRun, Project, Vehicle
from workshop.models import Account, Customer, Invitation, Site, User


def register_names() -> None:
    """Tell the ground what keys are called, and which page tells more."""
    subjects.register("project", projects, model="restoration.project")
    subjects.register(
        "card-part", card_parts, model="restoration.jobcard", owner=cards_of_parts
    )
    subjects.register("job-card", cards, model="restoration.jobcard")
    subjects.register("vehicle", vehicles, model="restoration.vehicle")
    subjects.register("plan-run", plan_runs, model="restoration.planrun")
    subjects.register("part", parts, model="parts.part")
    subjects.register("demand", demands, model="parts.demand")
    subjects.register("parts-order", orders, model="parts.partsorder")
    subjects.register(
        "order-line", order_lines, model="parts.partsorder", owner=orders_of_lines
    )
    subjects.register("purchase-order", purchases, model="parts.purchaseorder")
    subjects.register("count", stocktakes, model="parts.count")
    subjects.register("landed-cost", landed_costs, model="parts.landedcost")
    subjects.register("unit", units, model="parts.unit")
    subjects.register("import", files, model="parts.import")
    subjects.register("person", people, model="workshop.user")
    subjects.register("customer", customers, model="workshop.customer")
    subjects.register("invitation", invitations, model="workshop.invitation")
    subjects.register("account", accounts, model="workshop.account")
    subjects.register("site", sites, model="workshop.site")


def projects(keys: Collection[int]) -> dict[int, str]:
    rows = Project.objects.filter(pk__in=keys).select_related("vehicle")
    return {row.pk: f"{row.number} · {row.vehicle.frame_number}" for row in rows}


def cards(keys: Collection[int]) -> dict[int, str]:
    rows = JobCard.objects.filter(pk__in=keys).select_related("project")
    return {row.pk: f"{row.project.number} · {row.title}" for row in rows}


def card_parts(keys: Collection[int]) -> dict[int, str]:
    rows = JobCardPart.objects.filter(pk__in=keys).select_related("card__project")
    return {row.pk: f"{row.card.project.number} · {row.card.title}" for row in rows}


def cards_of_parts(keys: Collection[int]) -> dict[int, int]:
    rows = JobCardPart.objects.filter(pk__in=keys)
    return dict(rows.values_list("pk", "card_id"))


def vehicles(keys: Collection[int]) -> dict[int, str]:
    rows = Vehicle.objects.filter(pk__in=keys)
    return dict(rows.values_list("pk", "frame_number"))


def plan_runs(keys: Collection[int]) -> dict[int, str]:
    rows = PlanRun.objects.filter(pk__in=keys).select_related("site")
    return {
        row.pk: f"{row.site.name} · {instant_text(row.requested_at)}" for row in rows
    }


def parts(keys: Collection[int]) -> dict[int, str]:
    rows = Part.objects.filter(pk__in=keys).prefetch_related("numbers")
    return {row.pk: title_of(row) for row in rows}


def demands(keys: Collection[int]) -> dict[int, str]:
    rows = Demand.objects.filter(pk__in=keys).select_related("part")
    return {row.pk: title_of(row) for row in rows.prefetch_related("part__numbers")}


def orders(keys: Collection[int]) -> dict[int, str]:
    return dict(PartsOrder.objects.filter(pk__in=keys).values_list("pk", "number"))


def order_lines(keys: Collection[int]) -> dict[int, str]:
    rows = PartsOrderLine.objects.filter(pk__in=keys)
    return dict(rows.values_list("pk", "order__number"))


def orders_of_lines(keys: Collection[int]) -> dict[int, int]:
    rows = PartsOrderLine.objects.filter(pk__in=keys)
    return dict(rows.values_list("pk", "order_id"))


def purchases(keys: Collection[int]) -> dict[int, str]:
    return dict(PurchaseOrder.objects.filter(pk__in=keys).values_list("pk", "number"))


def people(keys: Collection[int]) -> dict[int, str]:
    return {row.pk: str(row) for row in User.objects.filter(pk__in=keys)}


def customers(keys: Collection[int]) -> dict[int, str]:
    return dict(Customer.objects.filter(pk__in=keys).values_list("pk", "name"))


def invitations(keys: Collection[int]) -> dict[int, str]:
    return dict(Invitation.objects.filter(pk__in=keys).values_list("pk", "email"))


def accounts(keys: Collection[int]) -> dict[int, str]:
    rows = Account.objects.filter(pk__in=keys).select_related("customer")
    return {row.pk: title_of(row) for row in rows}


def sites(keys: Collection[int]) -> dict[int, str]:
    return {row.pk: row.name for row in Site.objects.filter(pk__in=keys)}


def stocktakes(keys: Collection[int]) -> dict[int, str]:
    return dict(Count.objects.filter(pk__in=keys).values_list("pk", "number"))


def files(keys: Collection[int]) -> dict[int, str]:
    return dict(Import.objects.filter(pk__in=keys).values_list("pk", "file_name"))


def landed_costs(keys: Collection[int]) -> dict[int, str]:
    return {row.pk: title_of(row) for row in LandedCost.objects.filter(pk__in=keys)}


def units(keys: Collection[int]) -> dict[int, str]:
    return dict(Unit.objects.filter(pk__in=keys).values_list("pk", "serial"))
