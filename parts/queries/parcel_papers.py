"""The papers of a parcel: commercial invoice, packing list, pick list."""

from decimal import Decimal

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from common import formats
from common.errors import NotFound
from common.money import quantise
from common.querysets import get_visible
from parts.models import Part, PartsOrder, Shipment, ShipmentLine
from parts.queries.catalogue import number_of
from parts.queries.order_money import taxed
from parts.queries.paper_layout import (
    Paper,
    day_of,
    is_desk,
    laid_out,
    money_of,
    pieces_of,
    sum_line,
    tax_and_total,
    terms,
)
from workshop.models import Viewer

State = Shipment.State


def parcel_paper(user: Viewer, *, kind: str, number: str) -> Paper:
    """Return the commercial invoice, packing list or pick list of a parcel.

    Customers read the first two, once the parcel has left.

    Raises:
        NotFound: missing and foreign alike, or a paper that there is not yet.
    """
    rows = Shipment.objects.select_related(
        "order__customer", "order__site"
    ).prefetch_related(
        Prefetch(
            "lines",
            ShipmentLine.objects.select_related("line", "level__part", "level__bin")
            .prefetch_related("level__part__numbers", "chosen__unit")
            .prefetch_related("movement__unit_moves__unit")
            .order_by("level__bin__code", "pk"),
        )
    )
    parcel = get_visible(rows, user, number=number)
    has_left = parcel.state in (State.SHIPPED, State.DELIVERED)
    if kind == "pick_list":
        if not is_desk(user):
            raise NotFound
        return _pick_list(parcel)
    if not has_left and not (is_desk(user) and parcel.state == State.PACKED):
        raise NotFound
    return _invoice(parcel) if kind == "invoice" else _packing_list(parcel)


def _invoice(parcel: Shipment) -> Paper:
    order = parcel.order
    # What lies in the box, which may be the successor of what was ordered.
    lines = [(row, row.line, row.level.part) for row in parcel.lines.all()]
    net, goods_rows = Decimal(0), []
    for row, line, part in lines:
        amount = quantise(row.quantity * line.unit_price, order.currency)
        net += amount
        goods_rows.append(
            [
                number_of(part),
                _described(row),
                part.hs_code or "—",
                part.origin_country or "—",
                pieces_of(row.quantity, part),
                money_of(line.unit_price, order),
                money_of(amount, order),
            ]
        )
    sums = [sum_line(_("Goods"), net, order)]
    cores = sum(
        (
            quantise(row.quantity * line.core_charge, order.currency)
            for row, line, _part in lines
        ),
        Decimal(0),
    )
    if cores:
        sums.append(sum_line(_("Core charges"), cores, order))
    freight = order.freight if _is_first(parcel) else Decimal(0)
    if freight:
        sums.append(sum_line(_("Freight"), freight, order))
    whole = taxed(order, net + cores + freight)
    sums += tax_and_total(order, whole)
    return laid_out(
        "invoice",
        order,
        title=_("Commercial invoice"),
        number=parcel.number,
        facts=[
            (
                _("Date"),
                day_of(parcel.shipped_at or parcel.packed_at, parcel.order.site),
            ),
            (_("Order"), order.number),
            *terms(order),
            *_parcel_facts(parcel),
        ],
        columns=[
            (_("Part number"), "left"),
            (_("Description"), "left"),
            (_("HS code"), "left"),
            (_("Origin"), "left"),
            (_("Quantity"), "right"),
            (_("Unit price"), "right"),
            (_("Amount"), "right"),
        ],
        rows=goods_rows,
        sums=sums,
        notes=_rate_note(order),
        signature=_("Signature"),
    )


def _packing_list(parcel: Shipment) -> Paper:
    rows = []
    for row in parcel.lines.all():
        part = row.level.part
        grams = part.weight_grams
        rows.append(
            [
                number_of(part),
                _described(row),
                part.origin_country or "—",
                pieces_of(row.quantity, part),
                _kilograms(grams * row.quantity) if grams else "—",
            ]
        )
    return laid_out(
        "packing_list",
        parcel.order,
        title=_("Packing list"),
        number=parcel.number,
        facts=[
            (
                _("Date"),
                day_of(parcel.shipped_at or parcel.packed_at, parcel.order.site),
            ),
            (_("Order"), parcel.order.number),
            *_parcel_facts(parcel),
        ],
        columns=[
            (_("Part number"), "left"),
            (_("Description"), "left"),
            (_("Origin"), "left"),
            (_("Quantity"), "right"),
            (_("Net weight"), "right"),
        ],
        rows=rows,
        sums=[],
        notes=[],
    )


def _pick_list(parcel: Shipment) -> Paper:
    rows = [
        [
            "☑" if row.is_picked else "☐",
            row.level.bin.code,
            number_of(row.level.part),
            _named(row),
            row.level.lot or "—",
            pieces_of(row.quantity, row.level.part),
        ]
        for row in parcel.lines.all()
    ]
    return laid_out(
        "pick_list",
        parcel.order,
        title=_("Pick list"),
        number=parcel.number,
        facts=[
            (_("Order"), parcel.order.number),
            (_("Written on"), day_of(parcel.created_at, parcel.order.site)),
            (_("State"), parcel.get_state_display()),
        ],
        columns=[
            ("", "left"),
            (_("Bin"), "left"),
            (_("Part number"), "left"),
            (_("Description"), "left"),
            (_("Lot"), "left"),
            (_("Quantity"), "right"),
        ],
        rows=rows,
        sums=[],
        notes=[],
        signature=_("Picked by, date"),
    )


def _is_first(parcel: Shipment) -> bool:
    """Freight stands on the invoice of an order's first parcel."""
    rows = parcel.order.shipments.exclude(state=State.CANCELLED)
    first = rows.order_by("pk").values_list("pk", flat=True).first()
    return first == parcel.pk


def _rate_note(order: PartsOrder) -> list[str]:
    if order.tax_rate or order.destination in ("", order.site.country):
        return []
    return [_("Exported goods: no consumption tax.")]


def _parcel_facts(parcel: Shipment) -> list[tuple[str, str]]:
    return [
        (_("Carrier"), parcel.carrier),
        (_("Tracking number"), parcel.tracking_number),
        (_("Boxes"), str(parcel.boxes)),
        (
            _("Gross weight"),
            _kilograms(Decimal(parcel.weight_grams)) if parcel.weight_grams else "",
        ),
    ]


def _described(row: ShipmentLine) -> str:
    """Say what a line is: its part, its hazard, its units."""
    return " — ".join(filter(None, [_with_hazard(row.level.part), _units(row)]))


def _named(row: ShipmentLine) -> str:
    return " — ".join(filter(None, [row.level.part.name, _units(row)]))


def _units(row: ShipmentLine) -> str:
    if row.movement is not None:
        serials = [move.unit.serial for move in row.movement.unit_moves.all()]
    else:
        serials = [chosen.unit.serial for chosen in row.chosen.all()]
    if not serials:
        return ""
    return _("serial number %(serials)s") % {"serials": ", ".join(sorted(serials))}


def _with_hazard(part: Part) -> str:
    if not part.un_number:
        return part.name
    goods = _("Dangerous goods: %(un)s, class %(hazard)s") % {
        "un": part.un_number,
        "hazard": part.hazard_class,
    }
    if part.packing_group:
        goods += ", " + _("packing group %(group)s") % {"group": part.packing_group}
    return f"{part.name} — {goods}"


def _kilograms(grams: Decimal) -> str:
    return f"{formats.grouped(grams / 1000)} kg"
