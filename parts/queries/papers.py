"""What the papers of customers' orders say, from the same sums as the pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from common import formats
from common.errors import NotFound
from common.money import quantise, shown
from common.querysets import get_visible
from parts.models import (
    Part,
    PartsOrder,
    PartsOrderLine,
    Return,
    Shipment,
    ShipmentLine,
)
from parts.queries.order_money import (
    Sum,
    core_amount,
    line_amount,
    order_money,
    taxed,
)
from workshop.models import DESK_ROLES, Viewer, role_of

Cells = list[str]
State = Shipment.State
KINDS = ("quote", "invoice", "packing_list", "pick_list", "return_note")


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper: which template, what it is called, what it says."""

    template: str
    filename: str
    contents: dict[str, Any]


def paper(user: Viewer, *, kind: str, number: str) -> Paper:
    """Return a paper by its kind and the number of its order, parcel or return.

    Raises:
        NotFound: no such kind; missing and foreign alike.
    """
    if kind == "quote":
        return quote_paper(user, number=number)
    if kind == "return_note":
        return return_paper(user, number=number)
    if kind in KINDS:
        return parcel_paper(user, kind=kind, number=number)
    raise NotFound


def quote_paper(user: Viewer, *, number: str) -> Paper:
    """Return the quote or order confirmation of an order this person may see.

    Raises:
        NotFound: missing and foreign alike; a customer, before it was sent.
    """
    rows = _orders().prefetch_related("lines__part__numbers")
    order = get_visible(rows, user, number=number)
    if not _is_desk(user) and order.offered_at is None and order.accepted_at is None:
        raise NotFound
    lines = sorted(order.lines.all(), key=lambda line: line.pk)
    is_quote = order.state == PartsOrder.State.QUOTE
    money = order_money(order, lines)
    facts = [
        (_("Date"), _day(order.offered_at or order.created_at)),
        (_("Valid until"), _day(order.valid_until) if is_quote else ""),
        *_terms(order),
    ]
    sums = _sums(order, lines, money.whole)
    if order.deposit:
        sums.append(
            _sum(_("Deposit on acceptance"), money.deposit.total, order, strong=False)
        )
    notes = []
    if order.deposit:
        notes.append(_("The parts are held for you when the deposit has come in."))
    if is_quote:
        notes.append(_("You read and accept this quote in the portal."))
    return _paper(
        "quote",
        order,
        title=_("Quote") if order.accepted_at is None else _("Order confirmation"),
        number=order.number,
        facts=facts,
        columns=[
            (_("Part number"), "left"),
            (_("Description"), "left"),
            (_("Quantity"), "right"),
            (_("Unit price"), "right"),
            (_("Amount"), "right"),
        ],
        rows=[_priced(line, line.owed) for line in lines if line.owed],
        sums=sums,
        notes=notes,
    )


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
            ShipmentLine.objects.select_related("line__part", "level__bin")
            .prefetch_related("line__part__numbers")
            .order_by("level__bin__code", "pk"),
        )
    )
    parcel = get_visible(rows, user, number=number)
    has_left = parcel.state in (State.SHIPPED, State.DELIVERED)
    if kind == "pick_list":
        if not _is_desk(user):
            raise NotFound
        return _pick_list(parcel)
    if not has_left and not (_is_desk(user) and parcel.state == State.PACKED):
        raise NotFound
    return _invoice(parcel) if kind == "invoice" else _packing_list(parcel)


def return_paper(user: Viewer, *, number: str) -> Paper:
    """Return the note that goes into the box with what comes back.

    Raises:
        NotFound: missing and foreign alike.
    """
    rows = Return.objects.select_related(
        "line__part", "line__order__customer", "line__order__site"
    ).prefetch_related("line__part__numbers")
    row = get_visible(rows, user, number=number)
    order = row.line.order
    facts = [
        (_("Order"), order.number),
        (_("Agreed on"), _day(row.agreed_at)),
        (_("Kind"), row.get_kind_display()),
        (_("State"), row.get_state_display()),
        (_("Received on"), _day(row.received_at)),
    ]
    sums = []
    if row.refund:
        sums.append(_sum(_("Refund, tax included"), row.refund, order, strong=True))
    return _paper(
        "return_note",
        order,
        title=_("Return note"),
        number=row.number,
        facts=facts,
        columns=[
            (_("Part number"), "left"),
            (_("Description"), "left"),
            (_("Reason"), "left"),
            (_("Quantity"), "right"),
        ],
        rows=[
            [
                number_of(row.line.part),
                row.line.part.name,
                row.reason,
                _pieces(row.quantity, row.line.part),
            ]
        ],
        sums=sums,
        notes=[_("Please put this note into the box.")],
        signature=_("Received by, date"),
    )


