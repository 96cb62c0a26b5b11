"""What work and parts cost, as far as it is known."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from common.money import quantise
from parts.models import Part, SupplierOffer
from restoration.models import (
    EngineMenu,
    EngineMenuLine,
    EstimateLine,
    Operation,
    OperationPart,
    Template,
)
from workshop.models import Variant

Kind = EstimateLine.Kind
HOUR = Decimal(60)


@dataclass(frozen=True, slots=True)
class WantedPart:
    """A part that an operation takes on one car."""

    operation_id: int
    part: Part
    quantity: Decimal
    is_contingent: bool = False


@dataclass(frozen=True, slots=True)
class WantedWork:
    """An operation that a template puts on an estimate."""

    operation: Operation
    people: int
    is_option: bool


def work_of(template: Template, menu: EngineMenu | None) -> list[WantedWork]:
    """Return the operations of a template and an engine menu, in the house's order.

    What is kept for scale only is left out.
    """
    optional = dict(template.lines.values_list("operation_id", "is_optional"))
    if menu is not None:
        taken = EngineMenuLine.objects.filter(menu=menu)
        optional |= dict.fromkeys(taken.values_list("operation_id", flat=True), False)
    operations = (
        Operation.objects.filter(pk__in=optional, is_reference_only=False)
        .select_related("phase")
        .prefetch_related("needs")
        .in_order()
    )
    return [
        WantedWork(o, sum(n.people for n in o.needs.all()), optional[o.pk])
        for o in operations
    ]


def parts_of(
    operations: Collection[int],
    *,
    template: Template,
    menu: EngineMenu | None,
    generation: str,
    variant: Variant | None,
) -> list[WantedPart]:
    """Return the parts these operations take on a car of this kind.

    Source: docs/domain/estimate.md, rule E5.
    """
    wanted: dict[tuple[int, int], WantedPart] = {}
    if menu is not None:
        lines = EngineMenuLine.objects.filter(menu=menu, operation__in=operations)
        for line in lines.select_related("part").order_by("pk"):
            if line.part is not None:
                key = (line.operation_id, line.part.pk)
                wanted[key] = WantedPart(line.operation_id, line.part, line.quantity)
    rows = (
        OperationPart.objects.filter(
            operation__in=operations,
            generation__in=["", generation],
            template_code__in=["", template.code],
        )
        .select_related("part")
        .prefetch_related("part__fitments")
        .order_by("operation__code", "part__code", "pk")
    )
    for row in rows:
        if _fits(row, generation, variant):
            key = (row.operation_id, row.part_id)
            contingent = row.need == OperationPart.Need.IF_REJECTED
            found = WantedPart(row.operation_id, row.part, row.quantity, contingent)
            wanted.setdefault(key, found)
    return list(wanted.values())


def _fits(row: OperationPart, generation: str, variant: Variant | None) -> bool:
    own = variant.pk if variant is not None else None
    if row.variant_id is not None and row.variant_id != own:
        return False
    named = {
        f.variant_id
        for f in row.part.fitments.all()
        if f.generation == generation and f.variant_id is not None
    }
    return not named or own in named


def unit_prices(parts: Iterable[Part], currency: str) -> dict[int, Decimal]:
    """Return what one piece costs: the cheapest live offer, else the price once seen.

    A part without either is missing from the answer. Amounts of other currencies are
    never converted.
    """
    known = {
        p.pk: quantise(p.sample_price, currency)
        for p in parts
        if p.sample_price is not None and p.sample_price_currency == currency
    }
    offers = SupplierOffer.objects.filter(
        part__in=[p.pk for p in parts], currency=currency, is_withdrawn=False
    )
    # Dearest first: the cheapest is written last and stays.
    for offer in offers.order_by("-price", "pk"):
        known[offer.part_id] = offer.price
    return known


def labour_amount(
    minutes: int, *, people: int, rate: Decimal, currency: str
) -> Decimal:
    """Return hours × people × rate in the currency's smallest unit.

    Args:
        minutes: clock minutes of the whole crew.
        people: how many work at once.
        rate: per person and hour.
        currency: of the rate.

    Source: docs/domain/estimate.md, rule E4.
    """
    return quantise(Decimal(minutes) / HOUR * people * rate, currency)
