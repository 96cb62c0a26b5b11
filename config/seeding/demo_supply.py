"""What came for the demo's cars, and what was paid for them."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from config.seeding.demo_house import House
from parts import commands as parts
from parts.models import Bin, Demand, Part, StockLevel, SupplierOffer
from restoration import commands
from restoration.models import JobCard, JobCardPart, Project
from workshop import commands as house_commands
from workshop.models import Invoice, Payment

UNKNOWN_COST = Decimal(9000)


def bring_and_draw(house: House, card: JobCard, *, key: str, at: datetime) -> None:
    """Draw what a card wants; what is not in the store was brought for it before."""
    rows = JobCardPart.objects.filter(card=card, demand__drawn=0)
    for row in rows.select_related("demand__part").order_by("pk"):
        if row.demand is None:
            continue  # filtered above
        _bring_missing(house, row.demand, key=f"{key}:{row.pk}", at=at)
        commands.draw_parts(
            card_part_id=row.pk,
            quantity=row.quantity,
            user_id=house.manager.pk,
            key=f"{key}:{row.pk}",
            at=at,
        )


def _bring_missing(house: House, demand: Demand, *, key: str, at: datetime) -> None:
    held = demand.reservations.filter(state="HELD", level__isnull=False)
    here = sum((r.quantity for r in held), Decimal(0))
    free = StockLevel.objects.usable().filter(
        part=demand.part, bin__site=house.site, on_hand__gt=0
    )
    here += sum((level.on_hand - level.reserved for level in free), Decimal(0))
    if here >= demand.quantity:
        return
    place = free.first()
    store = Bin.objects.filter(site=house.site, kind=Bin.Kind.STORE, code="B-02")
    parts.receive_stock(
        part_id=demand.part_id,
        bin_id=place.bin_id if place is not None else store[0].pk,
        quantity=demand.quantity - here,
        unit_cost=_cost(demand.part),
        reason="Demo: came for this car",
        key=key,
        at=at - timedelta(hours=1),
        actor_id=house.buyer.pk,
    )


def _cost(part: Part) -> Decimal:
    offers = SupplierOffer.objects.filter(part=part, currency="JPY").order_by("pk")
    offer = offers.first()
    return offer.price if offer is not None else part.sample_price or UNKNOWN_COST


def pay_open_invoices(
    house: House, project: Project, until: datetime, at: datetime
) -> None:
    """Book what the customer paid for all that was invoiced until an instant."""
    due = Invoice.objects.filter(
        subject_key=project.subject_key,
        state=Invoice.State.ISSUED,
        issued_on__lte=until.astimezone(ZoneInfo(house.site.time_zone)).date(),
    )
    for invoice in due.order_by("pk"):
        house_commands.record_payment(
            invoice_id=invoice.pk,
            amount=invoice.total,
            currency=invoice.currency,
            method=Payment.Method.BANK_TRANSFER,
            external_id=f"demo-bank-{invoice.number}",
            at=at,
            actor_id=house.manager.pk,
        )