def _invoice(parcel: Shipment) -> Paper:
    order = parcel.order
    lines = [(row, row.line, row.line.part) for row in parcel.lines.all()]
    net, goods_rows = Decimal(0), []
    for row, line, part in lines:
        amount = quantise(row.quantity * line.unit_price, order.currency)
        net += amount
        goods_rows.append(
            [
                number_of(part),
                _with_hazard(part),
                part.hs_code or "—",
                part.origin_country or "—",
                _pieces(row.quantity, part),
                _money(line.unit_price, order),
                _money(amount, order),
            ]
        )
    sums = [_sum(_("Goods"), net, order)]
    cores = sum(
        (
            quantise(row.quantity * line.core_charge, order.currency)
            for row, line, _part in lines
        ),
        Decimal(0),
    )
    if cores:
        sums.append(_sum(_("Core charges"), cores, order))
    freight = order.freight if _is_first(parcel) else Decimal(0)
    if freight:
        sums.append(_sum(_("Freight"), freight, order))
    whole = taxed(order, net + cores + freight)
    sums += _tax_and_total(order, whole)
    return _paper(
        "invoice",
        order,
        title=_("Commercial invoice"),
        number=parcel.number,
        facts=[
            (_("Date"), _day(parcel.shipped_at or parcel.packed_at)),
            (_("Order"), order.number),
            *_terms(order),
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
        part = row.line.part
        grams = part.weight_grams
        rows.append(
            [
                number_of(part),
                _with_hazard(part),
                part.origin_country or "—",
                _pieces(row.quantity, part),
                _kilograms(grams * row.quantity) if grams else "—",
            ]
        )
    return _paper(
        "packing_list",
        parcel.order,
        title=_("Packing list"),
        number=parcel.number,
        facts=[
            (_("Date"), _day(parcel.shipped_at or parcel.packed_at)),
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
            number_of(row.line.part),
            row.line.part.name,
            row.level.lot or "—",
            _pieces(row.quantity, row.line.part),
        ]
        for row in parcel.lines.all()
    ]
    return _paper(
        "pick_list",
        parcel.order,
        title=_("Pick list"),
        number=parcel.number,
        facts=[
            (_("Order"), parcel.order.number),
            (_("Written on"), _day(parcel.created_at)),
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


def _paper(
    template: str,
    order: PartsOrder,
    *,
    title: str,
    number: str,
    facts: Iterable[tuple[str, str]],
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Cells],
    sums: Sequence[dict[str, Any]],
    notes: Sequence[str],
    signature: str = "",
) -> Paper:
    language = (get_language() or "en")[:2]
    buyer, site = order.customer, order.site
    contents = {
        "lang": language,
        "title": title,
        "number": number,
        "to_label": pgettext("of a paper", "To"),
        "to": [buyer.name, *(order.ship_to or buyer.address).splitlines(),
               order.destination],
        "house_label": pgettext("of a paper", "From"),
        "house": [site.name, site.country],
        "facts": [[label, value] for label, value in facts if value],
        "columns": [{"label": label, "side": side} for label, side in columns],
        "rows": list(rows),
        "sums": list(sums),
        "notes": list(notes),
        "signature": signature,
        "page": pgettext("of a paper", "Page"),
        "foot": f"{order.number} · {title} {number}",
    }  # fmt: skip
    return Paper(template, f"{number}-{template}-{language}.pdf", contents)


def _orders() -> QuerySet[PartsOrder]:
    return PartsOrder.objects.select_related("customer", "site")


def _is_desk(user: Viewer) -> bool:
    return role_of(user) in DESK_ROLES


def _is_first(parcel: Shipment) -> bool:
    """Freight stands on the invoice of an order's first parcel."""
    rows = parcel.order.shipments.exclude(state=State.CANCELLED)
    first = rows.order_by("pk").values_list("pk", flat=True).first()
    return first == parcel.pk


def _terms(order: PartsOrder) -> list[tuple[str, str]]:
    return [
        (_("Incoterm"), order.incoterm),
        (_("Destination"), order.destination),
        (_("Currency"), order.currency),
        (_("Exchange rate"), _rate(order)),
    ]


def _rate(order: PartsOrder) -> str:
    if order.rate is None:
        return ""
    worth = f"{order.rate.normalize():f} {order.site.currency}"
    return f"1 {order.currency} = {worth} ({_day(order.rate_on)})"


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


def _sums(
    order: PartsOrder, lines: Sequence[PartsOrderLine], whole: Sum
) -> list[dict[str, Any]]:
    money = order_money(order, lines)
    sums = [_sum(_("Goods"), money.goods, order)]
    if money.cores:
        sums.append(_sum(_("Core charges"), money.cores, order))
    if money.freight:
        sums.append(_sum(_("Freight"), money.freight, order))
    return sums + _tax_and_total(order, whole)


def _tax_and_total(order: PartsOrder, whole: Sum) -> list[dict[str, Any]]:
    percent = formats.grouped(order.tax_rate * 100)
    tax = _("Consumption tax %(percent)s %%") % {"percent": percent}
    return [
        _sum(tax, whole.tax, order),
        _sum(_("Total"), whole.total, order, strong=True),
    ]


def _sum(
    label: str, amount: Decimal, order: PartsOrder, *, strong: bool = False
) -> dict[str, Any]:
    return {"label": label, "amount": _money(amount, order), "strong": strong}


def _priced(line: PartsOrderLine, quantity: Decimal) -> Cells:
    order, part = line.order, line.part
    core = core_amount(line)
    text = part.name
    if core:
        text += " · " + _("core charge %(amount)s") % {"amount": _money(core, order)}
    return [
        number_of(part),
        text,
        _pieces(quantity, part),
        _money(line.unit_price, order),
        _money(line_amount(line), order),
    ]


def number_of(part: Part) -> str:
    """Return a part's current number as printed, or its code."""
    numbers = sorted(part.numbers.all(), key=lambda row: (not row.is_primary, row.pk))
    return numbers[0].as_printed if numbers else part.code


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


def _pieces(quantity: Decimal, part: Part) -> str:
    return f"{formats.grouped(quantity)} {part.get_unit_display()}"


def _kilograms(grams: Decimal) -> str:
    return f"{formats.grouped(grams / 1000)} kg"


def _money(amount: Decimal, order: PartsOrder) -> str:
    # The wide yen sign of the Japanese format breaks columns of numbers.
    return shown(amount, order.currency).replace("￥", "¥")


def _day(value: Any) -> str:
    if value is None:
        return ""
    if hasattr(value, "hour"):
        value = timezone.localtime(value).date()
    return formats.day_text(value)
